"""A timeline as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from irkit.report.markdown_parts import link, table
from irkit.report.safe_markdown import safe
from irkit.report.spans import utc
from irkit.report.timeline import Row


def timeline_markdown(rows: Sequence[Row]) -> Iterator[str]:
    """The lines of the table; a clock other than this machine's is named, with how far it may be off."""
    yield from table(
        ("When", "Step", "Who", "What", "Basis", "Event"),
        (
            (
                utc(row.at) + (f" ±{row.uncertainty_ms} ms" if row.uncertainty_ms else ""),
                safe(row.step),
                safe(row.who),
                safe(row.text) + (f" (time from {safe(row.clock)})" if row.clock != "this machine" else ""),
                str(row.basis),
                link(row.event),
            )
            for row in rows
        ),
    )
