"""Whose call it was that made a service call another: the caller's own record behind a service-made one. Pure.

A service signs what it does for a caller with a fresh session key that occurs nowhere else (744 of 744 decrypts in two
real sets), from its own address. The two records have neither key nor request id in common; they join by the same
identity ARN and the same resource within 5 seconds (744 of 744).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from irkit.cloudtrail.query import Window, texts
from irkit.cloudtrail.record import Record, part

WITHIN = timedelta(seconds=5)
"""How far apart the two records may be; 4 seconds at most were seen."""
_LONG = {"cloudformation": timedelta(hours=12)}
"""Services that go on working for a caller long after the call. The span is ours: AWS documents none."""
_MOST_NEAR = 64
"""Of one identity's calls on one resource within the span, how many are compared."""
_MOST_WINDOWS = 100
_SECOND = timedelta(seconds=1)
_LOOKING = (
    *("Describe", "List", "Delete", "Tag", "Untag", "AddTags", "RemoveTags", "GetResourcePolicy", "Lookup"),
    *(
        "GetBucket",
        "PutBucket",
        "GetAcc",
        "GetPasswordData",
        "GetConsole",
        "GetFunction",
        "GetPolicy",
        "UpdateInstance",
    ),
)
"""Names of calls that begin so make no service use a KMS key."""
_EVENT = "resource"
_SERVICE = "service"
_PATH = "path"

_Key = tuple[str, str, str]


class Certainty(StrEnum):
    """How sure it is whose call was behind."""

    ONE = "one call"
    """One call of the same identity on the same resource."""
    SEVERAL = "several calls, all of one key and address"
    """Which of them is not known, but the key and the address are."""
    UNCLEAR = "several calls, of different keys or addresses"
    RESOURCE = "same identity and resource; the call that caused it is not among the records"
    SERVICE = "same identity and service, no resource in common"


@dataclass(frozen=True)
class Cause:
    """The caller's call behind a service-made one: the nearest in time; ``others`` came as near as to be it too."""

    call: Record
    certainty: Certainty
    others: tuple[str, ...] = ()
    """Event ids."""


def is_made_for(one: Record) -> bool:
    """Whether a service made the call with a caller's rights. A service's own calls (its own role) are not."""
    if not one.invoked_by or not one.principal_arn or one.principal_type == "AWSService":
        return False
    return not one.principal.startswith("AWSServiceRoleFor")


def causes(made: Iterable[Record], callers: Iterable[Record]) -> dict[str, Cause]:
    """The cause of each service-made call that has one among the callers' calls, by event id; ``n log n``.

    Calls that services made are no callers and are passed over.
    """
    several = sorted((one for one in made if is_made_for(one)), key=_at)
    known: dict[tuple[object, ...], _Signs] = {}
    signs = [_signs(one, known) for one in several]
    wanted = {key for each in known.values() for key in (*each.named, *each.by_service)}
    index = _Index(_close_to(several, callers), wanted)
    found = ((one, index.cause(one, each)) for one, each in zip(several, signs, strict=True))
    return {one.event_id: cause for one, cause in found if cause is not None}


def spans(records: Iterable[Record]) -> tuple[Window, ...]:
    """The windows that hold all that services made for these calls, or the calls behind these; near ones are joined.

    At most 100: a source compares each record with each of them.
    """
    return joined((one.at, one.at + _LONG.get(one.source, timedelta(0))) for one in records)


def joined(times: Iterable[tuple[datetime, datetime]]) -> tuple[Window, ...]:
    """Spans widened by ``WITHIN`` on both sides, those near each other made one; at most 100."""
    gap = timedelta(seconds=60)
    # Event times are whole seconds, and a window's end is not in it.
    windows = _merged(((first - WITHIN, last + WITHIN + _SECOND) for first, last in sorted(set(times))), gap)
    while len(windows) > _MOST_WINDOWS:
        gap *= 1.5
        windows = _merged(windows, gap)
    return windows


def _merged(spans: Iterable[tuple[datetime, datetime]], gap: timedelta) -> tuple[Window, ...]:
    """Spans in the order of their starts; those with no more than a gap between them made one."""
    windows: list[Window] = []
    begun: datetime | None = None
    until = reach = datetime.min.replace(tzinfo=UTC)
    for start, end in spans:
        if begun is not None and start <= reach:
            if end > until:
                until, reach = end, end + gap
            continue
        if begun is not None:
            windows.append(Window(begun, until))
        begun, until, reach = start, end, end + gap
    return (*windows, Window(begun, until)) if begun is not None else ()


def _close_to(made: Iterable[Record], callers: Iterable[Record]) -> Iterator[Record]:
    """The callers' own calls that may be behind these (in the order of time): of one identity, and near in time."""
    times: dict[str, list[datetime]] = {}
    for one in made:
        times.setdefault(one.principal_arn, []).append(one.at)
    # To reckon with times takes longer than to look for one: they are few, the callers' many.
    until = {arn: ([at + WITHIN for at in each], [at - WITHIN for at in each]) for arn, each in times.items()}
    for one in callers:
        if one.invoked_by or (theirs := until.get(one.principal_arn)) is None:
            continue
        last, first = theirs
        at = bisect_left(last, one.at)
        if at < len(last) and (
            first[at] <= one.at or (one.source in _LONG and first[at] + WITHIN <= one.at + _LONG[one.source])
        ):
            yield one


class _Signs(NamedTuple):
    """What a service-made call's cause can be found by, and what it did with what."""

    named: tuple[_Key, ...]
    by_service: tuple[_Key, ...]
    kind: str


def _signs(made: Record, known: dict[tuple[object, ...], _Signs]) -> _Signs:
    """Records of a store share their parameters, which are looked into once: while they are held, by their number."""
    same = (made.principal_arn, made.invoked_by, made.source, made.name, id(made.params))
    found = known.get(same)
    if found is None:
        kind = f"{made.call} {_resource(made)}"
        found = known[same] = _Signs(tuple(_named(made)), tuple(_by_service(made)), kind)
    return found


class _Index:
    """Callers' calls by identity and resource, each list in the order of time; of those wanted alone."""

    def __init__(self, callers: Iterable[Record], wanted: Collection[_Key]) -> None:
        self._calls: dict[_Key, list[Record]] = {}
        self._times: dict[_Key, list[datetime]] = {}
        self._taken: set[tuple[str, str]] = set()
        asked: dict[tuple[object, ...], list[_Key]] = {}
        for one in sorted(callers, key=_at):  # they are held until all are looked into: see _signs
            same = (one.principal_arn, one.source, one.name, id(one.params), id(one.resources))
            keys = asked.get(same)
            if keys is None:
                keys = asked[same] = [key for key in _asked(one) if key in wanted]
            for key in keys:
                self._calls.setdefault(key, []).append(one)
        for key, calls in self._calls.items():
            self._times[key] = [one.at for one in calls]

    def cause(self, made: Record, signs: _Signs) -> Cause | None:
        calls = self._calls
        same = {one.event_id: one for key in signs.named if key in calls for one in self._near(key, made)}
        near, certainty = (likely := _likeliest(made, same)), _certainty(likely.values())
        if not near:
            near, certainty = same, Certainty.RESOURCE
        if not near:
            near = {one.event_id: one for key in signs.by_service for one in self._near(key, made)}
            certainty = Certainty.SERVICE
        if not near:
            return None
        # Two reads of one secret have two decrypts: each is given a call that has none yet.
        kind = signs.kind
        call = next(iter(near.values()))
        if len(near) > 1:
            call = min(
                near.values(), key=lambda one: ((one.event_id, kind) in self._taken, abs(one.at - made.at), _at(one))
            )
        self._taken.add((call.event_id, kind))
        return Cause(call, certainty, tuple(each for each in near if each != call.event_id))

    def _near(self, key: _Key, made: Record) -> Iterator[Record]:
        times = self._times.get(key)
        if not times:
            return
        back = max(WITHIN, _LONG.get(key[2], WITHIN)) if key[1] == _SERVICE else WITHIN
        low, high = bisect_left(times, made.at - back), bisect_right(times, made.at + WITHIN)
        if high - low > _MOST_NEAR:
            middle = bisect_left(times, made.at)
            low, high = max(low, middle - _MOST_NEAR // 2), min(high, middle + _MOST_NEAR // 2)
        for one in self._calls[key][low:high]:
            # A call that failed decrypted nothing, but a decrypt that failed makes its caller's call fail.
            if one.event_id != made.event_id and (made.error or not one.error):
                yield one


_at = attrgetter("at", "event_id")
"""The same order whatever order a source gives its records in."""


def _likeliest(made: Record, near: dict[str, Record]) -> dict[str, Record]:
    """Of the calls near a use of a KMS key, those that use one: a decrypt is a reading call's before any other's."""
    if made.source != "kms":
        return near
    using = {each: one for each, one in near.items() if uses_keys(one)}
    reading = {each: one for each, one in using.items() if _reads(one) == (made.name == "Decrypt")}
    return reading or using


def _reads(one: Record) -> bool:
    return one.name.startswith(("Get", "BatchGet", "Head", "Copy", "Start", "Attach", "Run", "Receive", "Invoke"))


def uses_keys(one: Record) -> bool:
    """Whether a call can make a service use a KMS key."""
    return not one.invoked_by and not one.name.startswith(_LOOKING) and not _undeciphered(one)


def _undeciphered(one: Record) -> bool:
    """Whether a parameter was read as it is stored: a secure one is deciphered on demand only."""
    return one.source == "ssm" and one.name.startswith("GetParameter") and one.params.get("withDecryption") is not True


def _certainty(near: Iterable[Record]) -> Certainty:
    several = list(near)
    if len(several) <= 1:
        return Certainty.ONE
    origins = {(one.key_id, one.ip) for one in several}
    return Certainty.SEVERAL if len(origins) == 1 else Certainty.UNCLEAR


def _asked(one: Record) -> Iterator[_Key]:
    """What a caller's call can be found by: each text among its parameters and resources, and its service."""
    arn = one.principal_arn
    for text in {*texts(one.params), *one.resources}:
        if text:
            yield arn, _EVENT, text
    bucket, key = one.param("bucketName"), one.param("key")
    if one.source == "s3" and bucket:
        yield arn, _EVENT, f"arn:aws:s3:::{bucket}"
        if key:
            yield arn, _EVENT, f"arn:aws:s3:::{bucket}/{key}"
    if one.call == "ssm:GetParametersByPath" and (path := one.param("path")):
        yield arn, _PATH, path.rstrip("/") or "/"
    yield arn, _SERVICE, one.source


def _named(made: Record) -> Iterator[_Key]:
    """What a service-made call's cause can be found by: each name of each resource in its encryption context."""
    arn = made.principal_arn
    context = part(made.params, "encryptionContext")
    held = context if isinstance(context, Mapping) and context else {"params": dict(made.params)}
    for text in dict.fromkeys(text for text in texts(held) if text):
        for name in names(text):
            yield arn, _EVENT, name
        tail = text.split(":", maxsplit=5)[-1]
        if tail.startswith("parameter/"):
            parts = tail.removeprefix("parameter").split("/")
            for count in range(len(parts) - 1, 0, -1):
                yield arn, _PATH, "/".join(parts[:count]) or "/"


def _by_service(made: Record) -> Iterator[_Key]:
    service = made.invoked_by.removesuffix(".amazonaws.com")
    for source in dict.fromkeys((service, made.source)):
        if source != "kms":
            yield made.principal_arn, _SERVICE, source
    if part(made.params, "encryptionContext", "PARAMETER_ARN"):
        yield made.principal_arn, _SERVICE, "ssm"


def _resource(made: Record) -> str:
    context = part(made.params, "encryptionContext")
    return "\n".join(texts(context)) if isinstance(context, Mapping) else ""


def names(arn: str) -> Iterator[str]:
    """What a caller may call a resource: its ARN or its name; a secret's without ``-`` and six signs as well."""
    yield arn
    tail = arn.split(":", maxsplit=5)[-1]
    if tail.startswith("secret:"):
        name = tail.split(":", maxsplit=1)[-1]
        yield name
        yield name[:-7]
        yield arn[:-7]
        yield f"/aws/reference/secretsmanager/{name[:-7]}"
    elif tail.startswith("parameter/"):
        name = tail.removeprefix("parameter")
        yield name
        yield name.lstrip("/")
