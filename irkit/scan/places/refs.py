"""Where histories begin: every ref, detached HEAD, stash entry and reflog of a repository, read from its files."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from irkit.scan.repository import Repository, environment

_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LOGGED = re.compile(rb"^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ", re.MULTILINE)
_STASH = b"refs/stash"


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


class Refs(NamedTuple):
    """All starts of a repository, in the order in which they are named, and a hash of all that was read."""

    starts: tuple[Start, ...]
    digest: str
    """Equal digests: the same refs, heads, reflogs and shallow boundary."""


def read_refs(repository: Repository) -> Refs:
    """Every start of the repository. It reads files; only where refs are kept in another way is git asked."""
    seen = hashlib.blake2b(digest_size=20)
    starts = [*_refs(repository), *_heads(repository)]
    logs = _reflogs(repository)
    seen.update(b"\0".join(b"%b %b" % (start.name, b" ".join(start.ids)) for start in starts))
    for name, text in logs:
        seen.update(b"\0%b\0%b" % (name, text))
        starts += _logged(name, text)
    seen.update(read_bytes(repository.common_dir / "shallow"))
    if any(start.name == b"stash@{0}" for start in starts):  # else the newest has no reflog
        starts = [start for start in starts if start.name != _STASH]
    starts.sort(key=lambda start: (start.rank, start.name))
    return Refs(tuple(starts), seen.hexdigest())


def rank_of(name: bytes) -> Rank:
    """Of a ref, by its full name."""
    for prefix, rank in _RANKS:
        if name.startswith(prefix):
            return rank
    return Rank.OTHER


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
    """The content of a file, empty when there is none to read."""
    try:
        return file.read_bytes()
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


def _refs(repository: Repository) -> list[Start]:
    if (repository.common_dir / "reftable").exists():
        return _asked(repository)
    known = {name: (id_, peeled) for id_, name, peeled in _packed(read_bytes(repository.common_dir / "packed-refs"))}
    for name, file in files_below(repository.common_dir / "refs"):
        id_ = _plain_id(read_bytes(file))
        if id_:
            known[name] = (id_, b"")
    return [Start(rank_of(name), name, (id_,), peeled) for name, (id_, peeled) in known.items()]


def _packed(text: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Id, name and what it is peeled to, of each line of a packed-refs file."""
    rows: list[tuple[bytes, bytes, bytes]] = []
    for line in text.split(b"\n"):
        head = line[:1]
        if head == b"^" and rows:
            rows[-1] = (rows[-1][0], rows[-1][1], line[1:])
        elif head and head != b"#":
            id_, _, name = line.partition(b" ")
            rows.append((id_, name, b""))
    return rows


def _asked(repository: Repository) -> list[Start]:
    words = repository.git("for-each-ref", "--format=%(objectname) %(refname) %(symref)")
    ran = subprocess.run(words, capture_output=True, check=False, env=environment())
    rows = (line.split(b" ") for line in ran.stdout.splitlines())
    return [Start(rank_of(name), name, (id_,)) for id_, name, symbolic in rows if not symbolic]


def _heads(repository: Repository) -> list[Start]:
    """Detached heads, and what only one work tree has (``refs/bisect``, ``refs/worktree``)."""
    heads = [(b"HEAD", repository.common_dir / "HEAD")]
    for folder in worktrees(repository):
        name = b"worktrees/" + os.fsencode(folder.name)
        heads.append((name + b"/HEAD", folder / "HEAD"))
        heads += [(b"%b/%b" % (name, ref), file) for ref, file in files_below(folder / "refs")]
    ids = ((name, _plain_id(read_bytes(file))) for name, file in heads)
    return [Start(Rank.HEAD, name, (id_,)) for name, id_ in ids if id_]


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
    if name == _STASH:
        newest_first = [new for _, new in reversed(pairs)]
        return [Start(Rank.STASH, b"stash@{%d}" % n, (id_,)) for n, id_ in enumerate(newest_first)]
    ids = dict.fromkeys(id_ for pair in pairs for id_ in pair if id_.strip(b"0"))
    return [Start(Rank.REFLOG, b"reflog of " + name, tuple(ids))] if ids else []
