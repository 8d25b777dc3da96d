"""``irkit trail`` over Athena: the SQL and its cost before it runs, and the same rows as of the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from irkit.cli.trail_agreed import SMALL, Agreement, Consent
from irkit.cloudtrail.athena.estimate import Estimate
from irkit.errors import Refused
from tests.cli.test_trail import Ask, ask
from tests.cloudtrail.athena.cloud import Cloud
from tests.cloudtrail.athena.conftest import cloud
from tests.cloudtrail.athena.log_files import BOTH
from tests.cloudtrail.made import KEY

if TYPE_CHECKING:
    from irkit.config import AwsConfig

__all__ = ["ask", "cloud"]
DEAR = Estimate(size=10**12, files=9)


def config_of(aws: AwsConfig, file: Path) -> Path:
    lines = [f'{name} = "{getattr(aws, name)}"' for name in ("profile", "region", "config_file", "credentials_file")]
    file.write_text("\n".join(["[aws]", *lines]))
    return file


@pytest.fixture
def asked(cloud: Cloud, tmp_path: Path) -> list[str]:
    config = config_of(cloud.clients.config.aws, tmp_path / "config.toml")
    place = f"athena:{cloud.database}.cloudtrail@{cloud.bucket}"
    since, until = min(each.start for each in BOTH), max(each.end for each in BOTH)
    span = ["--since", since.isoformat(), "--until", until.isoformat()]
    return ["--from", place, *span, "--config", str(config)]


def test_the_sql_and_its_cost_are_told_and_nothing_runs(ask: Ask, cloud: Cloud, asked: list[str]) -> None:
    told = ask("activity", "--key", KEY, "--dry-run", *asked)
    assert told.code == 0
    assert "SELECT" in told.out
    assert KEY in told.out
    assert "Athena would scan" in told.err


def test_rows_come_from_athena_after_their_cost_was_told(ask: Ask, asked: list[str]) -> None:
    told = ask("activity", "--key", KEY, "--follow", "alone", "--format", "json", *asked)
    rows = told.document["rows"]
    assert {row["key_id"] for row in rows} == {KEY}
    assert all(row["locator"].startswith("s3://") for row in rows)
    assert "Athena would scan" in told.err


def test_a_table_is_checked_and_a_source_that_is_no_table_is_refused(ask: Ask, asked: list[str]) -> None:
    place, config = asked[1], asked[-2:]
    told = ask("athena", place, *config)
    assert told.out.strip()
    assert ask("athena", "event-history", *config).code == 2


def test_a_table_is_not_made_when_nobody_is_there_to_agree(ask: Ask, cloud: Cloud, asked: list[str]) -> None:
    words = ["athena", f"athena:{cloud.database}.other", "--create", f"s3://{cloud.bucket}", *asked[-2:]]
    told = ask(*words, "--regions", "eu-west-1")
    assert told.code == 4
    assert "CREATE EXTERNAL TABLE" in told.out
    assert "nobody is here to agree" in told.err


def test_small_change_needs_no_word_and_more_does(capsys: pytest.CaptureFixture[str]) -> None:
    Agreement(Consent.ASKED).hear(Estimate(size=10**6, files=1))
    with pytest.raises(Refused):
        Agreement(Consent.ASKED).hear(DEAR)
    Agreement(Consent.GIVEN).hear(DEAR)
    assert "about $5.0000" in capsys.readouterr().err


def test_small_sums_add_up() -> None:
    many = Agreement(Consent.ASKED)
    each = Estimate(size=10**10, files=1)
    many.hear(each)
    assert each.dollars < SMALL < 3 * each.dollars
    many.hear(each)
    with pytest.raises(Refused):
        many.hear(each)
