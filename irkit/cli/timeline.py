"""What happened, in UTC, each row with the journal event behind it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence

from irkit.cli.arguments import add_incident, session
from irkit.report.exposure import exposure
from irkit.report.findings import findings
from irkit.report.timeline import Detail, Row, timeline
from irkit.report.timeline_json import timeline_json
from irkit.report.timeline_markdown import timeline_markdown
from irkit.report.timeline_text import timeline_text

_FORMATS: dict[str, Callable[[Sequence[Row]], Iterable[str]]] = {
    "text": timeline_text,
    "json": timeline_json,
    "markdown": timeline_markdown,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument("--format", choices=list(_FORMATS), default="text", help="json is one row a line")
    details = [each.value for each in Detail]
    parser.add_argument(
        "--detail", choices=details, default=Detail.ALL.value, help="main leaves out beginnings and calls"
    )


def run(args: argparse.Namespace) -> int:
    """Print it."""
    shown = session(args)
    records = shown.journal.records()
    window = exposure(findings(records, shown.runbook), shown.journal.state())
    for line in _FORMATS[args.format](timeline(records, window, Detail(args.detail))):
        print(line)
    return 0
