"""Revoke leaked tokens at their providers, for good, where the Kingfisher SDK knows how (GitLab, Slack, npm, ...).

Irreversible. Each is asked about first; only what its provider says is alive is revoked, and only with what stands
beside it in its own line. A provider that gives no clear answer leaves the step in doubt: it may have been revoked.
The attacker sees a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.kingfisher import Answer, Question, Said
from irkit.contract import (
    Action,
    Change,
    Effect,
    Frozen,
    Means,
    Operation,
    Plan,
    Probe,
    Proof,
    Receipt,
    Seen,
    Sighting,
    Standing,
    Verdict,
)
from irkit.errors import NotFound, OutsideError
from irkit.scan.leaked import Leaked, Value, liveness_rule
from irkit.scan.recalled import recalled
from irkit.secret import Fingerprint

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_SEEN = {Said.ACTIVE: Seen.ALIVE, Said.INACTIVE: Seen.DENIED, Said.UNKNOWN: Seen.UNKNOWN}


class Params(Frozen):
    """Tokens as ``token.find_liveness`` tells them."""

    tokens: tuple[Leaked, ...]


class Result(Frozen):
    """What was revoked."""

    tokens: tuple[str, ...]


class _Work(Frozen):
    tokens: tuple[Leaked, ...]


def plan(clients: Clients, params: Params) -> Plan:
    """Ask which of them live. Raises ``NotFound`` when a text is lost or the SDK has no way to revoke its kind."""
    values = _values(clients, params.tokens)
    uncovered = [one.label for one in params.tokens if not clients.providers.can_revoke(liveness_rule(one.rule))]
    if uncovered:
        raise NotFound(f"no revocation is known for {', '.join(uncovered)}", hint="revoke it in its provider's console")
    left = tuple(one for one in params.tokens if _asked(clients, values[one.fingerprint]).said is not Said.INACTIVE)
    many = "a token" if len(left) == 1 else f"{len(left)} tokens"
    return Plan(
        summary=f"revoke {many} at the provider: {', '.join(one.label for one in left) or 'none is alive'}",
        changes=tuple(Change(target=one.label, before="alive, or unknown", after="revoked") for one in left),
        blast="whatever uses it stops at once",
        undo="it cannot be undone: a new token must be issued",
        phrase=f"revoke {many}" if left else "",
        cuts=tuple(one.credential for one in left),
        details=_Work(tokens=left).model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Ask about each."""
    work = _Work.model_validate(plan.details)
    answers = _answers(clients, work)
    dead = [one for one, answer in answers.items() if answer.said is Said.INACTIVE]
    seen = "; ".join(answer.why for answer in answers.values())
    if answers and not dead:
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    whole = len(dead) == len(answers)
    return Probe(standing=Standing.IN_PLACE if whole else Standing.BETWEEN, seen=seen, receipt=_receipt(work))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Revoke each that is alive. Raises ``Unreachable`` when a provider gave no clear answer, ``OutsideError``."""
    work = _Work.model_validate(plan.details)
    for value in _values(clients, work.tokens).values():
        clients.progress(f"revoking {value.leaked.label}")
        answer = clients.providers.revoke(_question(value))
        if answer.said is Said.ACTIVE:
            raise OutsideError(f"{value.leaked.label} was not revoked: {answer.why}")
    return _receipt(work)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Ask the provider about each again: only its refusal proves it."""
    work = _Work.model_validate(receipt.details)
    answers = _answers(clients, work)
    sightings = tuple(
        Sighting(credential=one.credential, seen=_SEEN[answer.said], by=Means.PROBE, at=clients.now(), says=answer.why)
        for one in work.tokens
        for answer in (answers[one.fingerprint],)
    )
    proof = Proof.PROVEN if all(one.seen is Seen.DENIED for one in sightings) else Proof.NOT_YET
    seen = "; ".join(f"{one.credential.label}: {one.says}" for one in sightings)
    return Verdict(proof=proof, seen=seen, sightings=sightings)


def joined(part: Receipt, last: Receipt) -> Receipt:
    """Of tokens that were revoked by two plans: all of them."""
    first, work = _Work.model_validate(part.details), _Work.model_validate(last.details)
    late = {one.fingerprint for one in work.tokens}
    return _receipt(_Work(tokens=(*(one for one in first.tokens if one.fingerprint not in late), *work.tokens)))


def _values(clients: Clients, tokens: tuple[Leaked, ...]) -> Mapping[Fingerprint, Value]:
    had = recalled(tokens, clients.known_secrets, clients.fingerprint)
    lost = [one.label for one in tokens if one.fingerprint not in had]
    if lost:
        msg = f"the text is not known any more: {', '.join(lost)}"
        raise NotFound(msg, hint="irkit resume INC --ask-secret, then retry; or revoke it in its provider's console")
    return {one.fingerprint: had[one.fingerprint] for one in tokens}


def _answers(clients: Clients, work: _Work) -> Mapping[Fingerprint, Answer]:
    values = _values(clients, work.tokens)
    return {fingerprint: _asked(clients, value) for fingerprint, value in values.items()}


def _asked(clients: Clients, value: Value) -> Answer:
    return clients.providers.ask([_question(value)])[0]


def _question(value: Value) -> Question:
    text = b'%s = "%s"\n' % (value.leaked.rule.encode(), value.secret.reveal().encode())
    return Question(liveness_rule(value.leaked.rule), value.secret, (value.near, text))


def _receipt(work: _Work) -> Receipt:
    labels = tuple(one.label for one in work.tokens)
    return Receipt(
        summary=f"revoked at the provider: {', '.join(labels) or 'nothing, none was alive'}",
        result=Result(tokens=labels).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.IRREVERSIBLE,
    summary="Revoke leaked tokens at their providers",
    operation=Operation(plan, probe, apply, verify, timedelta(minutes=5), timedelta(seconds=2), joined),
)
