from __future__ import annotations

from datetime import UTC, datetime

from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.record import Record, record_of
from irkit.cloudtrail.source import found, in_order
from tests.cloudtrail.athena.conftest import Cloud

DAY = Window(datetime(2023, 7, 10, tzinfo=UTC), datetime(2023, 7, 11, tzinfo=UTC))


def local(cloud: Cloud, query: Query) -> tuple[Record, ...]:
    """An independent reading of every record."""
    every = (record_of(dict(one)) for file in cloud.files for one in file.records)
    return in_order(one for one in every if query.matches(one))


def test_every_record_is_the_same_as_read_from_its_file(cloud: Cloud) -> None:
    query = Query(windows=(DAY,))
    answer = found(cloud.athena(), query)
    assert len(answer.records) > 10
    assert answer.records == local(cloud, query)
    print(answer.coverage.text)
