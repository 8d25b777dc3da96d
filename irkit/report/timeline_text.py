"""A timeline as lines for a terminal or a ticket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from irkit.report.safe_markdown import visible
from irkit.report.spans import utc
from irkit.report.timeline import Row

_STEP = 18


def timeline_text(rows: Sequence[Row]) -> Iterator[str]:
    """One line a row: time, event, step, who, what, basis. No control character of what was recorded gets through."""
    for row in rows:
        when = utc(row.at) + (f" ±{row.uncertainty_ms} ms" if row.uncertainty_ms else "")
        told = f"{when}  #{row.event:<4} {row.step:<{_STEP}}  {row.text}"
        line = told + (f"  [{row.who}]" if row.who else "") + (f"  ({row.basis})" if row.basis != "observed" else "")
        yield "".join(visible(each) for each in line)
