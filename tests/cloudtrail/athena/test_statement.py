from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.cloudtrail.athena.column import PATH, record_of_row
from irkit.cloudtrail.athena.days import days, joined
from irkit.cloudtrail.athena.shape import DayColumn, Shape
from irkit.cloudtrail.athena.statement import statement
from irkit.cloudtrail.query import Outcome, Query, Spare, Window
from irkit.cloudtrail.record import record_of
from irkit.cloudtrail.source import in_order
from irkit.errors import OutsideError, UsageError
from tests.cloudtrail.athena.as_athena_reads import rows_table
from tests.cloudtrail.athena.log_files import ACCOUNT, BOTH, OTHER, ROLE, local, log_files

TODAY = date(2026, 12, 1)
SHAPE = Shape("main", "trail", account="account", region="region", day=DayColumn("day"))
FILES = log_files()


@pytest.fixture(scope="module")
def engine() -> duckdb.DuckDBPyConnection:
    """The rows as Athena's engine has them, in DuckDB, where a statement takes no server."""
    here = duckdb.connect()
    rows_table(here, FILES, "trail")
    return here


def _answer(engine: duckdb.DuckDBPyConnection, query: Query) -> tuple[dict[str, str | None], ...]:
    told = engine.execute(statement(query, SHAPE, TODAY).text)
    names = [each[0] for each in told.description or ()]
    return tuple(dict(zip(names, row, strict=True)) for row in told.fetchall())


_EVERY = local(FILES, Query())
_TEXTS = sorted({text for one in _EVERY for text in (*one.resources, one.session, one.agent, one.ip)})
_ODD = st.text(alphabet="ab'\"\\/%_ü\n-;*{}", max_size=5).map(lambda text: text.replace("\0", ""))
_WORDS = st.lists(st.sampled_from(_TEXTS) | _ODD, max_size=3).map(tuple)
_MOMENTS = st.sampled_from([one.at for one in _EVERY])
_SPANS = st.timedeltas(timedelta(microseconds=1), timedelta(hours=30))
_WINDOWS = st.lists(st.builds(lambda at, span: Window(at, at + span), _MOMENTS, _SPANS), max_size=3).map(tuple)
_QUERIES = st.builds(
    Query,
    windows=_WINDOWS,
    keys=_WORDS | st.just(("ASIA" + "Q3EGUZ7LMN4PXWYZ",)),
    arns=st.just(()) | st.just((ROLE,)) | _WORDS,
    sessions=st.just(()) | _WORDS,
    agents=st.just(()) | _WORDS,
    calls=st.lists(st.sampled_from(["kms:decrypt", "GetParameter", "s3:*", "*", "x:*"]), max_size=2).map(tuple),
    mentions=_WORDS,
    accounts=st.lists(st.sampled_from([ACCOUNT, OTHER]), max_size=2).map(tuple),
    outcome=st.sampled_from(list(Outcome)),
)


@given(query=_QUERIES)
@settings(max_examples=150, deadline=None)
def test_no_record_that_is_asked_for_is_left_out(engine: duckdb.DuckDBPyConnection, query: Query) -> None:
    read = (record_of_row(row).record for row in _answer(engine, query))
    assert in_order(one for one in read if query.matches(one)) == local(FILES, query)


@pytest.mark.parametrize(
    "window",
    [
        Window(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
        Window(datetime(900, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
        Window(datetime(2020, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_window_open_to_the_ends_of_time_holds_everything(engine: duckdb.DuckDBPyConnection, window: Window) -> None:
    read = [record_of_row(row).record for row in _answer(engine, Query(windows=(window,)))]
    assert in_order(one for one in read if Query().matches(one)) == _EVERY


def test_a_statement_narrows(engine: duckdb.DuckDBPyConnection) -> None:
    assert len(_answer(engine, Query(windows=BOTH, keys=("nobody",)))) == 0
    assert len(_answer(engine, Query(windows=BOTH, calls=("ssm:GetParameter",), accounts=(OTHER,)))) == 0
    quoted = _answer(engine, Query(windows=BOTH, mentions=('a "quoted"',)))
    assert 1 <= len(quoted) < 5


def test_records_with_more_resources_than_are_looked_into_are_given(engine: duckdb.DuckDBPyConnection) -> None:
    rows = _answer(engine, Query(windows=BOTH, mentions=("arn:aws:s3:::bucket-5",)))
    assert "DeleteBucket" in {row["eventname"] for row in rows}
    assert len(rows) < 5


def test_every_statement_keeps_to_partitions() -> None:
    year = Window(datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    text = statement(Query(windows=(year,), accounts=(OTHER,), regions=("eu-west-1",)), SHAPE, TODAY).text
    assert """WHERE "day" BETWEEN '2025/12/31' AND '2026/01/01'\n  AND "account" = '111122223333'""" in text
    assert """AND "region" = 'eu-west-1'""" in text
    always = statement(Query(keys=("k",)), SHAPE, TODAY).text
    assert """WHERE "day" BETWEEN '2013/11/01' AND '2026/12/02'""" in always


def test_a_call_shortly_before_midnight_is_looked_for_in_the_next_days_folder() -> None:
    late = datetime(2026, 11, 21, 23, 50, tzinfo=UTC)
    found = days(Query(windows=(Window(late, late + timedelta(minutes=1)),)), TODAY, 40)
    assert found == ((date(2026, 11, 21), date(2026, 11, 22)),)


def test_tables_of_year_month_and_day_and_of_dates_keep_to_partitions_too() -> None:
    at = datetime(2026, 3, 31, 23, 50, tzinfo=UTC)
    query = Query(windows=(Window(at, at + timedelta(hours=1)),))
    three = Shape("d", "t", year_month_day=("year", "month", "day"))
    assert """"year" = '2026' AND "month" BETWEEN '03' AND '04'""" in statement(query, three, TODAY).text
    dates = Shape("d", "t", day=DayColumn("dt", ""))
    assert """"dt" BETWEEN DATE '2026-03-31' AND DATE '2026-04-01'""" in statement(query, dates, TODAY).text


def test_global_events_of_old_days_are_looked_for_in_every_region() -> None:
    old, new = datetime(2021, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)
    within = [Query(windows=(Window(at, at + timedelta(hours=1)),), regions=("us-east-1",)) for at in (old, new)]
    assert ['"region"' in statement(query, SHAPE, TODAY).text for query in within] == [False, True]


def test_an_injected_partition_must_be_named() -> None:
    injected = Shape("d", "t", account="account", day=DayColumn("day"), injected=("account",))
    with pytest.raises(UsageError, match="must be told which accounts"):
        statement(Query(), injected, TODAY)
    assert "\"account\" = '111122223333'" in statement(Query(accounts=(OTHER,)), injected, TODAY).text


def test_what_need_not_be_read_changes_no_statement() -> None:
    asked = Query(users=("svc",))
    assert statement(replace(asked, spare=tuple(Spare)), SHAPE, TODAY) == statement(asked, SHAPE, TODAY)


def test_values_cannot_leave_their_quotes_or_a_comment(engine: duckdb.DuckDBPyConnection) -> None:
    evil = "x' OR 1=1 --\n; DROP TABLE trail; --"
    query = Query(windows=BOTH, agents=(evil,), users=(evil,), mentions=(evil,))
    assert _answer(engine, query) == ()
    text = statement(query, SHAPE, TODAY).text
    assert "'x'' OR 1=1 --\n; DROP TABLE trail; --'" in text
    comments = [line for line in text.splitlines() if line.startswith("--")]
    assert len(comments) == 3
    with pytest.raises(UsageError, match="NUL"):
        statement(Query(agents=("a\0b",)), SHAPE, TODAY)


def test_a_statement_names_its_columns_and_is_one() -> None:
    text = statement(Query(windows=BOTH, mentions=("a",)), SHAPE, TODAY).text
    bare = re.sub(r"--.*|'[^']*'", "", text)
    assert "*" not in bare
    assert ";" not in bare
    assert f'"$path" AS {PATH}' in text
    assert "json_extract" not in text


def test_a_table_without_a_column_that_decides_is_refused_and_one_without_another_says_so() -> None:
    lacks = Shape("d", "t", has=SHAPE.has - {"useridentity.sessioncontext.sourceidentity"}, day=DayColumn("day"))
    with pytest.raises(OutsideError, match="has no useridentity"):
        statement(Query(source_identities=("octo",)), lacks, TODAY)
    assert statement(Query(), lacks, TODAY).notes == (
        "the table d.t has no useridentity.sessioncontext.sourceidentity: empty in every record",
    )
    bare = Shape("d", "t", has=SHAPE.has - {"vpcendpointid"}, day=DayColumn("day"))
    assert "CAST(NULL AS varchar) AS vpcendpointid" in statement(Query(), bare, TODAY).text


def test_a_statement_longer_than_athena_takes_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="longer than the 262144 bytes"):
        statement(Query(keys=tuple(f"AKIA{number:016}" for number in range(20_000))), SHAPE, TODAY)


@given(starts=st.lists(st.integers(0, 10_000), min_size=1, max_size=60), most=st.integers(1, 20))
def test_joined_windows_hold_every_moment_of_the_windows(starts: list[int], most: int) -> None:
    zero = datetime(2026, 1, 1, tzinfo=UTC)
    windows = [Window(zero + timedelta(minutes=at), zero + timedelta(minutes=at + 7)) for at in starts]
    found = joined(windows, most)
    assert len(found) <= most
    assert all(earlier.end < later.start for earlier, later in pairwise(found))
    assert all(any(span.start <= each.start and each.end <= span.end for span in found) for each in windows)


def test_a_row_says_what_of_it_could_not_be_read() -> None:
    row = {"eventid": "e", "eventtime": "2026-11-21 12:00:00.000", "eventname": "Decrypt", "requestparameters": "{cut"}
    read = record_of_row(row)
    assert read.unread == ("requestparameters",)
    assert read.record == record_of({"eventID": "e", "eventTime": "2026-11-21T12:00:00Z", "eventName": "Decrypt"})
    with pytest.raises(OutsideError):
        record_of_row({"eventid": "e", "eventtime": None, "eventname": "Decrypt"})
