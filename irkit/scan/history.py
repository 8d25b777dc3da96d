"""A whole history: its objects are looked at, what was found is told at once, then it is located and told again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from irkit.scan.finding import Finding, Place, PlaceKind, Report, Skipped
from irkit.scan.quick import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from irkit.scan.detect.detector import Detector
    from irkit.scan.grouped import Context, Seen
    from irkit.scan.objects.held import Held, Scanned
    from irkit.scan.passed_over import PassedOver
    from irkit.scan.places.located import Located
    from irkit.scan.ready import Memo
    from irkit.scan.repository import Repository

_KINDS = {"blob": PlaceKind.BLOB, "commit": PlaceKind.COMMIT, "tag": PlaceKind.TAG, "tree": PlaceKind.FILE_NAME}


class Unreachable(StrEnum):
    """What to do with findings that no ref, reflog or stash leads to."""

    SHOWN = "shown"
    COUNTED = "counted"


class Location(StrEnum):
    """Whether to look for the commits, paths and refs of what was found."""

    LOCATED = "located"
    LEFT_OUT = "left out"


class Teller(Protocol):
    """Hears how the scan goes."""

    def begun(self) -> None:
        """Other processes look at the objects now: what is needed afterwards can be loaded."""

    def progress(self, done: int, of: int) -> None:
        """So much of the objects was looked at."""

    def hits(self, findings: Callable[[], Sequence[Finding]]) -> None:
        """What was found, before it is located; made when it is called."""

    def note(self, text: str) -> None:
        """Something that the user should know and that stops nothing."""


class Wants(NamedTuple):
    """What of a history is wanted."""

    jobs: int
    key: Callable[[], bytes]
    unreachable: Unreachable = Unreachable.COUNTED
    location: Location = Location.LOCATED
    cache: Path | None = None
    """The folder of what is known from earlier scans; None for none."""
    spec: str = ""
    """``A..B``: only what these commits brought; empty for everything."""


def scan_history(repository: Repository, detector: Detector, wants: Wants, teller: Teller) -> Report:
    """Look at a repository. Raises ``NotARepository`` and ``Unreadable``; what is broken inside is in ``skipped``."""
    scan = _Scan(repository, detector, wants)
    if wants.spec:
        return scan.of_range()
    is_kept = wants.cache and wants.location is Location.LOCATED and repository.object_format == "sha1"
    if not is_kept or repository.is_partial:
        return scan.of_everything(teller).report
    return scan.of_what_changed(teller)


class _Whole(NamedTuple):
    """All of a history."""

    report: Report
    scanned: Scanned
    names: Sequence[Seen]
    """What stands in names of refs and git's own texts."""
    located: Located | None
    """None where places were not looked for."""
    passed: frozenset[PassedOver]
    """The lines that were passed over."""

    @property
    def followed(self) -> frozenset[str] | None:
        """See ``Ready``."""
        from irkit.scan.places.located import wanted_ids  # where nothing is located it is not loaded

        places = self.located.places.values() if self.located else ()
        is_told = all(place.first is not None for some in places for place in some)
        if self.names or not is_told or wanted_ids(self.scanned.held, "tree"):
            return None
        return frozenset(id_.decode() for kind in _KINDS for id_ in wanted_ids(self.scanned.held, kind))

    @property
    def unreached(self) -> frozenset[str]:
        """See ``Ready``."""
        places = self.located.places if self.located else {}
        return frozenset(id_ for id_, some in places.items() if not all(place.is_reachable for place in some))


class _Scan(NamedTuple):
    repository: Repository
    detector: Detector
    wants: Wants

    def of_range(self) -> Report:
        from irkit.scan.places.commit_range import scan_range

        scanned, located = scan_range(self.repository, self.detector, self.wants.spec)
        return self._told(scanned, (), located, _seen(scanned.held, located)).report

    def of_what_changed(self, teller: Teller) -> Report:
        """As remembered, when nothing changed or little; else everything, and remembered for the next time."""
        from irkit.scan.objects.stores import stores
        from irkit.scan.places.refs import read_refs
        from irkit.scan.ready import Ready
        from irkit.scan.repository_state import state_of

        found, refs = stores(self.repository), read_refs(self.repository)
        memo, state = self._memo(), state_of(self.repository, found, refs)
        known = memo.read()
        if known is not None and known.state == state:
            return known.report
        if known is not None and known.followed is not None:
            from irkit.scan.grown import Now, grown

            report = grown(Now(self.repository, state, found, refs), self.detector, known, self.wants.key)
            if report is not None:
                return report
        whole = self.of_everything(teller)
        if not (whole.report.is_incomplete or whole.scanned.cache_problem):
            ready = Ready(state, whole.report, whole.followed, unreached=whole.unreached, passed=whole.passed)
            memo.write(ready, whole.scanned.held)
        return whole.report

    def _memo(self) -> Memo:
        from irkit.scan.places.known import file_of
        from irkit.scan.ready import Memo

        asked = f"{self.detector.rules_hash} {self.wants.unreachable} {self.repository.work_tree is None}"
        file = file_of(self.repository, self.wants.cache or Path()).with_suffix(".ready")
        return Memo(self.repository, file, asked, self.detector.rule, self.wants.key)

    def of_everything(self, teller: Teller) -> _Whole:
        """All objects and names looked at, and located where that is wanted."""
        from irkit.scan.objects.commit_heads import Heads
        from irkit.scan.objects.scan import scan_objects

        wants, aside = self.wants, _Aside(self, teller)
        scanned = scan_objects(
            self.repository,
            self.detector,
            cache=wants.cache,
            jobs=wants.jobs,
            told=teller.progress,
            meanwhile=aside.do,
            of_commits=Heads.KEPT if wants.location is Location.LOCATED else Heads.LEFT_OUT,
        )
        if scanned.cache_problem:
            teller.note(f"nothing is remembered for the next scan: {scanned.cache_problem}")
        from irkit.scan.grouped import grouped

        names = aside.names
        bare = [*_bare(scanned.held), *names]
        is_hit = any(not seen.sighting.dismissed for seen in bare)
        if not is_hit or wants.location is Location.LEFT_OUT:
            return self._told(scanned, names, None, bare)
        teller.hits(lambda: grouped(bare, self._context(None)).findings)
        from irkit.scan.places.locate import locate

        held, rules = _to_locate(scanned.held), self.detector.rules_hash
        located = locate(self.repository, held, cache=wants.cache, jobs=wants.jobs, rules=rules, heads=scanned.commits)
        return self._told(scanned, names, located, [*_seen(scanned.held, located), *names])

    def _context(self, located: Located | None) -> Context:
        from irkit.scan.grouped import Context

        is_mirror = self.repository.work_tree is None  # all that it holds comes from elsewhere

        def pushed(commit: str) -> bool | None:
            return None if located is None or is_mirror else commit in located.pushed

        return Context(self.detector.rule, self.wants.key, pushed, located.ranks if located else {})

    def _told(self, scanned: Scanned, names: Sequence[Seen], located: Located | None, seen: Iterable[Seen]) -> _Whole:
        from irkit.scan.grouped import grouped
        from irkit.scan.passed_over import counted
        from irkit.scan.scrubbed import scrubbed

        groups = grouped(seen, self._context(located))
        findings, left_out = list(groups.findings), 0
        is_told = located is not None and not located.skipped  # else nobody can say what refs lead to: all is shown
        if is_told and self.wants.unreachable is Unreachable.COUNTED:
            reachable = [_reachable(finding) for finding in findings]
            findings = [finding for finding in reachable if finding.places]
            left_out = len(reachable) - len(findings)
        from irkit.scan.places.unread import unread

        closed = () if self.wants.spec else unread(self.repository)
        unknown = (*closed, *(located.skipped if located else ()))
        clean, skipped = scrubbed(
            findings, list(dict.fromkeys([*scanned.skipped, *unknown])), lambda body: self.detector.look(body).sightings
        )
        passed = groups.passed | scanned.passed
        report = Report(
            findings=tuple(clean),
            dismissed=counted(passed),
            skipped=tuple(skipped),
            counts=dict(scanned.counts),
            size=scanned.size,
            unreachable=left_out,
            is_incomplete=scanned.is_incomplete or bool(unknown),
        )
        return _Whole(report, scanned, names, located, passed)


class _Aside:
    """What a scan needs besides its objects: done while other processes look at these, where there are any."""

    def __init__(self, scan: _Scan, teller: Teller) -> None:
        self._scan, self._teller = scan, teller

    def do(self) -> None:
        """Do and load it now."""
        self._teller.begun()
        if self._scan.wants.location is Location.LOCATED:
            from irkit.scan.places import locate, packed_graph  # noqa: F401
            from irkit.scan.places.refs import read_refs

            _ = read_refs(self._scan.repository).starts
        _ = self.names
        from irkit.scan import scrubbed  # noqa: F401
        from irkit.scan.detect import columns  # noqa: F401
        from irkit.scan.objects import absent  # noqa: F401

    @cached_property
    def names(self) -> list[Seen]:
        """What stands in names of refs and git's own texts."""
        from irkit.scan.grouped import Seen
        from irkit.scan.places.names import scan_names

        seen = scan_names(self._scan.repository, self._scan.detector)
        return [Seen(sighting, (place,)) for sighting, place in seen]


def _to_locate(held: Sequence[Held]) -> list[Held]:
    return [one for one in held if any(not sighting.dismissed for sighting in one.sightings)]


def _bare(held: Sequence[Held]) -> Iterator[Seen]:
    """What was seen, with no more of its place than the object."""
    from irkit.scan.grouped import Seen

    for object_id, kind, sightings in held:
        place = Place(_KINDS[kind], object_id=object_id)
        for sighting in sightings:
            yield Seen(sighting, (place,))


def _seen(held: Sequence[Held], located: Located) -> Iterator[Seen]:
    from irkit.scan.grouped import Seen

    for object_id, kind, sightings in held:
        unreached = (Place(_KINDS[kind], object_id=object_id, is_reachable=False),)
        for sighting in sightings:
            if kind == "tree":
                yield Seen(sighting, located.names.get(sighting.value) or unreached)
            else:
                yield Seen(sighting, located.places.get(object_id) or unreached)


def _reachable(finding: Finding) -> Finding:
    return finding._replace(places=tuple(place for place in finding.places if place.is_reachable))


def joined(reports: Sequence[Report]) -> Report:
    """Several reports as one; a value in two of them is one finding with the places of both."""
    from irkit.scan.grouped import gravity
    from irkit.scan.sure import surer

    findings: dict[str, Finding] = {}
    dismissed: dict[str, int] = {}
    counts: dict[str, int] = {}
    skipped: dict[Skipped, None] = {}
    for report in reports:
        for finding in report.findings:
            known = findings.get(finding.fingerprint)
            places = dict.fromkeys((*(known.places if known else ()), *finding.places))
            pushed = _pushed(known, finding) if known else finding.pushed
            told = surer(known, finding) if known else finding
            findings[finding.fingerprint] = told._replace(places=tuple(places), pushed=pushed)
        for totals, more in ((dismissed, report.dismissed), (counts, report.counts)):
            for name, count in more.items():
                totals[name] = totals.get(name, 0) + count
        skipped |= dict.fromkeys(report.skipped)
    return Report(
        tuple(sorted(findings.values(), key=gravity)),
        dismissed,
        tuple(skipped),
        counts,
        sum(report.size for report in reports),
        sum(report.unreachable for report in reports),
        any(report.is_incomplete for report in reports),
    )


def _pushed(one: Finding, other: Finding) -> bool | None:
    """Pushed from one repository is pushed; not pushed when that is so of all, plain files aside."""
    told = {known.pushed for known in (one, other) if any(place.kind is not PlaceKind.FILE for place in known.places)}
    return True if True in told else None if None in told or not told else False
