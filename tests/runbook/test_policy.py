"""The least policy of a runbook."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from irkit.actions import catalog
from irkit.contract import Action, ActionId, AnyAction, Effect
from irkit.errors import RunbookInvalid
from irkit.runbook.load import loads
from irkit.runbook.policy import permissions, policy
from irkit.runbook.shelf import taken
from tests.runbook.catalogue import Badge, Locked
from tests.runbook.sample import SAMPLE

IAM = {
    "a.one": ("iam:UpdateAccessKey", "sts:GetCallerIdentity"),
    "a.two": ("iam:ListAccessKeys", "iam:UpdateAccessKey", "health-events:Look"),
    "a.three": (),
}


class Permitted:
    """A catalogue of actions that differ in their permissions alone."""

    def lookup(self, action_id: str, /) -> AnyAction | None:
        if action_id not in IAM:
            return None
        return Action(Badge, Locked, Effect.READ, "reads", read=lambda _, p: p, iam=IAM[action_id])

    def ids(self) -> Sequence[ActionId]:
        return [ActionId(name) for name in IAM]


def runbook_of(*uses: str) -> str:
    steps = "\n".join(f"  s{at}: {{uses: {name}}}" for at, name in enumerate(uses))
    return f"runbook: r\ntitle: R\nseverity: SEV1\nsteps:\n{steps}\n"


def test_there_is_one_sorted_statement_a_service() -> None:
    assert policy(loads(runbook_of("a.two", "a.one", "a.two"), "r"), Permitted()) == {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "IrkitHealthEvents", "Effect": "Allow", "Action": ["health-events:Look"], "Resource": "*"},
            {
                "Sid": "IrkitIam",
                "Effect": "Allow",
                "Action": ["iam:ListAccessKeys", "iam:UpdateAccessKey"],
                "Resource": "*",
            },
            {"Sid": "IrkitSts", "Effect": "Allow", "Action": ["sts:GetCallerIdentity"], "Resource": "*"},
        ],
    }


def test_only_the_actions_a_runbook_uses_count() -> None:
    assert permissions(loads(runbook_of("a.three"), "r"), Permitted()) == ()


def test_an_unknown_action_is_refused_with_its_place() -> None:
    with pytest.raises(RunbookInvalid, match="r:5:14: there is no action"):
        policy(loads(runbook_of("a.four"), "r"), Permitted())


def test_the_policy_of_key_leak_names_no_wildcard_action_and_fits_a_role() -> None:
    needed = permissions(taken("key_leak", SAMPLE.parent / "none"), catalog)
    assert "iam:UpdateAccessKey" in needed
    assert all("*" not in permission and permission.count(":") == 1 for permission in needed)
