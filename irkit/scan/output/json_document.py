"""JSON: one document, with the findings and how much was looked at. ASCII only, so that any stream can carry it."""

from __future__ import annotations

import json
from collections import Counter

from irkit.scan.finding import Report
from irkit.scan.output.about import About, Reveal
from irkit.scan.output.record import Record, Recorder, by_name, named
from irkit.scan.output.veil import Veil
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

SCHEMA = "irkit-scan-1"
"""Grows only by new fields; a field that changes its meaning makes it ``irkit-scan-2``."""


def write(report: Report, out: TextIO, about: About, reveal: Reveal = Reveal.HIDDEN) -> None:
    """Write the document, indented by one blank."""
    recorder = Recorder(report, about, reveal)
    made: Record = {
        "schema": SCHEMA,
        "irkit": about.version,
        "repository": {"address": about.repository, "revision": about.revision, "branch": about.branch},
        "findings": [recorder.finding(finding) for finding in report.findings],
        "summary": _summary(report, about, recorder.cover),
    }
    json.dump(made, out, indent=1)
    out.write("\n")


def _summary(report: Report, about: About, cover: Veil) -> Record:
    reasons = Counter(skipped.reason for skipped in report.skipped)
    return {
        "scanned": by_name(report.counts.items()),
        "bytes": report.size,
        "findings": len(report.findings),
        "findings_by_severity": by_name(Counter(one.severity.value for one in report.findings).items()),
        "places": sum(len(one.places) for one in report.findings),
        "dismissed": by_name(report.dismissed.items()),
        "confidence": about.unsure.least.value,
        "below_confidence": len(about.unsure.findings),
        "accepted": by_name((each.reason, len(each.findings)) for each in about.accepted),
        "skipped": [{**named("what", cover(each.what)), "reason": each.reason} for each in report.skipped],
        "skipped_by_reason": by_name(reasons.items()),
        "unreachable": report.unreachable,
        "incomplete": report.is_incomplete,
        "notes": [*about.notes],
    }
