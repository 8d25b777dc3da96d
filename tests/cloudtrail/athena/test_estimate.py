from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from irkit.clients.s3 import S3, S3Object
from irkit.cloudtrail.athena.estimate import Estimate, estimated, price
from irkit.cloudtrail.athena.shape import DayColumn, Shape
from irkit.cloudtrail.query import Query, Window

TODAY = date(2026, 12, 1)
AT = datetime(2026, 11, 21, tzinfo=UTC)
SHAPE = Shape(
    *("d", "t"),
    account="account",
    region="region",
    day=DayColumn("day"),
    accounts=("1", "2"),
    regions=("eu", "us"),
    location="s3://logs/AWSLogs/",
    template="s3://logs/AWSLogs/${account}/CloudTrail/${region}/${day}",
)
MIDDAY = Query(windows=(Window(AT + timedelta(hours=12), AT + timedelta(hours=13)),))


class Bucket(S3):
    """Keys of 1 MB each, and which prefixes were listed."""

    def __init__(self, keys: list[str], page: int = 2) -> None:
        self._keys = sorted(keys)
        self._page = page
        self.pages: list[str] = []

    def listed(self, bucket: str, prefix: str = "", after: str = "") -> Iterator[tuple[S3Object, ...]]:
        assert bucket == "logs"
        found = [key for key in self._keys if key.startswith(prefix) and key > after]
        for start in range(0, len(found), self._page):
            self.pages.append(prefix)
            yield tuple(S3Object(key, 1_000_000, "", AT) for key in found[start : start + self._page])


def _keys() -> list[str]:
    return [
        f"AWSLogs/{account}/CloudTrail/{region}/2026/11/{day:02}/{number}.json.gz"
        for account in ("1", "2")
        for region in ("eu", "us")
        for day in range(1, 31)
        for number in range(3)
    ]


def test_only_what_lies_below_the_querys_partitions_is_counted() -> None:
    bucket = Bucket(_keys())
    assert estimated(bucket, MIDDAY, SHAPE, TODAY) == Estimate(12_000_000, 12)
    assert len(bucket.pages) < 12
    one = replace(MIDDAY, accounts=("2",), regions=("us",))
    assert estimated(bucket, one, SHAPE, TODAY).files == 3


def test_a_table_without_partitions_is_counted_whole() -> None:
    flat = replace(SHAPE, account="", region="", day=None, template="")
    assert estimated(Bucket(_keys()), MIDDAY, flat, TODAY).files == 360


def test_an_estimate_has_an_end_and_says_so() -> None:
    flat = replace(SHAPE, account="", region="", day=None, template="")
    found = estimated(Bucket([f"AWSLogs/{number:04}" for number in range(500)], page=1), MIDDAY, flat, TODAY)
    assert found.files == 200
    assert not found.is_whole
    assert "would scan at least 200.0 MB in 200 files (only 200 pages of listings were counted)" in found.text


def test_partitions_that_are_not_projected_may_lie_anywhere_below_the_location() -> None:
    found = estimated(Bucket(_keys(), page=50), MIDDAY, replace(SHAPE, template=""), TODAY)
    assert found.files == 360
    assert "would scan at most 360.0 MB" in found.text
    assert not replace(found, cutoff=10).is_cut_off


def test_the_price_is_that_of_a_terabyte_with_ten_megabytes_at_least() -> None:
    assert price(10**12) == 5.0
    assert price(0) == price(10_000_000) == pytest.approx(0.00005)
    assert "416.0 MB in 2,000 files: about $0.0021, at $5.00 for a TB" in Estimate(416_000_000, 2000).text
    assert Estimate(11, 1, cutoff=10).is_cut_off
    assert not Estimate(11, 1).is_cut_off
