"""An event history that fails, cuts off, repeats itself or lies: what was not read is named, and the look ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from irkit import config
from irkit.clients import cloudtrail
from irkit.clients.clients import Clients, Outside
from irkit.clients.cloudtrail import PAGE, Pace
from irkit.cloudtrail.accounts import histories
from irkit.cloudtrail.event_history import EventHistory
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.source import Found, found
from irkit.errors import Unreachable
from tests.bench import Postmortem
from tests.cloudtrail.aws_server import (
    OWN_ACCOUNT,
    AwsServer,
    Heard,
    Told,
    error,
    event,
    given_role,
    page,
    refused_role,
    serving,
)
from tests.cloudtrail.made import KEY, START, body

HERE, THERE = "eu-west-1", "us-east-1"
HOUR = Window(START, START + timedelta(hours=1))
BODIES = tuple(body("iam:ListUsers", 3000 - each, eventID=f"e{each:03}") for each in range(3 * PAGE))
"""Newest first, as LookupEvents gives them."""
ALL = {str(each["eventID"]) for each in BODIES}
Answer = Callable[[Heard], Told]


@pytest.fixture(scope="module")
def _server() -> Iterator[AwsServer]:
    with serving() as running:
        yield running


@pytest.fixture
def aws(_server: AwsServer, monkeypatch: pytest.MonkeyPatch) -> AwsServer:
    """The server as it was at first, whose callers do not wait."""
    fresh = AwsServer()
    _server.answer, _server.assumed = fresh.answer, fresh.assumed
    _server.heard.clear()
    monkeypatch.setattr(cloudtrail, "PAUSES", (timedelta(),) * len(cloudtrail.PAUSES))
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    return _server


@pytest.fixture
def clients(aws: AwsServer, tmp_path: Path) -> Clients:
    files = tmp_path / "config", tmp_path / "credentials"
    files[0].write_text(f"[default]\nregion = {THERE}\nendpoint_url = {aws.url}\n", encoding="utf-8")
    files[1].write_text(f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = none\n", encoding="utf-8")
    empty = tmp_path / "irkit.toml"
    empty.write_text("", encoding="utf-8")
    settings = config.load(empty, environment={})
    reached = replace(settings.aws, config_file=files[0], credentials_file=files[1])
    outside = Outside(replace(settings, aws=reached), "TEST-1", tmp_path, b"k" * 32, Postmortem(), pace=Pace(1e9))
    clients = outside.clients("history")
    clients.now = lambda: START + timedelta(hours=2)  # type: ignore[method-assign]
    return clients


def asked(clients: Clients, *windows: Window) -> Found:
    return found(EventHistory(clients, (HERE, THERE)), Query(keys=(KEY,), windows=windows or (HOUR,)))


def ids(answer: Found) -> set[str]:
    return {one.event_id for one in answer.records}


def pages(heard: Heard) -> Told:
    """All the events there are from when to when it is asked, 50 a page."""
    first = int(heard.asked.get("NextToken", "0"))
    within = [each for each in BODIES if heard.asked["StartTime"] <= _second(each) <= heard.asked["EndTime"]]
    more = str(first + PAGE) if first + PAGE < len(within) else ""
    return page(within[first : first + PAGE], more)


def _second(body: dict[str, object]) -> int:
    return int(event(body)["EventTime"])  # type: ignore[call-overload,no-any-return]


def second_page(told: Told, times: int = 10_000) -> Answer:
    """The pages, but for what comes after the first one in a region: that is another so many times."""
    left = [times]

    def answer(heard: Heard) -> Told:
        if heard.region == THERE:
            return page()
        good = pages(heard)
        if good == page(BODIES[:PAGE], str(PAGE)) or not left[0]:
            return good
        left[0] -= 1
        return told

    return answer


CUT_OFF = page(BODIES[PAGE : 2 * PAGE], "100").body[:5000]
BAD = {
    "cut off": Told(CUT_OFF),
    "cut off in the air": Told(CUT_OFF, size=len(CUT_OFF) + 100),
    "empty": Told(b""),
    "no JSON": Told(b"<html>log in to the guest network</html>"),
    "a list": Told(b"[]"),
    "events that are none": Told(b'{"Events": ["x"]}'),
    "a time that is none": Told(b'{"Events": [{"EventTime": "yesterday", "CloudTrailEvent": "{}"}]}'),
    "no UTF-8": Told(b'{"Events": ["\xff"]}'),
    "expired": error("ExpiredTokenException"),
    "refused": error("AccessDeniedException", 403),
    "out": error("InternalFailure", 500),
    "throttled": error("ThrottlingException"),
}


@pytest.mark.parametrize("told", BAD.values(), ids=BAD.keys())
def test_a_page_that_is_not_to_be_had_is_named_with_how_far_back_was_seen(
    aws: AwsServer, clients: Clients, told: Told
) -> None:
    aws.answer = second_page(told)
    answer = asked(clients)
    assert ids(answer) == {f"e{each:03}" for each in range(PAGE)}
    assert list(answer.coverage.not_seen) == [HERE]
    assert "(seen back to 2026-11-21T12:49:11Z)" in answer.coverage.not_seen[HERE]
    assert answer.coverage.seen == (THERE,)


@pytest.mark.parametrize("told", [BAD["cut off"], BAD["empty"], BAD["out"], BAD["throttled"]])
def test_a_page_that_is_bad_once_is_asked_for_again(aws: AwsServer, clients: Clients, told: Told) -> None:
    aws.answer = second_page(told, 1)
    answer = asked(clients)
    assert ids(answer) == ALL
    assert answer.coverage.is_whole


def test_a_page_that_points_back_is_named_and_the_look_ends(aws: AwsServer, clients: Clients) -> None:
    aws.answer = second_page(page(BODIES[PAGE : 2 * PAGE], str(PAGE)))
    answer = asked(clients)
    assert ids(answer) == {f"e{each:03}" for each in range(2 * PAGE)}
    assert "given before" in answer.coverage.not_seen[HERE]
    assert aws.count(HERE) < 10


def test_no_region_that_answers_whole_is_an_error(aws: AwsServer, clients: Clients) -> None:
    aws.answer = lambda _: BAD["cut off"]
    with pytest.raises(Unreachable, match="LookupEvents"):
        asked(clients)


def test_events_in_no_order_or_of_another_time_leave_nothing_out(aws: AwsServer, clients: Clients) -> None:
    strays = [body("iam:ListRoles", each, eventID="stray") for each in (-9000, 9000)]
    shuffled = [BODIES[140], *strays, *BODIES[:20], BODIES[145], *BODIES[20:140], *BODIES[141:145], *BODIES[146:]]

    def answer(heard: Heard) -> Told:
        first = int(heard.asked.get("NextToken", "0"))
        more = str(first + PAGE) if first + PAGE < len(shuffled) else ""
        return page(shuffled[first : first + PAGE], more) if heard.region == HERE else page()

    aws.answer = answer
    late, early = (
        Window(START + timedelta(seconds=each), START + timedelta(seconds=each + 9)) for each in (2985, 2870)
    )
    assert ids(asked(clients)) == ALL
    assert ids(asked(clients, early, late)) == {
        str(each["eventID"]) for each in BODIES if 2985 <= _second(each) - START.timestamp() < 2994
    } | {str(each["eventID"]) for each in BODIES if 2870 <= _second(each) - START.timestamp() < 2879}


def test_events_without_a_record_that_can_be_read_are_named_by_their_ids(aws: AwsServer, clients: Clients) -> None:
    good, half, none = BODIES[:3]
    events = [event(good), event(half, CloudTrailEvent='{"eventID": "e0'), event(none)]
    del events[2]["CloudTrailEvent"]
    told = Told(json.dumps({"Events": events}).encode())
    aws.answer = lambda heard: told if heard.region == HERE else page()
    answer = asked(clients)
    assert ids(answer) == {"e000"}
    assert "came without its record" in answer.coverage.text
    assert [each.why.partition(":")[0] for each in answer.coverage.skipped] == ["event e001", "event e002"]
    assert not answer.coverage.is_whole


def test_of_many_accounts_those_whose_role_is_not_to_be_had_are_named(aws: AwsServer, clients: Clients) -> None:
    one, two, three = "444455556666", "777788889999", "888877776666"
    aws.assumed = {one: refused_role(), two: Told(given_role(two).body[:150])}.get
    aws.answer = lambda heard: page([{**BODIES[0], "eventID": heard.key, "awsRegion": heard.region}])
    look = histories(clients, (OWN_ACCOUNT, one, two, three), "reader", regions=(HERE,))
    answer = found(look, Query())
    assert ids(answer) == {KEY, f"ASIA{three}TEST"}
    assert "AccessDenied: not trusted" in answer.coverage.not_seen[one]
    assert "an answer that cannot be read" in answer.coverage.not_seen[two]
    assert "SecretAccessKey" not in answer.coverage.text
    assert list(answer.coverage.not_seen) == [one, two]
