"""The last report on a history, for when nothing changed since: without its values, which are read where they stood."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast

from irkit.scan.finding import Commit, Finding, Place, PlaceKind, Report, Skipped
from irkit.scan.objects.cat_file import read_objects
from irkit.scan.objects.held import Held
from irkit.scan.passed_over import PassedOver, by_reason, of_stored
from irkit.scan.places.kept_file import read_kept, write_kept
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository
from irkit.scan.repository_state import RepositoryState, are_staged, index_of
from irkit.scan.rule import Confidence, Rule
from irkit.secret import Secret

_MAGIC = b"irkit ready 7 "
_NEAR = 300
"""As much of a line as a sighting has on each side: ``detect.sights.NEAR_BYTES``, whose module is slow to load."""
_PEM_END = b"-----"
_FARTHEST = 8 << 20
"""A value that stands deeper in its object is looked for anew: all of the object would be read."""

_Spot = tuple[str, int, int, int, int]
"""Of a value: its object, where it begins and ends, how much of its line stands before it, and the line's length."""
_Row = tuple[str, str, str, bool | None, _Spot, list[list[object]], list[int]]
"""Of a finding: rule, confidence, fingerprint, whether it was pushed, where to read it, places, and which of the
followed objects hold it."""
_State = tuple[str, list[str], dict[str, str], dict[str, tuple[int, str]], str]
_Ids = tuple[list[str] | None, list[str]]
_Passed = dict[str, list[str]]
_Stored = tuple[str, _State, str, _Ids, list[_Row], _Passed, list[tuple[str, str]], dict[str, int], int, int]
"""Asked, state, index, ids that are followed and that are unreached, findings, lines passed over, what was skipped, and
the numbers of the report."""


class Ready(NamedTuple):
    """A report, and of what it tells."""

    state: RepositoryState
    report: Report
    followed: frozenset[str] | None
    """Ids of the objects with secrets, when nothing else has any and all stand in some commit; else None: then an index
    was asked, or a name or one of git's own texts seen."""
    holders: tuple[frozenset[str], ...] = ()
    """Of each finding, the ids of the followed objects that hold its value."""
    unreached: frozenset[str] = frozenset()
    """Which of the followed objects nothing leads to: none of them is staged."""
    passed: frozenset[PassedOver] = frozenset()
    """The lines that the report counts as dismissed."""


class Memo(NamedTuple):
    """Where the report is remembered, and for what question."""

    repository: Repository
    file: Path
    asked: str
    """A hash of the rules, and of the options that change the report."""
    rule: Callable[[str], Rule]
    key: Callable[[], bytes]

    def read(self) -> Ready | None:
        """What is remembered of this question; None when it is nothing, or broken, or a value is not found again."""
        body = read_kept(self.file, _MAGIC)
        if body is None:
            return None
        asked, state, index, (followed, unreached), rows, passed, skipped, counts, size, unreachable = cast(
            "_Stored", json.loads(body)
        )
        if (
            asked != self.asked
            or index not in {"", index_of(self.repository)}
            or are_staged(self.repository, unreached)
        ):
            return None
        findings = self._findings(rows)
        if findings is None:
            return None
        of = tuple(Skipped(*row) for row in skipped)
        dismissed = {reason: len(lines) for reason, lines in passed.items()}
        report = Report(tuple(findings), dismissed, of, counts, size, unreachable)
        fixed, loose, tips, logs, texts = state
        lengths = {name: (log[0], log[1]) for name, log in logs.items()}
        known = RepositoryState(fixed, frozenset(loose), tips, lengths, texts)
        if followed is None:
            return Ready(known, report, None)
        holders = tuple(frozenset(followed[number] for number in row[6]) for row in rows)
        return Ready(known, report, frozenset(followed), holders, frozenset(unreached), of_stored(passed))

    def _findings(self, rows: Sequence[_Row]) -> list[Finding] | None:
        ids = sorted({row[4][0] for row in rows})
        bodies = {id_: body for id_, _, body in read_objects(self.repository, ids)} if ids else {}
        found: list[Finding] = []
        for rule_id, confidence, fingerprint, pushed, spot, places, _ in rows:
            object_id, start, end, before, length = spot
            body = bodies.get(object_id, b"")
            value, first = body[start:end], start - before
            secret = Secret(value.decode("utf-8", "backslashreplace")) if value else None
            if secret is None or secret.fingerprint(self.key()) != fingerprint:
                return None
            rule = self.rule(rule_id)
            found.append(
                Finding(
                    rule=rule.id,
                    title=rule.title,
                    severity=rule.severity,
                    confidence=Confidence(confidence),
                    fingerprint=secret.fingerprint(self.key()),
                    last4="…" if value.endswith(_PEM_END) else secret.masked(),
                    secret=secret,
                    places=tuple(_place(row) for row in places),
                    near=body[first : first + length],
                    pushed=pushed,
                )
            )
        return found

    def write(self, ready: Ready, held: Iterable[Held]) -> None:
        """Remember a report. Nothing happens when one of its values does not stand plainly in an object."""
        held = list(held)
        spots = {key: spot for one in held for key, spot in _spots(one)}
        followed = None if ready.followed is None else sorted(ready.followed)
        holders = _holders(held, followed or [])
        rows: list[_Row] = []
        for finding in ready.report.findings:
            spot = spots.get((finding.rule, finding.secret.reveal(), finding.near))
            if spot is None:
                return
            told = finding.confidence, finding.fingerprint, finding.pushed
            places: list[list[object]] = [list(place) for place in finding.places]
            rows.append((finding.rule, *told, spot, places, holders.get(finding.secret.reveal(), [])))
        state, report = ready.state, ready.report
        stored: _Stored = (
            self.asked,
            (state.fixed, sorted(state.loose), dict(state.tips), dict(state.logs), state.texts),
            index_of(self.repository) if ready.followed is None else "",
            (followed, sorted(ready.unreached)),
            rows,
            by_reason(ready.passed),
            [(one.what, one.reason) for one in report.skipped],
            {"reused": sum(report.counts.values())},
            0,
            report.unreachable,
        )
        write_kept(self.file, _MAGIC, json.dumps(stored, separators=(",", ":")).encode())


def _spots(held: Held) -> Iterator[tuple[tuple[str, str, bytes], _Spot]]:
    """Where the values of an object stand in it, by rule, value and line."""
    if held.kind == "tree":
        return
    for one in held.sightings:
        plain = not one.via and not one.dismissed and one.end <= _FARTHEST and one.end - one.start == len(one.value)
        before = _before(one.near, one.value, one.column) if plain else -1
        if before >= 0:
            key = one.rule, one.value.decode("utf-8", "backslashreplace"), one.near
            yield key, (held.object_id, one.start, one.end, before, len(one.near))


def _holders(held: Iterable[Held], followed: Sequence[str]) -> dict[str, list[int]]:
    """By value, which of the followed objects hold it, by their numbers."""
    numbers = {id_: number for number, id_ in enumerate(followed)}
    found: dict[str, list[int]] = {}
    for one in (one for one in held if one.object_id in numbers):
        for value in {seen.value for seen in one.sightings if not seen.dismissed}:
            found.setdefault(value.decode("utf-8", "backslashreplace"), []).append(numbers[one.object_id])
    return found


def _before(near: bytes, value: bytes, column: int) -> int:
    """How much of its line stands before a value; -1 when that is not certain."""
    before = min(column - 1, _NEAR)
    return before if near[before : before + len(value)] == value else -1


def _place(row: list[object]) -> Place:
    place = Place(*row)  # type: ignore[arg-type]
    first, last = (commit and Commit(*commit) for commit in (place.first, place.last))
    return place._replace(
        kind=PlaceKind(place.kind),
        span=(place.span[0], place.span[1]),
        via=tuple(place.via),
        first=first,
        last=last,
        refs=tuple(place.refs),
    )
