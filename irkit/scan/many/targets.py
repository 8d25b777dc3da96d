"""Which repositories are to be scanned: addresses and folders, from lists, or all of an owner's on GitHub."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from irkit.clients.git_process import checked_url
from irkit.errors import UsageError

GITHUB = "github:"
_OF_A_FOLDER = ("/", "~", "./", "../")


class Target(NamedTuple):
    """A repository to scan."""

    name: str
    """What reports call it: ``owner/name``, or its address or folder as it was given."""
    url: str = ""
    """Where it is fetched from; empty for a folder of this machine."""
    folder: Path | None = None
    size: int = 0
    """Bytes, as the server says; 0 when it does not."""


Owned = Callable[[str], Iterable[Target]]
"""All repositories of an owner on GitHub."""


def targets(sources: Sequence[str], owned: Owned) -> tuple[Target, ...]:
    """Every repository that the sources name, each once, in their order.

    A source is ``github:OWNER``, or a file (``-``: stdin) with one address, folder or ``github:OWNER`` a line, ``#``
    before a comment. Raises ``UsageError`` with file and line, and what ``owned`` raises.
    """
    found: dict[str, Target] = {}
    for source in sources:
        for entry, where in [(source, "")] if source.startswith(GITHUB) else _lines(source):
            for target in _named(entry, where, owned):
                found.setdefault(target.url or str(target.folder), target)
    if not found:
        raise UsageError("no repository is named", hint="github:OWNER, or a file with one address a line")
    return tuple(found.values())


def _lines(source: str) -> Iterator[tuple[str, str]]:
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise UsageError(f"cannot read {source}: {why}", hint="name a file with one repository a line") from None
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.split(" #")[0].strip()
        if entry and not entry.startswith("#"):
            yield entry, f"{source}:{number}: "


def _named(entry: str, where: str, owned: Owned) -> Iterable[Target]:
    if entry.startswith(GITHUB):
        owner = entry.removeprefix(GITHUB)
        if not owner or "/" in owner:
            raise UsageError(f"{where}{entry} names no owner", hint="github:OWNER takes all of an owner's repositories")
        return owned(owner)
    if "://" in entry:
        try:
            return [Target(_short(entry), url=checked_url(entry))]
        except UsageError as error:
            raise UsageError(f"{where}{error.message}", hint=error.hint) from None
    folder = Path(entry).expanduser()
    if not folder.is_dir() and not entry.startswith(_OF_A_FOLDER):  # one that is gone is told when its turn comes
        raise UsageError(f"{where}{entry} is neither an address nor a folder", hint="https://host/owner/name.git")
    return [Target(entry, folder=folder.resolve())]


def _short(url: str) -> str:
    return url.split("://", 1)[1].removesuffix("/").removesuffix(".git")
