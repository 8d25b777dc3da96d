from __future__ import annotations

import pytest

from irkit.actions.slack import open_channel, post_message
from irkit.actions.slack.post_message import Params, Result
from irkit.clients.slack_text import escaped, shown, slack_text
from irkit.contract import Plan, Proof, Standing
from irkit.drill.world.loopback_server import Outage
from irkit.drill.world.slack_limits import blocks_fault
from irkit.errors import NotFound, RunbookInvalid, Unreachable
from irkit.runbook.messages import filled, message, placeholders
from tests.forge import KEY_ID, Forge

VALUES = {"key_id": KEY_ID, "user": "svc-deploy", "at": "2026-05-04 14:22:41 UTC"}


@pytest.fixture
def ready(forge: Forge) -> Forge:
    """The incident's channel is open."""
    clients = forge.clients("open_channel")
    open_channel.apply(clients, open_channel.plan(clients, open_channel.Params(topic="key leak")))
    return forge


def planned(forge: Forge, **changes: object) -> Plan:
    given = {"message": "key_contained", "values": VALUES} | changes
    return post_message.plan(forge.clients("tell"), Params.model_validate(given))


def test_a_message_is_posted_to_the_incidents_channel_and_proven_by_its_history(ready: Forge) -> None:
    clients = ready.clients("tell")
    receipt = post_message.apply(clients, planned(ready))
    assert post_message.verify(clients, receipt).proof is Proof.PROVEN
    posted = ready.slack.messages("inc-0042")
    assert [one["ts"] for one in posted] == [Result.model_validate(receipt.result).ts]
    assert "The leaked key is contained" in str(posted[0]["text"])


def test_the_key_id_is_masked(ready: Forge) -> None:
    post_message.apply(ready.clients("tell"), planned(ready))
    store = (ready.slack.root / "slack.jsonl").read_text()
    assert KEY_ID not in store
    assert KEY_ID not in planned(ready).model_dump_json()
    assert KEY_ID[-4:] in store


def test_applying_again_after_a_lost_receipt_posts_nothing_new(ready: Forge) -> None:
    plan = planned(ready)
    first = post_message.apply(ready.clients("tell"), plan)
    probe = post_message.probe(ready.clients("tell"), plan)
    assert probe.standing is Standing.IN_PLACE
    assert probe.receipt == first
    assert post_message.apply(ready.clients("tell"), plan) == first
    assert len(ready.slack.messages("inc-0042")) == 1


def test_the_same_words_from_another_step_are_another_message(ready: Forge) -> None:
    for step in ("tell_opened", "tell_contained"):
        clients = ready.clients(step)
        post_message.apply(clients, post_message.plan(clients, Params(message="key_contained", values=VALUES)))
    assert len(ready.slack.messages("inc-0042")) == 2


def test_planning_needs_no_slack_and_applying_says_that_it_is_out(ready: Forge) -> None:
    ready.slack.outage(Outage.ON)
    plan = planned(ready)
    with pytest.raises(Unreachable):
        post_message.apply(ready.clients("tell"), plan)
    ready.slack.outage(Outage.OFF)
    assert post_message.probe(ready.clients("tell"), plan).standing is Standing.UNTOUCHED
    post_message.apply(ready.clients("tell"), plan)
    assert post_message.probe(ready.clients("tell"), plan).standing is Standing.IN_PLACE


def test_another_channel_can_be_named(ready: Forge) -> None:
    post_message.apply(ready.clients("tell"), planned(ready, channel="#security"))
    assert len(ready.slack.messages("security")) == 1


def test_a_channel_that_is_not_there_is_told(forge: Forge) -> None:
    with pytest.raises(NotFound, match="#inc-0042"):
        post_message.apply(forge.clients("tell"), planned(forge))


def test_a_message_that_vanished_is_not_proven(ready: Forge) -> None:
    receipt = post_message.apply(ready.clients("tell"), planned(ready))
    for channel in ready.slack._channels.values():
        channel.messages.clear()
    assert post_message.verify(ready.clients("tell"), receipt).proof is Proof.NOT_YET


def test_an_unknown_message_names_those_there_are(forge: Forge) -> None:
    with pytest.raises(RunbookInvalid) as caught:
        planned(forge, message="key_containd")
    assert "key_contained" in caught.value.hint


def test_a_placeholder_without_a_value_is_named(forge: Forge) -> None:
    with pytest.raises(RunbookInvalid, match="a value for at"):
        planned(forge, values={"key_id": KEY_ID, "user": "svc-deploy"})


def test_a_users_own_message_goes_before_the_shipped_one(ready: Forge) -> None:
    own = ready.outside.config.runbooks_folder / "messages"
    own.mkdir(parents=True)
    (own / "key_contained.md").write_text("# Ours\n\nSee [the page](https://example.com/x), **{user}**.\n")
    post_message.apply(ready.clients("tell"), planned(ready))
    posted = ready.slack.messages("inc-0042")[0]
    assert posted["text"] == "Ours\nSee <https://example.com/x|the page>, *svc-deploy*."


def test_a_name_an_intruder_chose_cannot_ping_or_forge_a_link(ready: Forge) -> None:
    post_message.apply(ready.clients("tell"), planned(ready, values=VALUES | {"user": "<!channel> <http://evil|x>"}))
    text = str(ready.slack.messages("inc-0042")[0]["text"])
    assert "<!channel>" not in text
    assert "&lt;!channel&gt;" in text


@pytest.mark.parametrize("name", ["../secrets", "Key", "", "a/b"])
def test_a_name_that_is_no_word_is_refused(name: str) -> None:
    with pytest.raises(RunbookInvalid, match="no name of a message"):
        message(name)


@pytest.mark.parametrize(
    "name",
    ["incident_opened", "key_contained", "use_measured", "key_rotated", "history_purged", "incident_closed"],
)
def test_every_shipped_message_fits_slack(name: str) -> None:
    text = message(name)
    written = slack_text(filled(text, dict.fromkeys(placeholders(text), "value")))
    assert blocks_fault([dict(block) for block in written.blocks]) == ""
    assert "{" not in written.text


def test_a_text_longer_than_slack_takes_is_cut_and_says_so() -> None:
    written = slack_text("# " + "t" * 400 + "\n\n" + "x" * 9000 + "\n\n" + "\n\n".join(["more"] * 80))
    assert blocks_fault([dict(block) for block in written.blocks]) == ""
    assert "more paragraphs" in str(written.blocks[-1])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["a", "b"], "a, b"),
        ([], "none"),
        (None, "none"),
        (True, "yes"),
        (0, "0"),
        ({"decrypts": 3}, "decrypts: 3"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "…"),
        ("22ded60ea715a3792c3bb3e4a9ad6c9e04b67a2d", "22ded60"),
        ("ASIAQ3EGUZ7LMN4PXWYZ", "ASIA…XWYZ"),
        ("2026-05-04T14:22:41Z", "2026-05-04 14:22:41 UTC"),
        ("2026-05-04T14:22:41.123456+00:00", "2026-05-04 14:22:41 UTC"),
    ],
)
def test_values_are_shown_for_people(value: object, text: str) -> None:
    assert shown(value) == text  # type: ignore[arg-type]


def test_escaping_keeps_plain_words() -> None:
    assert escaped("svc-deploy in eu-central-1") == "svc-deploy in eu-central-1"
