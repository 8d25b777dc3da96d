from __future__ import annotations

import pytest
from pydantic import JsonValue

from irkit.clients.slack import Slack, SlackWeb, incident_channel
from irkit.drill.world.loopback_server import Outage
from irkit.errors import Denied, NotFound, OutsideError, Throttled, Unreachable
from irkit.secret import Secret
from tests.forge import SLACK_TOKEN, Forge

SECTION: dict[str, JsonValue] = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


@pytest.fixture
def slack(forge: Forge) -> Slack:
    return forge.clients().slack


def test_it_says_who_it_acts_as(slack: Slack) -> None:
    assert slack.identity() == "Acme/irkit"


def test_a_wrong_token_is_denied(forge: Forge) -> None:
    with pytest.raises(Denied, match="invalid_auth"):
        SlackWeb(forge.slack.base_url, Secret("wrong")).identity()


def test_no_answer_is_unreachable(forge: Forge, slack: Slack) -> None:
    forge.slack.outage(Outage.ON)
    with pytest.raises(Unreachable):
        slack.identity()


def test_a_channel_is_found_by_name_with_and_without_its_hash_and_by_id(slack: Slack) -> None:
    security = slack.channel("#security")
    assert security is not None
    assert slack.channel("security") == security
    assert slack.channel(security.id) == security
    assert slack.channel("nothing") is None


def test_a_channel_is_found_on_a_later_page(slack: Slack) -> None:
    for number in range(230):
        slack.create_channel(f"team-{number}")
    found = slack.channel("team-229")
    assert found is not None
    assert found.name == "team-229"


def test_a_taken_name_is_an_error(slack: Slack) -> None:
    with pytest.raises(OutsideError, match="name_taken"):
        slack.create_channel("security")


def test_a_topic_and_people_are_there_afterwards(slack: Slack) -> None:
    channel = slack.create_channel("inc-1")
    slack.set_topic(channel.id, "key leak")
    ada = slack.user_id("ada@acme.example")
    slack.invite(channel.id, [ada])
    slack.invite(channel.id, [ada])
    found = slack.channel("inc-1")
    assert found is not None
    assert found.topic == "key leak"
    assert ada in slack.members(channel.id)


def test_an_unknown_person_is_not_found(slack: Slack) -> None:
    with pytest.raises(NotFound):
        slack.user_id("nobody@acme.example")


def test_posting_twice_with_one_token_posts_once(forge: Forge, slack: Slack) -> None:
    channel = slack.create_channel("inc-1")
    first = slack.post(channel.id, "hello", [SECTION], "token-1")
    assert slack.post(channel.id, "hello", [SECTION], "token-1") == first
    slack.post(channel.id, "hello", [SECTION], "token-2")
    assert len(forge.slack.messages("inc-1")) == 2


def test_a_message_is_found_behind_a_page_of_later_ones(slack: Slack) -> None:
    channel = slack.create_channel("inc-1")
    first = slack._call("chat.postMessage", channel=channel.id, text="first", metadata={  # type: ignore[attr-defined]
        "event_type": "irkit", "event_payload": {"token": "the-first"}})  # fmt: skip
    for number in range(210):
        slack._call("chat.postMessage", channel=channel.id, text=f"later {number}")  # type: ignore[attr-defined]
    found = slack.find_message(channel.id, "the-first")
    assert found is not None
    assert found.ts == first["ts"]


def test_a_short_rate_limit_is_waited_for(forge: Forge, slack: Slack) -> None:
    channel = slack.create_channel("inc-1")
    forge.slack.limit("chat.postMessage", 1, retry_after=1)
    assert slack.post(channel.id, "hello", [SECTION], "token-1").ts


def test_a_rate_limit_that_lasts_is_told(forge: Forge, slack: Slack) -> None:
    channel = slack.create_channel("inc-1")
    forge.slack.limit("chat.postMessage", 9, retry_after=1)
    with pytest.raises(Throttled):
        slack.post(channel.id, "hello", [SECTION], "token-1")


def test_a_channel_that_is_not_there_is_not_found(slack: Slack) -> None:
    with pytest.raises(NotFound, match="channel_not_found"):
        slack.set_topic("C404", "x")


@pytest.mark.parametrize(
    "blocks",
    [
        [SECTION] * 51,
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
        [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "unheard_of"}],
    ],
    ids=["51 blocks", "long section", "empty section", "header in mrkdwn", "long header", "unknown block"],
)
def test_blocks_that_slack_refuses_are_refused_here_too(slack: Slack, blocks: list[dict[str, object]]) -> None:
    channel = slack.create_channel("inc-1")
    with pytest.raises(OutsideError, match="invalid_blocks"):
        slack.post(channel.id, "hello", blocks, "token-1")  # type: ignore[arg-type]


def test_a_message_can_be_pinned_twice(slack: Slack) -> None:
    channel = slack.create_channel("inc-1")
    message = slack.post(channel.id, "hello", [SECTION], "token-1")
    slack.pin(message)
    slack.pin(message)


def test_calls_are_noted_with_slacks_own_error(forge: Forge) -> None:
    clients = forge.clients()
    with pytest.raises(NotFound):
        clients.slack.set_topic("C404", "x")
    assert [(call.text, call.error) for call in clients.drain_calls()] == [
        ("slack: conversations.setTopic", "channel_not_found")
    ]


def test_the_store_holds_messages_and_no_token(forge: Forge, slack: Slack) -> None:
    channel = slack.create_channel("inc-1")
    slack.post(channel.id, "kept for the secret test", [SECTION], "token-1")
    store = (forge.slack.root / "slack.jsonl").read_text()
    assert "kept for the secret test" in store
    assert SLACK_TOKEN not in store


@pytest.mark.parametrize(("incident", "name"), [("INC-0042", "inc-0042"), ("DRILL-0007", "inc-drill-0007")])
def test_a_channel_is_named_after_its_incident(incident: str, name: str) -> None:
    assert incident_channel("inc-", incident) == name
