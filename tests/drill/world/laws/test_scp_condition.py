"""Conditions of service control policies, each operator as the IAM user guide describes it."""

from __future__ import annotations

import pytest

from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.laws.scp_condition import Keys, holds, unknown

EVE = "arn:aws:iam::111122223333:user/eve"
CALLED: Keys = {
    "aws:principalarn": EVE,
    "aws:username": "Eve",
    "aws:sourceip": "203.0.113.9",
    "aws:tokenissuetime": "2026-11-21T10:00:00Z",
    "aws:multifactorauthpresent": "false",
    "aws:epochtime": "1795255200",
    "aws:principaltag/team": ["red", "blue"],
}
PATTERN = "arn:aws:iam::*:user/e*"


def block(operator: str, key: str, *told: str) -> JsonObject:
    return {operator: {key: list(told)}}


@pytest.mark.parametrize(
    ("operator", "key", "told", "expected"),
    [
        ("StringEquals", "aws:username", "Eve", True),
        ("StringEquals", "aws:username", "eve", False),
        ("StringEqualsIgnoreCase", "aws:username", "eve", True),
        ("StringNotEqualsIgnoreCase", "aws:username", "eve", False),
        ("StringLike", "aws:username", "E?e", True),
        ("StringNotLike", "aws:username", "E*", False),
        ("StringNotEquals", "aws:username", "Bob", True),
        ("ArnEquals", "AWS:PrincipalARN", EVE, True),
        ("ArnLike", "aws:PrincipalArn", PATTERN, True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:*:user/eve", False),
        ("ArnNotLike", "aws:PrincipalArn", PATTERN, False),
        ("ArnNotEquals", "aws:PrincipalArn", EVE, False),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", True),
        ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", False),
        ("DateLessThan", "aws:TokenIssueTime", "2026-11-21T10:00:01Z", True),
        ("DateLessThan", "aws:TokenIssueTime", "2026-11-21T10:00:00Z", False),
        ("DateGreaterThanEquals", "aws:TokenIssueTime", "2026-11-21T11:00:00+01:00", True),
        ("DateEquals", "aws:TokenIssueTime", "2026-11-21T10:00:00Z", True),
        ("Bool", "aws:MultiFactorAuthPresent", "False", True),
        ("Null", "aws:TokenIssueTime", "false", True),
        ("Null", "aws:PrincipalOrgID", "true", True),
        ("NumericLessThanEquals", "aws:EpochTime", "1795255200", True),
        ("NumericGreaterThan", "aws:EpochTime", "1795255200", False),
    ],
)
def test_one_value_against_one_operand(operator: str, key: str, told: str, *, expected: bool) -> None:
    assert unknown(block(operator, key, told)) == ""
    assert holds(block(operator, key, told), CALLED) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("DateLessThan", False),
        ("DateLessThanIfExists", True),
    ],
)
def test_a_key_that_the_request_does_not_have(operator: str, *, expected: bool) -> None:
    assert holds(block(operator, "aws:PrincipalOrgID", "2026-01-01"), CALLED) is expected


def test_several_operands_are_alternatives_and_negated_ones_must_all_fail() -> None:
    assert holds(block("StringEquals", "aws:username", "Bob", "Eve"), CALLED)
    assert not holds(block("StringNotEquals", "aws:username", "Bob", "Eve"), CALLED)


def test_several_keys_must_all_hold() -> None:
    both: JsonObject = {"StringEquals": {"aws:username": "Eve", "aws:PrincipalAccount": "1"}}
    assert not holds(both, CALLED)


def test_sets_of_values_hold_for_all_or_for_any() -> None:
    tag = "aws:PrincipalTag/team"
    assert holds(block("ForAnyValue:StringEquals", tag, "red"), CALLED)
    assert not holds(block("ForAllValues:StringEquals", tag, "red"), CALLED)
    assert holds(block("ForAllValues:StringEquals", tag, "red", "blue"), CALLED)
    assert holds(block("ForAnyValue:StringNotEquals", tag, "red"), CALLED)


@pytest.mark.parametrize(
    "strange",
    [
        block("StringMatches", "aws:username", "x"),
        block("StringEquals", "aws:Moon", "x"),
        block("StringEquals", "aws:username", "${aws:PrincipalTag/team}"),
        {"StringEquals": "x"},
    ],
)
def test_what_is_not_known_is_named(strange: JsonObject) -> None:
    assert unknown(strange)
