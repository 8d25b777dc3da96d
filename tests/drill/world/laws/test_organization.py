"""The operations of Organizations: shapes, errors, quotas, and who may call."""

from __future__ import annotations

import json

import pytest

from irkit.drill.world.json_shape import Json, JsonObject, at, items, text
from irkit.drill.world.laws.organization import ALL_ACCESS_ID, SCP, Organization, OrganizationRefused
from irkit.drill.world.laws.organizations_api import answer
from irkit.drill.world.laws.scp import FULL_ACCESS

BOSS, MEMBER, OTHER = "999900001111", "111122223333", "222233334444"


@pytest.fixture
def own() -> Organization:
    return Organization(BOSS, {MEMBER: "production", OTHER: "sandbox"})


def ask(own: Organization, operation: str, account: str = BOSS, **params: Json) -> JsonObject:
    return answer(own, account, operation, dict(params))


def refused(own: Organization | None, operation: str, account: str = BOSS, **params: Json) -> tuple[str, str]:
    with pytest.raises(OrganizationRefused) as caught:
        answer(own, account, operation, dict(params))
    return caught.value.code, caught.value.reason


def made(own: Organization, name: str = "quarantine") -> str:
    return text(at(ask(own, "CreatePolicy", Name=name, Description="", Content=FULL_ACCESS, Type=SCP), *_ID))


_ID = ("Policy", "PolicySummary", "Id")


def test_members_may_describe_their_organization_and_nothing_else(own: Organization) -> None:
    assert at(ask(own, "DescribeOrganization", MEMBER), "Organization", "MasterAccountId") == BOSS
    for operation in ("ListRoots", "ListPolicies", "CreatePolicy", "AttachPolicy"):
        assert refused(own, operation, MEMBER)[0] == "AccessDeniedException"


def test_an_account_outside_is_told_so(own: Organization) -> None:
    for organization in (None, own):
        assert refused(organization, "DescribeOrganization", "555566667777")[0] == "AWSOrganizationsNotInUseException"


def test_the_way_from_an_account_up_to_the_root(own: Organization) -> None:
    [unit] = items(ask(own, "ListParents", ChildId=MEMBER)["Parents"])
    [root] = items(ask(own, "ListParents", ChildId=text(at(unit, "Id")))["Parents"])
    [told] = items(ask(own, "ListRoots")["Roots"])
    assert (at(unit, "Type"), at(root, "Type"), at(root, "Id")) == ("ORGANIZATIONAL_UNIT", "ROOT", at(told, "Id"))
    assert own.chain(MEMBER) == [at(root, "Id"), at(unit, "Id"), MEMBER]


def test_full_access_hangs_everywhere_from_the_start(own: Organization) -> None:
    targets = items(ask(own, "ListTargetsForPolicy", PolicyId=ALL_ACCESS_ID)["Targets"])
    assert {at(one, "TargetId") for one in targets} == set(own.places)
    [held] = items(ask(own, "ListPoliciesForTarget", TargetId=MEMBER, Filter=SCP)["Policies"])
    assert at(held, "AwsManaged") is True


def test_a_policy_hangs_where_it_is_hung_until_it_is_taken_down(own: Organization) -> None:
    policy = made(own)
    ask(own, "AttachPolicy", PolicyId=policy, TargetId=MEMBER)
    assert refused(own, "AttachPolicy", PolicyId=policy, TargetId=MEMBER)[0] == "DuplicatePolicyAttachmentException"
    assert refused(own, "DeletePolicy", PolicyId=policy)[0] == "PolicyInUseException"
    [target] = items(ask(own, "ListTargetsForPolicy", PolicyId=policy)["Targets"])
    assert (at(target, "TargetId"), at(target, "Type"), at(target, "Name")) == (MEMBER, "ACCOUNT", "production")
    ask(own, "DetachPolicy", PolicyId=policy, TargetId=MEMBER)
    assert refused(own, "DetachPolicy", PolicyId=policy, TargetId=MEMBER)[0] == "PolicyNotAttachedException"
    ask(own, "DeletePolicy", PolicyId=policy)
    assert refused(own, "DescribePolicy", PolicyId=policy)[0] == "PolicyNotFoundException"


def test_a_sixth_policy_and_the_last_one_are_refused(own: Organization) -> None:
    for place in range(4):
        ask(own, "AttachPolicy", PolicyId=made(own, f"p{place}"), TargetId=MEMBER)
    sixth = refused(own, "AttachPolicy", PolicyId=made(own), TargetId=MEMBER)
    last = refused(own, "DetachPolicy", PolicyId=ALL_ACCESS_ID, TargetId=OTHER)
    assert sixth == ("ConstraintViolationException", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
    assert last == ("ConstraintViolationException", "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")


def test_a_text_is_checked_when_it_is_written(own: Organization) -> None:
    strange = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*"}]})
    long = FULL_ACCESS + " " * 5120
    told: JsonObject = {"Name": "x", "Description": "", "Type": SCP}
    assert refused(own, "CreatePolicy", **told, Content=strange)[0] == "MalformedPolicyDocumentException"
    assert refused(own, "CreatePolicy", **told, Content=long)[1] == "POLICY_CONTENT_LIMIT_EXCEEDED"
    policy = made(own)
    assert refused(own, "UpdatePolicy", PolicyId=policy, Content=strange)[0] == "MalformedPolicyDocumentException"
    assert refused(own, "CreatePolicy", **{**told, "Name": "quarantine"}, Content=FULL_ACCESS)[0] == (
        "DuplicatePolicyException"
    )


def test_an_update_changes_what_is_given(own: Organization) -> None:
    policy = made(own)
    ask(own, "UpdatePolicy", PolicyId=policy, Description="why")
    told = ask(own, "DescribePolicy", PolicyId=policy)
    assert at(told, "Policy", "PolicySummary", "Description") == "why"
    assert at(told, "Policy", "PolicySummary", "Name") == "quarantine"
    assert at(told, "Policy", "Content") == FULL_ACCESS


def test_aws_own_policy_cannot_be_changed(own: Organization) -> None:
    for operation in ("UpdatePolicy", "DeletePolicy"):
        assert refused(own, operation, PolicyId=ALL_ACCESS_ID)[1] == "IMMUTABLE_POLICY"


def test_rows_come_in_pages(own: Organization) -> None:
    seen: list[Json] = []
    asked: JsonObject = {"MaxResults": 2}
    while True:
        page = answer(own, BOSS, "ListAccounts", asked)
        seen += [at(one, "Id") for one in items(page["Accounts"])]
        if "NextToken" not in page:
            break
        asked["NextToken"] = page["NextToken"]
    assert seen == [BOSS, MEMBER, OTHER]


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("ListParents", {"ChildId": "000000000000"}, "ChildNotFoundException"),
        ("ListPoliciesForTarget", {"TargetId": "000000000000", "Filter": SCP}, "TargetNotFoundException"),
        ("AttachPolicy", {"PolicyId": "p-none", "TargetId": MEMBER}, "PolicyNotFoundException"),
        ("ListPolicies", {}, "InvalidInputException"),
        ("LeaveOrganization", {}, "UnknownOperationException"),
    ],
)
def test_what_is_not_there_is_refused_by_name(own: Organization, operation: str, params: JsonObject, code: str) -> None:
    assert refused(own, operation, **params)[0] == code
