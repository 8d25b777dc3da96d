"""Where a repository's objects lie: its own folder and its alternates', packs and loose files."""

from __future__ import annotations

import os
import re
from pathlib import Path

from irkit.scan.finding import Skipped
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository

_PACK = re.compile(r"(?!tmp_).+\.pack")
_INDEX = re.compile(r"pack-[0-9a-f]+\.idx")
_FOLDER = re.compile(r"[0-9a-f]{2}")
_LOOSE = re.compile(r"[0-9a-f]{38}")
_SPECIAL = "it is not a regular file"
_CHECKSUM_BYTES = 20
_DEPTH_OF_ALTERNATES = 5
"""As git's own limit: deeper ones are not followed."""


class Stores(NamedTuple):
    """What holds objects."""

    packs: tuple[Path, ...]
    """``.pack`` files that have an index, the largest first."""
    loose: dict[str, Path]
    """Files of loose objects, by id."""
    skipped: tuple[Skipped, ...]


def stores(repository: Repository) -> Stores:
    """The packs and loose objects of a repository, those it borrows from alternates included."""
    folders, skipped = _folders(repository.objects_dir)
    packs: dict[str, Path] = {}
    loose: dict[str, Path] = {}
    for folder in reversed(folders):
        found, without = _packs(folder / "pack")
        packs |= found
        skipped += without
        found_loose, special = _loose(folder)
        loose |= found_loose
        skipped += special
    largest_first = sorted(packs.values(), key=lambda pack: (-_size(pack), pack.name))
    return Stores(tuple(largest_first), loose, tuple(skipped))


def _folders(first: Path) -> tuple[list[Path], list[Skipped]]:
    folders, skipped, level = [first], [], [first]
    for _ in range(_DEPTH_OF_ALTERNATES):
        named = [alternate for folder in level for alternate in _alternates(folder)]
        level = []
        for alternate in named:
            if not alternate.is_dir():
                skipped.append(Skipped(str(alternate), "alternate object folder: not there"))
            elif alternate not in folders:
                level.append(alternate)
                folders.append(alternate)
    return folders, skipped


def _alternates(folder: Path) -> list[Path]:
    try:
        file = folder / "info" / "alternates"
        lines = file.read_bytes().split(b"\n") if file.is_file() else []  # a pipe would be waited for
    except OSError:
        return []
    names = [os.fsdecode(line) for line in lines if line and not line.startswith(b"#")]
    return [Path(os.path.normpath(folder / name)) for name in names]


def _packs(folder: Path) -> tuple[dict[str, Path], list[Skipped]]:
    skipped: list[Skipped] = []
    names = {entry.name: _is_file(entry) for entry in _listed(folder, skipped)}
    packs = {name for name in names if _PACK.fullmatch(name)}
    special = {name for name in packs if not names[name]}
    indexed = {name for name in packs - special if names.get(f"{name[:-5]}.idx")}
    skipped += [Skipped(f"pack/{name}", _SPECIAL) for name in sorted(special)]
    skipped += [Skipped(f"pack/{name}", "pack without an index") for name in sorted(packs - special - indexed)]
    alone = {name for name in names if names[name] and _INDEX.fullmatch(name) and f"{name[:-4]}.pack" not in names}
    skipped += [Skipped(f"pack/{name}", "index without its pack: the pack is lost") for name in sorted(alone)]
    return {name: folder / name for name in indexed}, skipped


def _loose(folder: Path) -> tuple[dict[str, Path], list[Skipped]]:
    loose: dict[str, Path] = {}
    skipped: list[Skipped] = []
    for first in _listed(folder, skipped):
        if _FOLDER.fullmatch(first.name):
            parent = folder / first.name
            for entry in _listed(parent, skipped):
                if not _LOOSE.fullmatch(entry.name):
                    continue
                if _is_file(entry):
                    loose[first.name + entry.name] = parent / entry.name
                else:
                    skipped.append(Skipped(f"object {first.name}{entry.name}", _SPECIAL))
    return loose, skipped


def _listed(folder: Path, skipped: list[Skipped]) -> list[os.DirEntry[str]]:
    """What a folder holds; one that is there and cannot be read is skipped."""
    try:
        return list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        skipped.append(Skipped(str(folder), f"object folder: {error.strerror}"))
        return []


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself
        return False


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def pack_checksum(pack: Path) -> bytes:
    """What a pack ends with, 20 bytes; empty when it cannot be read."""
    try:
        with pack.open("rb") as opened:
            opened.seek(-_CHECKSUM_BYTES, 2)
            return opened.read(_CHECKSUM_BYTES)
    except OSError:
        return b""
