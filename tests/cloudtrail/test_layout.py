from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.cloudtrail.coverage import LAG
from irkit.cloudtrail.layout import Kind, Reason, days, left_out_for, may_hold, named, named_in
from irkit.cloudtrail.query import Query, Window

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FOLDER = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/"
NAME = "111122223333_CloudTrail_eu-west-1_20261121T1200Z_Mu0KsOhtH1ar15ZZ.json.gz"


def within(start: datetime, end: datetime) -> Query:
    return Query(windows=(Window(start, end),))


@pytest.mark.parametrize(
    "before", ["", "s3://trail/", "s3://trail/some/prefix/", "/evidence/o-abc/AWSLogs/o-abc123defg/"]
)
def test_a_name_tells_account_region_day_and_delivery(before: str) -> None:
    path = before.removesuffix("AWSLogs/o-abc123defg/") + FOLDER.replace("AWSLogs/", "AWSLogs/o-abc123defg/") + NAME
    for each in (before + FOLDER + NAME, path):
        assert named(each) == ("111122223333", "eu-west-1", NOON, date(2026, 11, 21), Kind.LOG)


def test_a_file_that_left_its_folder_still_has_its_name() -> None:
    assert named(NAME) == ("111122223333", "eu-west-1", NOON, None, Kind.LOG)


def test_a_file_that_was_renamed_still_has_its_folder() -> None:
    assert named(FOLDER + "1.json.gz") == ("111122223333", "eu-west-1", None, date(2026, 11, 21), Kind.LOG)


@pytest.mark.parametrize("mark", ["/", "\\"])
def test_a_folder_and_a_name_tell_what_the_path_tells(mark: str) -> None:
    folder = mark.join(("AWSLogs", "111122223333", "CloudTrail", "eu-west-1", "2026", "11", "21", ""))
    for own in ("111122223333_CloudTrail_eu-west-1_20261121T1405Z_x.json.gz", f"old{mark}y.json", "z.json"):
        assert named_in(folder, own) == named(folder + own)
        assert named_in(folder, own).day == date(2026, 11, 21)


def test_regions_of_more_than_three_parts_are_read() -> None:
    assert named("111122223333_CloudTrail_us-gov-west-1_20261121T1200Z_x.json.gz").region == "us-gov-west-1"
    assert named("111122223333_CloudTrail_us-isob-east-1_20261121T1200Z_x.json.gz").region == "us-isob-east-1"


@pytest.mark.parametrize("name", ["", "notes.json", "CloudTrail.json.gz", "records_20261121T1200Z.json", "a/b/c.gz"])
def test_other_names_tell_nothing_and_leave_nothing_out(name: str) -> None:
    one = named(name)
    assert tuple(one) == ("", "", None, None, Kind.OTHER)
    assert may_hold(one, Query(windows=(Window(NOON, NOON),), accounts=("1",), regions=("x",)))


@pytest.mark.parametrize("stamp", ["20261321T1200Z", "20261121T2561Z", "x", ""])
def test_a_time_that_is_none_leaves_nothing_out(stamp: str) -> None:
    one = named(NAME.replace("20261121T1200Z", stamp))
    assert one.delivered_at is None
    assert may_hold(one, within(NOON - timedelta(days=99), NOON - timedelta(days=98)))


def test_digests_and_insights_hold_no_call() -> None:
    digest = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/21/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20261121T120000Z.json.gz"  # noqa: E501
    insight = NAME.replace("CloudTrail", "CloudTrail-Insight")
    assert named(digest).delivered_at == NOON
    assert left_out_for(named(digest), Query()) is Reason.KIND
    assert left_out_for(named(insight), Query()) is Reason.KIND


@given(
    st.integers(0, 10**8).map(lambda seconds: NOON - timedelta(seconds=seconds)),
    st.timedeltas(timedelta(), LAG),
    st.timedeltas(timedelta(seconds=1), timedelta(days=3)),
    st.timedeltas(timedelta(), timedelta(days=3)),
)
def test_a_file_is_never_left_out_that_holds_an_event_of_the_window(
    at: datetime, lag: timedelta, after: timedelta, before: timedelta
) -> None:
    delivered = at + lag
    path = f"AWSLogs/111122223333/CloudTrail/eu-west-1/{delivered:%Y/%m/%d}/111122223333_CloudTrail_eu-west-1_{delivered:%Y%m%dT%H%MZ}_x.json.gz"  # noqa: E501
    query = within(at - before, at + after)
    assert may_hold(named(path), query)


def test_files_of_other_times_accounts_and_regions_are_left_out() -> None:
    one = named(FOLDER + NAME)
    assert left_out_for(one, within(NOON + timedelta(minutes=6), NOON + timedelta(days=1))) is Reason.TIME
    assert left_out_for(one, within(NOON - timedelta(days=1), NOON - timedelta(minutes=21))) is Reason.TIME
    assert left_out_for(one, Query(accounts=("999988887777",))) is Reason.ACCOUNT
    assert left_out_for(one, Query(regions=("eu-west-2",))) is Reason.REGION


def test_global_events_of_old_trails_lie_in_their_home_regions() -> None:
    old = named(NAME.replace("20261121", "20201121"))
    assert may_hold(old, Query(regions=("us-east-1",)))
    assert not may_hold(named(NAME), Query(regions=("us-east-1",)))


def test_the_days_of_a_query_reach_into_the_next_folder() -> None:
    last = datetime(2026, 11, 21, 23, 55, tzinfo=UTC)
    assert days(within(last, last + timedelta(minutes=1))) == (date(2026, 11, 21), date(2026, 11, 22))
    assert days(Query()) is None


@pytest.mark.parametrize("day", ["0001/01/01", "9999/12/31"])
def test_a_name_of_a_clock_beyond_all_time_says_no_time(day: str) -> None:
    one = named(f"AWSLogs/111122223333/CloudTrail/eu-west-1/{day}/{NAME.replace('20261121', day.replace('/', ''))}")
    assert (one.account, one.delivered_at, one.day, one.span) == ("111122223333", None, None, None)
