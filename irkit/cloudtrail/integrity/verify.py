"""Check log files by CloudTrail's digests: which are as delivered, and what is altered, missing, added or unproven.

Source: CloudTrail user guide, "Validating CloudTrail log file integrity". With a ``Folder`` it needs no network.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from irkit.cloudtrail.integrity.chain import judged, signed_at
from irkit.cloudtrail.integrity.digest import Digest
from irkit.cloudtrail.integrity.finding import Finding, Kind
from irkit.cloudtrail.integrity.gaps import DUE, gaps
from irkit.cloudtrail.integrity.hashed import Hashed
from irkit.cloudtrail.integrity.hashing import hashed_files
from irkit.cloudtrail.integrity.held import Held, Holding, Unread
from irkit.cloudtrail.integrity.logs import compared, elsewhen
from irkit.cloudtrail.integrity.own_word import gone, words
from irkit.cloudtrail.integrity.reading import Digests, altered_copy, read_digests
from irkit.cloudtrail.integrity.report import LogCounts, Report, chain_spans
from irkit.cloudtrail.integrity.uncovered import ROUNDED, uncovered
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.layout import named
from irkit.cloudtrail.query import Window
from irkit.cloudtrail.source import Progress
from irkit.errors import OutsideError

_GONE = frozenset({
    *(Kind.MISSING_LOG, Kind.ALTERED_LOG, Kind.REORDERED_LOG),
    *(Kind.MISSING_DIGEST, Kind.ALTERED_DIGEST, Kind.BAD_SIGNATURE),
})  # fmt: skip
_MOST_ASKED = 100
"""Objects whose older versions are asked for."""
_EVERY = 0.1
"""Seconds between two words on progress."""


def _nobody(_: Progress) -> None:
    """Is told, and does nothing."""


def verify(
    holding: Holding, window: Window | None = None, jobs: int | None = None, told: Callable[[Progress], None] = _nobody
) -> Report:
    """Check all that a holding has, or what was delivered in a window. Raises ``OutsideError`` when nothing answers."""
    window, jobs = window or holding.window, jobs or holding.jobs
    digests = read_digests(holding, window, jobs, told)
    logs = [digests.at_home(one) for one in holding.logs() if _is_in(one, window)]
    if not logs and not digests.read and not digests.damaged:
        raise _nothing(holding)
    spoken = holding.spoken()
    span = _span(digests)
    keys = holding.keys(sorted({one.series.region for one in digests.read}), *span) if span else ()
    standing, about_chain = judged(digests.read, digests.metadata, keys)
    counted = _Count(holding, len(logs), told)
    files = hashed_files(holding, logs, jobs) if digests.read else iter(())
    out = compared(standing, counted.all(files), window)
    rest = uncovered(out.left, digests.read, holding.asked_at)
    pending, insights = (rest.pending, rest.insights) if digests.read else (0, 0)
    findings = [
        *digests.findings,
        *holding.touched(),
        *about_chain,
        *gaps(digests.read, digests.damaged, window, holding.asked_at),
        *gone(spoken, digests.read, window),
        *out.findings,
        *elsewhen(standing, window),
        *counted.findings,
        *(rest.findings if digests.read else _no_digests(holding, logs)),
        *(Finding(Kind.NOT_READ, one.place, "to be read", one.why) for one in holding.unread()),
    ]
    return Report(
        holding.label,
        holding.asked_at,
        LogCounts(len(logs) - insights, out.proven, out.unproven, pending, insights, counted.size),
        chain_spans(standing),
        tuple(_with_past(holding, _once(findings))),
        len(keys),
        (*_notes(digests.read, findings, window, holding.asked_at), *words(spoken), *holding.notes()),
    )


def _nothing(holding: Holding) -> OutsideError:
    why = "; ".join(one.why for one in holding.unread())
    msg = f"{holding.label}: no log file and no digest is there" + (f" ({why})" if why else "")
    return OutsideError(msg, hint="look at the path and the times")


class _Count:
    """Tells how far the hashing is, and finds files of a bundle that are not as they were kept."""

    def __init__(self, holding: Holding, total: int, told: Callable[[Progress], None]) -> None:
        self._holding = holding
        self._total = total
        self._told = told
        self._referenced = 0
        self._altered: list[Finding] = []
        self.size = 0

    @property
    def findings(self) -> list[Finding]:
        """What is the matter with a bundle's copies."""
        if not self._referenced:
            return self._altered
        seen = f"{self._referenced} log files are not in it: their hashes were written down when it was made"
        return [*self._altered, Finding(Kind.REFERENCED_LOG, self._holding.label, "the files themselves", seen)]

    def all(self, files: Iterator[tuple[Held, Hashed | Unread]]) -> Iterator[tuple[Held, Hashed | Unread]]:
        """The same, counted."""
        began = last = time.monotonic()
        for number, (held, seen) in enumerate(files, start=1):
            if isinstance(seen, Hashed):
                self._compare(held, seen)
            now = time.monotonic()
            if now - last >= _EVERY or number == self._total:
                last = now
                left = (now - began) / number * (self._total - number)
                self._told(Progress("files", number, self._total, size=self.size, seconds_left=left))
            yield held, seen

    def _compare(self, held: Held, seen: Hashed) -> None:
        self.size += seen.size
        noted = self._holding.noted(held)
        self._altered += altered_copy(held, noted, seen.raw)
        self._referenced += noted is not None and not noted.is_here


def _is_in(one: Held, window: Window | None) -> bool:
    if window is None:
        return True
    at = named(one.key).delivered_at
    return at is None or window.holds(at)


def _span(digests: Digests) -> tuple[datetime, datetime] | None:
    """When the digests were signed, backfills too."""
    if not digests.read:
        return None
    signed = [signed_at(one, digests.metadata.get(one.place, {})) for one in digests.read]
    return min(one.start_at for one in digests.read), max(signed)


def _no_digests(holding: Holding, logs: Sequence[Held]) -> list[Finding]:
    seen = (
        f"{len(logs)} log files and no digest: nothing proves these files. Log file validation was off, or the digests "
        "(CloudTrail-Digest/, beside CloudTrail/) were not saved or were deleted"
    )
    return [Finding(Kind.NO_DIGESTS, holding.label, "digests of the log files", seen)]


def _notes(
    digests: Sequence[Digest], findings: Sequence[Finding], window: Window | None, asked_at: datetime
) -> Iterator[str]:
    if any(one.kind is Kind.UNCOVERED_LOG and "after the last" in one.seen for one in findings):
        end = min(max(one.end_at for one in digests if one.series == each) for each in {one.series for one in digests})
        yield f"To check only what digests can prove: --until {iso(end - ROUNDED)}"
    elif digests and window is None and asked_at - (end := max(one.end_at for one in digests)) > DUE:
        last = iso(end)
        yield f"The last digest ends at {last}: whether anything was delivered later is not told (--until asks for it)."
    if any(one.kind is Kind.UNKNOWN_KEY for one in findings):
        yield (
            "AWS's public keys: aws cloudtrail list-public-keys --region R --start-time T --end-time T > keys.json, "
            "then --keys keys.json"
        )


def _with_past(holding: Holding, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same; of the first ones that were deleted or overwritten, what the bucket still has of them."""
    asked = 0
    for one in findings:
        past = ""
        if one.kind in _GONE and asked < _MOST_ASKED:
            asked += 1
            past = holding.past(one.place)
        yield replace(one, seen=f"{one.seen}; {past}") if past else one


def _once(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Each place and kind once (a damaged digest is met alone and by the one that names it), worst kinds first."""
    best: dict[tuple[Kind, str], Finding] = {}
    for one in findings:
        at = one.kind, one.place
        if at not in best or (one.by and not best[at].by):
            best[at] = one
    kinds = list(Kind)
    yield from sorted(best.values(), key=lambda one: (kinds.index(one.kind), one.place))
