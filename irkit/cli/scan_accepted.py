"""Take out of a report what a baseline or the ignore files accept, and bring the baseline up to date."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from irkit.cli.scan_told import say
from irkit.scan.accepted.accepted import Accepted, accepted
from irkit.scan.finding import Report
from irkit.scan.quick import NamedTuple
from irkit.scan.rule import Rule


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


def updated(report: Report, rules: Sequence[Rule], reach: Reach, baseline: Path, outcome: Accepted) -> Report:
    """Accept what is left: write it into the baseline, and say so. The report without it.

    ``outcome`` is what was accepted of all that was found: it knows which entries are stale.
    """
    from irkit.scan.accepted.write_baseline import write_baseline

    known = outcome._replace(report=report) if outcome.refreshed is not None else None
    done = write_baseline(report, baseline, rules, root=reach.root, scanned=reach.scanned, outcome=known)
    what = f"{done.added} added, {done.dropped} stale dropped, {done.total} in all" if done.is_changed else "unchanged"
    say(f"irkit scan: {baseline}: {what}")
    return report._replace(findings=())
