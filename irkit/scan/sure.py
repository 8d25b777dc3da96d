"""Which findings are sure enough to be reported, and what is said of the others."""

from __future__ import annotations

from irkit.scan.finding import Finding, Report
from irkit.scan.quick import NamedTuple
from irkit.scan.rule import Confidence

_RISING = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
LEAST = Confidence.MEDIUM
"""What is reported unless the user says otherwise."""


class Unsure(NamedTuple):
    """Findings that were left out because they are less sure than the user wants them."""

    least: Confidence = Confidence.LOW
    """The least that is reported."""
    findings: tuple[Finding, ...] = ()

    def __str__(self) -> str:
        """``12 of low confidence not shown (told by name alone ...): --confidence low``; empty for none."""
        if not self.findings:
            return ""
        if self.least is LEAST:
            what = "of low confidence not shown (told by name alone, in tests, examples or documents)"
        else:
            what = f"less sure than {self.least} not shown"
        return f"{len(self.findings):,} {what}: --confidence low"


def sure(report: Report, least: Confidence = LEAST) -> tuple[Report, Unsure]:
    """The report with the findings that are sure enough, and the others."""
    kept = tuple(one for one in report.findings if _RISING.index(one.confidence) >= _RISING.index(least))
    if len(kept) == len(report.findings):
        return report, Unsure(least)
    left_out = tuple(one for one in report.findings if _RISING.index(one.confidence) < _RISING.index(least))
    return report._replace(findings=kept), Unsure(least, left_out)


def surer(one: Finding, other: Finding) -> Finding:
    """That of two findings of a value which is surer; the first when both are alike."""
    return max(one, other, key=lambda finding: _RISING.index(finding.confidence))
