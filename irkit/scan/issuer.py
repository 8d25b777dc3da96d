"""A leaked token, asked about at whoever issued it: GitHub itself, or the provider that the Kingfisher SDK knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from irkit.clients.kingfisher import Question, Said
from irkit.contract import Means, Seen, Sighting
from irkit.errors import Unreachable
from irkit.scan.leaked import Leaked, Provider, Value, liveness_rule

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

SEEN = {Said.ACTIVE: Seen.ALIVE, Said.INACTIVE: Seen.DENIED, Said.UNKNOWN: Seen.UNKNOWN}


class Look(NamedTuple):
    """What the issuer answered, and in which words."""

    seen: Seen
    says: str


def issuers_answer(clients: Clients, value: Value | None) -> Look:
    """Ask once. A lost text (None), a kind that nobody can ask about and an issuer that is away are *unknown*."""
    if value is None:
        return Look(Seen.UNKNOWN, "its text is not known any more; give it again (irkit resume INC --ask-secret)")
    if value.leaked.provider is Provider.GITHUB:
        return Look(*clients.github_tokens.answer(value.secret))
    if not liveness_rule(value.leaked.rule):
        return Look(Seen.UNKNOWN, "irkit knows no way to ask for this kind")
    clients.progress(f"asking the provider of {value.leaked.label}")
    try:
        (answer,) = clients.providers.ask([question(value)])
    except Unreachable as error:
        return Look(Seen.UNKNOWN, str(error))
    return Look(SEEN[answer.said], answer.why)


def question(value: Value) -> Question:
    """For the SDK: the value with its own line, and as it would stand in a configuration."""
    text = b'%s = "%s"\n' % (value.leaked.rule.encode(), value.secret.reveal().encode())
    return Question(liveness_rule(value.leaked.rule), value.secret, (value.near, text))


def sighting(clients: Clients, one: Leaked, look: Look) -> Sighting:
    """The look as the life of the token tells it, at this time."""
    return Sighting(credential=one.credential, seen=look.seen, by=Means.PROBE, at=clients.now(), says=look.says)
