"""What a reader should know of a baseline and of ignore files after a scan: lines for the summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from irkit.counted import counted
from irkit.scan.accepted.accepted import REAL, Accepted

_LISTED = 10


def notes(outcome: Accepted, baseline: str = "") -> Iterator[str]:
    """The lines; ``baseline`` is what the file is called. Paths are in them as they are."""
    real = sum(len(each.findings) for each in outcome.left_out if each.reason == REAL)
    if real:
        yield f"{baseline}: {counted(real, 'finding')} known and marked as real: revoke, then remove"
    for at in outcome.changed:
        yield f"{at}: {baseline} knows another value there: it was changed"
    moved, stale = (counted(len(each), "entry", "entries") for each in (outcome.moved, outcome.stale))
    yield from _listed(
        f"{baseline}: {moved} moved (--update-baseline writes the new place)",
        [f"{each.entry.path} is now {each.path}:{each.line}" for each in outcome.moved],
    )
    yield from _listed(
        f"{baseline}: {stale} stale, its value is gone (--update-baseline drops it)"
        if len(outcome.stale) == 1
        else f"{baseline}: {stale} stale, their values are gone (--update-baseline drops them)",
        [f"{entry.path}:{entry.line} {entry.type}" for entry in outcome.stale],
    )
    yield from (f"{line} (not understood, so it accepts nothing)" for line in outcome.malformed)
    yield from (f"{baseline}: {each}, so it excludes nothing here" for each in outcome.unheeded)
    yield from _listed(
        f"{counted(len(outcome.unused), 'line')} of ignore files that cover nothing",
        [line.told for line in outcome.unused],
    )


def _listed(heading: str, rows: Sequence[str]) -> Iterator[str]:
    if not rows:
        return
    shown = "; ".join(rows[:_LISTED])
    more = f"; and {len(rows) - _LISTED:,} more" if len(rows) > _LISTED else ""
    yield f"{heading}: {shown}{more}"
