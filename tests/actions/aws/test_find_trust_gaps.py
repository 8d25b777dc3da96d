from __future__ import annotations

import json
from typing import cast

import pytest
from pydantic import JsonValue

from irkit.actions.aws import find_trust_gaps
from irkit.actions.aws.find_trust_gaps import Outcome, Params
from irkit.clients.clients import Clients
from irkit.clients.trust_policy import NOBODY
from irkit.drill.world import estate
from irkit.errors import Denied
from tests.actions.aws.test_permissions import responder
from tests.bench import Bench

HOST = "token.actions.githubusercontent.com"
NO_CLIENTS = cast("Clients", None)
"""A document is given, so nothing is asked."""


def judged(condition: JsonValue) -> find_trust_gaps.Result:
    statement: dict[str, JsonValue] = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{HOST}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    if condition:
        statement["Condition"] = condition
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return find_trust_gaps.read(NO_CLIENTS, Params(role="ci", document=document))


def subject(value: JsonValue, operator: str = "StringLike") -> JsonValue:
    return {"StringEquals": {f"{HOST}:aud": "sts.amazonaws.com"}, operator: {f"{HOST}:sub": value}}


@pytest.mark.parametrize(
    "value",
    [
        "repo:acme/shop:environment:production",
        "repo:acme/shop:ref:refs/heads/main",
        ["repo:acme/shop:environment:production", "repo:acme/shop:environment:staging"],
    ],
)
def test_one_repository_and_one_place_in_it_is_no_gap(value: JsonValue) -> None:
    assert judged(subject(value)).outcome is Outcome.NONE


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("repo:acme/shop:*", "every branch"),
        ("repo:acme/*", "more than one repository"),
        ("repo:acme/*:environment:production", "more than one repository"),
        ("repo:*", "more than one repository"),
        ("repo:acme/shop:ref:*", "every branch"),
        ("repo:acme/shop:pull_request", "every branch"),
    ],
)
def test_a_wide_subject_is_a_gap(value: str, says: str) -> None:
    (gap,) = judged(subject(value)).gaps
    assert says in gap


def test_one_wide_subject_among_narrow_ones_is_a_gap() -> None:
    assert len(judged(subject(["repo:acme/shop:environment:production", "repo:acme/shop:*"])).gaps) == 1


def test_no_condition_at_all_is_two_gaps() -> None:
    assert len(judged({}).gaps) == 2


def test_the_names_of_conditions_are_read_without_their_case() -> None:
    condition: JsonValue = {
        "StringEquals": {f"{HOST}:AUD": "sts.amazonaws.com", f"{HOST}:Sub": "repo:acme/shop:environment:production"}
    }
    assert judged(condition).outcome is Outcome.NONE


def test_a_condition_that_is_no_comparison_of_texts_does_not_count() -> None:
    assert judged({"Null": {f"{HOST}:sub": "false", f"{HOST}:aud": "false"}}).outcome is Outcome.GAPS


def test_a_role_that_nobody_may_take_on_is_called_blocked() -> None:
    assert find_trust_gaps.read(NO_CLIENTS, Params(role="ci", document=NOBODY)).outcome is Outcome.BLOCKED


def test_it_reads_a_role_with_its_own_permission_and_without_it_is_denied(on: Bench) -> None:
    given = Params(role=estate.READER_ROLE)
    found = find_trust_gaps.read(responder(on, find_trust_gaps.ACTION.iam).clients("allowed"), given)
    assert (found.outcome, found.subjects) == (Outcome.NONE, ())
    with pytest.raises(Denied):
        find_trust_gaps.read(responder(on, ()).clients("denied"), given)
