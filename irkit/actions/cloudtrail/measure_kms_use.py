"""Measure who decrypted with a KMS key: which principal, when, from where, in which encryption contexts.

Decrypts that a service made are told under the caller they were made for. Who made the sessions among the callers is
looked for too. Where nobody looks like a stranger it looks again until CloudTrail has had its time: the call that set
the alarm off may still be on its way. The raw records are kept as evidence. irkit's own calls are left out.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.cloudtrail.inquiry import IAM, keep, missed, source_of, told_to
from irkit.cloudtrail.key_callers import DECRYPTS as CALLS
from irkit.cloudtrail.key_callers import Origin, is_apart, is_strangers, known, origins, signs
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.decrypts import DECRYPTS, Decrypts, context
from irkit.cloudtrail.questions.question import Answer
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.session_makers import Maker, session_makers
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_MOST_CONTEXTS = 100
_AGAIN_S = 20
"""How long to wait before looking again."""


class Params(Frozen):
    """``names`` are all that a log may call the key by. It looks back ``hours``, or from ``since``.

    Who made a session is not asked for those that were used from ``known_networks``, which are ours. Where suspects are
    ``named`` already, it looks once.

    ``regions`` none: the key's own, or all of a multi-region key. ``sources`` are written as for
    ``irkit trail --from``; none: the configured ones, else the event history.
    """

    key: str
    names: tuple[str, ...] = ()
    is_multi_region: bool = False
    known_networks: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 24 * 7
    since: AwareDatetime | None = None
    regions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class ContextUse(Frozen):
    """How often one encryption context (JSON, empty for none) was opened, and by how many callers."""

    context: str
    decrypts: int
    callers: int


class Result(Frozen):
    """Who used the key. ``total`` counts decrypts that went well. Times are CloudTrail's."""

    key: str
    total: int
    denied: int
    callers: tuple[Origin, ...]
    contexts: tuple[ContextUse, ...]
    makers: tuple[Maker, ...]
    first_at: datetime | None
    last_at: datetime | None
    start: datetime
    not_seen: tuple[str, ...]
    trusted_until: datetime
    coverage: str
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        actors = len({one.actor for one in self.callers})
        return f"{self.total} decrypts by {actors} principals, {self.denied} refused"


def read(clients: Clients, params: Params) -> Result:
    """Look. Raises ``OutsideError`` when nothing of the source answers."""
    began = clients.now()
    start = params.since or began - timedelta(hours=params.hours)
    until = began + timedelta(seconds=clients.config.cloudtrail.lag_s + 1)
    while True:
        answer, used = _looked(clients, params, start)
        ours = known(used, params.known_networks, start)
        is_enough = bool(params.named) or any(is_strangers(signs(one, used, ours)) for one in used)
        left = (until - clients.now()).total_seconds()
        if is_enough or left <= 0:
            break
        clients.progress(f"nobody looks strange yet; records may be on their way until {until:%H:%M:%SZ}")
        threading.Event().wait(min(left, _AGAIN_S))
    strange = frozenset(one.principal for one in used if one.role and is_apart(one, ours))
    makers, coverage = session_makers(source_of(clients, params.sources), strange, Window(start, clients.now()))
    ids = {event_id for one in used for event_id in one.event_ids}
    records = tuple(one for one in answer.records if one.event_id in ids)
    words = "; ".join((answer.coverage.text, *answer.notes, coverage))
    kept = keep(clients, "cloudtrail-kms-use.jsonl", records, "Use of the KMS key", words)
    return Result(
        key=params.key,
        total=sum(one.decrypts for one in used),
        denied=sum(one.denied for one in used),
        callers=used,
        contexts=_contexts(records, used),
        makers=makers,
        first_at=min((one.first_at for one in used), default=None),
        last_at=max((one.last_at for one in used), default=None),
        start=start,
        not_seen=missed(answer.coverage),
        trusted_until=answer.coverage.trusted_until,
        coverage=words,
        evidence=kept.path,
        sha256=kept.sha256,
    )


def _looked(clients: Clients, params: Params, start: datetime) -> tuple[Answer[Decrypts], tuple[Origin, ...]]:
    """One look, until now."""
    regions = params.regions or (() if params.is_multi_region else (params.key.split(":")[3],))
    asked = Query(windows=(Window(start, clients.now()),), regions=regions, calls=CALLS)
    answer = ask(source_of(clients, params.sources), DECRYPTS, asked, told=told_to(clients, "of the KMS key"))
    names = frozenset(params.names or (params.key, params.key.rpartition("/")[2]))
    return answer, origins(answer.asked, names, f"irkit/{clients.incident}/")


def _contexts(records: Sequence[Record], callers: Sequence[Origin]) -> tuple[ContextUse, ...]:
    """The most frequent contexts first."""
    counts: dict[str, int] = {}
    for one in records:
        if one.call in CALLS and not one.error:
            counts[context(one)] = counts.get(context(one), 0) + 1
    several = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_CONTEXTS]
    return tuple(
        ContextUse(
            context=text, decrypts=count, callers=len({one.actor for one in callers if text in one.contexts})
        )
        for text, count in several
    )  # fmt: skip


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Measure who used a KMS key",
    read=read,
    iam=IAM,
)
