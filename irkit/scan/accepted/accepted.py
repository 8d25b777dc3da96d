"""Take out of a report what somebody accepted: by a baseline of detect-secrets, or by ignore files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from irkit.scan.accepted.baseline import Baseline, Entry, Scope, read
from irkit.scan.accepted.exclusions import Exclusions, exclusions
from irkit.scan.accepted.ignored import NAMES, Ignored, Line, Lookup, Texts
from irkit.scan.accepted.ignored import read as read_ignored
from irkit.scan.accepted.known import Known, is_now
from irkit.scan.accepted.sites import Sites
from irkit.scan.accepted.stale import stale
from irkit.scan.finding import Finding, Place, Report
from irkit.scan.output.about import LeftOut
from irkit.scan.quick import NamedTuple
from irkit.scan.rule import Rule

BASELINE = "baseline"
HASH = "hash in a baseline"
EXCLUDED = "excluded by the baseline's filters"
REAL = "baseline, known to be real"
_HASHED = re.compile(rb'"hashed_secret": ?"([0-9a-f]{40})"')


class Moved(NamedTuple):
    """An entry whose value now stands in another file."""

    entry: Entry
    path: str
    line: int


class Accepted(NamedTuple):
    """What is left of a report, and what became of the rest."""

    report: Report
    left_out: tuple[LeftOut, ...] = ()
    stale: tuple[Entry, ...] = ()
    """Entries whose value is gone."""
    moved: tuple[Moved, ...] = ()
    changed: tuple[str, ...] = ()
    """``path:line`` of findings that stand where the baseline knows another value."""
    unused: tuple[Line, ...] = ()
    """Lines of ignore files that cover nothing."""
    malformed: tuple[str, ...] = ()
    """What is wrong with lines of ignore files, each with its file and number, and with filters of the baseline."""
    unheeded: tuple[str, ...] = ()
    """The baseline's filters that exclude nothing here, with the reason."""
    refreshed: Baseline | None = None
    """The baseline with the lines and files of now, less the stale entries; None without a baseline."""

    @property
    def total(self) -> int:
        """How many findings are not in the report any more, wholly or in part."""
        return sum(len(each.findings) for each in self.left_out)


def accepted(
    report: Report,
    rules: Sequence[Rule],
    *,
    root: Path | None,
    baseline: Path | None = None,
    ignore_files: Sequence[Path] | None = None,
    scanned: Collection[str] | None = None,
) -> Accepted:
    """The report without what is accepted.

    ``root`` is the top of the work tree (None for a bare repository). ``ignore_files``: None for those that lie at the
    root. ``scanned``: the paths below the root that were looked at, so that nothing else is called stale or unused;
    None when that was all.

    Raises ``BaselineInvalid`` and ``IgnoreUnreadable``, both ``UsageError``.
    """
    lines = read_ignored(_at_root(root) if ignore_files is None else ignore_files)
    known = read(baseline) if baseline is not None else None
    by_id = {rule.id: rule for rule in rules} if known or lines.lines else {}  # a millisecond: each rule is made
    sites = Sites(root)
    sorting = _Sorting(
        sites, Lookup(lines.lines, by_id, _texts(root)), Known(known, sites, by_id) if known else None, scanned
    )
    if known is not None and baseline is not None:
        sorting.exclusions = exclusions(known)
        unknown = (f"{baseline.name}: no filter that can be used: {each}" for each in sorting.exclusions.unknown)
        lines = lines._replace(malformed=(*lines.malformed, *unknown))
    report = report._replace(findings=tuple(sorting.findings(report.findings)))
    return _told(sorting, report, lines, known, scanned)


def _texts(root: Path | None) -> Texts:
    def texts(lines: Sequence[Line]) -> Mapping[Line, str]:
        from irkit.scan.accepted.ignored_texts import ignored_texts

        return ignored_texts(lines, root) if root is not None else {}

    return texts


def _told(
    sorting: _Sorting, report: Report, lines: Ignored, known: Baseline | None, scanned: Collection[str] | None
) -> Accepted:
    left_out = tuple(LeftOut(reason, tuple(findings)) for reason, findings in sorting.left_out.items())
    unused = tuple(line for line in lines.lines if line not in sorting.used) if scanned is None else ()
    made = Accepted(report, left_out, unused=unused, malformed=lines.malformed, changed=tuple(sorting.changed))
    if known is None:
        return made
    made = made._replace(unheeded=sorting.exclusions.unheeded)
    unmatched = [entry for entry in known.entries if entry.key not in sorting.lines and entry.key not in sorting.moved]
    gone = tuple(stale(unmatched, sorting.sites, scanned))
    refreshed = known.with_entries(_refreshed(known, sorting, {entry.key for entry in gone}))
    return made._replace(stale=gone, moved=tuple(sorting.moved.values()), refreshed=refreshed)


def _refreshed(known: Baseline, sorting: _Sorting, gone: Collection[tuple[str, str, str]]) -> Iterator[Entry]:
    for entry in known.entries:
        if entry.key in sorting.moved:
            moved = sorting.moved[entry.key]
            filename = moved.path if entry.scope is Scope.TREE else f"./{moved.path}"
            yield entry._replace(filename=filename, line=moved.line if entry.line else 0)
        elif entry.key not in gone:
            line = sorting.lines.get(entry.key, 0)
            yield entry._replace(line=line) if line and entry.line else entry


class _Sorting:
    """Goes through the findings, and remembers which entry and line covered what."""

    def __init__(self, sites: Sites, lookup: Lookup, known: Known | None, scanned: Collection[str] | None) -> None:
        self.sites = sites
        self.used: set[Line] = set()
        self.lines: dict[tuple[str, str, str], int] = {}
        self.moved: dict[tuple[str, str, str], Moved] = {}
        self.changed: list[str] = []
        self.left_out: dict[str, list[Finding]] = {}
        self.exclusions = Exclusions()
        self._lookup = lookup
        self._known = known
        self._scanned = scanned
        self._gone: dict[tuple[str, str, str], bool] = {}

    def findings(self, findings: Sequence[Finding]) -> Iterator[Finding]:
        """Those that are left, each with the places that are left. Entries are first matched in their own files."""
        all_reasons = [[self._reason_at(finding, place) for place in finding.places] for finding in findings]
        for finding, reasons in zip(findings, all_reasons, strict=True):
            if "" in reasons and self._known is not None:
                self._elsewhere(self._known, finding, reasons)
            yield from self._split(finding, reasons)

    def _reason_at(self, finding: Finding, place: Place) -> str:
        """Why the place is accepted; empty when it is not."""
        for name in self.sites.names(place) or ("",):
            if line := self._lookup(finding, place._replace(path=name)):
                self.used.add(line)
                return line.file
            if self.exclusions.covers(finding, name):
                return EXCLUDED
        if _is_hash(finding):
            return HASH
        entries = self._known.in_its_file(finding, place) if self._known is not None else ()
        for entry in entries:
            if is_now(place) and place.line:
                self.lines[entry.key] = min(place.line, self.lines.get(entry.key, place.line))
            else:
                self.lines.setdefault(entry.key, 0)
        return _reason(entries)

    def _elsewhere(self, known: Known, finding: Finding, reasons: list[str]) -> None:
        """Known values in the history, and those whose file was renamed: its entry covers nothing in its own file."""
        entries = known.anywhere(finding)
        now = next((each for each in reasons if each in {BASELINE, REAL}), "")
        for at, place in enumerate(finding.places):
            if reasons[at]:
                continue
            path = (*self.sites.names(place), "")[0]
            free = [entry for entry in entries if self._is_free(entry)]
            if (entries or now) and not is_now(place):
                reasons[at] = _reason(entries) or now
                self.lines.update({entry.key: 0 for entry in entries if entry.key not in self.lines})
            elif free:
                reasons[at] = _reason(free)
                self.moved |= {entry.key: Moved(entry, path, place.line) for entry in free}
            elif any(self._is_free(entry) for entry in known.at(path, place.line)):
                self.changed.append(f"{path}:{place.line}")

    def _is_free(self, entry: Entry) -> bool:
        """Whether the entry covers nothing, and its value is gone from its own file."""
        if entry.scope is Scope.HISTORY or entry.key in self.lines or entry.key in self.moved:
            return False
        if entry.key not in self._gone:
            is_stale = any(stale([entry], self.sites, self._scanned))
            self._gone[entry.key] = is_stale or not self.sites.exists(entry.path)
        return self._gone[entry.key]

    def _split(self, finding: Finding, reasons: list[str]) -> Iterator[Finding]:
        by_reason: dict[str, list[Place]] = {}
        for place, reason in zip(finding.places, reasons, strict=True):
            by_reason.setdefault(reason, []).append(place)
        for reason, places in by_reason.items():
            near = finding.near if places[0] == finding.places[0] else b""
            part = finding._replace(places=tuple(places), near=near)
            if reason:
                self.left_out.setdefault(reason, []).append(part)
            else:
                yield part
        if not finding.places:
            yield finding


def _is_hash(finding: Finding) -> bool:
    """Whether it is what a baseline holds: a hash of a value, not the value."""
    written = _HASHED.search(finding.near)
    return written is not None and written[1] == finding.secret.reveal().encode()


def _at_root(root: Path | None) -> list[Path]:
    return [root / name for name in NAMES if (root / name).is_file()] if root is not None else []


def _reason(entries: Sequence[Entry]) -> str:
    if not entries:
        return ""
    return REAL if any(entry.is_secret for entry in entries) else BASELINE
