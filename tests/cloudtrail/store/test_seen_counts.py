"""What a store counts is what the question's own rows over the raw records say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Outcome, Query
from irkit.cloudtrail.questions.question import Asked
from irkit.cloudtrail.questions.seen import Seen
from irkit.cloudtrail.questions.seen import seen as of_records
from irkit.cloudtrail.source import in_order
from irkit.cloudtrail.store import counts, seen_counts, seen_kept
from irkit.cloudtrail.store.cached import Cached
from irkit.cloudtrail.store.seen_counts import seen
from tests.cloudtrail.made import body
from tests.cloudtrail.store.conftest import Kept
from tests.cloudtrail.store.logs import aws_form, build, log, raw

MOST = 10_000
QUERIES = (
    Query(),
    Query(outcome=Outcome.FAILED),
    Query(mentions=("arn:aws",)),
    Query(users=("bert-jan",), calls=("ÅSource:X",)),
)
IDENTITIES = (
    {"type": "Root", "accountId": "111122223333"},
    {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a:b", "userName": "b", "accessKeyId": "AKIAONE"},
    {"type": "IAMUser", "arn": "arn:aws:iam::444455556666:user/a:b", "userName": "b", "accessKeyId": "AKIATWO"},
    {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/app/s", "invokedBy": "kms.amazonaws.com"},
    {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
    {"type": "AWSAccount", "accountId": "999988887777", "principalId": "AIDAX"},
    {"type": "Unknown", "principalId": "AIDAY"},
    {"type": "IAMUser", "arn": "no-arn"},
    {"type": "Unknown"},
)
ADDRESSES = ("203.0.113.1", "203.0.113.2", "AWS Internal", "kms.amazonaws.com", "")


def plain(rows: tuple[Seen, ...]) -> set[Seen]:
    """Without where copies of one event lie; a store shows ``?`` for half of a surrogate pair."""
    return {
        replace(
            row,
            value=row.value.encode("utf-8", "replace").decode(),
            event_ids=tuple(each.encode("utf-8", "replace").decode() for each in row.event_ids),
            locators=(),
        )
        for row in rows
    }


@pytest.mark.parametrize("query", QUERIES)
def test_counts_of_the_store_are_those_of_the_records(kept: Kept, query: Query) -> None:
    expected = of_records(Asked(in_order(raw(kept.logs, query)), query))
    found = seen(kept.folder, query, MOST)
    assert plain(found.rows) == plain(expected)
    assert len(found.rows) == len(expected)
    assert found.cut == ()


def test_callers_addresses_and_agents_of_all_kinds_are_counted_and_placed_as_the_records_have_them(
    tmp_path: Path,
) -> None:
    bodies = [
        body("s3:GetObject", userIdentity=who, sourceIPAddress=address, userAgent=f"tool {number % 2}", eventID=f"{at}")
        for at, (who, address, number) in enumerate(
            (who, address, number) for number, who in enumerate(IDENTITIES) for address in ADDRESSES
        )
    ]
    log(tmp_path / "logs" / "a.json", aws_form(bodies))
    for _ in Cached(LocalFiles([tmp_path / "logs"]), tmp_path / "store").build(1):
        pass
    expected = of_records(Asked(in_order(raw(tmp_path / "logs", Query())), Query()))
    assert seen(tmp_path / "store", Query(), MOST).rows == expected


def test_what_a_builder_counted_is_told_until_the_store_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs, folder = tmp_path / "logs", tmp_path / "store"
    monkeypatch.setattr(seen_counts, "_MANY", 1)
    log(logs / "a.json", aws_form(body("s3:GetObject", at, eventID=f"a{at}", awsRegion="eu-é") for at in range(5)))
    build(logs, folder)
    counted: list[object] = []
    count = seen_counts._count

    def watched(asked: counts.Asked, most: int) -> None:
        counted.append(asked)
        count(asked, most)

    monkeypatch.setattr(seen_counts, "_count", watched)
    expected = of_records(Asked(in_order(raw(logs, Query())), Query()))
    assert seen(folder, Query(), MOST).rows == expected
    assert counted == [], "nothing was counted again"
    assert len(seen(folder, Query(), 1).rows) == 6
    assert len(seen(folder, Query(users=("nobody",)), MOST).rows) == 0
    (folder / seen_kept.NAME).write_text("{")
    assert seen(folder, Query(), MOST).rows == expected
    log(logs / "a.json", aws_form([body("s3:PutObject", eventID="b")]))
    with monkeypatch.context() as few:
        few.setattr(seen_counts, "_MANY", 100)
        build(logs, folder)
    assert {row.count for row in seen(folder, Query(), MOST).rows} == {1}


def test_kinds_with_more_values_than_are_told_are_named(kept: Kept) -> None:
    found = seen(kept.folder, Query(), 1)
    every = seen(kept.folder, Query(), MOST)
    several = {row.what for row in every.rows if sum(each.what == row.what for each in every.rows) > 1}
    assert set(found.cut) >= several - {"service address"}
    assert {row.value for row in found.rows if row.what == "call"} == {
        next(row.value for row in sorted(every.rows, key=lambda each: (-each.count, each.value)) if row.what == "call")
    }
