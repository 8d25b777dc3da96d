"""The credential ledger: every credential of the incident, where it was found, what was done, and its life."""

from __future__ import annotations

import re
from collections.abc import Iterator

from irkit.contract import CredentialKind, Frozen
from irkit.incident.events import EffectDone, EffectVerified
from irkit.incident.life import Life, Stage
from irkit.incident.life_words import life_words
from irkit.incident.lives import Lives
from irkit.report.findings import Findings
from irkit.report.spans import utc
from irkit.report.statement import Statement
from irkit.report.views import Death, Identity, LeftBehind, NewKey, Place, ShutIn, Sighting

_KEY_ID = re.compile(r"\b(A[KS]IA)[A-Z0-9]{8,120}([A-Z0-9]{4})\b")
_MAX_PLACES = 12


class Credential(Frozen):
    """One line of the ledger; ``events`` back its final state, and ``life`` is how it came to it."""

    key_id: str
    """Masked."""
    kind: str
    owner: str
    found_in: tuple[Statement, ...]
    actions: tuple[Statement, ...]
    final: str
    events: tuple[int, ...]
    life: tuple[Statement, ...] = ()


def masked(text: str) -> str:
    """``text`` with every access key id in it shortened to its first four and last four characters."""
    return _KEY_ID.sub(r"\1…\2", text)


def credentials(found: Findings, lives: Lives) -> tuple[Credential, ...]:
    """The ledger: the leaked keys, those issued in their place, those the intruder made, then all else with a life."""
    known = [*_leaked(found, lives), *_issued(found, lives), *_intruders(found, lives)]
    named = {each.key_id for each in known}
    return (*known, *(_alive(found, life) for life in lives if masked(life.credential.id) not in named))


def _leaked(found: Findings, lives: Lives) -> Iterator[Credential]:
    for step in found.of("aws.identify_principal"):
        for key in step.read(Identity):
            if not key.key_id:
                continue
            life = lives.get(CredentialKind.ACCESS_KEY, key.key_id)
            state, events = _final(found, key, step.seq) if life is None else (_told(life), life.events)
            yield Credential(
                key_id=masked(key.key_id),
                kind="AWS access key",
                owner=f"{key.user} in {key.account}",
                found_in=tuple(_places(found)),
                actions=tuple(_actions(found, key.key_id, key.user)),
                final=state,
                events=events,
                life=_turns(life),
            )


def _issued(found: Findings, lives: Lives) -> Iterator[Credential]:
    for step in found.of("aws.issue_access_key"):
        for key in step.read(NewKey):
            where = f"Secrets Manager {key.secret_id}, version {key.version_id}"
            life = lives.get(CredentialKind.ACCESS_KEY, key.key_id)
            cut = life is not None and life.stage is not Stage.LIVE
            yield Credential(
                key_id=masked(key.key_id),
                kind="AWS access key",
                owner=key.user,
                found_in=(Statement(text=where, events=(step.seq,)),),
                actions=(Statement(text=f"issued by {step.step}", events=(step.seq,)),),
                final=_told(life) if life is not None and cut else "in use" if key.replaced else "issued",
                events=life.events if life is not None and cut else (step.seq,),
                life=_turns(life),
            )


def _intruders(found: Findings, lives: Lives) -> Iterator[Credential]:
    shut = {
        key: step.seq for step in found.of("aws.quarantine_user") for each in step.read(ShutIn) for key in each.keys
    }
    for step in found.of("cloudtrail.hunt_persistence"):
        for trace in (trace for behind in step.read(LeftBehind) for trace in behind.keys):
            key = trace.what or trace.key_id
            life = lives.get(CredentialKind.ACCESS_KEY, key)
            unseen = "inactive: its user is shut in" if key in shut else "NOT SHUT IN by any step"
            yield Credential(
                key_id=masked(key),
                kind="AWS access key",
                owner=f"{trace.target or trace.user}, made by the intruder",
                found_in=(Statement(text=f"CloudTrail event {trace.event_id}", events=(step.seq,)),),
                actions=tuple(_actions(found, key, "")),
                final=_told(life) if life else unseen,
                events=life.events if life else (shut.get(key, step.seq),),
                life=_turns(life),
            )


def _alive(found: Findings, life: Life) -> Credential:
    """A line for a credential that is known by its life alone."""
    first = life.turns[0]
    return Credential(
        key_id=masked(life.name),
        kind=life.credential.kind.value,
        owner="",
        found_in=(Statement(text=masked(first.why), events=(first.seq,)),),
        actions=tuple(_actions(found, life.credential.id, "")),
        final=_told(life),
        events=life.events,
        life=_turns(life),
    )


def _told(life: Life) -> str:
    """``proven dead (refused to a probe at 06:12:03Z, and the log shows no accepted call since)``."""
    words = masked(life_words(life))
    stage = life.stage.upper() if life.stage is Stage.ALIVE_AGAIN else life.stage.value
    return f"{stage} ({words})" if words else stage


def _turns(life: Life | None) -> tuple[Statement, ...]:
    return tuple(
        Statement(text=masked(f"{utc(turn.at)} by {turn.clock}: {turn.stage}: {turn.why}"), events=(turn.seq,))
        for turn in (life.turns if life else ())
    )


def _places(found: Findings) -> Iterator[Statement]:
    for step in found.of("git.find_secret"):
        places = [place for sighting in step.read(Sighting) for place in sighting.places]
        for place in places[:_MAX_PLACES]:
            yield Statement(text=_place(place), events=(step.seq,))
        if len(places) > _MAX_PLACES:
            yield Statement(text=f"and {len(places) - _MAX_PLACES} more places", events=(step.seq,))


def _place(place: Place) -> str:
    where = place.path + (f":{place.line}" if place.line and place.path else "")
    since = f", since commit {place.commit[:10]}" if place.commit else ""
    refs = f", reached from {', '.join(place.refs)}" if place.refs else ""
    return f"{place.kind or 'object'} {where or place.object_id[:10]}{since}{refs}"


def _actions(found: Findings, key_id: str, user: str) -> Iterator[Statement]:
    """Receipts that name the key or its owner, in whole or shortened."""
    names = {key_id, masked(key_id), user} - {""}
    for record in found.records:
        event = record.event
        if isinstance(event, EffectDone):
            said = f"{event.receipt.summary} {event.receipt.result}"
            if any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said) for name in names):
                yield Statement(text=masked(event.receipt.summary), events=(record.seq,))


def _final(found: Findings, key: Identity, seen: int) -> tuple[str, tuple[int, ...]]:
    for step in found.of("aws.prove_principal_dead"):
        for death in step.read(Death):
            if death.outcome == "dead":
                return f"proven dead ({death.how or death.seen})", (step.seq,)
            return f"not proven dead: {death.seen}", (step.seq,)
    for step in reversed(found.of("aws.deactivate_keys")):
        proofs = [record for record in found.proofs(step.step) if isinstance(record.event, EffectVerified)]
        return "inactive, not proven dead by use", tuple(record.seq for record in proofs) or (step.seq,)
    return f"{key.status or 'unknown'} when looked at", (seen,)
