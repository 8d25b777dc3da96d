from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from irkit.clients.cloudtrail import PAGE
from irkit.cloudtrail.lookup import Question, look_up
from irkit.cloudtrail.source import in_order
from irkit.config import AwsConfig
from irkit.errors import Unreachable
from tests.bench import Bench, bench
from tests.cloudtrail.made import made

if TYPE_CHECKING:
    from irkit.drill.world.world import World


def _question(key_id: str) -> Question:
    now = datetime.now(UTC)
    return Question.of_key(key_id, now - timedelta(hours=1), now + timedelta(minutes=1))


def test_every_page_of_every_region_is_read_once_and_in_order(on: Bench) -> None:
    suspect = on.suspect()
    calls = PAGE + 7
    for _ in range(calls):
        on.clients("arrange").sts.probe_key(suspect.key.key_id, suspect.key.secret)
    clients = on.clients()
    found = look_up(clients, _question(suspect.key.key_id))
    assert len(found.records) == calls
    assert list(found.records) == sorted(found.records, key=lambda one: (one.at, one.event_id))
    assert set(found.coverage.seen) == {"eu-west-1", "us-east-1"}
    calls_made = clients.drain_calls()
    assert not any(call.error for call in calls_made), "the pace that AWS allows was not kept"
    named = f"cloudtrail:LookupEvents AccessKeyId={suspect.key.key_id}"
    assert sorted(call.text for call in calls_made) == [named, named, f"{named} eu-west-1: 1 more pages"]


def test_a_region_that_fails_is_written_into_the_coverage(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    suspect = on.suspect()
    on.clients("arrange").sts.probe_key(suspect.key.key_id, suspect.key.secret)
    clients = on.clients()
    ask = clients.cloudtrail.pages

    def broken(region: str, *rest: object) -> object:
        if region == "us-east-1":
            raise Unreachable("us-east-1 is down")
        return ask(region, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(clients.cloudtrail, "pages", broken)
    found = look_up(clients, _question(suspect.key.key_id))
    assert found.coverage.not_seen == {"us-east-1": "us-east-1 is down"}


def test_no_region_at_all_is_an_error(world: World, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[default]\nendpoint_url = http://127.0.0.1:9\n", encoding="utf-8")
    credentials = Path(world.facts.aws_credentials_file)
    away = bench(world, tmp_path, aws=AwsConfig(config_file=config, credentials_file=credentials))
    with pytest.raises(Unreachable):
        look_up(away.clients(), _question("AKIAQ3EGUZ7LMN4PXWYZ"))


def test_a_record_that_was_delivered_twice_counts_once() -> None:
    one, other = made("iam:ListUsers", 5), made("iam:ListUsers", 1)
    assert in_order([one, other, one]) == (other, one)
