"""Rows as columns are the rows themselves."""

from __future__ import annotations

from functools import partial

from irkit.cloudtrail.attribution import causes
from irkit.cloudtrail.questions.activity import ACTIVITY, activity, columned
from irkit.cloudtrail.questions.columned import Columned
from irkit.cloudtrail.questions.question import Asked
from tests.cloudtrail.made import SECRET_ARN, made, service_decrypt


def asked() -> Asked:
    """A read with the decrypt that came of it, a refusal, and a call that tells nothing."""
    records = (
        made("secretsmanager:GetSecretValue", 0, requestParameters={"secretId": SECRET_ARN}),
        service_decrypt(1),
        made("iam:CreateUser", 2, errorCode="AccessDenied", requestParameters={"userName": "mallory"}),
        made("sts:GetCallerIdentity", 3, userIdentity=None),
    )
    return Asked(records, causes=causes(records, records))


def test_columns_are_those_of_the_rows() -> None:
    one = asked()
    rows, held = activity(one), columned(one)
    assert len(held) == len(rows) == 4
    assert rows[1].caller_id == rows[0].event_id
    assert rows[1].key_id == rows[0].key_id
    for name in vars(rows[0]):
        assert held.column(name) == [getattr(row, name) for row in rows]


def test_the_rows_themselves_can_be_had_too() -> None:
    one = asked()
    rows, held = activity(one), columned(one)
    assert tuple(held) == rows
    assert held[2] == rows[2]
    assert held[-1] == rows[-1]
    assert tuple(held[1:3]) == rows[1:3]
    assert held[1:3].column("call") == ["kms:Decrypt", "iam:CreateUser"]
    assert held[:] is held
    assert tuple(held[::2]) == rows[::2]


def test_a_column_is_made_once_and_only_when_it_is_asked_for() -> None:
    made_names: list[str] = []

    def values(name: str) -> list[object]:
        made_names.append(name)
        return [name]

    held: Columned[object] = Columned(dict, 1, {name: partial(values, name) for name in ("a", "b")})
    assert [held.column("b"), held.column("b"), held[:1].column("b")] == [["b"]] * 3
    assert made_names == ["b"]


def test_the_question_has_both() -> None:
    assert ACTIVITY.columned is columned
