"""Sightings made into findings: one a value, with every place, the places of one file through its versions as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from irkit.scan.detect.beginnings import LONE_KEY
from irkit.scan.detect.by_name_alone import is_doubtful
from irkit.scan.detect.by_path import MESSAGE, dismissed_at
from irkit.scan.finding import Commit, Finding, Place, PlaceKind, Sighting
from irkit.scan.passed_over import PassedOver, counted, passed_over
from irkit.scan.quick import NamedTuple
from irkit.scan.rule import Confidence, Rule
from irkit.secret import Secret

_SURE = (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)
_MESSAGES = (PlaceKind.COMMIT, PlaceKind.TAG)
_REFS_SHOWN = 20
_PEM_END = b"-----"
"""The last characters of a private key's text tell nothing of it."""
_UNKNOWN = float("inf")


class Seen(NamedTuple):
    """A sighting and the places of the text it was seen in; the places have neither line nor way yet."""

    sighting: Sighting
    places: tuple[Place, ...]


class Grouped(NamedTuple):
    """The findings, the surest and gravest first, and the lines that were passed over."""

    findings: tuple[Finding, ...]
    passed: frozenset[PassedOver]

    @property
    def dismissed(self) -> dict[str, int]:
        """How many lines were passed over, by reason."""
        return counted(self.passed)


class Context(NamedTuple):
    """What the grouping asks of the scan."""

    rule: Callable[[str], Rule]
    key: Callable[[], bytes]
    """Of the fingerprints; asked for at the first finding."""
    pushed: Callable[[str], bool | None]
    """Whether a remote has a commit; None when nobody knows."""
    ranks: Mapping[str, int] = MappingProxyType({})
    """By id of commits of one second, which came earlier."""
    judged: Callable[[str], str] = str
    """Of a place's path, what tells the kind of its file: from its project on."""


def grouped(seen: Iterable[Seen], context: Context) -> Grouped:
    """The findings in what was seen. A value that only stands where its path makes it harmless is none.

    One that its name alone tells is of low confidence when it only stands in tests and examples.
    """
    passed: dict[tuple[str, bytes], None] = {}
    groups: dict[bytes, list[Seen]] = {}
    judged: dict[tuple[str, bytes, bytes, str], tuple[str, bool]] = {}
    for sighting, places in seen:
        rule = context.rule(sighting.rule)
        held, is_sure = [], False
        why = sighting.dismissed
        for place in places if not why else ():
            asked = (rule.id, sighting.value, sighting.near, _innermost(place, sighting, context))
            if asked not in judged:  # a file has many versions
                judged[asked] = _judged(rule, *asked[1:])
            why_here, is_doubted = judged[asked]
            why = why or why_here
            if not why_here:
                held.append(_at(place, sighting))
                is_sure = is_sure or not is_doubted
        if held:
            told = sighting if is_sure else sighting._replace(confidence=Confidence.LOW)
            groups.setdefault(sighting.value, []).append(Seen(told, tuple(held)))
        elif why:
            passed[why, sighting.near] = None
    findings = sorted((_finding(group, context) for group in groups.values()), key=gravity)
    return Grouped(tuple(findings), frozenset(passed_over(why, line) for why, line in passed))


def _judged(rule: Rule, value: bytes, near: bytes, path: str) -> tuple[str, bool]:
    """Why a value is no secret in a file of this path, empty when it is one; and whether it is a doubtful one there."""
    why = dismissed_at(rule, value, near, path) if path or rule.id == LONE_KEY else ""
    return why, is_doubtful(rule, path)


def together(some: Iterable[Finding], more: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of different values, in their order."""
    return tuple(sorted((*some, *more), key=gravity))


def _innermost(place: Place, sighting: Sighting, context: Context) -> str:
    """The path that says what kind of text it is: in an archive, the member's (``zip:conf/.env``)."""
    members = [name for name in (step.partition(":")[2] for step in sighting.via) if name]
    if place.kind in _MESSAGES:
        return MESSAGE
    return members[-1] if members and place.path else context.judged(place.path)


def _at(place: Place, sighting: Sighting) -> Place:
    has_line = place.kind not in {PlaceKind.FILE_NAME, PlaceKind.REF_NAME}
    if not has_line:
        return place._replace(via=place.via or sighting.via)
    span = (sighting.start, sighting.end)
    return place._replace(line=sighting.line, column=sighting.column, span=span, via=place.via or sighting.via)


def _finding(group: Sequence[Seen], context: Context) -> Finding:
    best = min(group, key=lambda seen: (_SURE.index(seen.sighting.confidence), -len(seen.sighting.near))).sighting
    rule = context.rule(best.rule)
    secret = Secret(best.value.decode("utf-8", "backslashreplace"))
    every = [place for seen in group for place in seen.places]  # of one file, a version may be pushed and another not
    pushed = [context.pushed(commit) for commit in dict.fromkeys(place.first.id for place in every if place.first)]
    places = tuple(sorted(merged(every, context.ranks), key=_order))
    return Finding(
        rule=rule.id,
        title=rule.title,
        severity=rule.severity,
        confidence=best.confidence,
        fingerprint=secret.fingerprint(context.key()),
        last4="…" if best.value.endswith(_PEM_END) else secret.masked(),
        secret=secret,
        places=places,
        near=best.near,
        pushed=True if True in pushed else (False if pushed and None not in pushed else None),
    )


def merged(places: Iterable[Place], ranks: Mapping[str, int] = MappingProxyType({})) -> Iterator[Place]:
    """The versions of one file as one place: brought by the earliest commit, held last by the newest.

    ``ranks``: see ``Context``.
    """
    alike: dict[tuple[object, ...], list[Place]] = {}
    for place in places:
        own = place.object_id if place.kind in {PlaceKind.COMMIT, PlaceKind.TAG} or not place.path else ""
        alike.setdefault((place.kind, place.path, place.via, place.is_reachable, own), []).append(place)
    for group in alike.values():
        yield group[0] if len(group) == 1 else _merged(group, ranks)


def _merged(group: Sequence[Place], ranks: Mapping[str, int]) -> Place:
    def when(commit: Commit | None) -> tuple[float, int]:
        return _time(commit), ranks.get(commit.id, 0) if commit else 0

    from irkit.scan.places.refs import in_order  # not for a hook, whose places have one version

    newest = max(group, key=lambda place: (place.is_current, when(place.last or place.first), place.line))
    firsts = [place.first for place in group if place.first]
    lasts = [place.last for place in group if place.last]
    refs = in_order({ref for place in group for ref in place.refs})
    return newest._replace(
        first=min(firsts, key=when, default=None),
        last=max(lasts, key=when, default=None),
        refs=tuple(refs[:_REFS_SHOWN]),
        refs_count=max(len(refs), *(place.refs_count for place in group)),
        is_current=any(place.is_current for place in group),
    )


def _time(commit: Commit | None) -> float:
    """Seconds since 1970."""
    if commit is None:
        return -_UNKNOWN
    from datetime import datetime  # a hook has no commits

    try:
        return datetime.fromisoformat(commit.at).timestamp()
    except ValueError:  # a commit's time can be anything: such a one is never the first
        return _UNKNOWN


def _order(place: Place) -> tuple[object, ...]:
    when = _time(place.first) if place.first else _UNKNOWN
    return (not place.is_current, not place.is_reachable, when, place.kind, place.path, place.line)


def gravity(finding: Finding) -> tuple[object, ...]:
    """What findings are sorted by: the surest and gravest first."""
    severities = ("critical", "high", "medium", "low")
    first = finding.places[0]
    return (
        _SURE.index(finding.confidence) // 2,
        severities.index(finding.severity),
        finding.rule,
        first.path,
        first.line,
        finding.fingerprint,
    )
