"""Counts made by the store are those made of the records one by one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from irkit.cloudtrail.query import Outcome, Query
from irkit.cloudtrail.store import counts
from irkit.cloudtrail.store.counts import counted, histogram
from irkit.errors import NotFound, UsageError
from tests.cloudtrail.made import body
from tests.cloudtrail.store.conftest import Kept
from tests.cloudtrail.store.logs import aws_form, log, raw

QUERIES = (
    Query(),
    Query(outcome=Outcome.FAILED),
    Query(calls=("kms:*", "S3:getobject")),
    Query(mentions=("arn:aws",)),
    Query(mentions=("Logs", "x\udfffy")),
    Query(users=("bert-jan",), calls=("ÅSource:X",)),
)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("field", ["call", "principal", "ip", "session", "key_id"])
def test_values_and_their_counts_are_exact(kept: Kept, field: str, query: Query) -> None:
    expected = Counter(str(getattr(one, field)) for one in raw(kept.logs, query))
    assert {one.value: one.count for one in counted(kept.folder, field, query)} == expected


def test_a_histogram_counts_each_step(kept: Kept) -> None:
    step = timedelta(minutes=10)
    expected = Counter((one.at - datetime(1970, 1, 1, tzinfo=UTC)) // step for one in raw(kept.logs, Query()))
    bins = histogram(kept.folder, step)
    assert {(one.start_at - datetime(1970, 1, 1, tzinfo=UTC)) // step: one.count for one in bins} == expected
    assert [one.start_at for one in bins] == sorted(one.start_at for one in bins)


def test_most_frequent_values_come_first_and_no_more_than_asked(kept: Kept) -> None:
    found = counted(kept.folder, "call", most=3)
    assert len(found) == 3
    assert [one.count for one in found] == sorted((one.count for one in found), reverse=True)


def test_an_event_in_two_files_counts_once_while_the_store_is_not_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from irkit.cloudtrail.local import LocalFiles
    from irkit.cloudtrail.store.cached import Cached
    from irkit.cloudtrail.store.holdings import Holdings

    for name in ("a", "b"):
        log(tmp_path / "logs" / f"{name}.json", aws_form([body("s3:GetObject", eventID="same", userAgent="z")]))
    building = Cached(LocalFiles([tmp_path / "logs"]), tmp_path / "store").build(1)
    next(building)
    building.close()
    holdings = Holdings.opened(tmp_path / "store")
    assert holdings is not None
    assert not holdings.is_settled
    holdings.close()
    assert [(one.value, one.count) for one in counted(tmp_path / "store", "call")] == [("s3:GetObject", 1)]


def test_only_fields_can_be_counted(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no field"):
        counted(kept.folder, "1; DROP VIEW stored")
    with pytest.raises(UsageError, match="second"):
        histogram(kept.folder, timedelta(0))
    with pytest.raises(NotFound):
        counted(tmp_path, counts.FIELDS[0])
