"""JSON lines: one finding a line, each as it stands in the JSON document's ``findings``. No line for the summary."""

from __future__ import annotations

import json

from irkit.scan.finding import Report
from irkit.scan.output.about import About, Reveal
from irkit.scan.output.record import Recorder
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


def write(report: Report, out: TextIO, about: About, reveal: Reveal = Reveal.HIDDEN) -> None:
    """Write a line a finding; the stream is flushed after each, so that a reader can follow."""
    recorder = Recorder(report, about, reveal)
    for finding in report.findings:
        out.write(json.dumps(recorder.finding(finding), separators=(",", ":")) + "\n")
        out.flush()
