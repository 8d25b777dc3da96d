"""What a report found of what is planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanning.peers import Row
from tests.scan.planted_repository import SPLIT, Planted, Planting

_MOST = 0.75
"""A row that shows this much of a value has found it."""


@dataclass(frozen=True)
class Coverage:
    """What one scanner found."""

    found: frozenset[str]
    """The hashes of the values."""
    decoys: tuple[str, ...]
    """Paths of the files without a secret in which it reported one, a row each."""
    accepted: tuple[str, ...]
    """The same of secrets whose line accepts them."""
    rows: int

    def share(self, planted: Sequence[Planted]) -> float:
        return sum(each.sha256 in self.found for each in planted) / len(planted)


def coverage(planting: Planting, rows: Sequence[Row]) -> Coverage:
    """Compare a report with the truth."""
    texts = {text for row in rows for text in row.shown}
    parts = {row.shown[0] for row in rows if row.shown and len(row.shown[0]) >= 8}
    found = {
        each.sha256
        for each in planting.planted
        if any(each.is_shown_by(text) for text in texts) or _in_part(each.needle, parts)
    }
    return Coverage(
        frozenset(found),
        tuple(path for path in planting.decoys for row in rows if row.path.endswith(path)),
        tuple(path for path in planting.accepted for row in rows if row.path.endswith(path)),
        len(rows),
    )


def table(planting: Planting, coverages: dict[str, Coverage]) -> Iterable[str]:
    """Lines: found of planted by place, one column a scanner."""
    names = list(coverages)
    yield f"{'place':<30} {'all':>4} " + " ".join(f"{name:>{max(len(name), 5)}}" for name in names)
    for place, number in Counter(each.place for each in planting.planted).items():
        cells = (
            sum(each.sha256 in coverages[name].found for each in planting.planted if each.place == place)
            for name in names
        )
        yield f"{place:<30} {number:>4} " + " ".join(
            f"{cell:>{max(len(name), 5)}}" for cell, name in zip(cells, names, strict=True)
        )
    yield f"{'of all':<30} {len(planting.planted):>4} " + " ".join(
        f"{len(coverages[name].found):>{max(len(name), 5)}}" for name in names
    )


def to_be_found(planting: Planting) -> list[Planted]:
    """All but the strings that are split."""
    return [each for each in planting.planted if each.place != SPLIT]


def _in_part(needle: str, parts: set[str]) -> bool:
    return any(len(part) >= _MOST * len(needle) and part in needle for part in parts)
