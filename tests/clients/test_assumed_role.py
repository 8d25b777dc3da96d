from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from irkit.clients.assumed_role import AssumedSession, RoleToAssume
from irkit.errors import Denied
from tests.bench import Bench


class Assume:
    """STS: each answer has a key of its own, and ends after so long."""

    def __init__(self, lasts: timedelta) -> None:
        self.lasts = lasts
        self.asked = 0

    def __call__(self) -> Mapping[str, Any]:
        self.asked += 1
        return {
            "Credentials": {
                "AccessKeyId": f"ASIATFQR7NSC6V3LY3G{self.asked}",
                "SecretAccessKey": "s" * 40,
                "SessionToken": "t" * 40,
                "Expiration": datetime.now(UTC) + self.lasts,
            }
        }


def test_the_session_signs_with_the_roles_key(on: Bench) -> None:
    assume = Assume(timedelta(hours=1))
    session = AssumedSession(on.outside.aws_session, assume)
    assert session.own_key_id() == session.own_key_id() == "ASIATFQR7NSC6V3LY3G1"
    assert assume.asked == 1


def test_credentials_are_asked_for_again_before_they_end(on: Bench) -> None:
    assume = Assume(timedelta(minutes=5))
    session = AssumedSession(on.outside.aws_session, assume)
    assert session.own_key_id() == "ASIATFQR7NSC6V3LY3G2"


def test_a_refusal_is_raised_at_once_and_not_logged(on: Bench, caplog: pytest.LogCaptureFixture) -> None:
    clients = on.clients()
    with pytest.raises(Denied, match="sts:AssumeRole arn:aws:iam::111122223333:role/nobody"):
        clients.as_role(RoleToAssume("arn:aws:iam::111122223333:role/nobody"))
    assert not caplog.records
    assert [call.error for call in clients.drain_calls()] == ["AccessDenied"]


def test_no_secret_of_a_session_is_shown(on: Bench) -> None:
    session = AssumedSession(on.outside.aws_session, Assume(timedelta(hours=1)))
    assert "s" * 40 not in repr(vars(session))
    assert "t" * 40 not in repr(vars(session))
