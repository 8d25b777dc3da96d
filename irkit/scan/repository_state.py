"""All that a report on a history depends on, from a few files: what git has, what leads there, and its own texts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from irkit.scan.detect.kept import digest_of
from irkit.scan.objects.stores import Stores
from irkit.scan.places.names import text_files
from irkit.scan.places.refs import read_bytes, read_refs, worktrees
from irkit.scan.repository import Repository

_CHECKSUM = 20


class RepositoryState(NamedTuple):
    """Equal states: the same report, but for places in the index (see ``index_of``)."""

    fixed: str
    """A hash of the packs, of packed refs, of the shallow boundary, and of git's own texts without its reflogs."""
    loose: frozenset[str]
    """Ids of loose objects."""
    tips: Mapping[str, str]
    """What stands in the files of refs and heads, by name."""
    logs: Mapping[str, tuple[int, str]]
    """How long each reflog is, and its hash."""


def state_of(repository: Repository, found: Stores) -> RepositoryState:
    """Of a repository as it is now."""
    refs = read_refs(repository)
    parts = [repr(found.skipped).encode(), refs.packed, refs.shallow]
    parts += [pack.name.encode() + _checksum(pack) for pack in sorted(found.packs)]
    for name, file in text_files(repository):
        parts += [name, read_bytes(file)]
    fixed = digest_of(b"".join(b"%d\n%b" % (len(part), part) for part in parts)).hex()
    tips = {_text(name): _text(content) for name, content in refs.contents}
    logs = {_text(name): (len(log), digest_of(log).hex()) for name, log in refs.logs}
    return RepositoryState(fixed, frozenset(found.loose), tips, logs)


def index_of(repository: Repository) -> str:
    """Changes whenever an index does: of objects that no history holds, some are staged."""
    folders = [repository.git_dir, repository.common_dir, *worktrees(repository)]
    return repr([_stat(folder / "index") for folder in dict.fromkeys(folders)])


def _stat(file: Path) -> tuple[int, ...]:
    try:
        status = os.stat(file)  # noqa: PTH116 - the same
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _checksum(pack: Path) -> bytes:
    """What a pack ends with."""
    try:
        with pack.open("rb") as opened:
            opened.seek(-_CHECKSUM, 2)
            return opened.read(_CHECKSUM)
    except OSError:
        return b""


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")
