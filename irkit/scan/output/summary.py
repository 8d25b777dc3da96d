"""How much a scan looked at, what it found, left out and could not look at: lines for people."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping

from irkit.counted import counted
from irkit.scan.finding import Liveness, Report, Skipped
from irkit.scan.output.about import About
from irkit.scan.rule import Severity

_LISTED = 20
"""How many of the skipped are named for each reason; JSON has all."""
_WIDTH = 100
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_THOUSAND = 1000


def summary(report: Report, about: About) -> Iterator[str]:
    """The lines. Texts of strangers are in them as they are: ``shown`` them before they are written."""
    yield f"scanned    {_listed(report.counts) or 'nothing'}; {_size(report.size)}"
    yield f"found      {_found(report)}"
    if about.unsure.findings:
        yield f"           {about.unsure}"
    if report.unreachable:
        yield f"           {counted(report.unreachable, 'more finding')} where no ref leads (--unreachable shows them)"
    if any(report.dismissed.values()):
        yield from _wrapped("dismissed  ", _total(report.dismissed))
    left_out = {each.reason: len(each.findings) for each in about.accepted}
    if any(left_out.values()):
        yield from _wrapped("accepted   ", _total(left_out))
    yield from _skipped(report.skipped)
    for note in about.notes:
        yield f"note       {note}"
    if report.is_incomplete:
        yield "INCOMPLETE: something that should have been scanned was not"


def _found(report: Report) -> str:
    if not report.findings:
        return "no secret"
    severities = Counter(finding.severity for finding in report.findings)
    by_severity = ", ".join(f"{severities[one]} {one}" for one in Severity if severities[one])
    places = sum(len(finding.places) for finding in report.findings)
    text = f"{counted(len(report.findings), 'secret')} in {counted(places, 'place')}: {by_severity}"
    if alive := sum(finding.liveness is Liveness.ACTIVE for finding in report.findings):
        text += f"; {alive} active at the provider"
    if pushed := sum(finding.pushed is True for finding in report.findings):
        text += f"; {pushed} already pushed"
    return text


def _skipped(skipped: tuple[Skipped, ...]) -> Iterator[str]:
    if not skipped:
        return
    by_reason: dict[str, list[str]] = {}
    for each in skipped:
        by_reason.setdefault(each.reason, []).append(each.what)
    yield f"skipped    {counted(len(skipped), 'thing')}, not looked into:"
    for reason, names in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        yield f"  {reason}: {len(names):,}"
        for name in names[:_LISTED]:
            yield f"    {name}"
        if len(names) > _LISTED:
            yield f"    and {len(names) - _LISTED:,} more (--format json lists all)"


def _wrapped(head: str, told: str) -> list[str]:
    return textwrap.wrap(told, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False)


def _total(counts: Mapping[str, int]) -> str:
    falling = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    parts = ", ".join(f"{count:,} {reason}" for reason, count in falling if count)
    return f"{sum(counts.values()):,}: {parts}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {_singular(what) if count == 1 else what}" for what, count in counts.items() if count)


def _singular(what: str) -> str:
    """``blob`` of ``blobs``, ``repository`` of ``repositories``; other words as they are."""
    return f"{what[:-3]}y" if what.endswith("ies") else what.removesuffix("s")


def _size(size: int) -> str:
    amount = float(size)
    for unit in _UNITS:
        if amount < _THOUSAND or unit == _UNITS[-1]:
            break
        amount /= _THOUSAND
    return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:,.1f} {unit}"
