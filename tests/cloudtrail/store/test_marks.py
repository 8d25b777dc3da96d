"""A look opens the parts that may hold what is asked for, and no others; which these are is never guessed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from irkit.cloudtrail.query import Query
from irkit.cloudtrail.source import found
from irkit.cloudtrail.store import building, marks, stored
from irkit.cloudtrail.store.holdings import Holdings
from irkit.cloudtrail.store.manifest import NAME
from irkit.cloudtrail.store.narrowing import narrowing
from irkit.cloudtrail.store.stored import Stored
from tests.cloudtrail.made import body
from tests.cloudtrail.store.logs import aws_form, aws_name, build, log, raw

ROLE = "arn:aws:iam::111122223333:role/ci"


def of_user(number: int) -> dict[str, object]:
    """A record of a user's own."""
    who = {"type": "IAMUser", "userName": f"u{number}", "accessKeyId": f"AKIA{number}"}
    return body(
        f"s3:Get{number}",
        number,
        eventID=f"user-{number}",
        userIdentity={**who, "arn": f"arn:aws:iam::111122223333:user/u{number}"},
        sourceIPAddress=f"203.0.113.{number}",
        userAgent=f"agent {number}",
    )


def of_session() -> dict[str, object]:
    """A record of a role's session."""
    issuer = {"arn": ROLE, "userName": "ci", "type": "Role"}
    return body(
        "s3:PutObject",
        5,
        eventID="session",
        userIdentity={
            "type": "AssumedRole",
            "arn": "arn:aws:sts::111122223333:assumed-role/ci/run-7",
            "accessKeyId": "ASIA7",
            "sessionContext": {"sessionIssuer": issuer, "sourceIdentity": "alice"},
        },
    )


def built(at: Path) -> Path:
    """Three builds, and so three parts: one of a user each, and one of a session."""
    for hour, each in enumerate((of_user(1), of_user(2), of_session())):
        log(at / "logs" / aws_name(hour=hour), aws_form([each]))
        build(at / "logs", at / "store")
    return at


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For who only looks: three builds take a second."""
    return built(tmp_path_factory.mktemp("parts"))


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """For who changes it."""
    return built(tmp_path)


def opened(folder: Path, query: Query) -> int:
    """How many parts a look at a query opens, those of each of its conditions."""
    holdings = Holdings.opened(folder)
    assert holdings is not None
    with closing(holdings):
        assert len(holdings.parts) == 3
        return sum(rows.count(".parquet") for rows, _ in stored.sources(holdings, query))


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        (Query(), 3),
        (Query(keys=("AKIA1",)), 1),
        (Query(keys=("AKIA1", "ASIA7", "AKIA9")), 2),
        (Query(keys=("AKIA9",)), 0),
        (Query(keys=("AKIA1",), ips=("203.0.113.2",)), 0),
        (Query(users=("u2",)), 1),
        (Query(sessions=("run-7",)), 1),
        (Query(source_identities=("alice",)), 1),
        (Query(agents=("agent 1",)), 1),
        (Query(arns=(ROLE,)), 1),
        (Query(arns=("arn:aws:iam::111122223333:user/u1",)), 1),
        (Query(calls=("S3:get1",)), 1),
        (Query(calls=("Get1", "s3:PutObject")), 2),
        (Query(calls=("s3:*",)), 3),
        (Query(calls=("s3:*",), keys=("ASIA7",)), 1),
        (Query(any_of=(Query(arns=(ROLE,)), Query(keys=("AKIA2",)))), 2),
        (Query(keys=("a\ud800b",)), 0),
        (Query(event_ids=("user-1",)), 1),
        (Query(event_ids=("user-1", "session", "none")), 2),
        (Query(event_ids=("user-1",), keys=("AKIA2",)), 0),
    ],
)
def test_a_look_opens_the_parts_that_may_hold_what_is_asked_for(unchanged: Path, query: Query, parts: int) -> None:
    assert opened(unchanged / "store", query) == parts
    assert found(Stored(unchanged / "store"), query).records == raw(unchanged / "logs", query)


def test_a_store_that_knows_nothing_of_its_parts_opens_them_all(there: Path) -> None:
    query = Query(keys=("AKIA1",))
    with closing(sqlite3.connect(there / "store" / NAME)) as database, database:
        database.execute("DROP TABLE marks")
    assert opened(there / "store", query) == 3
    assert found(Stored(there / "store"), query).records == raw(there / "logs", query)
    build(there / "logs", there / "store")
    assert opened(there / "store", query) == 1


def test_a_part_whose_build_ended_before_it_was_marked_is_opened_until_it_is(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: object) -> Iterator[None]:
        yield from ()
        raise KeyboardInterrupt

    (there / "logs" / aws_name(hour=0)).unlink()
    log(there / "logs" / aws_name(hour=0), aws_form([of_user(1), of_user(8)]))
    monkeypatch.setattr(building, "marking", ended)
    with pytest.raises(KeyboardInterrupt):
        build(there / "logs", there / "store")
    monkeypatch.undo()
    assert opened(there / "store", Query(keys=("AKIA2",))) == 2
    build(there / "logs", there / "store")
    assert opened(there / "store", Query(keys=("AKIA2",))) == 1
    assert opened(there / "store", Query(keys=("AKIA8",))) == 1


def test_a_part_of_very_many_rows_is_not_marked_and_opened_whatever_is_asked_for(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "_MOST_ROWS", 1)
    log(there / "logs" / aws_name(hour=0), aws_form([of_user(1), of_user(8)]))
    build(there / "logs", there / "store")
    query = Query(keys=("AKIA2",))
    assert opened(there / "store", query) == 2
    assert found(Stored(there / "store"), query).records == raw(there / "logs", query)


def test_what_is_said_of_a_part_goes_with_it(there: Path) -> None:
    for hour in range(3, 10):
        log(there / "logs" / aws_name(hour=hour), aws_form([of_user(hour)]))
        build(there / "logs", there / "store")
    with closing(sqlite3.connect(there / "store" / NAME)) as database:
        marked = {part for (part,) in database.execute("SELECT part FROM marks")}
        parts = {part for (part,) in database.execute("SELECT name FROM parts")}
    assert marked == parts
    assert len(parts) < 10, "small parts were put together"


def test_a_condition_says_what_it_asks_of_a_column_but_not_what_it_excludes() -> None:
    first, second = narrowing(Query(arns=("a", "b"), ips=("i",)))
    assert set(first.held) == {("principal_arn", ("a", "b")), ("ip", ("i",))}
    assert set(second.held) == {("issuer_arn", ("a", "b")), ("ip", ("i",))}
    either = narrowing(Query(any_of=(Query(arns=("a",)), Query(keys=("k",))), regions=("r",)))
    assert [dict(each.held) for each in either] == [
        {"principal_arn": ("a",), "region": ("r",)},
        {"issuer_arn": ("a",), "region": ("r",)},
        {"key_id": ("k",), "region": ("r",)},
    ]
    assert [each.held for each in narrowing(Query(calls=("kms:*", "s3:GetObject")))] == [()]
