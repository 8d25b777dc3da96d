from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from irkit.clients.athena import ENDED, State, Where, WorkGroup
from irkit.errors import NotFound, OutsideError
from tests.cloudtrail.athena.cloud import root

if TYPE_CHECKING:
    from pathlib import Path

    from irkit.clients.clients import Clients
    from irkit.drill.world.world import World


@pytest.fixture(scope="module")
def clients(world: World, tmp_path_factory: pytest.TempPathFactory) -> Clients:
    folder: Path = tmp_path_factory.mktemp("athena-client")
    found = root(world, folder)
    there = {"LocationConstraint": found.config.aws.region}
    found.aws.call("s3", "create_bucket", Bucket="athena-client", CreateBucketConfiguration=there)
    return found


WHERE = Where("primary", "default", "s3://athena-client/")


def _ended(clients: Clients, statement: str) -> str:
    query_id = clients.athena.start(statement, WHERE)
    while clients.athena.execution(query_id).state not in ENDED:
        time.sleep(0.02)
    return query_id


def test_all_pages_of_a_result_are_read_and_null_is_none(clients: Clients) -> None:
    query_id = _ended(clients, "SELECT i, nullif(i, 3) AS j FROM range(2005) AS t(i)")
    pages = list(clients.athena.results(query_id))
    rows = [row for _, page in pages for row in page]
    assert len(pages) == 3
    assert {names for names, _ in pages} == {("i", "j")}
    assert rows == [(str(i), None if i == 3 else str(i)) for i in range(2005)]


def test_a_row_that_reads_like_the_names_is_a_row(clients: Clients) -> None:
    query_id = _ended(clients, "SELECT 'a' AS a UNION ALL SELECT 'a'")
    assert [row for _, page in clients.athena.results(query_id) for row in page] == [("a",), ("a",)]


def test_a_statement_that_fails_says_why(clients: Clients) -> None:
    query_id = _ended(clients, "SELECT no_such_column")
    one = clients.athena.execution(query_id)
    assert one.state is State.FAILED
    assert "no_such_column" in one.reason
    clients.athena.stop(query_id)


def test_a_workgroup_is_made_with_its_limit(clients: Clients) -> None:
    one = WorkGroup("irkit-limited", is_enabled=True, cutoff=10**9, output="s3://athena-client/", is_enforced=True)
    clients.athena.create_workgroup(one)
    assert clients.athena.workgroup("irkit-limited") == one
    assert clients.athena.workgroup("primary").cutoff is None
    with pytest.raises(NotFound, match="no-such-group"):
        clients.athena.workgroup("no-such-group")


def test_a_table_that_is_not_there_is_not_found(clients: Clients) -> None:
    with pytest.raises(NotFound):
        clients.glue.table("default", "no_such_table")


def test_a_statement_without_a_place_for_its_result_is_refused_by_athena(clients: Clients) -> None:
    with pytest.raises(OutsideError, match="output location"):
        clients.athena.start("SELECT 1", Where("primary", "default"))
