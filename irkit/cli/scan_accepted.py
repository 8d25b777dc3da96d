"""Take out of a report what a baseline or the ignore files accept, and bring the baseline up to date."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from irkit.cli.scan_told import say
from irkit.scan.accepted.accepted import Accepted, accepted
from irkit.scan.finding import Report
from irkit.scan.rule import Rule

_SHOWN = 10


class Reach(NamedTuple):
    """What a scan looked at, as far as a baseline wants to know."""

    root: Path | None
    """The top of the work tree; None for a bare repository."""
    scanned: Collection[str] | None = None
    """The paths below the root that were looked at; None for all."""


class Below(Collection[str]):
    """All paths below some folders (and these themselves), without a list of them."""

    def __init__(self, places: Sequence[str]) -> None:
        self._places = tuple(place.rstrip("/") for place in places)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and any(
            place in {"", "."} or path == place or path.startswith(f"{place}/") for place in self._places
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def less_accepted(report: Report, rules: Sequence[Rule], reach: Reach, baseline: Path | None) -> Accepted:
    """See ``accepted``. Raises ``BaselineInvalid`` and ``IgnoreUnreadable``."""
    return accepted(report, rules, root=reach.root, baseline=baseline, scanned=reach.scanned)


def updated(report: Report, rules: Sequence[Rule], reach: Reach, baseline: Path) -> Report:
    """Accept all findings: write them into the baseline, and say so. The report without them."""
    from irkit.scan.accepted.write_baseline import write_baseline

    done = write_baseline(report, baseline, rules, root=reach.root, scanned=reach.scanned)
    what = f"{done.added} added, {done.dropped} stale dropped, {done.total} in all" if done.is_changed else "unchanged"
    say(f"irkit scan: {baseline}: {what}")
    return report._replace(findings=())


def notes(outcome: Accepted) -> Iterator[str]:
    """What a reader should know of the baseline and the ignore files."""
    rows = [
        ("stale in the baseline, its value is gone", [f"{one.path}:{one.line} {one.type}" for one in outcome.stale]),
        ("accepted in another file now", [f"{one.path}:{one.line}" for one in outcome.moved]),
        ("another value where the baseline knows one", list(outcome.changed)),
        ("covers nothing", [line.told for line in outcome.unused]),
        ("not understood", list(outcome.malformed)),
    ]
    for what, names in rows:
        yield from (f"{what}: {name}" for name in names[:_SHOWN])
        if len(names) > _SHOWN:
            yield f"{what}: and {len(names) - _SHOWN} more"
