"""Open the incident's Slack channel: ``#inc-0042``, with a topic and the people who must be in it.

Opening it twice gives the same channel. When Slack is out, the incident goes on without it.
The attacker sees it if they are in the workspace; then write elsewhere.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.slack import Channel, incident_channel
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_TOPIC_LIMIT = 250


class Params(Frozen):
    """``invite`` are people's email addresses or Slack user ids. Without a name, the incident's own is taken."""

    topic: str = ""
    invite: tuple[str, ...] = ()
    name: str = ""


class Result(Frozen):
    """The channel, and who was invited (user ids)."""

    channel_id: str
    name: str
    invited: tuple[str, ...]


class _Work(Frozen):
    name: str
    topic: str
    invite: tuple[str, ...]


def plan(clients: Clients, params: Params) -> Plan:
    """Say what the channel will be. Asks Slack nothing, so that an outage there does not hold up the incident."""
    name = params.name.removeprefix("#") or incident_channel(clients.config.slack.channel_prefix, clients.incident)
    work = _Work(name=name, topic=params.topic[:_TOPIC_LIMIT], invite=params.invite)
    return Plan(
        summary=f"open #{name} and invite {len(params.invite)}",
        changes=(Change(target=f"Slack channel #{name}", before="as it is", after=work.topic or "open"),),
        blast="everyone in the workspace can see that there is an incident",
        undo="archive the channel in Slack; who read it has read it",
        why="responders need one place to talk",
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look whether the channel is there, with its topic and people. What lacks of it is what ``apply`` adds."""
    work = _Work.model_validate(plan.details)
    channel = clients.slack.channel(work.name)
    if channel is None:
        return Probe(standing=Standing.UNTOUCHED, seen=f"there is no #{work.name}")
    lacking = _lacking(clients, work, channel)
    if lacking:
        return Probe(standing=Standing.UNTOUCHED, seen=f"#{work.name} is there; {lacking}")
    return Probe(standing=Standing.IN_PLACE, seen=f"#{work.name} is there", receipt=_receipt(clients, work, channel))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Make the channel, or take the one of that name; set the topic; bring in who is missing."""
    work = _Work.model_validate(plan.details)
    channel = clients.slack.channel(work.name) or clients.slack.create_channel(work.name)
    if work.topic and channel.topic != work.topic:
        clients.slack.set_topic(channel.id, work.topic)
    missing = _missing(clients, work, channel)
    if missing:
        clients.slack.invite(channel.id, missing)
    return _receipt(clients, work, channel)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the channel again."""
    work = _Work.model_validate(receipt.details)
    channel = clients.slack.channel(work.name)
    if channel is None:
        return Verdict(proof=Proof.NOT_YET, seen=f"Slack shows no #{work.name}")
    lacking = _lacking(clients, work, channel)
    if lacking:
        return Verdict(proof=Proof.NOT_YET, seen=f"#{work.name} is there; {lacking}")
    return Verdict(proof=Proof.PROVEN, seen=f"Slack shows #{work.name} ({channel.id}) with its topic and people")


def _lacking(clients: Clients, work: _Work, channel: Channel) -> str:
    missing = _missing(clients, work, channel)
    topic = "the topic differs" if work.topic and channel.topic != work.topic else ""
    people = f"{len(missing)} of {len(work.invite)} people are not in it" if missing else ""
    return "; ".join(part for part in (topic, people) if part)


def _missing(clients: Clients, work: _Work, channel: Channel) -> tuple[str, ...]:
    if not work.invite:
        return ()
    there = set(clients.slack.members(channel.id))
    return tuple(user for user in _users(clients, work) if user not in there)


def _users(clients: Clients, work: _Work) -> tuple[str, ...]:
    return tuple(clients.slack.user_id(person) if "@" in person else person for person in work.invite)


def _receipt(clients: Clients, work: _Work, channel: Channel) -> Receipt:
    result = Result(channel_id=channel.id, name=channel.name, invited=_users(clients, work))
    return Receipt(
        summary=f"slack: opened #{channel.name} ({channel.id})",
        result=result.model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.NOTICE,
    summary="Open the incident's Slack channel",
    operation=Operation(plan, probe, apply, verify, settle=timedelta(seconds=30)),
)
