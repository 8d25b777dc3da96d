"""Log files at hand against what the digests list: which are as delivered, and what is the matter with the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from irkit.cloudtrail.integrity.chain import Judged, Standing
from irkit.cloudtrail.integrity.digest import HASHED_BY, Listed
from irkit.cloudtrail.integrity.finding import Finding, Kind
from irkit.cloudtrail.integrity.hashed import Hashed
from irkit.cloudtrail.integrity.held import Held, Unread
from irkit.cloudtrail.integrity.uncovered import ROUNDED
from irkit.cloudtrail.layout import named
from irkit.cloudtrail.query import Window
from irkit.counted import counted


class Claim(NamedTuple):
    """A log file as one digest lists it, and what is known of that digest."""

    listed: Listed
    by: Judged


@dataclass
class Compared:
    """What came of the comparison. ``proven`` and ``unproven`` count files that have the hash their digest lists."""

    proven: int = 0
    unproven: int = 0
    """Right by a digest that is itself not proven."""
    findings: list[Finding] = field(default_factory=list)
    left: list[Held] = field(default_factory=list)
    """Files that no digest lists, and whose content none lists either."""


@dataclass
class _Desk:
    """What the comparison looks into. What only a mismatch needs is made with the first one."""

    claims: Mapping[tuple[str, str], Sequence[Claim]]
    hashes: dict[str, Hashed | Unread] = field(default_factory=dict)
    by_name: dict[str, list[Held]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    out: Compared = field(default_factory=Compared)

    @cached_property
    def by_hash(self) -> Mapping[str, Sequence[Held]]:
        """The files at hand by their content."""
        found: dict[str, list[Held]] = defaultdict(list)
        for held in (held for all_ in self.by_name.values() for held in all_):
            seen = self.hashes[held.place]
            if isinstance(seen, Hashed) and not seen.wrong:
                found[seen.sha256].append(held)
        return found

    @cached_property
    def listed_hashes(self) -> Mapping[str, Listed]:
        """The files that digests list, by their content."""
        return {claim.listed.sha256: claim.listed for all_ in self.claims.values() for claim in all_}


def compared(
    judged: Iterable[Judged], hashes: Iterable[tuple[Held, Hashed | Unread]], window: Window | None
) -> Compared:
    """Compare each listed file with what is at hand; of a window, only files delivered in it are looked for."""
    desk = _Desk(_claims(judged, window))
    for held, seen in hashes:
        desk.hashes[held.place] = seen
        desk.by_name.setdefault(held.name, []).append(held)
    missing = [all_ for all_ in desk.claims.values() if not _is_found(all_, desk)]
    for all_ in missing:
        desk.out.findings.append(_sought(all_, desk))
    desk.out.findings += _rest(desk)
    return desk.out


def elsewhen(judged: Iterable[Judged], window: Window | None) -> Iterator[Finding]:
    """Digests of a window that list files which their names put far from it: a check of the window passes them by.

    Files lie about the time of their digest. A backfill tells of late ones, and says so.
    """
    for one in judged if window else ():
        digest = one.digest
        if digest.series.backfill:
            continue
        near = Window(digest.start_at - ROUNDED, digest.end_at + ROUNDED)
        times = ((named(listed.key).delivered_at, listed.key) for listed in digest.logs)
        far = sorted((at, key) for at, key in times if at and not near.holds(at) and not (window and window.holds(at)))
        if far:
            first, last = far[0][0], far[-1][0]
            seen = f"{counted(len(far), 'file')} named as of {first:%Y-%m-%dT%H:%MZ}"
            seen += f" to {last:%Y-%m-%dT%H:%MZ}" if last != first else ""
            yield Finding(
                Kind.OTHER_TIME,
                digest.place,
                f"log files of {digest.start_at:%Y-%m-%dT%H:%MZ} to {digest.end_at:%Y-%m-%dT%H:%MZ}",
                f"{seen} ({far[0][1].rpartition('/')[2]}): not looked at, check without --since and --until",
                digest.place,
                digest.start_at,
                digest.end_at,
                digest.series.text,
            )


def _claims(judged: Iterable[Judged], window: Window | None) -> dict[tuple[str, str], list[Claim]]:
    """What is said of each log file, the most credible first."""
    found: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for one in judged:
        for listed in one.digest.logs:
            if window is None or (at := named(listed.key).delivered_at) is None or window.holds(at):
                found[listed.bucket, listed.key].append(Claim(listed, one))
    for all_ in found.values():
        all_.sort(key=lambda claim: claim.by.standing is not Standing.PROVEN)
    return found


def _is_found(all_: Sequence[Claim], desk: _Desk) -> bool:
    """Judge the file that lies where the digest says; False when none lies there."""
    best = all_[0]
    name = best.listed.key.rpartition("/")[2].removesuffix(".gz")
    here = [held for held in desk.by_name.get(name, ()) if held.lies_at(best.listed.bucket, best.listed.key)]
    if not here:
        return False
    desk.used.update(held.place for held in here)
    for held in here:
        desk.out.findings += _judged(held, all_, desk)
    return True


def _judged(held: Held, all_: Sequence[Claim], desk: _Desk) -> Iterable[Finding]:
    seen = desk.hashes[held.place]
    best = all_[0]
    if isinstance(seen, Unread):
        yield _finding(Kind.UNREADABLE_LOG, held.place, best, seen.why)
        return
    if best.listed.algorithm not in {"", HASHED_BY}:
        yield _finding(Kind.UNKNOWN_ALGORITHM, held.place, best, f"hashed by {best.listed.algorithm}")
        return
    fitting = [claim for claim in all_ if claim.listed.sha256 == seen.sha256]
    if fitting and not seen.wrong:
        if fitting[0].by.standing is Standing.PROVEN:
            desk.out.proven += 1
        else:
            desk.out.unproven += 1
        return
    other = desk.listed_hashes.get(seen.sha256) if not seen.wrong else None
    if other is not None:
        yield _finding(Kind.REORDERED_LOG, held.place, best, f"the content of {other.key.rpartition('/')[2]}")
        return
    why = f"{seen.wrong}; " if seen.wrong else ""
    yield _finding(Kind.ALTERED_LOG, held.place, best, f"{why}sha256 {seen.sha256} ({seen.inflated} bytes)")


def _sought(all_: Sequence[Claim], desk: _Desk) -> Finding:
    """A listed file that does not lie in its place: moved, when its content lies elsewhere; else missing."""
    best = all_[0]
    place = f"s3://{best.listed.bucket}/{best.listed.key}"
    elsewhere = desk.by_hash.get(best.listed.sha256, ())
    free = [held for held in elsewhere if held.place not in desk.used]
    if free:
        desk.used.add(free[0].place)
        return _finding(Kind.MOVED_LOG, free[0].place, best, f"its content, in the place of {place}")
    more = f"; its content lies at {elsewhere[0].place}" if elsewhere else ""
    return _finding(Kind.MISSING_LOG, place, best, f"no such file{more}")


def _rest(desk: _Desk) -> Iterable[Finding]:
    """Files that lie where no digest has one."""
    for held in (held for all_ in desk.by_name.values() for held in all_ if held.place not in desk.used):
        seen = desk.hashes[held.place]
        if isinstance(seen, Unread):
            yield Finding(Kind.UNREADABLE_LOG, held.place, "a log file", seen.why)
            continue
        other = desk.listed_hashes.get(seen.sha256) if not seen.wrong else None
        if other is None:
            desk.out.left.append(held)
        else:
            said = f"no file here: {other.key.rpartition('/')[2]} belongs to s3://{other.bucket}/{other.key}"
            yield Finding(Kind.COPIED_LOG, held.place, said, "its content a second time")


def _finding(kind: Kind, place: str, claim: Claim, seen: str) -> Finding:
    unsure = "" if claim.by.standing is Standing.PROVEN else f" (by a digest that is {claim.by.standing})"
    digest = claim.by.digest
    return Finding(
        kind,
        place,
        f"sha256 {claim.listed.sha256}{unsure}",
        seen,
        digest.place,
        digest.start_at,
        digest.end_at,
        digest.series.text,
    )
