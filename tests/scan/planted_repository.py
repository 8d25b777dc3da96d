"""A repository in which every place of a history holds secrets, with the truth about each: where, since which commit.

It is real git, made from a seed: an ordinary history (of its own, or a given repository's), some 270 values of 48 kinds
in 50 kinds of place, 13 files that only look like secrets, and 4 with accepted ones. There are two forms of it, which
hold the same objects: ``work``, a work tree with loose objects, and ``bare``, with all of them in one pack.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, cycle
from pathlib import Path

from irkit.scan.finding import PlaceKind
from tests.scan import planted_forms as forms
from tests.scan.planted_decoys import accepted, decoys
from tests.scan.planted_kinds import KINDS, Dice, Kind, Made, Nature, dice, make
from tests.scan.planted_stream import AUTHOR, Content, Mark, Stream

MAIN = "refs/heads/main"
SPLIT = "string split over two lines"
"""The one place where nothing needs to be found."""
_TEMPORARY = "refs/heads/to-be-dangling"
_ATTRIBUTES = {".gitattributes": b"*.dat -diff\n*.raw binary\n"}
_DATE = "2024-05-06T07:08:09+02:00"


@dataclass(frozen=True)
class Planted:
    """One value in one place. ``needle`` is the part of it that a report of it holds."""

    kind: str
    place: str
    needle: str = field(repr=False)
    held_in: frozenset[PlaceKind]
    path: str
    """In the tree; empty where there is none. Of a value in a file name: the folder."""
    commit: str = ""
    """The commit that brought it; empty where that is nobody's question."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.needle.encode()).hexdigest()

    def is_shown_by(self, text: str) -> bool:
        """Whether a report's text shows the value, or its base64."""
        return self.needle in text.replace("\\n", "\n") or self.needle.encode() in _decoded(text)

    def told(self) -> dict[str, str | list[str]]:
        """All but the value."""
        return {
            "kind": self.kind,
            "place": self.place,
            "sha256": self.sha256,
            "in": sorted(str(kind) for kind in self.held_in),
            "path": self.path,
            "commit": self.commit,
        }


@dataclass(frozen=True)
class Planting:
    """The two forms, and the truth."""

    work: Path
    bare: Path
    planted: tuple[Planted, ...]
    decoys: tuple[str, ...]
    """Paths."""
    accepted: tuple[str, ...]
    """Paths."""


def plant(folder: Path, seed: int = 20, ordinary: int = 120, upon: Path | None = None) -> Planting:
    """Make both forms in an empty folder, with so many ordinary commits, upon a repository's history when given."""
    garden = _Garden(folder, dice(seed), upon)
    garden.grow(ordinary)
    garden.sow()
    garden.import_all()
    garden.leave_behind()
    bare = _packed(garden.work, folder / "bare.git")
    return Planting(garden.work, bare, tuple(garden.planted), garden.decoys, garden.accepted)


class _Garden:
    """The repository while it is made."""

    def __init__(self, folder: Path, roll: Dice, upon: Path | None) -> None:
        self.work = folder / "work"
        self.planted: list[Planted] = []
        self.decoys: tuple[str, ...] = ()
        self.accepted: tuple[str, ...] = ()
        self._roll = roll
        self._stream = Stream()
        self._pending: list[tuple[Planted, Mark | None]] = []
        self._loose: list[tuple[str, Mark]] = []
        self._kinds = {
            "all": cycle(KINDS),
            "line": cycle([kind for kind in KINDS if kind.nature is not Nature.BLOCK]),
            "token": cycle([kind for kind in KINDS if kind.nature is Nature.TOKEN]),
        }
        self._numbers = count(1)
        self._marks_file = folder / "marks"
        self._tip: Mark | str = _begun(self.work, upon)

    # ------------------------------------------------------------------------------------------------ what is made

    def grow(self, commits: int) -> None:
        """An ordinary history: files that change a line at a time."""
        lines = {f"src/part_{n}.py": [forms.code(self._roll, 1) for _ in range(80)] for n in range(12)}
        self._commit({path: "".join(text).encode() for path, text in lines.items()} | _ATTRIBUTES)
        for _ in range(commits):
            path = self._roll.choice(sorted(lines))
            lines[path][self._roll.randrange(80)] = forms.code(self._roll, 1)
            self._commit({path: "".join(lines[path]).encode()}, "Change a part")

    def sow(self) -> None:
        """Plant in every place that fast-import can make."""
        for place, pool, number, path, form in _FILES:
            files = dict(self._file(made, path, form) for made in self._made(pool, number))
            mark = self._commit({name: body for name, (body, _) in files.items()}, f"Add {path.partition('/')[0]}")
            self._plant_files(place, files, mark)
        self._head_and_decoys()
        self._versions()
        self._branches()
        self._merges()
        self._messages()
        self._names()
        self._unreachable()

    def import_all(self) -> None:
        """Run the stream and settle which commit is which."""
        ids = self._stream.run(self.work / ".git", self._marks_file)
        self._marks_file.unlink()
        self.planted += [replace(each, commit=ids[mark] if mark else "") for each, mark in self._pending]
        for name, mark in self._loose:
            self._git("update-ref", name, ids[mark])
        self._git("update-ref", "-d", _TEMPORARY)
        self._git("symbolic-ref", "HEAD", MAIN)
        self._git("reset", "--quiet", "--hard", MAIN)

    def leave_behind(self) -> None:
        """What only a work tree makes: a commit that was reset away, and stashes."""
        files = self._write("lost/reset_{n}.env", "line", 4)
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", "Try something")
        lost = self._git("rev-parse", "HEAD").strip()
        self._settle("commit in a reflog only", files, {PlaceKind.BLOB}, lost)
        self._git("reset", "--quiet", "--hard", "HEAD~1")
        for place, options in (("older stash", ()), ("untracked part of a stash", ("-u",)), ("newest stash", ())):
            files = self._write("scratch_{n}.env" if options else "src/part_{n}.py", "line", 3)
            self._git("stash", "push", "--quiet", *options, "--message", "half done")
            self._settle(place, files, {PlaceKind.STASH, PlaceKind.BLOB})

    # ---------------------------------------------------------------------------------------------------- the places

    def _head_and_decoys(self) -> None:
        files = dict(self._file(made, "conf/{n}.txt", forms.config) for made in map(self._one, KINDS))
        mark = self._commit({path: body for path, (body, _) in files.items()}, "Settings")
        self._plant_files("text at HEAD", files, mark)
        fine, known = decoys(self._roll), accepted(self._roll)
        self._commit({**fine, **known}, "Samples")
        self.decoys, self.accepted = tuple(fine), tuple(known)

    def _versions(self) -> None:
        """What stands in one version of a file and not in the next."""
        files = dict(self._file(made, "old/{n}.env", forms.config) for made in self._made("all", 8))
        mark = self._commit({path: body for path, (body, _) in files.items()}, "Settings, in a hurry")
        self._plant_files("deleted later", files, mark)
        self._commit(dict.fromkeys(files), "Take the settings out")
        lines = forms.log(self._roll, 90_000)
        self._commit({"log/app.log": b"".join(lines)}, "A log")
        made = self._made("line", 5)
        for each in made:
            lines[self._roll.randrange(len(lines))] += f"DEBUG {each.text}\n".encode()
        mark = self._commit({"log/app.log": b"".join(lines)}, "A longer log")
        for each in made:
            self._plant("5 MB log", each, {PlaceKind.BLOB}, "log/app.log", mark)
        self._commit({"log/app.log": b"".join(lines[:-9])}, "A shorter log")
        for each in self._made("token", 3):
            mark = self._commit({".gitmodules": forms.gitmodules(each, self._roll)}, "A submodule")
            self._plant(".gitmodules", each, {PlaceKind.BLOB}, ".gitmodules", mark)

    def _branches(self) -> None:
        for place, ref, parents in (
            ("side branch", "refs/heads/side/work", [self._tip]),
            ("commit of a tag only", "refs/tags/v0.1-lost", [self._tip]),
            ("orphan root", "refs/heads/pages", []),
            ("ref of a pull request", "refs/pull/7/head", [self._tip]),
        ):
            files = dict(self._file(made, "branch/{n}.yaml", forms.config) for made in self._made("all", 5))
            content = {path: body for path, (body, _) in files.items()}
            self._plant_files(place, files, self._stream.commit(ref, content, parents=parents))
        for made in self._made("line", 5):
            noted = self._commit({"src/noted.py": forms.code(self._roll, 9).encode()}, "To be noted")
            self._stream.note(noted, f"tested with\n{made.text}\n".encode())
            self._plant("note", made, {PlaceKind.NOTE}, "")

    def _merges(self) -> None:
        """Content that only a merge has: neither of its parents, and not the commit after it."""
        for place, parents in (("merge commit", 1), ("merge of three", 2)):
            for made in self._made("all", 3):
                path, (body, _) = self._file(made, "merged/{n}.env", forms.config)
                others = [self._side() for _ in range(parents)]
                mark = self._commit({path: body}, "Merge branches", [self._tip, *others])
                self._commit({path: None}, "Tidy up")
                self._plant(place, made, {PlaceKind.BLOB}, path, mark)
        for made in self._made("line", 4):
            path, (body, _) = self._file(made, "conflict/{n}.env", forms.config)
            base = self._commit({path: b"a\nb\nc\n"}, "A file")
            other = self._stream.commit("refs/heads/side/conflict", {path: b"a\ntheirs\nc\n"}, parents=[base])
            self._commit({path: b"a\nours\nc\n"}, "Change it here")
            mark = self._commit({path: body}, "Merge, with conflicts", [self._tip, other])
            self._commit({path: b"a\nours and theirs\nc\n"}, "Tidy up")
            self._plant("conflict resolution", made, {PlaceKind.BLOB}, path, mark)

    def _messages(self) -> None:
        for made in self._made("line", 5):
            mark = self._commit(
                {"src/m.py": forms.code(self._roll, 9).encode()}, f"Deploy\n\nIt ran with\n{made.text}\n"
            )
            self._plant("commit message", made, {PlaceKind.COMMIT}, "", mark)
        for made in self._made("line", 5):
            number = next(self._numbers)
            target = self._commit({"src/t.py": forms.code(self._roll, 9).encode()}, "Release")
            self._stream.tag(f"v1.{number}", target, f"Release {number}\n\n{made.text}\n")
            self._plant("message of an annotated tag", made, {PlaceKind.TAG}, "")
        for made in self._made("token", 3):
            author = f"ci {made.value} <ci@northwind.io>"
            mark = self._commit({"src/a.py": forms.code(self._roll, 9).encode()}, "By a robot", author=author)
            self._plant("author", made, {PlaceKind.COMMIT}, "", mark)

    def _names(self) -> None:
        for made, path in zip(self._made("token", 4), ("names/{}.txt", "names/{}/a.log") * 2, strict=True):
            mark = self._commit({path.format(made.value): b"nothing\n"}, "Save it")
            self._plant("file name", made, {PlaceKind.FILE_NAME}, "names/", mark)
        for made in self._made("token", 3):
            self._stream.commit(f"refs/heads/fix/{made.value}", {"src/b.py": b"pass\n"}, parents=[self._tip])
            self._plant("branch name", made, {PlaceKind.REF_NAME}, "")

    def _unreachable(self) -> None:
        files = dict(self._file(made, "gone/{n}.env", forms.config) for made in self._made("all", 5))
        content = {path: body for path, (body, _) in files.items()}
        mark = self._stream.commit(_TEMPORARY, content, parents=[self._tip])
        self._plant_files("dangling commit", files, mark)
        made = self._one(KINDS[0])
        mark = self._stream.commit(_TEMPORARY, {}, f"Never pushed: {made.text}\n", [mark])
        self._plant("message of a dangling commit", made, {PlaceKind.COMMIT}, "", mark)
        for made in self._made("all", 4):
            self._stream.blob(forms.config(made, self._roll))
            self._plant("dangling blob", made, {PlaceKind.BLOB}, "")
        for made in self._made("all", 4):
            blob = self._stream.blob(forms.config(made, self._roll))
            self._loose.append((f"refs/tags/key-{next(self._numbers)}", blob))
            self._plant("tag of a blob", made, {PlaceKind.BLOB}, "")

    # --------------------------------------------------------------------------------------------------- the spade

    def _made(self, pool: str, number: int) -> list[Made]:
        return [self._one(next(self._kinds[pool])) for _ in range(number)]

    def _one(self, kind: Kind) -> Made:
        return make(kind, self._roll)

    def _file(self, made: Made, path: str, form: forms.Form) -> tuple[str, tuple[bytes, Made]]:
        return path.replace("{n}", str(next(self._numbers))), (form(made, self._roll), made)

    def _commit(
        self,
        files: dict[str, bytes] | dict[str, bytes | None] | dict[str, None],
        message: str = "Work on it",
        parents: Iterable[Mark | str] | None = None,
        author: str = AUTHOR,
    ) -> Mark:
        before = ([self._tip] if self._tip else []) if parents is None else list(parents)
        content: dict[str, Content] = {path: _with_mode(path, body) for path, body in files.items()}
        mark = self._stream.commit(MAIN, content, message, before, author)
        self._tip = mark
        return mark

    def _side(self) -> Mark:
        number = next(self._numbers)
        return self._stream.commit(
            f"refs/heads/topic/{number}", {f"src/topic_{number}.py": b"pass\n"}, parents=[self._tip]
        )

    def _plant(self, place: str, made: Made, held_in: set[PlaceKind], path: str, mark: Mark | None = None) -> None:
        each = Planted(made.kind.id, place, made.needle, frozenset(held_in), path)
        self._pending.append((each, mark))

    def _plant_files(self, place: str, files: dict[str, tuple[bytes, Made]], mark: Mark) -> None:
        for path, (_, made) in files.items():
            self._plant(place, made, {PlaceKind.BLOB}, path, mark)

    def _write(self, path: str, pool: str, number: int) -> dict[str, Made]:
        files = {path.replace("{n}", str(n)): made for n, made in enumerate(self._made(pool, number))}
        for name, made in files.items():
            file = self.work / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(forms.config(made, self._roll))
        return files

    def _settle(self, place: str, files: dict[str, Made], held_in: set[PlaceKind], commit: str = "") -> None:
        for path, made in files.items():
            self.planted.append(Planted(made.kind.id, place, made.needle, frozenset(held_in), path, commit))

    def _git(self, *words: str) -> str:
        return git(self.work, *words)


def git(folder: Path, *words: str) -> str:
    """What a git says in a folder; always the same author and time, and no configuration but the repository's own."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for who in ("AUTHOR", "COMMITTER"):
        ours |= {f"GIT_{who}_NAME": "Ada Berg", f"GIT_{who}_EMAIL": "ada@northwind.io", f"GIT_{who}_DATE": _DATE}
    ours |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    ran = subprocess.run(["git", "-C", str(folder), *words], env=ours, capture_output=True, text=True, check=True)
    return ran.stdout


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _begun(work: Path, upon: Path | None) -> str:
    """An empty repository with a work tree, or a copy of another one's history; gives the tip to go on from, if any."""
    work.mkdir(parents=True)
    if upon is None:
        git(work, "init", "--quiet", "--initial-branch=main")
    else:
        git(work, "clone", "--quiet", "--mirror", "--no-local", str(upon), ".git")
        git(work, "--git-dir=.git", "config", "core.bare", "false")
        git(work, "config", "--remove-section", "remote.origin")
    git(work, "config", "gc.auto", "0")
    git(work, "config", "core.logAllRefUpdates", "true")
    return "" if upon is None else git(work, "rev-parse", "HEAD").strip()


def _with_mode(path: str, body: bytes | None) -> Content:
    return ("120000", body) if body is not None and path.startswith("links/") else body


def _packed(work: Path, bare: Path) -> Path:
    """All objects of a repository in one pack, dangling ones too, and its refs."""
    shutil.rmtree(bare, ignore_errors=True)
    bare.mkdir()
    git(bare, "init", "--quiet", "--bare", "--initial-branch=main")
    listed = git(work, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    command = ["git", "-C", str(work), "pack-objects", "--quiet", str(bare / "objects/pack/pack")]
    subprocess.run(command, input=listed.encode(), stdout=subprocess.DEVNULL, check=True)
    refs = git(work, "for-each-ref", "--format=%(objectname) %(refname)")
    (bare / "packed-refs").write_text("# pack-refs with: sorted \n" + refs)
    return bare


def _file_places() -> Iterator[tuple[str, str, int, str, forms.Form]]:
    """Places that are a form of a file's content: place, kinds, how many, path, form."""
    yield "CRLF", "line", 4, "crlf/{n}.ini", forms.crlf
    yield "Latin-1", "line", 4, "latin/{n}.py", forms.latin1
    yield "1 MB line", "line", 2, "long/{n}.json", forms.one_long_line
    yield "symlink target", "token", 3, "links/{n}", forms.target
    yield "binary file", "token", 5, "bin/{n}.o", forms.binary
    yield "NUL in text", "line", 4, "nul/{n}.txt", forms.with_nul
    yield "UTF-16 LE with BOM", "all", 4, "wide/{n}.reg", forms.utf16("utf-16-le", b"\xff\xfe")
    yield "UTF-16 BE with BOM", "all", 4, "wide/{n}.ps1", forms.utf16("utf-16-be", b"\xfe\xff")
    yield "UTF-16 LE without BOM", "line", 4, "wide/{n}.txt", forms.utf16("utf-16-le")
    yield "UTF-16 BE without BOM", "line", 3, "wide/{n}.cfg", forms.utf16("utf-16-be")
    yield "base64", "token", 3, "k8s/{n}.yaml", forms.in_base64
    yield "base64 of a settings file", "line", 3, "mail/{n}.uu", forms.settings_in_base64
    yield "base64 twice", "token", 3, "twice/{n}.yaml", forms.in_base64_twice
    yield "hex", "token", 5, "sql/{n}.sql", forms.in_hex
    yield "percent-encoded", "token", 3, "http/{n}.txt", forms.in_percent
    yield "percent-encoded settings", "line", 2, "http/{n}.log", forms.in_percent
    yield "zip", "line", 4, "archive/{n}.zip", forms.zipped
    yield "tar.gz", "line", 4, "archive/{n}.tar.gz", forms.tarred
    yield "gz", "line", 3, "archive/{n}.gz", forms.gzipped
    yield "jar in zip", "line", 3, "archive/{n}.war", forms.jar_in_zip
    yield "node_modules", "line", 2, "node_modules/cart/{n}.js", forms.config
    yield "vendor", "line", 2, "vendor/github.com/northwind/lib/{n}.go", forms.config
    yield "package-lock.json", "token", 1, "web/package-lock.json", forms.package_lock
    yield "svg", "line", 1, "img/{n}.svg", forms.svg
    yield ".gitattributes: -diff", "line", 5, "hidden/{n}.dat", forms.config
    yield ".gitattributes: binary", "line", 5, "hidden/{n}.raw", forms.config
    yield SPLIT, "token", 3, "split/{n}.py", forms.split


_FILES = tuple(_file_places())
