"""A machine whose clock is slow: what it asks of the past must not end before now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from irkit.clients.clients import Clients, Outside
from irkit.config import load


class Told:
    """An AWS whose clock is so far ahead of this machine's."""

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead
        self.meta = SimpleNamespace(method_to_api_mapping={"get_caller_identity": "GetCallerIdentity"})

    def get_caller_identity(self) -> dict[str, object]:
        date = format_datetime((datetime.now(UTC) + self.ahead).replace(microsecond=0), usegmt=True)
        return {"ResponseMetadata": {"RequestId": "r", "HTTPHeaders": {"date": date}}}


class NoReport:
    def text(self) -> str:
        raise AssertionError


def heard(folder: Path, ahead: timedelta, monkeypatch: pytest.MonkeyPatch) -> Clients:
    """The clients of the step after one that has heard AWS's clock."""
    outside = Outside(load(environment={}, flags={}), "INC-0001", folder, b"k" * 32, NoReport())
    monkeypatch.setattr(outside.aws_session, "client", lambda *_, **__: Told(ahead))
    outside.clients("first").aws.call("sts", "get_caller_identity")
    return outside.clients("second")


@pytest.mark.parametrize("seconds", [90, 3600])
def test_a_slow_clock_is_put_right_for_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    clients = heard(tmp_path, timedelta(seconds=seconds), monkeypatch)
    right = datetime.now(UTC) + timedelta(seconds=seconds)
    assert right <= clients.now() <= right + timedelta(seconds=2)


@pytest.mark.parametrize("seconds", [0, 1, -90])
def test_one_that_is_right_or_fast_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    clients = heard(tmp_path, timedelta(seconds=seconds), monkeypatch)
    assert abs(clients.now() - datetime.now(UTC)) < timedelta(seconds=1)
