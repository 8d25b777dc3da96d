"""Measure what an access key was used for, from CloudTrail's event history, in all configured regions at once.

Sessions that were made with the key are followed. Decrypts that a service made for the key's caller carry another key
id, so they are looked for in a second pass. The raw records are kept as evidence, and the result says which regions and
times were not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.clients.cloudtrail import Attribute
from irkit.cloudtrail.decrypts import made_for, parents, windows
from irkit.cloudtrail.lookup import Question, look_up
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Found, in_order
from irkit.cloudtrail.usage import minted_key, usage
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


_MOST_SESSIONS = 50


class Params(Frozen):
    """Look back ``hours``, or from ``since``. ``regions`` empty means the configured ones."""

    key_id: str
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 24 * 14
    since: AwareDatetime | None = None
    regions: tuple[str, ...] = ()


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
        return f"{self.total} calls from {len(self.sources)} addresses, {self.denied} denied"


def read(clients: Clients, params: Params) -> Result:
    """Look the key and its sessions up, then the decrypts made for them. Raises ``OutsideError``: no region answers."""
    finds, left_out = _followed(clients, params)
    direct = in_order(one for found in finds for one in found.records)
    records = in_order([*direct, *_decrypts(clients, direct)])
    used = usage(records, ours=f"irkit/{clients.incident}/")
    coverage = finds[0].coverage
    not_seen = sorted({region for found in finds for region in found.coverage.not_seen})
    followed = f"; followed {len(finds) - 1} sessions made with the key"
    text = coverage.text + followed + (f", NOT SEEN: {left_out} more sessions" if left_out else "")
    kept = clients.evidence.keep(
        f"cloudtrail-key-{params.key_id[-4:].lower()}.jsonl",
        (f"{one.text}\n".encode() for one in records),
        what=f"CloudTrail records of access key …{params.key_id[-4:]}, one a line",
        count=len(records),
        coverage=text,
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
        not_seen=tuple(not_seen),
        trusted_until=coverage.trusted_until,
        coverage=text,
        evidence=kept.path,
        sha256=kept.sha256,
    )


def _followed(clients: Clients, params: Params) -> tuple[list[Found], int]:
    """What is found of the key and of the sessions that came of it, and how many sessions were left out."""
    now = clients.now()
    since = params.since or now - timedelta(hours=params.hours)
    waiting = [params.key_id]
    seen = {params.key_id}
    finds: list[Found] = []
    while waiting and len(finds) <= _MOST_SESSIONS:
        found = look_up(clients, Question.of_key(waiting.pop(0), since, now), params.regions)
        finds.append(found)
        sessions = dict.fromkeys(minted for one in found.records if (minted := minted_key(one)) and not one.error)
        waiting += [session for session in sessions if session not in seen]
        seen.update(sessions)
    return finds, len(waiting)


def _decrypts(clients: Clients, direct: Sequence[Record]) -> Iterable[Record]:
    """The decrypts that services made for the callers, asked for region by region and span by span."""
    callers = parents(direct)
    for region in dict.fromkeys(one.region for one in callers):
        here = [one for one in callers if one.region == region]
        for start, end in windows(here):
            seen = look_up(clients, Question(Attribute.EVENT_NAME, "Decrypt", start, end), (region,))
            yield from made_for(here, seen.records)


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
    iam=("cloudtrail:LookupEvents",),
)
