"""All that a report on a history depends on, from a few files: what git has, what leads there, and its own texts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from irkit.scan.detect.kept import digest_of
from irkit.scan.objects.stores import Stores, pack_checksum
from irkit.scan.places.names import text_files
from irkit.scan.places.refs import Refs, read_bytes, worktrees
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository

_PASSING = frozenset((b"COMMIT_EDITMSG", b"FETCH_HEAD", b"MERGE_MSG", b"SQUASH_MSG", b"TAG_EDITMSG"))


class RepositoryState(NamedTuple):
    """Equal states: the same report, but for places in the index (see ``index_of``)."""

    fixed: str
    """A hash of the packs, of packed refs, of the shallow boundary, and of git's settings and other texts."""
    loose: frozenset[str]
    """Ids of loose objects."""
    tips: Mapping[str, str]
    """What stands in the files of refs and heads, by name."""
    logs: Mapping[str, tuple[int, str]]
    """How long each reflog is, and its hash."""
    texts: str
    """A hash of the texts that git writes with a commit: see ``passing_texts``."""


def state_of(repository: Repository, found: Stores, refs: Refs) -> RepositoryState:
    """Of a repository as it is now."""
    parts = [repr(found.skipped).encode(), refs.packed, refs.shallow]
    parts += [pack.name.encode() + pack_checksum(pack) for pack in sorted(found.packs)]
    for name, file in text_files(repository):
        if not _is_passing(name):
            parts += [name, read_bytes(file)]
    return RepositoryState(
        _hash(parts),
        frozenset(found.loose),
        {_text(name): _text(content) for name, content in refs.contents},
        {_text(name): (len(log), digest_of(log).hex()) for name, log in refs.logs},
        _hash(passing_texts(repository)),
    )


def passing_texts(repository: Repository) -> list[bytes]:
    """Texts that git writes with a commit, a merge or a fetch: they decide nothing."""
    return [read_bytes(file) for name, file in text_files(repository) if _is_passing(name)]


def _is_passing(name: bytes) -> bool:
    return name.rpartition(b"/")[2] in _PASSING


def _hash(parts: Iterable[bytes]) -> str:
    return digest_of(b"".join(b"%d\n%b" % (len(part), part) for part in parts)).hex()


def index_of(repository: Repository) -> str:
    """Changes whenever an index does: of objects that no history holds, some are staged."""
    folders = [repository.git_dir, repository.common_dir, *worktrees(repository)]
    return repr([_stat(folder / "index") for folder in dict.fromkeys(folders)])


def are_staged(repository: Repository, ids: Iterable[str]) -> bool:
    """Whether an index holds one of these objects, or may do so."""
    raw = [bytes.fromhex(id_) for id_ in ids]
    if not raw:
        return False
    folders = [repository.git_dir, repository.common_dir, *worktrees(repository)]
    files = [file for folder in dict.fromkeys(folders) for file in (folder / "index", *folder.glob("sharedindex.*"))]
    return any(id_ in content for content in map(read_bytes, files) for id_ in raw)


def _stat(file: Path) -> tuple[int, ...]:
    try:
        status = os.stat(file)  # noqa: PTH116 - the same
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")
