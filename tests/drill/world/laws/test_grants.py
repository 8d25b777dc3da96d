"""Grants of KMS: to whom, for what, under which encryption context."""

from __future__ import annotations

from dataclasses import replace

import pytest

from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.laws.grants import Wanted, context_keys, is_granted

ROLE = "arn:aws:iam::111122223333:role/ci"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"
CONTEXT: JsonObject = {"app": "payments", "ledger": "2026"}
WANTED = Wanted(frozenset({ROLE}), "Decrypt", KEY, CONTEXT)


def grant(**constraints: JsonObject) -> JsonObject:
    operations: JsonObject = {"Operations": ["Decrypt", "DescribeKey"]}
    return {"GranteePrincipal": ROLE, "KeyId": KEY, "Constraints": dict(constraints), **operations}


def test_a_grant_gives_its_grantee_its_operations_on_its_key() -> None:
    assert is_granted([grant()], WANTED)
    assert not is_granted([], WANTED)
    for other in (
        replace(WANTED, callers=frozenset({f"{ROLE}2"})),
        replace(WANTED, operation="Encrypt"),
        replace(WANTED, key=f"{KEY}2"),
    ):
        assert not is_granted([grant()], other)


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ({"EncryptionContextSubset": {"app": "payments"}}, True),
        ({"EncryptionContextSubset": {"app": "mail"}}, False),
        ({"EncryptionContextEquals": {"app": "payments"}}, False),
        ({"EncryptionContextEquals": {"app": "payments", "ledger": "2026"}}, True),
    ],
)
def test_constraints_are_on_the_encryption_context(constraints: JsonObject, *, expected: bool) -> None:
    constrained = {**grant(), "Constraints": constraints}
    assert is_granted([constrained], WANTED) is expected
    assert is_granted([constrained], replace(WANTED, operation="DescribeKey", context={}))


def test_an_encryption_context_is_condition_keys() -> None:
    assert context_keys({"app": "x"}) == {"kms:EncryptionContext:app": "x", "kms:EncryptionContextKeys": ["app"]}
    assert context_keys({}) == {}
