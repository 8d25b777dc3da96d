"""Judge whether a key was abused, from what was measured and the addresses known to be good. Asks nothing outside.

A call that AWS refused for want of a permission counts too: the signature was taken, so a stranger held the key.
Where the answer is not certain it is *unclear*, and a person decides.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.contract import Action, Effect, Frozen
from irkit.errors import InputMissing

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Source(Frozen):
    """An address as ``cloudtrail.measure_key_use`` counts it."""

    ip: str
    succeeded: int
    denied: int
    accepted: int
    first_at: datetime
    last_at: datetime
    agents: tuple[str, ...]


class Params(Frozen):
    """``known_networks`` are addresses or CIDRs of ours; ``known_agents`` are how our own user agents begin."""

    sources: tuple[Source, ...]
    not_seen: tuple[str, ...] = ()
    known_networks: tuple[str, ...] = ()
    known_agents: tuple[str, ...] = ()


class Outcome(StrEnum):
    """Whether someone else used the key."""

    ABUSED = "abused"
    NOT_ABUSED = "not_abused"
    UNCLEAR = "unclear"


class Result(Frozen):
    """The judgement, why, and the strangers' addresses with the first and last time they were seen."""

    outcome: Outcome
    reasons: tuple[str, ...]
    strangers: tuple[str, ...]
    first_stranger_at: datetime | None
    last_stranger_at: datetime | None

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.outcome.replace('_', ' ')}: {'; '.join(self.reasons)}"


def read(_clients: Clients, params: Params) -> Result:
    """Compare each address with the known ones. Raises ``InputMissing`` when a known one is no address."""
    networks = _networks(params.known_networks)
    strangers = [one for one in params.sources if not _known(one.ip, networks)] if networks else []
    outcome, reasons = _judged(params, strangers)
    return Result(
        outcome=outcome,
        reasons=tuple(reasons),
        strangers=tuple(one.ip for one in strangers),
        first_stranger_at=min((one.first_at for one in strangers), default=None),
        last_stranger_at=max((one.last_at for one in strangers), default=None),
    )


def _judged(params: Params, strangers: list[Source]) -> tuple[Outcome, list[str]]:
    took = [one for one in strangers if one.accepted]
    if took:
        return Outcome.ABUSED, [
            f"{one.ip} is not ours: {one.succeeded} calls succeeded, {one.denied} were denied, "
            f"{one.first_at:%Y-%m-%d %H:%M:%SZ} to {one.last_at:%H:%M:%SZ}, as {', '.join(one.agents) or 'nobody'}"
            for one in took
        ]
    doubts = [f"{one.ip} is not ours and was always refused: someone has the key's id" for one in strangers]
    doubts += [f"{region} was not seen" for region in params.not_seen]
    if params.sources and not params.known_networks:
        doubts.append("no address is known to be ours, so nothing tells a stranger")
    if params.known_agents:
        doubts += [
            f"{one.ip} is ours, but {agent!r} is not how our programs call themselves"
            for one in params.sources
            for agent in one.agents
            if one not in strangers and not agent.startswith(params.known_agents)
        ]
    if doubts:
        return Outcome.UNCLEAR, doubts
    seen = f"all {len(params.sources)} addresses are ours" if params.sources else "the key was not used at all"
    return Outcome.NOT_ABUSED, [f"{seen}, and every region asked has answered"]


def _networks(texts: tuple[str, ...]) -> list[Network]:
    try:
        return [ipaddress.ip_network(text, strict=False) for text in texts]
    except ValueError as error:
        raise InputMissing(str(error), hint="known_networks holds addresses or CIDRs: 203.0.113.0/24") from error


def _known(ip: str, networks: list[Network]) -> bool:
    """Whether an address is ours; a name such as ``AWS Internal`` is AWS's own and no stranger's."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip == "AWS Internal" or ip.endswith(".amazonaws.com")
    return any(address in network for network in networks)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Judge whether a key was abused",
    read=read,
)
