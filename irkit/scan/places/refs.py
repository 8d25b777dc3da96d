"""Where histories begin: every ref, detached HEAD, stash entry and reflog of a repository, read from its files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from enum import IntEnum
from functools import cached_property
from pathlib import Path

from irkit.scan.detect.kept import digest_of
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository, environment
from irkit.scan.spawned import Asked

_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LOGGED = re.compile(rb"^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ", re.MULTILINE)
_PACKED = re.compile(rb"^([0-9a-f]{40,64}) ([^\n]+)\n(?:\^([0-9a-f]+)\n)?", re.MULTILINE)
_NAMES = re.compile(rb"^[0-9a-f]{40,64} ([^\n]+)\n", re.MULTILINE)
_STASH = b"refs/stash"
_AFTER_REFS = len(b"refs/")


class Rank(IntEnum):
    """Which ref is named first; what stands from ``STASH`` on is no ref of its own."""

    BRANCH = 0
    TAG = 1
    REMOTE = 2
    PULL = 3
    OTHER = 4
    NOTES = 5
    HEAD = 6
    """A detached HEAD, of this or of another work tree."""
    STASH = 7
    REFLOG = 8


class Start(NamedTuple):
    """Something that histories are reached from."""

    rank: Rank
    name: bytes
    """A ref's full name, ``HEAD``, ``worktrees/NAME/HEAD``, ``stash@{2}`` or ``reflog of refs/heads/main``."""
    ids: tuple[bytes, ...]
    """Objects it names, in hex: one, but for a reflog. Of an annotated tag, the tag; see ``peeled``."""
    peeled: bytes = b""
    """What an annotated tag stands for, where packed-refs says so."""


class _Files(NamedTuple):
    """What the files say, unread: pairs of a name and a content."""

    packed: bytes
    loose: list[tuple[bytes, bytes]]
    heads: list[tuple[bytes, bytes]]
    logs: list[tuple[bytes, bytes]]
    shallow: bytes


class Refs:
    """All starts of a repository, and a hash of all that was read. What is in it is made when it is asked for."""

    def __init__(self, files: _Files, digest: str) -> None:
        self._files = files
        self.digest = digest
        """Equal digests: the same refs, heads, reflogs and shallow boundary."""

    @property
    def packed(self) -> bytes:
        """The text of packed-refs."""
        return self._files.packed

    @property
    def shallow(self) -> bytes:
        """The text that names the shallow boundary."""
        return self._files.shallow

    @property
    def contents(self) -> list[tuple[bytes, bytes]]:
        """Name and content of each file of a ref or head."""
        return [*self._files.loose, *self._files.heads]

    @property
    def logs(self) -> list[tuple[bytes, bytes]]:
        """Name of the ref and text, of each reflog."""
        return self._files.logs

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """In the order in which they are named."""
        files = self._files
        known = {name: (id_, peeled) for id_, name, peeled in _PACKED.findall(files.packed)}
        known |= {name: (id_, b"") for name, content in files.loose if (id_ := _plain_id(content))}
        starts = list(self._others)
        stashed = known.get(_STASH, (b"", b""))[0]
        if any(start.name == b"stash@{0}" and start.ids == (stashed,) for start in starts):
            del known[_STASH]  # else its reflog is missing, or damaged
        folders = {name: name[: name.find(b"/", _AFTER_REFS) + 1] or name for name in known}
        ranks = {folder: rank_of(folder) for folder in set(folders.values())}
        for name in sorted(known):
            id_, peeled = known[name]
            starts.append(Start(ranks[folders[name]], name, (id_,), peeled))
        starts.sort(key=_rank)  # names are sorted, and stay so
        return tuple(starts)

    @cached_property
    def names(self) -> list[bytes]:
        """Of packed refs, of files of refs (one can be both) and of all other starts: quicker than ``starts``."""
        files = self._files
        names = _NAMES.findall(files.packed)
        names += [name for name, _ in files.loose]
        return names + [start.name for start in self._others]

    @property
    def ref_names(self) -> list[bytes]:
        """Of refs and heads alone."""
        files = self._files
        heads = [name for name, content in files.heads if _plain_id(content)]
        return [*self.names[: len(self.names) - len(self._others)], *heads]

    @cached_property
    def _others(self) -> list[Start]:
        files = self._files
        starts = [Start(Rank.HEAD, name, (id_,)) for name, content in files.heads if (id_ := _plain_id(content))]
        return starts + [start for name, text in files.logs for start in _logged(name, text)]


_last: dict[Path, Refs] = {}
"""What was read last: a scan asks more than once, and 18,000 refs are many lines."""


def read_refs(repository: Repository) -> Refs:
    """Every start of the repository. It reads files; only where refs are kept in another way is git asked."""
    common = repository.common_dir
    packed = _asked(repository) if (common / "reftable").exists() else read_bytes(common / "packed-refs")
    loose = [(name, read_bytes(file)) for name, file in files_below(common / "refs")]
    files = _Files(packed, loose, _heads(repository), _reflogs(repository), read_bytes(common / "shallow"))
    digest = digest_of(packed + repr(files[1:]).encode(), 20).hex()
    known = _last.get(common)
    if known is None or known.digest != digest:
        known = _last[common] = Refs(files, digest)
    return known


def rank_of(name: bytes) -> Rank:
    """Of a ref, by its full name or the folder that it begins with."""
    for prefix, rank in _RANKS:
        if name.startswith(prefix):
            return rank
    return Rank.OTHER


def in_order(names: Iterable[str]) -> list[str]:
    """Names of refs, branches first."""
    return sorted(names, key=lambda name: (rank_of(os.fsencode(name)), name))


def _rank(start: Start) -> Rank:
    return start.rank


_RANKS = (
    (b"refs/heads/", Rank.BRANCH),
    (b"refs/tags/", Rank.TAG),
    (b"refs/remotes/", Rank.REMOTE),
    (b"refs/pull/", Rank.PULL),
    (b"refs/merge-requests/", Rank.PULL),
    (b"refs/notes/", Rank.NOTES),
    (_STASH, Rank.STASH),
)


def read_bytes(file: Path) -> bytes:
    """The content of a file, empty when there is none to read. A pipe or a device is none: it may have no end."""
    try:
        return file.read_bytes() if file.is_file() else b""
    except OSError:
        return b""


def files_below(folder: Path) -> list[tuple[bytes, Path]]:
    """Name (with ``/``, relative to the folder's parent) and path of every file below a folder, sorted."""
    above = os.fspath(folder.parent)
    found = []
    for at, _, names in os.walk(folder):
        inside = os.fsencode(os.path.relpath(at, above)).replace(os.fsencode(os.sep), b"/")
        found += [(b"%b/%b" % (inside, os.fsencode(name)), Path(at, name)) for name in names]
    return sorted(found)


def _asked(repository: Repository) -> bytes:
    """What a packed-refs file would say."""
    words = repository.git("for-each-ref", "--format=%(objectname) %(refname) %(symref)")
    said = Asked(*words[1:], environ=environment()).said()
    return b"".join(line[:-1] + b"\n" for line in said.out.splitlines() if line.endswith(b" "))


def _heads(repository: Repository) -> list[tuple[bytes, bytes]]:
    """Heads, and what only one work tree has (``refs/bisect``, ``refs/worktree``): names and contents."""
    heads = [(b"HEAD", repository.common_dir / "HEAD")]
    for folder in worktrees(repository):
        name = b"worktrees/" + os.fsencode(folder.name)
        heads.append((name + b"/HEAD", folder / "HEAD"))
        heads += [(b"%b/%b" % (name, ref), file) for ref, file in files_below(folder / "refs")]
    return [(name, read_bytes(file)) for name, file in heads]


def worktrees(repository: Repository) -> list[Path]:
    """The administrative folders of the linked work trees."""
    try:
        return sorted(file for file in (repository.common_dir / "worktrees").iterdir() if file.is_dir())
    except OSError:
        return []


def _plain_id(text: bytes) -> bytes:
    """The id in a ref's file; empty for a symbolic ref."""
    match = _ID.fullmatch(text.strip())
    return match.group() if match else b""


def _reflogs(repository: Repository) -> list[tuple[bytes, bytes]]:
    """Name of the ref and text, of every reflog."""
    found = [(name.removeprefix(b"logs/"), file) for name, file in files_below(repository.common_dir / "logs")]
    for folder in worktrees(repository):
        inside = b"worktrees/" + os.fsencode(folder.name)
        found += [
            (b"%b/%b" % (inside, name.removeprefix(b"logs/")), file) for name, file in files_below(folder / "logs")
        ]
    return [(name, read_bytes(file)) for name, file in found]


def _logged(name: bytes, text: bytes) -> list[Start]:
    pairs = _LOGGED.findall(text)
    ids = dict.fromkeys(id_ for pair in pairs for id_ in pair if id_.strip(b"0"))
    stashes: list[Start] = []
    if name == _STASH:
        newest_first = [new for _, new in reversed(pairs)]
        stashes = [Start(Rank.STASH, b"stash@{%d}" % n, (id_,)) for n, id_ in enumerate(newest_first)]
        for id_ in newest_first:
            ids.pop(id_, None)
    rest = [Start(Rank.REFLOG, b"reflog of " + name, tuple(ids))] if ids else []
    return stashes + rest
