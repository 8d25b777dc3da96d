"""JUnit XML: one test case a finding, failed; one a skipped thing; a passed one when nothing was found. ASCII only."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from irkit.counted import counted
from irkit.scan.finding import Finding, Report
from irkit.scan.output.about import About
from irkit.scan.output.sentence import sentence
from irkit.scan.output.shown import shown
from irkit.scan.output.summary import summary
from irkit.scan.output.veil import Veil, veil
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_NAME = "irkit scan"


def write(report: Report, out: TextIO, about: About) -> None:
    """Write the document: ``testsuites > testsuite > testcase > failure | skipped | error``."""
    cover = veil(report, about)
    cases = [_failed(finding, cover) for finding in report.findings] or [_case("secrets", "no secret found")]
    cases += [_skipped(cover(skipped.what), skipped.reason) for skipped in report.skipped]
    errors = [_incomplete(len(report.skipped))] if report.is_incomplete else []
    counts = {
        "tests": str(len(cases) + len(errors)),
        "failures": str(len(report.findings)),
        "errors": str(len(errors)),
        "skipped": str(len(report.skipped)),
    }
    suites = ET.Element("testsuites", {"name": _NAME, **counts})
    suite = ET.SubElement(suites, "testsuite", {"name": _NAME, **counts})
    suite.extend([*cases, *errors])
    said = ET.SubElement(suite, "system-out")
    said.text = "\n".join(shown(cover(line)) for line in summary(report, about))
    ET.indent(suites, " ")
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(ET.tostring(suites, encoding="us-ascii", xml_declaration=False).decode("ascii"))
    out.write("\n")


def _case(classname: str, name: str, **more: str) -> ET.Element:
    return ET.Element("testcase", {"classname": classname, "name": name, "time": "0", **more})


def _failed(finding: Finding, cover: Veil) -> ET.Element:
    told = [
        (f"{shown(cover(place.repository))}: " if place.repository else "")
        + (_place(shown(cover(place.path)), place.line) or place.object_id)
        for place in finding.places
    ]
    named = {"file": shown(cover(finding.places[0].path))} if finding.places and finding.places[0].path else {}
    if named and finding.places[0].line:
        named["line"] = str(finding.places[0].line)
    case = _case(finding.rule, f"{told[0] if told else finding.title} {finding.fingerprint}", **named)
    failure = ET.SubElement(case, "failure", {"type": finding.severity.value, "message": sentence(finding, cover)})
    failure.text = "\n".join(told)
    return case


def _place(path: str, line: int) -> str:
    return f"{path}:{line}" if path and line else path


def _skipped(what: str, reason: str) -> ET.Element:
    case = _case("skipped", shown(what))
    ET.SubElement(case, "skipped", {"message": shown(reason)})
    return case


def _incomplete(skipped: int) -> ET.Element:
    case = _case("scan", "complete")
    text = f"something that should have been scanned was not; {counted(skipped, 'thing')} skipped"
    ET.SubElement(case, "error", {"type": "incomplete", "message": text})
    return case
