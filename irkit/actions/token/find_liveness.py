"""Ask each leaked token's provider whether it is alive. *Unknown* is an answer of its own, never taken for dead.

GitHub is asked by GitHub's own interface; others by way of the Kingfisher SDK, which knows 255 of them. Each token goes
to its own provider and nowhere else. AWS keys are not asked about here: ``aws.prove_principal_dead`` does that.
The attacker sees nothing of this; the provider's log shows one call with the token, from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.github_tokens import is_revocable
from irkit.contract import Action, Effect, Frozen, Seen, Sighting
from irkit.errors import Unreachable
from irkit.scan.issuer import issuers_answer, sighting
from irkit.scan.leaked import Leaked, Provider, Value, liveness_rule
from irkit.scan.recalled import recalled

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Outcome(StrEnum):
    """The worst of all answers."""

    ALIVE = "alive"
    UNKNOWN = "unknown"
    DEAD = "dead"
    NONE = "none"
    """There was no token to ask about."""


class Params(Frozen):
    """Tokens as ``scan.find_value`` tells them."""

    tokens: tuple[Leaked, ...]


class Result(Frozen):
    """What was seen of each, and which way each can be revoked: those seen dead need none."""

    outcome: Outcome
    sightings: tuple[Sighting, ...]
    by_github: tuple[Leaked, ...]
    """GitHub revokes them for whoever shows them."""
    by_provider: tuple[Leaked, ...]
    """The SDK knows how their provider revokes them."""
    by_hand: tuple[Leaked, ...]
    """A person must, in the provider's console."""
    needs_hand: bool
    guide: tuple[str, ...]
    """What that person is told, one line a token."""

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.outcome}: " + (
            "; ".join(f"{one.credential.label} {one.seen}" for one in self.sightings) or "none"
        )


def read(clients: Clients, params: Params) -> Result:
    """Ask about each. A provider that cannot be reached is unknown, and raises nothing."""
    values = recalled(params.tokens, clients.known_secrets, clients.fingerprint)
    sightings = tuple(
        sighting(clients, one, issuers_answer(clients, values.get(one.fingerprint))) for one in params.tokens
    )
    left = [one for one, seen in zip(params.tokens, sightings, strict=True) if seen.seen is not Seen.DENIED]
    github = [one for one in left if one.fingerprint in values and _is_githubs(values[one.fingerprint])]
    others = [one for one in left if one not in github]
    covered = [one for one in others if one.provider is Provider.OTHER and _can_revoke(clients, one)]
    by_hand = tuple(one for one in others if one not in covered)
    return Result(
        outcome=_worst(sightings),
        sightings=sightings,
        by_github=tuple(github),
        by_provider=tuple(covered),
        by_hand=by_hand,
        needs_hand=bool(by_hand),
        guide=tuple(_guide(one) for one in by_hand),
    )


def _is_githubs(value: Value) -> bool:
    return value.leaked.provider is Provider.GITHUB and is_revocable(value.secret)


def _can_revoke(clients: Clients, one: Leaked) -> bool:
    rule = liveness_rule(one.rule)
    try:
        return bool(rule) and clients.providers.can_revoke(rule)
    except Unreachable:
        return False


def _worst(sightings: Sequence[Sighting]) -> Outcome:
    seen = {one.seen for one in sightings}
    if Seen.ALIVE in seen:
        return Outcome.ALIVE
    if Seen.UNKNOWN in seen:
        return Outcome.UNKNOWN
    return Outcome.DEAD if seen else Outcome.NONE


def _guide(one: Leaked) -> str:
    if one.provider is Provider.GITHUB:
        return f"{one.label}: GitHub's revocation covers no ghs_, SSH or deploy keys: cancel its job, or remove its key"
    if one.provider is Provider.AWS and one.key_id:
        return f"{one.label}: a session's key: find who took it (irkit trail lineage), and contain that principal"
    if one.provider is Provider.AWS:
        return f"{one.label}: no key id stands beside it: find the id, and open key_leak for it"
    return f"{one.label}: no revocation that irkit knows covers it: revoke it in its provider's console"


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Ask whether leaked tokens are alive",
    read=read,
)
