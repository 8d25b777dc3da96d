"""Prove leaked tokens dead: each is refused by its own issuer, again and again over a few seconds.

There is no log of a token's use that irkit could ask, as CloudTrail is for AWS. *Quiet* rests on what the issuer says:
it alone judges the token, it refused each call, and a revoked one is never given life again. A provider that cannot be
reached, or a token whose text is lost, is unknown, never dead.
The attacker sees nothing of this; the provider's log shows a few calls with the token, from here.
"""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.contract import Action, Effect, Frozen, Seen, Sighting
from irkit.scan.issuer import Look, issuers_answer, sighting
from irkit.scan.leaked import Leaked, Value
from irkit.scan.recalled import recalled

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_TIMES = 3
_PAUSE_S = 1.0


class Outcome(StrEnum):
    """The worst of all."""

    ALIVE = "alive"
    UNPROVEN = "unproven"
    DEAD = "dead"


class Params(Frozen):
    """Tokens as ``scan.find_value`` tells them."""

    tokens: tuple[Leaked, ...]


class Result(Frozen):
    """``unproven`` are those that are alive or unknown, in words."""

    outcome: Outcome
    sightings: tuple[Sighting, ...]
    unproven: tuple[str, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.outcome}: {'; '.join(self.unproven) or 'each token was refused by its issuer'}"


def read(clients: Clients, params: Params) -> Result:
    """Ask about each. A provider that cannot be reached is unknown, and raises nothing."""
    values = recalled(params.tokens, clients.known_secrets, clients.fingerprint)
    sightings = [each for one in params.tokens for each in _proof(clients, one, values.get(one.fingerprint))]
    unproven = tuple(
        f"{one.credential.label} {one.seen}: {one.says}" for one in sightings if one.seen in {Seen.ALIVE, Seen.UNKNOWN}
    )
    alive = any(one.seen is Seen.ALIVE for one in sightings)
    outcome = Outcome.ALIVE if alive else Outcome.UNPROVEN if unproven else Outcome.DEAD
    return Result(outcome=outcome, sightings=tuple(sightings), unproven=unproven)


def _proof(clients: Clients, one: Leaked, value: Value | None) -> list[Sighting]:
    """One look when it is not refused; when it is each time, that and what its issuer's refusals come to."""
    look = issuers_answer(clients, value)
    for _ in range(1, _TIMES):
        if look.seen is not Seen.DENIED:
            break
        time.sleep(_PAUSE_S)
        look = issuers_answer(clients, value)
    if look.seen is not Seen.DENIED:
        return [sighting(clients, one, look)]
    refused = Look(Seen.DENIED, f"refused {_TIMES} times: {look.says}")
    quiet = Look(
        Seen.QUIET, "its issuer alone judges it, and gives no revoked token life again; there is no log to ask"
    )
    return [sighting(clients, one, refused), sighting(clients, one, quiet)]


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Prove leaked tokens dead at their issuers",
    read=read,
)
