"""What refs lead to and the repository has not got, though it is no partial clone: nobody can say what stood in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from irkit.scan.finding import Skipped
from irkit.scan.objects.stores import Stores
from irkit.scan.repository import Repository, environment
from irkit.scan.spawned import Asked, Said

FEW = 20_000
"""With so many objects all that refs lead to is looked up (0.1 s); with more, what some of the refs name."""
_REFS = 200
_NAMED = 20
_OF_AN_ENTRY = 28
"""Bytes that an object takes in a pack's index, at the least."""
_EVERYTHING = ("rev-list", "--objects", "--all", "--missing=print", "--no-object-names")
_TIPS = ("for-each-ref", f"--count={_REFS}", "--format=%(objecttype)", "refs/heads", "refs/remotes", "refs/tags")


def lost(repository: Repository, found: Stores) -> tuple[Skipped, ...]:
    """The objects that are missing, some of them by name, and what git says of a history that it cannot read."""
    if repository.is_partial:
        return ()
    words = _EVERYTHING if _count(found) <= FEW else _TIPS
    said = Asked(*repository.git(*words)[1:], environ=environment()).said()
    missing = [line[1:].decode() for line in said.out.split(b"\n") if line.startswith(b"?")]
    return (*_named(missing), *_told(said))


def _count(found: Stores) -> int:
    return len(found.loose) + sum(_size(pack.with_suffix(".idx")) // _OF_AN_ENTRY for pack in found.packs)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _named(missing: list[str]) -> Iterator[Skipped]:
    reason = "missing: refs lead to it, and the repository has not got it"
    for id_ in missing[:_NAMED]:
        yield Skipped(f"object {id_}", reason)
    if len(missing) > _NAMED:
        yield Skipped(f"{len(missing) - _NAMED} more objects", reason)


def _told(said: Said) -> Iterator[Skipped]:
    if not said.code:
        return
    for line in dict.fromkeys(said.complaints[-3:] or [f"git ended with {said.code}"]):
        yield Skipped("history", line)
