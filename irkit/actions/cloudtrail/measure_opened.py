"""Measure what an intruder opened: every decrypt, secret and parameter read by the suspects and all that came of them.

Asked once they are proven dead, so that nothing can follow. A suspect's own rightful use is told apart: it comes from
our networks; a program in it that was never seen before is told for a person to look at. What a principal that the
intruder made did is the intruder's, wherever it came from; without known networks everything is. The list of values
comes back in the order in which they should be rotated: opened ones first, then those that were opened by right, which
whoever leaves knows. The raw records are kept as evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.cloudtrail.checklist import checklist
from irkit.cloudtrail.identity import who
from irkit.cloudtrail.inquiry import IAM, keep, missed, source_of, told_to
from irkit.cloudtrail.opened import Opening, Rightful, openings
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.decrypts import DECRYPTS
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.stored_values import Kind, OwnerBy, Value
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_ENOUGH_BEFORE = timedelta(hours=72)
_MARGIN = timedelta(seconds=5)
_CLAIM = (
    "Each of these is rotated, or has an owner and a date, the opened ones first; those of nobody have an owner now:"
)
_NO_VALUE = "No value was found that could have been opened, and I know of none that must be rotated."


class Params(Frozen):
    """``principals`` are ARNs of suspect users and roles, ``made`` ARNs of those the intruder made.

    ``wholly`` are suspects all of whose use is the intruder's, wherever it came from.

    ``since`` is when the intrusion began, ``hours`` how far back without it. ``values`` are what could be opened.
    """

    principals: tuple[str, ...]
    made: tuple[str, ...] = ()
    wholly: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    known_networks: tuple[str, ...] = ()
    since: AwareDatetime | None = None
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 24 * 7
    sources: tuple[str, ...] = ()


class Opened(StrEnum):
    """Whether the intruder opened a value, by the log."""

    YES = "yes"
    PERHAPS = "perhaps"
    """He decrypted something that the log does not name, and this may be it."""
    BY_RIGHT = "by right"
    """The suspect itself did, from our networks: whoever leaves knows it."""
    NO = "no"


class Row(Frozen):
    """One thing that was opened: a value's name, or an encryption context (JSON) that names none.

    ``count`` is of decrypts; of reads where no decrypt is recorded.
    """

    what: str
    kms_keys: tuple[str, ...]
    who: tuple[str, ...]
    ips: tuple[str, ...]
    count: int
    first_at: datetime
    last_at: datetime


class Task(Frozen):
    """A value to rotate. ``opened`` ones come first. ``by_right`` counts what the same principals opened rightfully."""

    name: str
    kind: Kind
    id: str
    owner: str
    owner_by: OwnerBy
    opened: Opened
    times: int
    last_at: datetime | None
    by_right: int


class Result(Frozen):
    """What was opened, and what to rotate. ``decrypts`` and ``reads`` are the event ids of all of the intruder's.

    ``by_right`` is what the suspects themselves opened, ``rightful`` how often, from three days before the intrusion
    on; ``unusual`` are programs among them that are new: for a person to look at.
    """

    opened: tuple[Row, ...]
    by_right: tuple[Row, ...]
    tasks: tuple[Task, ...]
    claim: str
    """That all of ``tasks`` is rotated or has an owner and a date, in words, for somebody to confirm."""
    decrypts: tuple[str, ...]
    reads: tuple[str, ...]
    refused: int
    rightful: int
    unusual: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None
    not_seen: tuple[str, ...]
    trusted_until: datetime
    coverage: str
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        rotate = sum(one.opened is not Opened.NO for one in self.tasks)
        did = f"{counted(len(self.decrypts), 'decrypt')} and {counted(len(self.reads), 'read')} without right"
        first = f"; {rotate} of {counted(len(self.tasks), 'value')} to rotate first" if self.tasks else ""
        return f"{did} opened {counted(len(self.opened), 'thing')}, {self.rightful} by right{first}"


def read(clients: Clients, params: Params) -> Result:
    """Look. Raises ``OutsideError`` when nothing of the source answers."""
    now = clients.now()
    since = (params.since or now - timedelta(hours=params.hours)) - _MARGIN
    window = Window(since - _ENOUGH_BEFORE, now)
    asked = Query(
        windows=(window,),
        arns=tuple(dict.fromkeys((*params.principals, *params.made))),
    )
    source = source_of(clients, params.sources)
    answer = ask(source, DECRYPTS, asked, Follow.TREE, told_to(clients, "of what was opened"))
    learned = Rightful.of(answer.asked, since, params.known_networks, (*params.made, *params.wholly))
    keys = frozenset(answer.tree.keys if answer.tree else ())
    rightful = replace(learned, suspects=frozenset(params.principals), keys=keys)
    every = openings(answer.asked, window.start, rightful, f"irkit/{clients.incident}/")
    found = [one for one in every if one.record.at >= since]
    owners = [one for one in every if not one.is_intruders and not one.record.error]
    words = "; ".join((answer.coverage.text, *answer.notes))
    ids = {one.record.event_id for one in (*found, *owners)}
    records = tuple(one for one in answer.records if one.event_id in ids)
    kept = keep(clients, "cloudtrail-opened.jsonl", records, "What was opened without right", words)
    theirs = [one for one in found if one.is_intruders and not one.record.error]
    tasks = _tasks(params.values, theirs, owners)
    times = [one.record.at for one in theirs]
    return Result(
        opened=_rows(theirs),
        by_right=_rows(owners),
        tasks=tasks,
        claim=checklist(_CLAIM, [_told(one) for one in tasks], _NO_VALUE),
        decrypts=_ids(one for one in theirs if one.is_decrypt),
        reads=_ids(one for one in theirs if not one.is_decrypt),
        refused=len(_ids(one for one in found if one.is_intruders and one.record.error)),
        rightful=len(_ids(owners)),
        unusual=_unusual(found),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        not_seen=missed(answer.coverage),
        trusted_until=answer.coverage.trusted_until,
        coverage=words,
        evidence=kept.path,
        sha256=kept.sha256,
    )


def _unusual(found: Iterable[Opening]) -> tuple[str, ...]:
    new = (one for one in found if one.is_new and not one.is_intruders)
    return tuple(dict.fromkeys(f"{who(one.record)} from {one.ip} with {one.agent}" for one in new))


def _ids(several: Iterable[Opening]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.record.event_id for one in several))


def _rows(theirs: Sequence[Opening]) -> tuple[Row, ...]:
    return tuple(
        Row(
            what=what,
            kms_keys=tuple(dict.fromkeys(one.kms_key for one in several if one.kms_key)),
            who=tuple(dict.fromkeys(who(one.record) for one in several)),
            ips=tuple(dict.fromkeys(one.ip for one in several)),
            count=sum(one.is_decrypt for one in several) or len(several),
            first_at=several[0].record.at,
            last_at=several[-1].record.at,
        )
        for what, several in _by_name(theirs).items()
    )


def _tasks(values: Sequence[Value], theirs: Sequence[Opening], owners: Sequence[Opening]) -> tuple[Task, ...]:
    """Every value: opened ones first, then those that may have been, then those that were opened by right."""
    by_name, by_right = _by_name(theirs), _by_name(owners)
    unnamed = any(one.is_decrypt and not one.is_services for one in theirs)
    tasks = [_task(one, by_name.get(one.name, ()), len(by_right.get(one.name, ())), unnamed) for one in values]
    rank = list(Opened)
    return tuple(sorted(tasks, key=lambda one: (rank.index(one.opened), one.kind, one.name)))


def _told(one: Task) -> str:
    opened = "not opened, by the log" if one.opened is Opened.NO else f"opened {one.opened}"
    opened = {Opened.YES: f"OPENED {counted(one.times, 'time')}", Opened.PERHAPS: "perhaps OPENED"}.get(
        one.opened, opened
    )
    return f"{one.name} ({one.kind}, of {one.owner}): {opened}"


def _by_name(several: Iterable[Opening]) -> Mapping[str, Sequence[Opening]]:
    found: dict[str, list[Opening]] = {}
    for one in several:
        found.setdefault(one.what, []).append(one)
    return found


def _task(value: Value, rows: Sequence[Opening], by_right: int, unnamed: bool) -> Task:  # noqa: FBT001 - what the log left open
    is_hidden = value.kind in {Kind.FILE, Kind.BUCKET} and unnamed
    otherwise = Opened.BY_RIGHT if by_right else Opened.NO
    return Task(
        name=value.name,
        kind=value.kind,
        id=value.id,
        owner=value.owner,
        owner_by=value.owner_by,
        opened=Opened.YES if rows else Opened.PERHAPS if is_hidden else otherwise,
        times=len(rows),
        last_at=max((one.record.at for one in rows), default=None),
        by_right=by_right,
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Measure what the intruder opened",
    read=read,
    iam=IAM,
)
