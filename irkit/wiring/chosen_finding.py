"""Which finding of a scan's report an incident is about: an AWS access key, and certainly that one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from irkit.errors import UsageError
from irkit.scan.output.shown import shown
from irkit.wiring.scan_report import ReportedFinding, ScanReport

_LISTED = 20


class FindingNotChosen(UsageError):
    """The report does not say by itself which of its findings is meant, or the one that is meant is no AWS key."""


def chosen_finding(report: ScanReport, named: str, is_known: Callable[[str], bool]) -> ReportedFinding:
    """The finding that is named (a fingerprint, or how it begins), else the only one that can be meant.

    ``is_known`` tells of a fingerprint whether it is that of the key id that the user gave. Raises
    ``FindingNotChosen``, with the findings to choose from where there are several.
    """
    if named:
        return _named(report, named)
    keys = [one for one in report.findings if one.is_key_id]
    meant = [one for one in report.findings if is_known(one.fingerprint)]
    rows = meant or keys or [one for one in report.findings if one.is_secret_key]
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise _several(f"the report has {len(rows)} findings of AWS keys", rows)
    titles = sorted({shown(one.title or one.rule) for one in report.findings})
    kinds = ", ".join(titles[:_LISTED]) + (" and more" if len(titles) > _LISTED else "")
    if kinds:
        raise FindingNotChosen(f"the report has no AWS access key, but: {kinds}", hint="revoke them at their provider")
    raise FindingNotChosen("the report has no findings", hint="the history may have: irkit scan --history")


def _named(report: ScanReport, named: str) -> ReportedFinding:
    rows = [one for one in report.findings if one.fingerprint.startswith(named)]
    if not rows:
        hint = "the report's fingerprints are those that irkit scan shows"
        raise FindingNotChosen(f"the report has no finding {shown(named)}", hint=hint)
    if len(rows) > 1:
        raise _several(f"{len(rows)} findings begin with {named}", rows)
    return rows[0]


def _several(said: str, rows: Sequence[ReportedFinding]) -> FindingNotChosen:
    listed = [f"  {one.told}" for one in rows[:_LISTED]]
    if len(rows) > _LISTED:
        listed.append(f"  and {len(rows) - _LISTED} more")
    return FindingNotChosen("\n".join([f"{said}:", *listed]), hint="choose one: --finding fp_...")
