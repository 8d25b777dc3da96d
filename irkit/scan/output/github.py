"""GitHub annotations: workflow commands, one a finding, that GitHub draws beside the changed line.

Their form: docs.github.com, "Workflow commands for GitHub Actions". GitHub shows the first ten of each level a step.
"""

from __future__ import annotations

from irkit.counted import counted
from irkit.scan.finding import Finding, Place, PlaceKind, Report
from irkit.scan.output.about import About
from irkit.scan.output.sentence import sentence
from irkit.scan.output.shown import shown
from irkit.scan.output.veil import Veil, veil
from irkit.scan.quick import TYPE_CHECKING
from irkit.scan.rule import Severity

if TYPE_CHECKING:
    from typing import TextIO

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}


def write(report: Report, out: TextIO, about: About) -> None:
    """Write a command a finding, a warning a skipped thing when the scan is incomplete, and nothing else."""
    cover = veil(report, about)
    for finding in report.findings:
        named = "".join(f"{name}={_property(value)}," for name, value in _where(finding, cover).items())
        title = _property(shown(f"{finding.severity} {finding.title}"))
        out.write(f"::{_LEVELS[finding.severity]} {named}title={title}::{_data(sentence(finding, cover))}\n")
    if report.is_incomplete:
        text = f"the scan is incomplete: {counted(len(report.skipped), 'thing')} skipped"
        out.write(f"::warning title=irkit scan::{_data(text)}\n")


def _where(finding: Finding, cover: Veil) -> dict[str, str]:
    """The first place that stands in the files of now; none when it stands in the history alone."""
    for place in finding.places:
        if place.path and _is_now(place):
            line = {"line": str(place.line)} if place.line else {}
            return {"file": _path(cover(place.path)), **line}
    return {}


def _is_now(place: Place) -> bool:
    return place.kind is PlaceKind.FILE or (place.kind is PlaceKind.BLOB and place.is_current)


def _path(path: str) -> str:
    """The path as it is, so that GitHub knows the file; only what a terminal that shows the log obeys is escaped."""
    return "".join(each if each in "\r\n\\" else shown(each) for each in path)


def _data(text: str) -> str:
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
