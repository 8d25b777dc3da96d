"""What the check of a trail's integrity came to: one result, its document for programs and its text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from irkit.cloudtrail.integrity.chain import How, Judged, Standing
from irkit.cloudtrail.integrity.digest import Series
from irkit.cloudtrail.integrity.finding import Finding, Kind, Verdict
from irkit.cloudtrail.integrity.gaps import by_series
from irkit.cloudtrail.iso import iso
from irkit.counted import counted

_MANY = 40
"""Chains that are told one by one."""
_ORDER = tuple(Verdict)
_SAYS = {
    Verdict.INTACT: "every log file told below is here, and is as CloudTrail delivered it",
    Verdict.ALTERED: "something is NOT as CloudTrail delivered it",
    Verdict.INCOMPLETE: "nothing here was altered, but not everything is here",
    Verdict.UNPROVEN: "nothing speaks against these files, and for some of them nothing proves them",
}


@dataclass(frozen=True)
class LogCounts:
    """How many log files are what. ``proven`` are as delivered; ``unproven`` fit a digest that is itself unproven."""

    here: int = 0
    proven: int = 0
    unproven: int = 0
    pending: int = 0
    """So young that their digest is not due yet."""
    insights: int = 0
    """Files of Insights, which hold no calls and are in no digest; not among ``here``."""
    size: int = 0
    """Bytes as stored."""


@dataclass(frozen=True)
class ChainSpan:
    """The digests of one account, region and trail."""

    series: Series
    buckets: tuple[str, ...]
    digests: int
    proven: dict[str, int]
    """By what they are proven, in words, and how many."""
    unproven: int
    altered: int
    start_at: datetime
    end_at: datetime
    begins: bool
    """Whether the first digest is the first of its chain: validation was switched on then."""


@dataclass(frozen=True)
class Report:
    """All of it. ``notes`` say what else limits the answer."""

    label: str
    asked_at: datetime
    logs: LogCounts
    chains: tuple[ChainSpan, ...]
    findings: tuple[Finding, ...]
    keys: int
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst that a finding comes to."""
        return min((one.kind.verdict for one in self.findings), key=_ORDER.index, default=Verdict.INTACT)

    @property
    def document(self) -> dict[str, object]:
        """Everything as JSON values; times in UTC, ISO 8601."""
        return {
            "verdict": self.verdict.value,
            "source": self.label,
            "asked_at": self.asked_at.isoformat(),
            "logs": asdict(self.logs),
            "public_keys": self.keys,
            "chains": [
                {
                    **one.series._asdict(),
                    "backfill": bool(one.series.backfill),
                    "buckets": list(one.buckets),
                    "digests": one.digests,
                    "proven_by": one.proven,
                    "unproven": one.unproven,
                    "altered": one.altered,
                    "start_at": one.start_at.isoformat(),
                    "end_at": one.end_at.isoformat(),
                    "begins": one.begins,
                }
                for one in self.chains
            ],
            "counts": dict(Counter(one.kind.value for one in self.findings)),
            "findings": [_flat(one) for one in self.findings],
            "notes": list(self.notes),
        }

    def lines(self, most: int = 20) -> Iterator[str]:
        """The text, line by line; at most so many findings of one kind are told, and how many more there are."""
        yield f"{self.verdict.upper()}: {_SAYS[self.verdict]}"
        yield ""
        yield f"{self.label}, {iso(self.asked_at)}"
        yield from self._log_lines()
        for line in self.chain_lines():
            yield f"  {line}"
        for kind in Kind:
            those = [one for one in self.findings if one.kind is kind]
            if those:
                yield ""
                yield from _finding_lines(kind, those, most)
        if self.notes:
            yield ""
            yield from self.notes

    def chain_lines(self) -> Iterator[str]:
        """What the digests of each account, region and trail cover, and by what they are proven.

        Of very many (an organization's), those that are wholly proven are one line.
        """
        plain = [one for one in self.chains if not one.unproven and not one.altered]
        if len(self.chains) > _MANY and plain:
            yield _together(plain)
        for one in self.chains:
            if len(self.chains) <= _MANY or one not in plain:
                yield f"{one.series.text}: {_chain_words(one)}"

    def _log_lines(self) -> Iterator[str]:
        logs = self.logs
        words = [f"{logs.proven} of {logs.here} log files proven"]
        if not logs.here and self.chains and self.verdict is Verdict.INTACT:
            words = ["0 log files: the digests list none, so nothing was delivered in this time"]
        if logs.unproven:
            words.append(f"{logs.unproven} fit their digest, which is itself not proven")
        if logs.pending:
            words.append(f"{logs.pending} too young for a digest: check again in two hours")
        if logs.insights:
            words.append(f"{counted(logs.insights, 'file')} of Insights, which hold no calls and which no digest lists")
        yield "  " + "; ".join(words)


def chain_spans(judged: Sequence[Judged]) -> tuple[ChainSpan, ...]:
    """A summary of each chain."""
    standing = {one.digest.place: one for one in judged}
    found = []
    for name, those in by_series(one.digest for one in judged).items():
        here = [standing[one.place] for one in those]
        hows = Counter(one.how for one in here if one.standing is Standing.PROVEN)
        found.append(
            ChainSpan(
                name,
                tuple(sorted({one.bucket for one in those})),
                len(those),
                {how.value: hows[how] for how in How if hows[how]},
                sum(one.standing is Standing.UNPROVEN for one in here),
                sum(one.standing is Standing.BROKEN for one in here),
                min(one.start_at for one in those),
                max(one.end_at for one in those),
                those[0].previous is None,
            )
        )
    return tuple(found)


def _together(chains: Sequence[ChainSpan]) -> str:
    accounts, regions = {one.series.account for one in chains}, {one.series.region for one in chains}
    begin, end = max(one.start_at for one in chains), min(one.end_at for one in chains)
    digests = sum(one.digests for one in chains)
    return (
        f"{len(accounts)} accounts, {len(regions)} regions: {digests} digests, all proven; each chain covers "
        f"{iso(begin)} to {iso(end)} and may cover more (--format json has each)"
    )


def _chain_words(one: ChainSpan) -> str:
    counts = ", ".join(f"{count} by {how}" for how, count in one.proven.items())
    words = [f"{one.digests} digests, {iso(one.start_at)} to {iso(one.end_at)}"]
    words.append(f"proven: {counts}" if counts else "NONE PROVEN")
    if one.unproven and counts:
        words.append(f"{one.unproven} unproven")
    if one.altered:
        words.append(f"{one.altered} ALTERED")
    if one.begins:
        words.append("validation began with the first")
    return "; ".join(words)


def _finding_lines(kind: Kind, those: Sequence[Finding], most: int) -> Iterator[str]:
    yield f"{kind.upper()} ({len(those)})"
    for one in those[:most]:
        yield f"  {one.place}"
        yield f"    expected  {one.expected}"
        yield f"    seen      {one.seen}"
        if one.by:
            yield f"    by        {one.by.rpartition('/')[2]}"
        if one.since and one.until and one.kind.verdict is not Verdict.ALTERED and iso(one.since) not in one.seen:
            yield f"    time      {iso(one.since)} to {iso(one.until)}"
    if len(those) > most:
        yield f"  ... and {len(those) - most} more (--format json has all)"


def _flat(one: Finding) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "verdict": one.kind.verdict.value,
        "place": one.place,
        "expected": one.expected,
        "seen": one.seen,
        "by": one.by,
        "since": one.since.isoformat() if one.since else None,
        "until": one.until.isoformat() if one.until else None,
        "series": one.series,
    }
