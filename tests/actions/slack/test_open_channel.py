from __future__ import annotations

from irkit.actions.slack import open_channel
from irkit.actions.slack.open_channel import Params, Result
from irkit.contract import Plan, Proof, Standing
from irkit.drill.world.loopback_server import Outage
from tests.forge import Forge


def planned(forge: Forge, **changes: object) -> Plan:
    given = {"topic": "key leak in acme/payments", "invite": ("ada@acme.example", "U0000002")} | changes
    return open_channel.plan(forge.clients("open_channel"), Params.model_validate(given))


def test_the_channel_is_open_with_its_topic_and_people(forge: Forge) -> None:
    clients = forge.clients("open_channel")
    receipt = open_channel.apply(clients, planned(forge))
    result = Result.model_validate(receipt.result)
    channel = clients.slack.channel("inc-0042")
    assert channel is not None
    assert (result.name, result.channel_id) == ("inc-0042", channel.id)
    assert channel.topic == "key leak in acme/payments"
    assert {"U0000001", "U0000002"} <= set(clients.slack.members(channel.id))
    assert open_channel.verify(clients, receipt).proof is Proof.PROVEN


def test_before_it_is_opened_it_is_untouched(forge: Forge) -> None:
    assert open_channel.probe(forge.clients(), planned(forge)).standing is Standing.UNTOUCHED


def test_a_channel_half_made_is_finished_and_not_made_twice(forge: Forge) -> None:
    clients = forge.clients("open_channel")
    made = clients.slack.create_channel("inc-0042")
    plan = planned(forge)
    found = open_channel.probe(clients, plan)
    assert (found.standing, "the topic differs" in found.seen) == (Standing.UNTOUCHED, True)
    receipt = open_channel.apply(clients, plan)
    assert Result.model_validate(receipt.result).channel_id == made.id
    probe = open_channel.probe(clients, plan)
    assert probe.standing is Standing.IN_PLACE
    assert probe.receipt == receipt


def test_planning_needs_no_slack(forge: Forge) -> None:
    forge.slack.outage(Outage.ON)
    assert planned(forge).summary == "open #inc-0042 and invite 2"


def test_a_topic_that_was_lost_is_not_proven(forge: Forge) -> None:
    clients = forge.clients("open_channel")
    receipt = open_channel.apply(clients, planned(forge))
    clients.slack.set_topic(Result.model_validate(receipt.result).channel_id, "something else")
    verdict = open_channel.verify(clients, receipt)
    assert verdict.proof is Proof.NOT_YET
    assert "topic differs" in verdict.seen


def test_a_topic_longer_than_slack_takes_is_cut(forge: Forge) -> None:
    receipt = open_channel.apply(forge.clients(), planned(forge, topic="x" * 400))
    assert open_channel.verify(forge.clients(), receipt).proof is Proof.PROVEN
