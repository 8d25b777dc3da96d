"""What others made of what came of a key is read by name from a store: the same tree as of the raw files, always."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from irkit.cloudtrail.births import GIVING, each_once, told
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.one_pass import OnePass
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.lineage import LINEAGE, Branch
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.store import building, manifest
from irkit.cloudtrail.store.cached import Cached, Ready
from irkit.cloudtrail.store.given import NAME
from tests.cloudtrail.made import KEY, START, body
from tests.cloudtrail.store.logs import aws_form, aws_name, build, lines, log, raw

ROLE = "arn:aws:iam::111122223333:role/team/backdoor"
FILES = tuple(aws_name(hour=hour) for hour in (12, 13, 14))


def who(key: str, **more: object) -> dict[str, object]:
    arn = f"arn:aws:iam::111122223333:user/of-{key}"
    return {"type": "IAMUser", "arn": arn, "accessKeyId": key, "accountId": "111122223333", **more}


def taken(
    by: str, minted: str, after_s: float, name: str = "x", role: str = ROLE, **asked: object
) -> dict[str, object]:
    arn = f"arn:aws:sts::111122223333:assumed-role/{role.rpartition('/')[2]}/{name}"
    return body(
        "sts:AssumeRole",
        after_s,
        eventID=f"taken-{minted}",
        userIdentity=who(by),
        requestParameters={"roleArn": role, "roleSessionName": name, **asked},
        responseElements={
            "credentials": {"accessKeyId": minted, "expiration": "Nov 21, 2026, 1:00:00 PM"},
            "assumedRoleUser": {"arn": arn},
        },
        recipientAccountId="111122223333",
    )


def key_made(by: str, minted: str, user: str, after_s: float, **fields: object) -> dict[str, object]:
    answer = {"accessKey": {"accessKeyId": minted, "userName": user}}
    return body(
        "iam:CreateAccessKey",
        after_s,
        eventID=f"made-{minted}",
        userIdentity=who(by),
        responseElements=answer,
        recipientAccountId="111122223333",
        **fields,
    )


def bodies() -> tuple[list[dict[str, object]], ...]:
    """What a key made, and what others made of that; in three files."""
    role = {"role": {"arn": ROLE, "roleName": "backdoor"}}
    context = {"sessionIssuer": {"type": "Role", "arn": ROLE}}
    user = {"user": {"arn": "arn:aws:iam::111122223333:user/team/back", "userName": "back"}}
    return (
        [
            body("iam:CreateRole", 0, eventID="role", userIdentity=who(KEY), responseElements=role),
            body("iam:CreateUser", 1, eventID="user", userIdentity=who(KEY), responseElements=user),
            taken(KEY, "ASIAMARK", 2, "admin", ROLE.replace("backdoor", "admin"), sourceIdentity="mallory"),
            taken("AKIAOTHER", "ASIAEARLY", -3600),
        ],
        [
            taken("AKIAOTHER", "ASIA1", 60),
            taken("AKIAOTHER", "ASIA1", 60),
            taken("AKIAOTHER", "ASIAODD", 61, "a\ud800b"),
            taken("AKIAOTHER", "ASIASEP", 62, "a\x1fb"),
            taken("AKIAOTHER", "ASIAELSE", 63, role=f"{ROLE}-2"),
            {**taken("AKIAOTHER", "ASIANOT", 64), "errorCode": "AccessDenied"},
            key_made("AKIAADMIN", "AKIABACK", "back", 65),
        ],
        [
            taken("AKIATHIRD", "ASIA2", 120, awsRegion="us-east-1"),
            taken("AKIATHIRD", "ASIALATE", 120.5),
            taken("AKIATHIRD", "ASIAHERS", 121, "hers", ROLE.replace("backdoor", "admin"), sourceIdentity="mallory"),
            key_made("AKIAADMIN", "AKIABACK2", "back", 122),
            body(
                "s3:GetObject",
                130,
                eventID="used",
                userIdentity=who("ASIA2", type="AssumedRole", sessionContext=context),
            ),
        ],
    )


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """Logs and the store of them, built in three steps."""
    for name, each in zip(FILES, bodies(), strict=True):
        log(tmp_path / "logs" / name, aws_form(each))
        build(tmp_path / "logs", tmp_path / "store")
    return tmp_path


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """The looks at a store for what was given."""
    found: list[Query] = []
    look = Ready.look

    def heard(self: Ready, query: Query) -> object:
        if query.given_to:
            found.append(query)
        return look(self, query)

    monkeypatch.setattr(Ready, "look", heard)
    return found


def of_files(at: Path) -> tuple[Branch, ...]:
    return ask(LocalFiles([at / "logs"]), LINEAGE, Query(keys=(KEY,)), Follow.TREE).rows


def of_store(at: Path) -> tuple[Branch, ...]:
    cached = Cached(LocalFiles([at / "logs"]), at / "store")
    return ask(OnePass(cached, cached.ready), LINEAGE, Query(keys=(KEY,)), Follow.TREE).rows


def ids(rows: Sequence[Branch]) -> set[str]:
    return {each.id for each in rows}


WHOLE = {
    *(KEY, ROLE, "arn:aws:iam::111122223333:user/team/back"),
    *("ASIAMARK", "ASIA1", "ASIAODD", "ASIASEP", "AKIABACK", "ASIA2", "ASIALATE", "AKIABACK2"),
}


def test_the_tree_is_that_of_the_files_and_nothing_is_looked_for_that_is_known(there: Path, looks: list[Query]) -> None:
    rows = of_store(there)
    assert ids(rows) == WHOLE
    assert rows == of_files(there)
    assert not looks


def test_what_was_done_by_the_whole_tree_is_that_of_the_files(there: Path, looks: list[Query]) -> None:
    files = LocalFiles([there / "logs"])
    cached = Cached(files, there / "store")
    stored, read = (
        ask(each, ACTIVITY, Query(keys=(KEY,)), Follow.TREE) for each in (OnePass(cached, cached.ready), files)
    )
    assert stored.rows == read.rows
    assert "used" in {one.event_id for one in stored.records}
    assert not looks
    assert stored.coverage.is_whole


WINDOWS = ((), (Window(START + timedelta(seconds=60), START + timedelta(seconds=120)),), (Window(START, START),))
NAMES = ((ROLE,), ("back",), ("mallory", "x"), ("a\ud800b",), ("a\x1fb", "nobody"), ("backdoor",))


@pytest.mark.parametrize(("windows", "names"), list(product(WINDOWS, NAMES)))
@pytest.mark.parametrize("more", [Query(), Query(regions=("us-east-1",)), Query(accounts=("444455556666",))])
def test_what_is_known_is_what_the_matching_records_tell(
    kept_given: Path, windows: tuple[Window, ...], names: tuple[str, ...], more: Query
) -> None:
    query = Query(
        windows=windows, calls=GIVING, mentions=names, given_to=names, outcome=Outcome.SUCCEEDED,
        regions=more.regions, accounts=more.accounts,
    )  # fmt: skip
    with closing(Cached(LocalFiles([kept_given / "logs"]), kept_given / "store").ready()) as ready:
        known = ready.given(query)
    assert known is not None
    assert sorted(known) == sorted(told(raw(kept_given / "logs", query)))


@pytest.fixture(scope="module")
def kept_given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For who only looks."""
    at = tmp_path_factory.mktemp("given")
    for name, each in zip(FILES, bodies(), strict=True):
        log(at / "logs" / name, aws_form(each))
    build(at / "logs", at / "store")
    return at


@pytest.mark.parametrize(
    "query",
    [
        Query(calls=GIVING, given_to=(ROLE,)),
        Query(given_to=(ROLE,), outcome=Outcome.SUCCEEDED),
        Query(calls=(*GIVING, "sts:GetSessionToken"), given_to=(ROLE,), outcome=Outcome.SUCCEEDED),
        Query(calls=GIVING, outcome=Outcome.SUCCEEDED),
        Query(calls=GIVING, given_to=(ROLE,), mentions=("else",), outcome=Outcome.SUCCEEDED),
        Query(calls=GIVING, given_to=(ROLE,), keys=("AKIAOTHER",), outcome=Outcome.SUCCEEDED),
        Query(calls=GIVING, given_to=(ROLE,), event_ids=("e",), outcome=Outcome.SUCCEEDED),
    ],
)
def test_what_is_not_kept_so_is_not_known(kept_given: Path, query: Query) -> None:
    with closing(Cached(LocalFiles([kept_given / "logs"]), kept_given / "store").ready()) as ready:
        assert ready.given(query) is None


def test_a_file_that_changed_is_read_raw_and_told_anew(there: Path) -> None:
    at = there / "logs" / FILES[1]
    log(at, aws_form([taken("AKIAOTHER", "ASIANEW", 70)]))
    os.utime(at, ns=(1, 1))
    assert ids(of_store(there)) == WHOLE - {"ASIA1", "ASIAODD", "ASIASEP", "AKIABACK"} | {"ASIANEW"}
    assert of_store(there) == of_files(there)
    build(there / "logs", there / "store")
    assert of_store(there) == of_files(there)


def test_a_file_that_came_since_counts_once_with_what_is_known(there: Path, looks: list[Query]) -> None:
    log(there / "logs" / "0-copy.jsonl", lines([*bodies()[1][:2], taken("AKIAOTHER", "ASIANEW", 70)]))
    assert ids(of_store(there)) == WHOLE | {"ASIANEW"}
    assert of_store(there) == of_files(there), "of doubles that which lies first"
    assert not looks


@pytest.mark.parametrize("lost", ["gone", "damaged", "of another version"])
def test_without_it_the_store_is_looked_through_until_it_is_built_again(
    there: Path, looks: list[Query], lost: str
) -> None:
    at = there / "store" / NAME
    if lost == "damaged":
        at.write_bytes(b"no database" * 1_000)
    elif lost == "gone":
        at.unlink()
    else:
        with closing(sqlite3.connect(at)) as database, database:
            database.execute("PRAGMA user_version = 99")
    assert of_store(there) == of_files(there)
    assert looks
    looks.clear()
    build(there / "logs", there / "store")
    assert ids(of_store(there)) == WHOLE
    assert not looks


def test_a_part_that_is_not_looked_through_yet_is_not_taken_for_empty(
    there: Path, looks: list[Query], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: object) -> Iterator[None]:
        yield from ()
        raise KeyboardInterrupt

    log(there / "logs" / aws_name(hour=15), aws_form([taken("AKIAOTHER", "ASIANEW", 70)]))
    monkeypatch.setattr(building, "keeping_given", ended)
    with pytest.raises(KeyboardInterrupt):
        build(there / "logs", there / "store")
    monkeypatch.undo()
    assert ids(of_store(there)) == WHOLE | {"ASIANEW"}


def test_what_is_said_of_a_part_goes_with_it(there: Path) -> None:
    for hour in range(1, 10):
        log(there / "logs" / aws_name(hour=hour), aws_form([taken("AKIAOTHER", f"ASIAH{hour}", 200 + hour)]))
        build(there / "logs", there / "store")
    with closing(sqlite3.connect(there / "store" / manifest.NAME)) as database:
        parts = {part for (part,) in database.execute("SELECT name FROM parts")}
    with closing(sqlite3.connect(there / "store" / NAME)) as database:
        assert {part for (part,) in database.execute("SELECT name FROM parts")} == parts
        assert {part for (part,) in database.execute("SELECT DISTINCT part FROM births")} == parts
        numbers = {number for (number,) in database.execute("SELECT number FROM births")}
        assert {number for (number,) in database.execute("SELECT birth FROM names")} == numbers
    assert len(parts) < 12, "small parts were put together"
    assert of_store(there) == of_files(there)


def test_of_doubles_that_birth_stays_whose_record_lies_first(tmp_path: Path) -> None:
    for name in ("b.json", "a.json"):
        log(tmp_path / name, aws_form([taken("AKIAOTHER", "ASIA1", 60)]))
    births = [one for name in ("b.json", "a.json") for one in told(raw(tmp_path / name, Query()))]
    (once,) = each_once(births)
    assert once.locator.startswith(str(tmp_path / "a.json"))
