"""Measure what an access key was used for: from CloudTrail's event history in all regions, or from the trail's files.

Sessions that were made with the key are followed. Decrypts that a service made for the key's caller carry another key
id, so they are looked for in a second pass. The raw records are kept as evidence, and the result says which regions and
times were not seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.cloudtrail.births import Kind, births
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.inquiry import IAM, keep, missed, source_of, told_to
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import in_order
from irkit.cloudtrail.usage import usage
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


_MOST_SESSIONS = 50


class Params(Frozen):
    """Look back ``hours``, or from ``since``. ``regions`` empty means all.

    ``sources`` are written as for ``irkit trail --from``; none: the configured ones, else the event history.
    """

    key_id: str
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 24 * 14
    since: AwareDatetime | None = None
    regions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Source(Frozen):
    """One address that the key was used from. ``accepted`` counts calls whose signature AWS took, refused ones too."""

    ip: str
    succeeded: int
    denied: int
    accepted: int
    first_at: datetime
    last_at: datetime
    agents: tuple[str, ...]


class Decrypts(Frozen):
    """A KMS key used to decrypt in one encryption context (canonical JSON)."""

    key: str
    context: str
    count: int


class Result(Frozen):
    """What was seen, and what was not. Counts leave out irkit's own trial calls. Times are CloudTrail's."""

    key_id: str
    total: int
    succeeded: int
    failed: int
    denied: int
    own_probes: int
    first_at: datetime | None
    last_at: datetime | None
    last_success_at: datetime | None
    sources: tuple[Source, ...]
    calls: dict[str, int]
    denied_calls: dict[str, int]
    regions: dict[str, int]
    secrets_read: tuple[str, ...]
    decrypts: tuple[Decrypts, ...]
    sessions: tuple[str, ...]
    roles: tuple[str, ...]
    not_seen: tuple[str, ...]
    trusted_until: datetime
    coverage: str
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        sources = counted(len(self.sources), "address", "addresses")
        return f"{counted(self.total, 'call')} from {sources}, {self.denied} denied"


def read(clients: Clients, params: Params) -> Result:
    """Look the key and its sessions up, and what was made for them. Raises ``OutsideError``: nothing answers."""
    seen = _followed(clients, params)
    records = in_order(seen.records)
    used = usage(records, ours=f"irkit/{clients.incident}/")
    kept = keep(
        clients,
        f"cloudtrail-key-{params.key_id[-4:].lower()}.jsonl",
        records,
        f"Access key …{params.key_id[-4:]}",
        seen.text,
    )
    return Result(
        key_id=params.key_id,
        total=used.total,
        succeeded=used.succeeded,
        failed=used.failed,
        denied=used.denied,
        own_probes=used.own,
        first_at=used.first_at,
        last_at=used.last_at,
        last_success_at=used.last_success_at,
        calls=dict(used.calls),
        denied_calls=dict(used.denied_calls),
        regions=dict(used.regions),
        secrets_read=used.secrets_read,
        sessions=used.sessions,
        roles=used.roles,
        sources=_sources(one for one in records if f"irkit/{clients.incident}/" not in one.agent),
        decrypts=tuple(Decrypts(key=one.key, context=one.context, count=one.count) for one in used.decrypts),
        not_seen=missed(seen.coverage),
        trusted_until=seen.coverage.trusted_until,
        coverage=seen.text,
        evidence=kept.path,
        sha256=kept.sha256,
    )


@dataclass
class _Seen:
    """What was found of the key and of the sessions that came of it."""

    records: list[Record]
    coverage: Coverage
    text: str


def _followed(clients: Clients, params: Params) -> _Seen:
    """Ask for the key, then for the sessions made with it, and for theirs, until nothing new turns up."""
    now = clients.now()
    source, told = source_of(clients, params.sources), told_to(clients, "of the key")
    asked = Query(
        windows=(Window(params.since or now - timedelta(hours=params.hours), now),),
        keys=(params.key_id,),
        regions=params.regions,
    )
    answer = ask(source, ACTIVITY, asked, told=told)
    records, coverage, notes = list(answer.records), answer.coverage, dict.fromkeys(answer.notes)
    known = {params.key_id}
    left_out = 0
    while fresh := [key for key in _sessions(answer.records) if key not in known]:
        room = _MOST_SESSIONS + 1 - len(known)
        left_out += max(0, len(fresh) - room)
        known.update(fresh)
        if room <= 0:
            break
        answer = ask(source, ACTIVITY, replace(asked, keys=tuple(fresh[:room])), told=told)
        records += answer.records
        coverage = coverage.joined(answer.coverage)
        notes.update(dict.fromkeys(answer.notes))
    followed = f"followed {len(known) - 1 - left_out} sessions made with the key"
    words = [coverage.text, followed, *([f"NOT SEEN: {left_out} more sessions"] if left_out else []), *notes]
    return _Seen(records, coverage, "; ".join(words))


def _sessions(records: Iterable[Record]) -> tuple[str, ...]:
    """The key ids of the sessions that calls made."""
    return tuple(one.id for one in births(records) if one.kind is Kind.SESSION)


def _sources(records: Iterable[Record]) -> tuple[Source, ...]:
    """One row an address, in the order of first use; a service's own address is none."""
    by_ip: dict[str, list[Record]] = {}
    for one in records:
        if not one.invoked_by:
            by_ip.setdefault(one.ip, []).append(one)
    return tuple(
        Source(
            ip=ip,
            succeeded=sum(not one.error for one in rows),
            denied=sum(one.denied for one in rows),
            accepted=sum(one.denied or not one.error for one in rows),
            first_at=rows[0].at,
            last_at=rows[-1].at,
            agents=tuple(dict.fromkeys(one.agent for one in rows)),
        )
        for ip, rows in by_ip.items()
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Measure what a key was used for",
    read=read,
    iam=IAM,
)
