"""Prove leaked tokens dead: each is refused by its own issuer, again and again over a few seconds.

There is no log of a token's use that irkit could ask, as CloudTrail is for AWS. *Quiet* rests on what the issuer says:
it alone judges the token, it refused each call, and a revoked one is never given life again. A provider that cannot be
reached, or a token whose text is lost, is unknown, never dead.
The attacker sees nothing of this; the provider's log shows a few calls with the token, from here.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from irkit.clients.kingfisher import Question, Said
from irkit.contract import Action, Effect, Frozen, Means, Seen, Sighting
from irkit.errors import Unreachable
from irkit.scan.leaked import Leaked, Provider, Value, liveness_rule
from irkit.scan.recalled import recalled
from irkit.secret import Fingerprint

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_TIMES = 3
_PAUSE_S = 1.0
_SEEN = {Said.ACTIVE: Seen.ALIVE, Said.INACTIVE: Seen.DENIED, Said.UNKNOWN: Seen.UNKNOWN}


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


class _Look(NamedTuple):
    seen: Seen
    says: str


def read(clients: Clients, params: Params) -> Result:
    """Ask about each. A provider that cannot be reached is unknown, and raises nothing."""
    values = recalled(params.tokens, clients.known_secrets, clients.fingerprint)
    sightings = [each for one in params.tokens for each in _proof(clients, one, values)]
    unproven = tuple(
        f"{one.credential.label} {one.seen}: {one.says}" for one in sightings if one.seen in {Seen.ALIVE, Seen.UNKNOWN}
    )
    alive = any(one.seen is Seen.ALIVE for one in sightings)
    outcome = Outcome.ALIVE if alive else Outcome.UNPROVEN if unproven else Outcome.DEAD
    return Result(outcome=outcome, sightings=tuple(sightings), unproven=unproven)


def _proof(clients: Clients, one: Leaked, values: Mapping[Fingerprint, Value]) -> list[Sighting]:
    """One look when it is not refused; when it is each time, that and what its issuer's refusals come to."""
    value = values.get(one.fingerprint)
    if value is None:
        return [_sighting(clients, one, _Look(Seen.UNKNOWN, "its text is not known any more; give it again"))]
    for number in range(_TIMES):
        if number:
            time.sleep(_PAUSE_S)
        look = _looked(clients, value)
        if look.seen is not Seen.DENIED:
            return [_sighting(clients, one, look)]
    refused = _Look(Seen.DENIED, f"refused {_TIMES} times: {look.says}")
    quiet = _Look(
        Seen.QUIET, "its issuer alone judges it, and gives no revoked token life again; there is no log to ask"
    )
    return [_sighting(clients, one, refused), _sighting(clients, one, quiet)]


def _looked(clients: Clients, value: Value) -> _Look:
    if value.leaked.provider is Provider.GITHUB:
        return _Look(*clients.github_tokens.answer(value.secret))
    rule = liveness_rule(value.leaked.rule)
    if not rule:
        return _Look(Seen.UNKNOWN, "irkit knows no way to ask for this kind")
    text = b'%s = "%s"\n' % (value.leaked.rule.encode(), value.secret.reveal().encode())
    try:
        (answer,) = clients.providers.ask([Question(rule, value.secret, (value.near, text))])
    except Unreachable as error:
        return _Look(Seen.UNKNOWN, str(error))
    return _Look(_SEEN[answer.said], answer.why)


def _sighting(clients: Clients, one: Leaked, look: _Look) -> Sighting:
    return Sighting(credential=one.credential, seen=look.seen, by=Means.PROBE, at=clients.now(), says=look.says)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Prove leaked tokens dead at their issuers",
    read=read,
)
