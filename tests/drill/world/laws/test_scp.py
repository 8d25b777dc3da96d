"""Service control policies: what is one, and what they let pass."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from irkit.drill.world.json_shape import Json, JsonObject
from irkit.drill.world.laws.scp import FULL_ACCESS, Asked, Refusal, fault, refusal

EVE, BOB = ("arn:aws:iam::111122223333:user/eve", "arn:aws:iam::111122223333:user/bob")
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"
BY_EVE = Asked("kms:Decrypt", KEY, {"aws:principalarn": EVE})
BY_BOB = replace(BY_EVE, keys={"aws:principalarn": BOB})


def policy(*statements: JsonObject) -> str:
    stated: list[Json] = list(statements)
    return json.dumps({"Version": "2012-10-17", "Statement": stated})


def deny(**elements: Json) -> JsonObject:
    return {"Effect": "Deny", "Action": "*", "Resource": "*", **elements}


QUARANTINE = policy(deny(Condition={"ArnEquals": {"aws:PrincipalArn": [EVE]}}))
ONLY_S3 = policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})


def test_full_access_lets_everything_pass() -> None:
    assert fault(FULL_ACCESS) == ""
    assert refusal([[FULL_ACCESS]] * 3, BY_EVE) is None


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_deny_on_any_level_binds_those_it_names_and_nobody_else(level: int) -> None:
    levels = [[FULL_ACCESS], [FULL_ACCESS], [FULL_ACCESS]]
    levels[level].append(QUARANTINE)
    assert refusal(levels, BY_EVE) is Refusal.EXPLICIT
    assert refusal(levels, BY_BOB) is None


def test_an_allow_list_without_full_access_lets_only_what_it_names_pass() -> None:
    assert refusal([[FULL_ACCESS], [ONLY_S3]], BY_EVE) is Refusal.IMPLICIT
    assert refusal([[FULL_ACCESS], [ONLY_S3]], replace(BY_EVE, action="s3:GetObject")) is None


def test_each_level_must_allow() -> None:
    assert refusal([[ONLY_S3], [FULL_ACCESS]], BY_EVE) is Refusal.IMPLICIT
    assert refusal([[FULL_ACCESS], []], BY_EVE) is Refusal.IMPLICIT


def test_a_freeze_spares_those_it_excepts() -> None:
    freeze = policy(
        deny(
            Action=["iam:Create*", "iam:Put*", "sts:GetFederationToken"],
            Condition={"ArnNotEquals": {"aws:PrincipalArn": [BOB]}},
        )
    )
    making = replace(BY_EVE, action="iam:CreateUser", resource="*")
    assert refusal([[FULL_ACCESS, freeze]], making) is Refusal.EXPLICIT
    assert refusal([[FULL_ACCESS, freeze]], replace(making, keys=BY_BOB.keys)) is None
    assert refusal([[FULL_ACCESS, freeze]], BY_EVE) is None


def test_actions_match_in_any_case_and_resources_do_not() -> None:
    named = policy(deny(Action="KMS:decrypt", Resource=KEY))
    assert refusal([[FULL_ACCESS, named]], BY_EVE) is Refusal.EXPLICIT
    assert refusal([[FULL_ACCESS, named]], replace(BY_EVE, resource=KEY.upper())) is None


def test_not_action_and_not_resource_name_all_others() -> None:
    others = {"Effect": "Deny", "NotAction": ["kms:*"], "NotResource": ["arn:aws:s3:::kept/*"]}
    document = policy(dict(others))
    assert fault(document) == ""
    assert refusal([[FULL_ACCESS, document]], BY_EVE) is None
    assert refusal([[FULL_ACCESS, document]], replace(BY_EVE, action="s3:GetObject")) is Refusal.EXPLICIT
    kept = replace(BY_EVE, action="s3:GetObject", resource="arn:aws:s3:::kept/x")
    assert refusal([[FULL_ACCESS, document]], kept) is None


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "[]",
        json.dumps({"Statement": [deny()]}),
        policy(),
        policy({"Effect": "Deny", "Action": "*"}),
        policy(deny(Effect="Never")),
        policy(deny(NotAction="s3:*")),
        policy(deny(Principal="*")),
        policy(deny(Action="decrypt")),
        policy(deny(Resource="key/1")),
        policy(deny(Condition={"ArnEquals": {"aws:Unheard": EVE}})),
    ],
)
def test_what_is_no_policy_is_refused_in_words(document: str) -> None:
    assert fault(document)
