"""What is staged: the entries of git's index that differ from HEAD, or those that are named. Nothing is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from irkit.scan.quick import NamedTuple
from irkit.scan.spawned import Asked, GitFailed

GITLINK = "160000"
_DIFF = (
    *("diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-relative"),
    *("--ita-invisible-in-index", "--ignore-submodules=none"),
)
_LISTED = ("ls-files", "--stage", "-z", "--full-name", "--error-unmatch", "--")
_GITHEAD = "GITHEAD_"
_MANY_NAMES = 64
_HINT = "nothing was scanned"


class Entry(NamedTuple):
    """A file of the index."""

    path: str
    """From the work tree's root."""
    object_id: str
    before: str
    """The object id in HEAD; empty when HEAD has no such file."""


class Staged(NamedTuple):
    """What is to be scanned of an index."""

    changed: tuple[Entry, ...]
    """They differ from HEAD."""
    unchanged: tuple[Entry, ...]
    """They were named, and are as in HEAD."""
    submodules: tuple[str, ...]
    """Commits of other repositories: their text is not here."""
    removed: tuple[str, ...]
    """Object ids in HEAD of files that are deleted, or renamed."""


class Asking(NamedTuple):
    """The questions, while git works on them."""

    diff: Asked
    listed: Asked | None
    names: tuple[str, ...]


def ask_staged(names: Sequence[str]) -> Asking:
    """Start the questions: what differs from HEAD; with names, also what the index holds of these files and folders.

    Goes to the work tree's root. Raises ``GitFailed``.
    """
    named = tuple(_from_root(names))
    some = () if len(named) > _MANY_NAMES else named
    return Asking(Asked(*_DIFF), Asked(*_LISTED, *some) if named else None, named)


def staged(asking: Asking) -> Staged:
    """The answers. Raises ``GitFailed``: no repository, an unmerged file, or a name that is not in the index."""
    diff, listing = asking.diff.said(), asking.listed.said() if asking.listed else None
    if diff.code != 0:
        from irkit.scan.repository import owner_hint, refusal

        reason = refusal(_reason(diff.error))
        raise GitFailed(reason, hint=owner_hint(reason) or _HINT)
    rows = list(_rows(diff.out))
    if listing is None:
        return _of(rows, [])
    if listing.code != 0:
        raise GitFailed(
            listing.error or "git ls-files failed", hint="only what is in the index can be staged; git add?"
        )
    wanted = list(_named(listing.out, asking.names))
    return _of(rows, wanted, {path for path, *_ in wanted})


def merged_heads() -> tuple[str, ...]:
    """The commits that are being merged, all of an octopus: what they hold is nothing new.

    While git runs the hook of a merge (``pre-merge-commit``) they stand in its environment alone (``GITHEAD_ID``).
    """
    file = os.fsdecode(Asked("rev-parse", "--git-path", "MERGE_HEAD").answer()).removesuffix("\n")
    try:
        with open(file, encoding="ascii") as opened:  # noqa: PTH123 - pathlib is slow to import
            heads = opened.read().split()
    except FileNotFoundError:
        heads = [name.removeprefix(_GITHEAD) for name in os.environ if name.startswith(_GITHEAD)]
    return tuple(heads)


class _Row(NamedTuple):
    path: str
    mode: str
    object_id: str
    before: str
    status: str


def _rows(raw: bytes) -> Iterator[_Row]:
    words = os.fsdecode(raw).split("\0")
    for head, path in zip(words[::2], words[1::2], strict=False):
        old, mode, before, object_id, status = head.split(" ")
        was_file = status != "A" and old not in {":000000", f":{GITLINK}"}
        yield _Row(path, mode, object_id, before if was_file else "", status[0])


def _of(rows: Sequence[_Row], wanted: Sequence[tuple[str, str, str]], only: set[str] | None = None) -> Staged:
    unmerged = [row.path for row in rows if row.status == "U"]
    if unmerged:
        raise GitFailed(f"{unmerged[0]} is unmerged", hint="resolve the conflict and `git add` it")
    kept = [row for row in rows if row.status != "D" and (only is None or row.path in only)]
    differ = {row.path for row in rows}
    same = [(path, mode, object_id) for path, mode, object_id in wanted if path not in differ]
    return Staged(
        tuple(Entry(row.path, row.object_id, row.before) for row in kept if row.mode != GITLINK),
        tuple(Entry(path, object_id, object_id) for path, mode, object_id in same if mode != GITLINK),
        tuple([row.path for row in kept if row.mode == GITLINK] + [path for path, mode, _ in same if mode == GITLINK]),
        tuple(row.before for row in rows if row.status == "D" and row.before),
    )


def _named(listing: bytes, names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Path, mode and object id of the entries that are named, or lie in a folder that is named."""
    listed: dict[str, tuple[str, str, str]] = {}
    for record in os.fsdecode(listing).split("\0")[:-1]:
        head, _, path = record.partition("\t")
        mode, object_id, stage = head.split(" ")
        if stage != "0":
            raise GitFailed(f"{path} is unmerged", hint="resolve the conflict and `git add` it")
        listed[path] = (path, mode, object_id)
    if len(names) <= _MANY_NAMES:
        yield from listed.values()
        return
    for name in names:
        inside = [listed[name]] if name in listed else [row for path, row in listed.items() if _is_in(path, name)]
        if not inside:
            raise GitFailed(f"{name} is not in the index", hint="only what is in the index can be staged; git add?")
        yield from inside


def _is_in(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def _from_root(names: Sequence[str]) -> Iterator[str]:
    """The names as seen from the work tree's root, which becomes the working folder. In a hook it is already."""
    if os.path.lexists(".git") and "GIT_WORK_TREE" not in os.environ:
        prefix = ""
    else:
        words = os.fsdecode(Asked("rev-parse", "--show-prefix", "--show-cdup").answer()).split("\n")
        prefix = words[0]
        for variable in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY"):
            if os.environ.get(variable):
                os.environ[variable] = os.path.abspath(os.environ[variable])  # noqa: PTH100 - pathlib is slow to import
        os.chdir(words[1] or ".")
    for name in names:
        yield os.path.normpath(_relative(name, prefix))


def _relative(name: str, prefix: str) -> str:
    if os.path.isabs(name):  # noqa: PTH117
        return os.path.relpath(os.path.realpath(os.path.dirname(name)), os.getcwd()) + "/" + os.path.basename(name)  # noqa: PTH109, PTH119, PTH120
    return prefix + name


def _reason(said: str) -> str:
    """Git's reason; ``git diff --cached`` without a repository complains of its options instead."""
    if said and not any(words in said for words in ("usage:", "--no-index", "unknown option")):
        return said
    return Asked("rev-parse", "--git-dir").said().error or said or "git diff failed"
