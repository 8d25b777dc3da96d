from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.cloudtrail.bucket_listing import Listing
from irkit.cloudtrail.bucket_steps import Level, start
from irkit.cloudtrail.layout import may_hold, named
from irkit.cloudtrail.query import Query, Window
from irkit.errors import Denied, NotFound
from tests.cloudtrail.fake_s3 import FakeS3, key_of

DAY = datetime(2026, 11, 1, tzinfo=UTC)
ORG = "AWSLogs/o-abcdefghij/"


def keys(s3: FakeS3, query: Query, prefix: str = "") -> tuple[set[str], Listing]:
    listing = Listing(s3, "logs", prefix, query)  # type: ignore[arg-type]
    return {one.key for page in listing.pages() for one in page}, listing


def window(start: float, end: float) -> Window:
    return Window(DAY + timedelta(hours=start), DAY + timedelta(hours=end))


def filled(above: str = "", every: int = 2) -> FakeS3:
    s3 = FakeS3(page_size=50)
    for account in ("111122223333", "444455556666"):
        for region in ("eu-west-1", "us-east-1"):
            for hour in range(0, 24 * 20, every):
                s3.put(key_of(DAY + timedelta(hours=hour), account, region, above))
    return s3


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-30, 500), st.integers(1, 60)), max_size=3),
    st.sets(st.sampled_from(("111122223333", "444455556666", "777788889999"))),
    st.sets(st.sampled_from(("eu-west-1", "us-east-1", "sa-east-1"))),
    st.sampled_from(("", "team/", "a/b/")),
)
def test_the_listing_gives_each_file_that_may_hold_something(
    spans: list[tuple[int, int]], accounts: set[str], regions: set[str], above: str
) -> None:
    s3 = filled(above, 7)
    windows = tuple(window(first, first + length) for first, length in spans)
    query = Query(windows=windows, accounts=tuple(accounts), regions=tuple(regions))
    wanted = {key for key in s3.held if may_hold(named(key), query)}
    found, _ = keys(s3, query)
    assert found == wanted


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "AWSLogs",
        "AWSLogs/",
        "AWSLogs/111122223333",
        "AWSLogs/111122223333/CloudTrail/",
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/03",
    ],
)
def test_a_prefix_may_stand_anywhere_in_the_layout(prefix: str) -> None:
    s3 = filled()
    found, _ = keys(s3, Query(), prefix)
    assert found == {key for key in s3.held if key.startswith(prefix)}


def test_an_organizations_trail_needs_no_list_of_accounts() -> None:
    s3 = FakeS3()
    wanted = {s3.put(key_of(DAY, account).replace("AWSLogs/", ORG)) for account in ("111122223333", "444455556666")}
    s3.put("AWSLogs/111122223333/Config/eu-west-1/x.json.gz")
    found, listing = keys(s3, Query())
    assert found == wanted
    assert listing.accounts == {"111122223333", "444455556666"}
    assert keys(s3, Query(accounts=("444455556666",)), ORG)[0] == {key for key in wanted if "444455556666" in key}


@pytest.mark.parametrize("owner", ["o-abc", "o-abc123/111122223333", "team-a/111122223333", "1234", "o-x/o-y"])
def test_logs_of_an_owner_that_is_named_otherwise_are_found(owner: str) -> None:
    s3 = FakeS3()
    wanted = {s3.put(key_of(DAY).replace("AWSLogs/111122223333", f"pre/AWSLogs/{owner}"))}
    found, _ = keys(s3, Query(windows=(window(-1, 2),)), "pre")
    assert found == wanted


def test_only_the_days_asked_for_are_listed() -> None:
    s3 = filled()
    _, listing = keys(s3, Query(windows=(window(241, 246),), regions=("eu-west-1",), accounts=("111122223333",)))
    assert [name for kind, name in s3.asked if kind == "page"] == [
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/11/"
    ]
    assert listing.files == 3
    assert listing.pruned == 12 - listing.files
    assert listing.requests == len(s3.asked)


def test_a_range_of_days_is_listed_by_its_keys() -> None:
    s3 = filled()
    s3.page_size = 1000
    asked = Query(windows=(window(48, 120),), regions=("eu-west-1",), accounts=("111122223333",))
    found, _ = keys(s3, asked)
    assert found == {key for key in s3.held if may_hold(named(key), asked)}
    assert len([kind for kind, _ in s3.asked if kind == "page"]) == 1


def test_digests_and_insights_are_no_logs() -> None:
    s3 = FakeS3()
    for kind in ("CloudTrail-Digest", "CloudTrail-Insight"):
        s3.put(key_of(DAY, kind=kind))
    mine = s3.put(key_of(DAY))
    found, listing = keys(s3, Query())
    assert found == {mine}
    assert listing.pruned == 0


def test_network_activity_has_a_folder_of_its_own() -> None:
    s3 = FakeS3()
    wanted = {s3.put(key_of(DAY)), s3.put(key_of(DAY, kind="CloudTrail-NetworkActivity"))}
    assert keys(s3, Query(windows=(window(-1, 1),)))[0] == wanted
    assert keys(s3, Query(), "AWSLogs/111122223333/CloudTrail-NetworkActivity")[0] == wanted & set(list(s3.held)[1:])


def test_files_that_aws_did_not_lay_out_are_all_listed() -> None:
    s3 = FakeS3()
    wanted = {s3.put("export/one.json.gz"), s3.put("export/deep/er/two.jsonl"), s3.put(key_of(DAY).rsplit("/")[-1])}
    found, _ = keys(s3, Query())
    assert found == wanted


def test_a_folder_that_may_not_be_listed_is_named() -> None:
    s3 = filled()
    s3.fails = lambda kind, name: Denied("no") if kind == "page" and "444455556666/CloudTrail/us" in name else None
    found, listing = keys(s3, Query())
    assert listing.not_seen == {"444455556666/us-east-1": "no"}
    assert len(found) == 3 * 240


def test_a_bucket_that_may_not_be_listed_is_an_error() -> None:
    s3 = filled()
    s3.fails = lambda *_: Denied("no")
    with pytest.raises(Denied):
        keys(s3, Query())


def test_nothing_at_all_is_no_empty_answer() -> None:
    with pytest.raises(NotFound, match="there is nothing under s3://logs/wrong"):
        keys(FakeS3(), Query(), "wrong")


def test_a_listing_that_is_closed_ends() -> None:
    s3 = filled()
    pages = Listing(s3, "logs", "", Query()).pages()  # type: ignore[arg-type]
    next(pages)
    pages.close()
    assert not [each for each in threading.enumerate() if each.name == "listing"]


def test_where_a_prefix_begins_in_the_layout_is_known() -> None:
    assert start("").level is Level.ABOVE
    assert start("my/trail").prefix == "my/trail/"
    assert start("/x/AWSLogs/o-abcdefghij/111122223333/").level is Level.ACCOUNT
    assert start("AWSLogs/111122223333/CloudTrail/eu-west-1").level is Level.REGION
    assert start("AWSLogs/111122223333/Config/eu-west-1").level is Level.DAYS
