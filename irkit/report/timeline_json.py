"""A timeline as JSON, one row a line (JSON Lines)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from irkit.report.timeline import Row


def timeline_json(rows: Sequence[Row]) -> Iterator[str]:
    """One JSON object a row, in ASCII: at, clock, uncertainty_ms, step, who, text, basis, event."""
    for row in rows:
        yield json.dumps(row.model_dump(mode="json"), sort_keys=True)
