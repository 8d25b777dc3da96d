from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from irkit.cloudtrail.athena.seen_sql import seen_statement
from irkit.cloudtrail.query import Outcome, Query
from irkit.cloudtrail.questions.question import Asked
from irkit.cloudtrail.questions.seen import Seen, seen
from irkit.errors import UsageError
from tests.cloudtrail.athena.cloud import Cloud
from tests.cloudtrail.athena.log_files import BOTH, OTHER, local


def _counted(cloud: Cloud, query: Query) -> tuple[Seen, ...]:
    counting = cloud.athena().count_seen(query)
    while True:
        try:
            next(counting)
        except StopIteration as end:
            return tuple(replace(row, locators=()) for row in end.value[0])


def _rows(cloud: Cloud, query: Query) -> tuple[Seen, ...]:
    return tuple(replace(row, locators=()) for row in seen(Asked(local(cloud.files, query), query)))


@pytest.mark.parametrize(
    "asked", [Query(), Query(accounts=(OTHER,)), Query(calls=("kms:*",)), Query(outcome=Outcome.FAILED)]
)
def test_what_athena_counts_is_what_the_records_say(cloud: Cloud, asked: Query) -> None:
    query = asked.within(BOTH)
    counted = _counted(cloud, query)
    assert len(counted) > 5
    assert counted == _rows(cloud, query)


def test_a_query_that_sql_alone_cannot_decide_is_not_counted(cloud: Cloud) -> None:
    with pytest.raises(UsageError, match="cannot be counted by SQL alone"):
        seen_statement(Query(windows=BOTH, mentions=("prod",)), cloud.athena().shape, date(2026, 11, 21))
