from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from irkit import config
from irkit.clients.clients import Clients, Outside
from irkit.cloudtrail.lake import CloudTrailLake, lake_statement
from irkit.cloudtrail.persistence import CALLS
from irkit.cloudtrail.query import Outcome, Query
from irkit.cloudtrail.record import Record, record_of
from irkit.cloudtrail.source import found, in_order
from irkit.errors import NotFound, OutsideError, Throttled, UsageError
from tests.bench import Postmortem
from tests.cloudtrail.athena.log_files import BOTH, REAL, odd_records
from tests.cloudtrail.lake_server import ARN, PAGE, STORE, Lake, as_lake_keeps, serving

RECORDS = [*(json.loads(line) for line in REAL.read_text(encoding="utf-8").splitlines()), *odd_records()]
CALLED = tuple(sorted({record_of(one).call for one in RECORDS}))
"""Hundreds: more than a statement of Lake's has room for."""


@pytest.fixture(scope="module")
def _shared() -> Iterator[Lake]:
    with serving(RECORDS) as running:
        yield running


@pytest.fixture
def lake(_shared: Lake) -> Lake:
    """The shared server as it was at first."""
    fresh = Lake(_shared.rows)
    _shared.states, _shared.status, _shared.selectors = fresh.states, fresh.status, fresh.selectors
    _shared.fails_first = fresh.fails_first
    _shared.refuses, _shared.points_back, _shared.keeps_back = fresh.refuses, fresh.points_back, fresh.keeps_back
    _shared.statements.clear()
    _shared.cancelled.clear()
    return _shared


@pytest.fixture
def clients(lake: Lake, tmp_path: Path) -> Clients:
    aws, credentials = tmp_path / "config", tmp_path / "credentials"
    aws.write_text(f"[default]\nregion = us-east-1\nendpoint_url = {lake.url}\n", encoding="utf-8")
    pair = f"aws_access_key_id = {'AKIA' + 'Q3EGUZ7LMN4PXWYZ'}\naws_secret_access_key = none\n"
    credentials.write_text(f"[default]\n{pair}", encoding="utf-8")
    empty = tmp_path / "irkit.toml"
    empty.write_text("", encoding="utf-8")
    settings = config.load(empty, environment={})
    reached = replace(settings.aws, config_file=aws, credentials_file=credentials)
    return Outside(replace(settings, aws=reached), "TEST-1", tmp_path, b"k" * 32, Postmortem()).clients("lake")


def source(clients: Clients, store: str = STORE) -> CloudTrailLake:
    return CloudTrailLake(clients, store, pause=lambda _: None)


def local(query: Query) -> tuple[Record, ...]:
    every = (record_of(as_lake_keeps(one)) for one in RECORDS)
    return in_order(one for one in every if query.matches(one))


@pytest.mark.parametrize(
    "asked",
    [
        Query(),
        Query(users=("ci-deploy", "bert-jan"), outcome=Outcome.SUCCEEDED),
        Query(calls=("kms:*", "DeleteBucket"), outcome=Outcome.ANY),
        Query(mentions=("stratus", 'it\'s a "quoted"', "bucket-5")),
        Query(source_identities=("octo",)),
        Query(calls=CALLS),
        Query(calls=CALLED),
        Query(calls=(*CALLS, "kms:*")),
        Query(calls=tuple(call.partition(":")[2].lower() for call in CALLED)),
    ],
)
def test_an_answer_holds_the_records_of_the_store(clients: Clients, asked: Query) -> None:
    query = asked.within(BOTH)
    answer = found(source(clients), query)
    assert answer.records
    assert answer.records == local(query)


def test_the_coverage_says_what_it_cost_and_what_a_store_does_not_hold(clients: Clients, lake: Lake) -> None:
    excluded = {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}
    lake.selectors = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, excluded]}]
    text = found(source(clients, ARN), Query(windows=BOTH)).coverage.text
    assert f"CloudTrail Lake store {STORE} of all from 2023-07-10" in text
    assert "records no KMS events" in text
    assert "Lake scanned 2.0 MB (about $0.0000 at $0.005 for a GB)" in text
    assert "was made at 2023-11-14" in text
    assert "a number or a truth of a record is a text" in text


def test_a_look_that_is_left_is_cancelled(clients: Clients, lake: Lake) -> None:
    with closing(source(clients).look(Query(windows=BOTH))) as look:
        assert next(look).records == ()
    assert len(lake.cancelled) == 1


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("FAILED", "could not answer: line 1: bad"),
        ("TIMED_OUT", "gave up after an hour"),
        ("CANCELLED", "was cancelled"),
    ],
)
def test_a_query_that_gives_no_answer_says_why(clients: Clients, lake: Lake, state: str, why: str) -> None:
    lake.states = (("RUNNING", ""), (state, "line 1: bad"))
    with pytest.raises(OutsideError, match=why):
        found(source(clients), Query(windows=BOTH))
    assert lake.cancelled == []


@pytest.mark.parametrize(
    ("fields", "rows", "why"),
    [
        ({"refuses": {"GetQueryResults": "ExpiredTokenException"}}, PAGE, "read until row 7: .*ExpiredTokenException"),
        ({"points_back": True}, 2 * PAGE, "given before"),
        ({"keeps_back": 5}, None, r"\d+ of \d+ rows came"),
    ],
)
def test_rows_that_did_not_come_are_named_and_those_that_did_stay(
    clients: Clients, lake: Lake, fields: dict[str, object], rows: int | None, why: str
) -> None:
    for name, value in fields.items():
        setattr(lake, name, value)
    answer = found(source(clients), Query(windows=BOTH))
    assert len(answer.records) == rows or (rows is None and answer.records == local(Query(windows=BOTH)))
    assert not answer.coverage.is_whole
    assert re.search(why, answer.coverage.not_seen[source(clients).label])


def test_a_statement_is_not_given_up_while_aws_says_to_slow_down(
    clients: Clients, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    lake.fails_first = {"DescribeQuery": 17}
    answer = found(source(clients), Query(windows=BOTH))
    assert answer.coverage.is_whole
    assert (len(lake.statements), lake.cancelled) == (1, [])
    lake.fails_first = {"DescribeQuery": 1000}
    with pytest.raises(Throttled):
        found(source(clients), Query(windows=BOTH))
    assert len(lake.cancelled) == 1


def test_a_query_that_cannot_be_cancelled_still_tells_why_it_was_left(clients: Clients, lake: Lake) -> None:
    lake.refuses = {"CancelQuery": "AccessDeniedException", "DescribeQuery": "ExpiredTokenException"}
    with pytest.raises(OutsideError, match="ExpiredTokenException"):
        found(source(clients), Query(windows=BOTH))
    lake.refuses = {"CancelQuery": "AccessDeniedException"}
    with closing(source(clients).look(Query(windows=BOTH))) as look:
        next(look)


def test_a_state_that_is_none_is_an_error(clients: Clients, lake: Lake) -> None:
    lake.states = (("RESTING", ""),)
    with pytest.raises(OutsideError, match="'RESTING' is no state"):
        found(source(clients), Query(windows=BOTH))


def test_a_store_that_is_not_there_or_off_says_that_lake_is_closed(clients: Clients, lake: Lake) -> None:
    with pytest.raises(NotFound, match="no such event data store") as gone:
        found(source(clients, STORE.replace("5", "6")), Query(windows=BOTH))
    assert "no new customers since 31 May 2026" in gone.value.hint
    lake.status = "PENDING_DELETION"
    with pytest.raises(OutsideError, match="it is PENDING_DELETION"):
        found(source(clients), Query(windows=BOTH))


def test_what_names_no_store_is_refused() -> None:
    with pytest.raises(UsageError, match="no ARN and no id"):
        CloudTrailLake(None, "x' OR 1=1")  # type: ignore[arg-type]


def test_a_statement_longer_than_lake_takes_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="longer than the 10000 bytes"):
        lake_statement(Query(keys=tuple(f"AKIA{number:016}" for number in range(900))), STORE)
