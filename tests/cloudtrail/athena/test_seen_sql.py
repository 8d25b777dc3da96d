from __future__ import annotations

from dataclasses import replace

from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.question import Asked
from irkit.cloudtrail.questions.seen import Seen, seen
from irkit.cloudtrail.record import record_of
from irkit.cloudtrail.source import in_order
from tests.cloudtrail.athena.conftest import Cloud
from tests.cloudtrail.athena.test_source import DAY


def _counted(cloud: Cloud, query: Query) -> tuple[Seen, ...]:
    counting = cloud.athena().count_seen(query)
    while True:
        try:
            next(counting)
        except StopIteration as end:
            return tuple(replace(row, locators=()) for row in end.value[0])


def _local(cloud: Cloud, query: Query) -> tuple[Seen, ...]:
    every = (record_of(dict(one)) for file in cloud.files for one in file.records)
    records = in_order(one for one in every if query.matches(one))
    return tuple(replace(row, locators=()) for row in seen(Asked(records, query)))


def test_what_athena_counts_is_what_the_records_say(cloud: Cloud) -> None:
    query = Query(windows=(DAY,))
    counted = _counted(cloud, query)
    assert len(counted) > 20
    assert counted == _local(cloud, query)
