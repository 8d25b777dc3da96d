"""The cache of a rule set: packs and sets of loose objects that were looked at, by what they hold, not by where."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from irkit.scan.detect.kept import digest_of
from irkit.scan.objects.same_ids import ID, same_ids
from irkit.scan.objects.shelf import Shelf, forget_shelf, ids_file, read_ids, read_shelf, shelf_names, write_shelf

_SAMPLE = 64
_LOOSE_TRIED = 12
_RULE_SETS_KEPT = 4
_SHELVES_KEPT = 400
_UNUSED_SECONDS = 60 * 24 * 3600


class Shelves:
    """What is remembered under one set of rules, in a folder of the cache."""

    def __init__(self, cache: Path, rules_hash: str) -> None:
        self._folder = cache / "objects" / rules_hash

    def read(self, name: str) -> Shelf | None:
        """The shelf of that name, if it is there and whole."""
        shelf = read_shelf(self._folder, name)
        if shelf is not None:
            with suppress(OSError):
                os.utime(ids_file(self._folder, name))
        return shelf

    def overlapping(self, ids: memoryview | bytes, hint: str) -> Iterator[tuple[Shelf, list[int]]]:
        """Shelves that hold some of these sorted ids, and the numbers of those; not every such shelf is found.

        ``hint`` is the beginning of the names of the most likely loose ones.
        """
        names = shelf_names(self._folder)
        loose = sorted((name for name in names if name.startswith("loose-")), key=lambda name: hint not in name)
        packs = [name for name in names if name.startswith("pack-")]
        sample = _sample(ids)
        for name in (*loose[:_LOOSE_TRIED], *packs):
            if name in loose or self._has_some(name, sample):
                there = read_ids(self._folder, name)
                numbers = list(same_ids(ids, there)) if there else []
                shelf = read_shelf(self._folder, name) if numbers else None
                if shelf is not None:
                    yield shelf, numbers

    def _has_some(self, name: str, sample: bytes) -> bool:
        import mmap

        try:
            with ids_file(self._folder, name).open("rb") as opened:
                mapped = mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)
        except (OSError, ValueError):
            return False
        with mapped:
            return any(True for _ in same_ids(sample, mapped))

    def write(self, name: str, ids: bytes, shelf: Shelf) -> None:
        """Remember a set of objects, by sorted ids. Raises ``OSError``."""
        write_shelf(self._folder, name, ids, shelf)

    def tidy(self) -> None:
        """Remove what nobody has used for long, and old rule sets."""
        names = shelf_names(self._folder)
        now = time.time()
        for place, name in enumerate(names):
            with suppress(OSError):
                age = now - ids_file(self._folder, name).stat().st_mtime
                if age > _UNUSED_SECONDS or place >= _SHELVES_KEPT:
                    forget_shelf(self._folder, name)
        with suppress(OSError):
            sets = sorted(self._folder.parent.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
            for old in sets[_RULE_SETS_KEPT:]:
                import shutil  # 2 ms, hardly ever needed

                shutil.rmtree(old, ignore_errors=True)


def pack_name(checksum: bytes) -> str:
    """The shelf of a pack, by the checksum that the pack ends with."""
    return f"pack-{checksum.hex()}"


def loose_name(ids: bytes, objects_dir: Path) -> str:
    """The shelf of a set of loose objects, by their sorted ids; where they lie is a hint in its name, no more."""
    return f"loose-{place_hint(objects_dir)}-{digest_of(ids).hex()[:24]}"


def place_hint(objects_dir: Path) -> str:
    """What the names of the loose shelves of a place have in common."""
    return digest_of(os.fsencode(objects_dir)).hex()[:12]


def _sample(ids: memoryview | bytes) -> bytes:
    count = len(ids) // ID
    step = max(1, count // _SAMPLE)
    return b"".join(bytes(ids[at * ID : at * ID + ID]) for at in range(0, count, step))
