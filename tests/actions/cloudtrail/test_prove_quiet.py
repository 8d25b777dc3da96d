"""``cloudtrail.prove_quiet``: of grants and passwords, on the shared world and with made records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from irkit.actions.cloudtrail import prove_quiet as quiet
from irkit.cloudtrail.record import Record, record_of
from irkit.contract import Seen
from tests.actions.aws.sealed import sealed
from tests.bench import Bench, asked

AT = datetime(2026, 11, 21, 2, tzinfo=UTC)
KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b"
GRANTEE = "arn:aws:iam::111122223333:role/x"
GRANT = quiet.CutGrant(key=KEY, id="g", grantee=GRANTEE, label="grant g", at=AT)
PASSWORD = quiet.CutPassword(user="jane", at=AT)


def use(arn: str = GRANTEE, key: str = KEY) -> Record:
    return record_of(
        {
            "eventID": "e1",
            "eventTime": "2026-11-21T02:05:00Z",
            "eventSource": "kms.amazonaws.com",
            "eventName": "Decrypt",
            "userIdentity": {"type": "IAMUser", "arn": arn},
            "resources": [{"ARN": key}],
        }
    )


def login(user: str) -> Record:
    return record_of(
        {
            "eventID": "e2",
            "eventTime": "2026-11-21T02:06:00Z",
            "eventSource": "signin.amazonaws.com",
            "eventName": "ConsoleLogin",
            "userIdentity": {"type": "IAMUser", "userName": user},
        }
    )


def seen(*records: Record, until: datetime | None = AT + timedelta(hours=1)) -> list[Seen]:
    return [one.seen for one in quiet._sightings([GRANT], [PASSWORD], records, until, AT)]


def test_what_nobody_used_is_quiet() -> None:
    assert seen() == [Seen.QUIET, Seen.QUIET]


def test_a_login_after_the_cut_is_alive() -> None:
    assert seen(login("jane")) == [Seen.QUIET, Seen.ALIVE]
    assert seen(login("sam")) == [Seen.QUIET, Seen.QUIET]


def test_a_grantee_that_goes_on_using_the_key_leaves_the_grant_unknown() -> None:
    """By rights of its own, perhaps: the record does not say by which."""
    assert seen(use()) == [Seen.UNKNOWN, Seen.QUIET]


@pytest.mark.parametrize("other", [use(arn="arn:aws:iam::111122223333:role/y"), use(key=KEY + "f")])
def test_another_caller_or_another_key_says_nothing_of_it(other: Record) -> None:
    assert seen(other) == [Seen.QUIET, Seen.QUIET]


def test_a_log_that_cannot_be_believed_proves_nothing() -> None:
    assert seen(until=None) == [Seen.UNKNOWN, Seen.UNKNOWN]


def test_nothing_that_was_cut_asks_nothing(on: Bench) -> None:
    clients = on.clients()
    found = asked(clients, "cloudtrail.prove_quiet")
    assert found["sightings"] == []
    assert quiet.Result.model_validate(found).summary == "no grant and no password was cut"
    assert clients.drain_calls() == ()


def test_where_it_may_not_wait_it_is_not_known(on: Bench) -> None:
    clients = on.clients()
    cut = {"key": sealed(on).key, "id": "g", "grantee": GRANTEE, "label": "grant g", "at": str(clients.aws_now().at)}
    found = asked(clients, "cloudtrail.prove_quiet", grants=[[cut]], wait_s=0)
    assert [one["seen"] for one in found["sightings"]] == ["unknown"]
    assert found["used"] == ["grant g"]
