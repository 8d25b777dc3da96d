"""Tell people in Slack where the incident stands, in words from ``runbooks/messages/<name>.md``.

A message arrives once: it carries a token in its metadata, and the channel is asked for that token before posting.
No secret can be in it: key ids are masked to their last letters, and what has the shape of a secret is cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import JsonValue

from irkit.clients.slack import Channel, Message, incident_channel
from irkit.clients.slack_text import as_mrkdwn, shown, slack_text
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import NotFound
from irkit.runbook.messages import filled, message

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``message`` names the text, ``values`` fill its placeholders; {incident} and {responder} come by themselves.

    ``channel`` is a name or an id; the incident's own channel when it is empty.
    """

    message: str
    values: Mapping[str, JsonValue] = {}
    channel: str = ""


class Result(Frozen):
    """Where the message is: Slack's channel id, and ``ts``, which is the message's id in it."""

    channel: str
    channel_id: str
    ts: str
    message: str


class _Work(Frozen):
    channel: str
    message: str
    text: str
    blocks: tuple[Mapping[str, JsonValue], ...]
    token: str


def plan(clients: Clients, params: Params) -> Plan:
    """Write the text. Asks Slack nothing, so that an outage there does not hold up the incident.

    Raises ``RunbookInvalid`` for an unknown message or a placeholder without a value.
    """
    own = incident_channel(clients.config.slack.channel_prefix, clients.incident)
    channel = params.channel.removeprefix("#") or own
    template = as_mrkdwn(message(params.message, clients.config.runbooks_folder))
    values = {"incident": clients.incident, "responder": clients.config.identity, **params.values}
    written = slack_text(filled(template, {name: shown(value) for name, value in values.items()}))
    work = _Work(
        channel=channel,
        message=params.message,
        text=written.text,
        blocks=written.blocks,
        token=clients.token(f"{channel}\0{params.message}\0{written.text}"),
    )
    return Plan(
        summary=f"tell #{channel}: {written.title}",
        changes=(Change(target=f"#{channel}", before="not posted", after=written.text),),
        blast=f"everyone in #{channel} reads it",
        undo="it can be deleted in Slack; who read it has read it",
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look for the message in the channel's history."""
    work = _Work.model_validate(plan.details)
    channel = clients.slack.channel(work.channel)
    found = clients.slack.find_message(channel.id, work.token) if channel else None
    if channel is None or found is None:
        return Probe(standing=Standing.UNTOUCHED, seen=f"the message is not in #{work.channel}")
    seen = f"the message is in #{work.channel} at {found.ts}"
    return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work, channel, found))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Post it, unless it is there. Raises ``NotFound`` without such a channel, ``Unreachable``, ``Throttled``."""
    work = _Work.model_validate(plan.details)
    channel = clients.slack.channel(work.channel)
    if channel is None:
        msg = f"there is no Slack channel #{work.channel} that irkit can see"
        raise NotFound(msg, hint="open it first, or invite irkit's bot to it")
    return _receipt(work, channel, clients.slack.post(channel.id, work.text, work.blocks, work.token))


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Find the message in the channel's history."""
    work = _Work.model_validate(receipt.details)
    done = Result.model_validate(receipt.result)
    found = clients.slack.find_message(done.channel_id, work.token)
    if found is None:
        return Verdict(proof=Proof.NOT_YET, seen=f"the message is not in the history of #{done.channel}")
    return Verdict(proof=Proof.PROVEN, seen=f"the message is in the history of #{done.channel} at {found.ts}")


def _receipt(work: _Work, channel: Channel, posted: Message) -> Receipt:
    result = Result(channel=channel.name, channel_id=channel.id, ts=posted.ts, message=work.message)
    return Receipt(
        summary=f"slack: posted {work.message} in #{channel.name} at {posted.ts}",
        result=result.model_dump(mode="json"),
        details=work.model_dump(mode="json"),
        request_ids=(posted.ts,),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.NOTICE,
    summary="Tell people in Slack where the incident stands",
    operation=Operation(plan, probe, apply, verify, settle=timedelta(seconds=30)),
)
