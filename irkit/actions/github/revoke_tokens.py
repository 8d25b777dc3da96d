"""Revoke leaked GitHub tokens at GitHub, for good: it takes them from whoever shows them.

Irreversible: GitHub brings no token back, and tells its owner. What uses it stops at once. It covers personal tokens
and those of OAuth and GitHub apps; not ``ghs_`` (they end with their job), SSH or deploy keys, which are refused here.
The attacker sees 401. Source: https://docs.github.com/rest/credentials/revoke
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.github_tokens import is_revocable
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
from irkit.errors import NotFound, OwnIdentity
from irkit.scan.leaked import Leaked, Provider
from irkit.scan.recalled import recalled
from irkit.secret import Fingerprint, Secret

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """Tokens as ``token.find_liveness`` tells them."""

    tokens: tuple[Leaked, ...]


class Result(Frozen):
    """What GitHub was told to revoke."""

    tokens: tuple[str, ...]


class _Work(Frozen):
    tokens: tuple[Leaked, ...]


def plan(clients: Clients, params: Params) -> Plan:
    """Ask which of them live. Raises ``OwnIdentity`` for a token of irkit's own, ``NotFound`` when a text is lost."""
    texts = _texts(clients, params.tokens)
    _refuse_own(clients, texts)
    refused = [one.label for one in params.tokens if not _is_covered(one, texts[one.fingerprint])]
    if refused:
        msg = f"GitHub revokes nothing of this kind: {', '.join(refused)}"
        raise NotFound(msg, hint="a ghs_ token ends with its job: cancel that; remove a deploy key by its own step")
    left = tuple(one for one in params.tokens if _seen(clients, one, texts).seen is not Seen.DENIED)
    many = "a GitHub token" if len(left) == 1 else f"{len(left)} GitHub tokens"
    return Plan(
        summary=f"revoke {many}: {', '.join(one.label for one in left) or 'none is alive'}",
        changes=tuple(Change(target=one.label, before="alive, or unknown", after="revoked") for one in left),
        blast="whatever uses it stops at once; GitHub tells its owner",
        undo="it cannot be undone: GitHub brings no token back",
        phrase=f"revoke {many}" if left else "",
        cuts=tuple(one.credential for one in left),
        details=_Work(tokens=left).model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Ask GitHub about each."""
    work = _Work.model_validate(plan.details)
    seen = _all_seen(clients, work)
    dead = [one for one in seen if one.seen is Seen.DENIED]
    said = "; ".join(one.says for one in seen)
    if seen and not dead:
        return Probe(standing=Standing.UNTOUCHED, seen=said)
    whole = len(dead) == len(seen)
    return Probe(standing=Standing.IN_PLACE if whole else Standing.BETWEEN, seen=said, receipt=_receipt(work))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Show them to GitHub. Raises ``OwnIdentity``, ``NotFound``, ``Unreachable``, ``Throttled``."""
    work = _Work.model_validate(plan.details)
    texts = _texts(clients, work.tokens)
    _refuse_own(clients, texts)
    clients.github_tokens.revoke(list(texts.values()))
    return _receipt(work)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Call with each of them: only a refusal proves it. No answer proves nothing."""
    work = _Work.model_validate(receipt.details)
    seen = _all_seen(clients, work)
    proof = Proof.PROVEN if all(one.seen is Seen.DENIED for one in seen) else Proof.NOT_YET
    return Verdict(proof=proof, seen="; ".join(one.says for one in seen), sightings=tuple(seen))


def joined(part: Receipt, last: Receipt) -> Receipt:
    """Of tokens that were revoked by two plans: all of them."""
    first, work = _Work.model_validate(part.details), _Work.model_validate(last.details)
    late = {one.fingerprint for one in work.tokens}
    return _receipt(_Work(tokens=(*(one for one in first.tokens if one.fingerprint not in late), *work.tokens)))


def _texts(clients: Clients, tokens: Sequence[Leaked]) -> Mapping[Fingerprint, Secret]:
    had = recalled(tokens, clients.known_secrets, clients.fingerprint)
    lost = [one.label for one in tokens if one.fingerprint not in had]
    if lost:
        msg = f"the text is not known any more: {', '.join(lost)}"
        raise NotFound(msg, hint="irkit resume INC --ask-secret, then retry; or revoke it at GitHub by hand")
    return {one.fingerprint: had[one.fingerprint].secret for one in tokens}


def _is_covered(one: Leaked, text: Secret) -> bool:
    return one.provider is Provider.GITHUB and is_revocable(text)


def _refuse_own(clients: Clients, texts: Mapping[Fingerprint, Secret]) -> None:
    """Of irkit's own tokens: without them it could not go on."""
    refs = (clients.config.github.token, clients.config.git.token)
    own = [ref.read() for ref in refs if ref is not None]
    if any(text.matches(mine) for text in texts.values() for mine in own):
        msg = "this is the token that irkit works with, so it will not revoke it"
        raise OwnIdentity(msg, hint="give irkit another token, then retry the step")


def _all_seen(clients: Clients, work: _Work) -> list[Sighting]:
    texts = _texts(clients, work.tokens)
    return [_seen(clients, one, texts) for one in work.tokens]


def _seen(clients: Clients, one: Leaked, texts: Mapping[Fingerprint, Secret]) -> Sighting:
    answer = clients.github_tokens.answer(texts[one.fingerprint])
    return Sighting(
        credential=one.credential, seen=answer.seen, by=Means.PROBE, at=clients.now(), says=answer.says
    )  # fmt: skip


def _receipt(work: _Work) -> Receipt:
    labels = tuple(one.label for one in work.tokens)
    return Receipt(
        summary=f"github: POST /credentials/revoke for {', '.join(labels) or 'nothing, none was alive'}",
        result=Result(tokens=labels).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.IRREVERSIBLE,
    summary="Revoke leaked GitHub tokens",
    operation=Operation(plan, probe, apply, verify, timedelta(minutes=5), timedelta(seconds=2), joined),
)
