"""A tree's looks made one, where each reads all files again: as many answers, word for word, as one by one."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from irkit.cloudtrail import one_pass
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.one_pass import OnePass
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.questions.question import Answer, Follow
from irkit.cloudtrail.questions.reach import made_looks, together
from irkit.cloudtrail.raw.sieve import sieve
from irkit.cloudtrail.record import Record, record
from irkit.cloudtrail.source import Batch
from tests.cloudtrail.held import Held, stratus
from tests.cloudtrail.made import KEY, body

ADMIN = "arn:aws:iam::111122223333:role/admin"
SESSION = "arn:aws:sts::111122223333:assumed-role/admin"


class Whole(Held):
    """As files are that no store is of."""

    def reads_all(self, query: Query) -> bool:
        return bool(query)


def by(key: str, arn: str = "arn:aws:iam::111122223333:user/svc-deploy", **more: object) -> dict[str, object]:
    return {"type": "IAMUser", "arn": arn, "accessKeyId": key, "accountId": "111122223333", **more}


def minted(call: str, after_s: float, caller: dict[str, object], key: str, **params: object) -> dict[str, object]:
    answer = {"credentials": {"accessKeyId": key}, "assumedRoleUser": {"arn": f"{SESSION}/{key}"}}
    return body(call, after_s, userIdentity=caller, requestParameters=params, responseElements=answer)


def family() -> list[dict[str, object]]:
    """A key's user, role, session with a source identity and key for another, and what strangers made of them."""
    user = {"user": {"arn": "arn:aws:iam::111122223333:user/new", "userName": "new"}}
    stranger = by("AKIASTRANGER", "arn:aws:iam::111122223333:user/else")
    marked = {"sessionContext": {"sourceIdentity": "mole"}}
    return [
        body("iam:CreateUser", 10, userIdentity=by(KEY), responseElements=user),
        body("iam:CreateRole", 11, userIdentity=by(KEY), responseElements={"role": {"arn": ADMIN}}),
        minted("sts:AssumeRole", 12, by(KEY), "ASIAMARK", roleArn=ADMIN, sourceIdentity="mole"),
        minted("sts:AssumeRole", 20, stranger, "ASIAOTHERS", roleArn=ADMIN),
        body(
            "iam:CreateAccessKey",
            21,
            userIdentity=stranger,
            requestParameters={"userName": "new"},
            responseElements={"accessKey": {"accessKeyId": "AKIANEW", "userName": "new"}},
        ),
        body("iam:ListUsers", 30, userIdentity=by("AKIANEW", "arn:aws:iam::111122223333:user/new", userName="new")),
        body("ec2:DescribeInstances", 31, userIdentity=by("ASIAOTHERS", f"{SESSION}/ASIAOTHERS")),
        body("s3:ListBuckets", 32, userIdentity=by("ASIAFAR", f"{SESSION}far/x", **marked)),
        body("s3:ListBuckets", 33, userIdentity=stranger),
    ]


FAMILY = [record(json.dumps(each)) for each in family()]
REAL = [one for _, one in stratus()]
REAL_KEY = "AKIAOZUDECYXYM4ONAN4"


@pytest.mark.parametrize("name", ["activity", "lineage", "secrets"])
@pytest.mark.parametrize(("key", "records"), [(KEY, FAMILY), (REAL_KEY, REAL)], ids=["made", "real"])
def test_a_tree_asked_for_at_once_is_the_tree_asked_for_one_by_one(name: str, key: str, records: list[Record]) -> None:
    apart, at_once = Held(records), Whole(records)
    one, other = (ask(each, QUESTIONS[name], Query(keys=(key,)), Follow.TREE) for each in (apart, at_once))
    assert told(one) == told(other)
    assert one.tree is not None
    assert one.tree.births
    assert len(at_once.asked) < len(apart.asked)


def test_a_generation_takes_one_look() -> None:
    source = Whole(FAMILY)
    answer = ask(source, QUESTIONS["activity"], Query(keys=(KEY,)), Follow.TREE)
    assert {one.id for one in answer.tree.births if answer.tree} == {  # type: ignore[union-attr]
        *("arn:aws:iam::111122223333:user/new", ADMIN, "ASIAMARK", "ASIAOTHERS", "AKIANEW"),
    }
    assert [bool(each.any_of) for each in source.asked] == [False, True]


def test_files_are_asked_for_a_tree_at_once(tmp_path: Path) -> None:
    one = tmp_path / "log.json"
    one.write_text(json.dumps({"Records": family()}), encoding="utf-8")
    raw, apart = OnePass(LocalFiles([one])), LocalFiles([one])
    first, second = (ask(each, QUESTIONS["activity"], Query(keys=(KEY,)), Follow.TREE) for each in (raw, apart))
    assert told(first) == told(second)
    assert raw.reads_all(Query())
    assert [vars(row)["key_id"] for row in first.rows] == [KEY, KEY, KEY, "AKIANEW", "ASIAFAR"]


def test_what_one_pass_kept_is_not_read_again_for_what_services_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key's user has KMS and CloudFormation act for him: two looks, both for records of that user."""
    calls = ("kms:Decrypt", "secretsmanager:GetSecretValue", "cloudformation:CreateStack")
    monkeypatch.setattr(one_pass, "EARLY", 1.0)
    for number in range(2):
        caller = by(KEY if number == 0 else "AKIASTRANGER")
        bodies = [body(call, number * 100 + at, userIdentity=caller) for at, call in enumerate(calls)]
        (tmp_path / f"{number:02}.json").write_text(json.dumps({"Records": bodies}), encoding="utf-8")
    looks: list[Query] = []

    class Counted(LocalFiles):
        def look(self, query: Query) -> Generator[Batch, None, Coverage]:
            looks.append(query)
            return super().look(query)

    asked = Query(keys=(KEY,))
    records = ask(OnePass(Counted([tmp_path])), QUESTIONS["activity"], asked, Follow.MADE_FOR).records
    assert [one.call for one in records] == list(calls)
    assert len(made_looks(asked, records)) == 2
    assert [bool(each.any_of) for each in looks] == [False, True], (
        "until the user is known, then for the key or the user"
    )


def test_what_is_asked_for_together_keeps_the_times_and_places_that_all_have() -> None:
    one, other = Query(keys=("a",), regions=("r",), accounts=("1",)), Query(arns=("b",), regions=("s",))
    assert together((one,)) == one
    assert together((one, other)) == Query(regions=("r", "s"), any_of=(one, other))


def test_of_alternatives_one_that_is_looked_for_field_by_field_hides_no_other() -> None:
    calls, keys = Query(calls=("iam:CreateUser", "iam:CreateRole")), Query(keys=tuple(f"AKIA{n}" for n in range(9)))
    either = sieve(Query(any_of=(calls, keys)))
    texts = [b'{"eventName":"CreateRole"}', b'{"accessKeyId":"AKIA7"}', b'{"eventName":"ListUsers"}']
    assert [either.passes(each) for each in texts] == [True, True, False]
    assert [bool(either.places(each)) for each in texts] == [True, True, False], "and no other is parsed"
    assert sieve(Query(any_of=(calls, Query()))).searched == ()


def told(answer: Answer[object]) -> tuple[object, ...]:
    return answer.rows, answer.notes, answer.tree, [one.event_id for one in answer.records], answer.coverage.not_seen
