"""The laws at work in a rehearsal cloud: what is written is seen at once, binds later, and binds whom it must."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from irkit.drill.world import estate
from irkit.drill.world.aws_caller import AwsCaller, AwsRefused
from irkit.drill.world.json_shape import Json, JsonObject, at, items, text
from irkit.drill.world.laws.organization import MANAGEMENT_ACCOUNT, SCP
from irkit.drill.world.seed_aws import key_pair
from irkit.drill.world.settings import Membership, WorldSettings
from irkit.drill.world.world import World
from tests.drill.world.accounts import admin, becomes, caller, new_user, records, sdk, spreading

Raise = Callable[[WorldSettings], World]
DENY: JsonObject = {"Effect": "Deny", "Action": "*", "Resource": "*"}
ALL: JsonObject = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture
def slow(world: World) -> Iterator[World]:
    """The world, where nothing binds meanwhile before it is told to settle."""
    with spreading(world):
        yield world


def document(*statements: JsonObject) -> str:
    stated: list[Json] = list(statements)
    return json.dumps({"Version": "2012-10-17", "Statement": stated})


def refusal_of(call: Callable[[], object]) -> str:
    try:
        call()
    except AwsRefused as refused:
        return refused.code
    return ""


def lists(of: AwsCaller) -> str:
    return refusal_of(lambda: of.json("secretsmanager", "ListSecrets", {}))


def put(world: World, name: str, policy: str, *statements: JsonObject) -> None:
    told = {"UserName": name, "PolicyName": policy, "PolicyDocument": document(*statements)}
    admin(world).query("iam", "PutUserPolicy", told)


def organization(world: World) -> AwsCaller:
    keys = world.aws.organization_keys
    assert keys is not None
    return caller(world, keys, estate.GLOBAL_REGION)


@contextmanager
def hung(world: World, *statements: JsonObject) -> Iterator[None]:
    """A service control policy on the account, for a while."""
    by = organization(world)
    told: JsonObject = {"Name": secrets.token_hex(4), "Description": "", "Type": SCP, "Content": document(*statements)}
    policy = at(by.json("organizations", "CreatePolicy", told), "Policy", "PolicySummary", "Id")
    where: JsonObject = {"PolicyId": policy, "TargetId": estate.ACCOUNT}
    by.json("organizations", "AttachPolicy", where)
    yield
    by.json("organizations", "DetachPolicy", where)
    by.json("organizations", "DeletePolicy", {"PolicyId": policy})


def denied_to(*arns: str) -> JsonObject:
    named: list[Json] = list(arns)
    return {**DENY, "Condition": {"ArnEquals": {"aws:PrincipalArn": named}}}


def user_arn(name: str) -> str:
    return f"arn:aws:iam::{estate.ACCOUNT}:user/{name}"


def test_an_intruder_sees_a_deny_before_it_binds_and_takes_it_away(slow: World) -> None:
    name, eve = new_user(slow, "iam:*", "secretsmanager:ListSecrets")
    slow.aws.settle()
    put(slow, name, "deny", DENY)
    seen = eve.query("iam", "ListUserPolicies", {"UserName": name})
    assert "deny" in [one.text for one in seen.iter("member")]
    eve.query("iam", "DeleteUserPolicy", {"UserName": name, "PolicyName": "deny"})
    slow.aws.settle()
    assert lists(eve) == ""


def test_what_the_intruder_writes_needs_what_still_binds_him(slow: World) -> None:
    name, eve = new_user(slow, "iam:*", "secretsmanager:ListSecrets")
    slow.aws.settle()
    put(slow, name, "deny", DENY)
    slow.aws.settle()
    gone = {"UserName": name, "PolicyName": "deny"}
    assert refusal_of(lambda: eve.query("iam", "DeleteUserPolicy", gone)) == "AccessDenied"
    admin(slow).query("iam", "DeleteUserPolicy", gone)
    assert lists(eve) == "AccessDeniedException"
    assert refusal_of(lambda: eve.query("iam", "DeleteUserPolicy", gone)) == "AccessDenied"


def _rights(world: World, name: str) -> Mapping[str, tuple[str, dict[str, str]]]:
    by = admin(world)
    group, policy = f"g-{name}", f"arn:aws:iam::{estate.ACCOUNT}:policy/p-{name}"
    by.query("iam", "CreateGroup", {"GroupName": group})
    by.query("iam", "PutGroupPolicy", {"GroupName": group, "PolicyName": "deny", "PolicyDocument": document(DENY)})
    by.query("iam", "CreatePolicy", {"PolicyName": f"p-{name}", "PolicyDocument": document(DENY)})
    world.aws.settle()
    return {
        "group": ("AddUserToGroup", {"GroupName": group, "UserName": name}),
        "attached": ("AttachUserPolicy", {"PolicyArn": policy, "UserName": name}),
        "boundary": ("PutUserPermissionsBoundary", {"PermissionsBoundary": policy, "UserName": name}),
        "inline": ("PutUserPolicy", {"UserName": name, "PolicyName": "deny", "PolicyDocument": document(DENY)}),
        "taken away": ("DeleteUserPolicy", {"UserName": name, "PolicyName": "own"}),
    }


@pytest.mark.parametrize("kind", ["group", "attached", "boundary", "inline", "taken away"])
def test_every_kind_of_right_binds_only_after_the_delay(slow: World, kind: str) -> None:
    name, eve = new_user(slow, "secretsmanager:ListSecrets")
    slow.aws.settle()
    operation, params = _rights(slow, name)[kind]
    admin(slow).query("iam", operation, params)
    assert lists(eve) == ""
    slow.aws.settle()
    assert lists(eve) == "AccessDeniedException"


def test_a_deleted_key_and_user_live_on_until_it_has_spread(slow: World) -> None:
    name, eve = new_user(slow, "secretsmanager:ListSecrets")
    slow.aws.settle()
    by = admin(slow)
    by.query("iam", "DeleteAccessKey", {"UserName": name, "AccessKeyId": eve.keys.key_id})
    by.query("iam", "DeleteUserPolicy", {"UserName": name, "PolicyName": "own"})
    by.query("iam", "DeleteUser", {"UserName": name})
    assert refusal_of(lambda: by.query("iam", "GetUser", {"UserName": name})) == "NoSuchEntity"
    assert lists(eve) == ""
    slow.aws.settle()
    assert lists(eve) == "UnrecognizedClientException"


def test_who_may_assume_a_role_binds_late_and_its_sessions_outlive_it(slow: World) -> None:
    name, eve = new_user(slow, "sts:AssumeRole")
    by, role = admin(slow), f"r-{name}"
    trusting = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": user_arn(name)}})
    by.query("iam", "CreateRole", {"RoleName": role, "AssumeRolePolicyDocument": trusting})
    by.query("iam", "PutRolePolicy", {"RoleName": role, "PolicyName": "own", "PolicyDocument": document(ALL)})
    slow.aws.settle()
    closed = document({"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}})
    by.query("iam", "UpdateAssumeRolePolicy", {"RoleName": role, "PolicyDocument": closed})
    asked = {"RoleArn": f"arn:aws:iam::{estate.ACCOUNT}:role/{role}", "RoleSessionName": "x"}
    session = replace(eve, keys=key_pair(eve.query("sts", "AssumeRole", asked)))
    slow.aws.settle()
    assert refusal_of(lambda: eve.query("sts", "AssumeRole", asked)) == "AccessDenied"
    assert lists(session) == ""


def test_iam_means_the_caller_when_no_user_is_named(world: World) -> None:
    name, user = new_user(world, "iam:*")
    made = user.query("iam", "CreateAccessKey", {})
    assert made.findtext(".//UserName") == name
    assert len(list(user.query("iam", "ListAccessKeys", {}).iter("member"))) == 2


def test_a_service_control_policy_binds_users_sessions_and_federated_users_but_nobody_else(world: World) -> None:
    name, eve = new_user(world, "secretsmanager:ListSecrets", "sts:GetSessionToken", "sts:GetFederationToken")
    _, bob = new_user(world, "secretsmanager:ListSecrets")
    session = replace(eve, keys=key_pair(eve.query("sts", "GetSessionToken", {})))
    told = {"Name": f"f-{name}", "Policy": document(ALL)}
    ghost = replace(eve, keys=key_pair(eve.query("sts", "GetFederationToken", told)))
    ghost_arn = f"arn:aws:sts::{estate.ACCOUNT}:federated-user/f-{name}"
    with hung(world, denied_to(user_arn(name), ghost_arn)):
        assert [lists(one) for one in (eve, session, ghost)] == ["AccessDeniedException"] * 3
        assert lists(bob) == ""
        for open_always in ("GetCallerIdentity", "GetSessionToken"):
            assert refusal_of(lambda operation=open_always: eve.query("sts", operation, {})) == ""  # type: ignore[misc]
    assert lists(eve) == ""
    last = next(one for one in records(world, eve.keys.key_id) if one["eventName"] == "ListSecrets")
    assert last["errorCode"] == "AccessDenied"
    assert text(last["errorMessage"]).endswith("with an explicit deny in a service control policy")


def test_a_roles_sessions_are_bound_by_the_roles_own_arn(world: World) -> None:
    task = caller(world, world.found.task)
    _, bob = new_user(world, "s3:ListAllMyBuckets")
    session = {"SecretId": estate.DATABASE_SECRET}
    with hung(world, denied_to(f"arn:aws:iam::{estate.ACCOUNT}:role/{estate.TASK_ROLE}-2")):
        assert refusal_of(lambda: task.json("secretsmanager", "GetSecretValue", session)) == ""
    own = {"RoleName": f"r-{secrets.token_hex(4)}"}
    by = admin(world)
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": user_arn(estate.ADMIN_USER)}})
    by.query("iam", "CreateRole", {**own, "AssumeRolePolicyDocument": trust})
    by.query("iam", "PutRolePolicy", {**own, "PolicyName": "own", "PolicyDocument": document(ALL)})
    arn = f"arn:aws:iam::{estate.ACCOUNT}:role/{own['RoleName']}"
    taken = replace(by, keys=key_pair(by.query("sts", "AssumeRole", {"RoleArn": arn, "RoleSessionName": "x"})))
    assert lists(taken) == ""
    with hung(world, denied_to(arn)):
        assert lists(taken) == "AccessDeniedException"
        with pytest.raises(Exception, match="AccessDenied"):
            sdk(world, taken.keys, "s3").get_object(Bucket=estate.TRAIL_BUCKET, Key="x")
        assert sdk(world, bob.keys, "s3").list_buckets()["Buckets"]


def test_a_service_control_policy_binds_only_after_its_delay(slow: World) -> None:
    name, eve = new_user(slow, "secretsmanager:ListSecrets")
    slow.aws.settle()
    with hung(slow, denied_to(user_arn(name))):
        assert lists(eve) == ""
        slow.aws.settle()
        assert lists(eve) == "AccessDeniedException"
    assert lists(eve) == "AccessDeniedException"
    slow.aws.settle()
    assert lists(eve) == ""


def test_from_the_account_itself_the_organization_is_told_but_not_shown(world: World) -> None:
    by = admin(world)
    told = by.json("organizations", "DescribeOrganization", {})
    assert at(told, "Organization", "MasterAccountId") == MANAGEMENT_ACCOUNT
    assert refusal_of(lambda: by.json("organizations", "ListRoots", {})) == "AccessDeniedException"


def test_the_organizations_profile_may_do_its_work_and_no_more(world: World) -> None:
    by = organization(world)
    assert lists(by) == "AccessDeniedException"
    arn = f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:role/irkit-quarantine"
    identity = by.query("sts", "GetCallerIdentity", {})
    assert identity.findtext(".//Arn") == f"{arn.replace('iam', 'sts', 1).replace('role', 'assumed-role', 1)}/irkit"
    asked: JsonObject = {"RoleArn": arn, "RoleSessionName": "again"}
    assert refusal_of(lambda: by.query("sts", "AssumeRole", {k: text(v) for k, v in asked.items()})) == "AccessDenied"


def test_the_management_accounts_calls_are_recorded_there_and_not_here(world: World) -> None:
    by = organization(world)
    by.json("organizations", "ListRoots", {})
    assert records(world, by.keys.key_id) == []
    own = [one.record for one in world.aws.events_elsewhere.everything() if one.record["eventName"] == "ListRoots"]
    assert (own[-1]["recipientAccountId"], own[-1]["awsRegion"]) == (MANAGEMENT_ACCOUNT, estate.GLOBAL_REGION)


def test_no_policy_binds_anybody_in_the_management_account(raise_world: Raise) -> None:
    world = raise_world(WorldSettings(membership=Membership.MANAGEMENT))
    name, eve = new_user(world, "secretsmanager:ListSecrets")
    with hung(world, denied_to(user_arn(name))):
        assert lists(eve) == ""
    told = admin(world).json("organizations", "DescribeOrganization", {})
    assert at(told, "Organization", "MasterAccountId") == estate.ACCOUNT
    assert world.facts.organization_profile == "organization"
    role = admin(world).query("iam", "GetRole", {"RoleName": "irkit-quarantine"})
    assert role.findtext(".//CreateDate", "") < world.facts.alarm_at[:10]


def test_without_an_organization_there_is_no_profile_for_it(lonely: World) -> None:
    by = admin(lonely)
    code = refusal_of(lambda: by.json("organizations", "DescribeOrganization", {}))
    assert (code, lonely.facts.organization_profile) == ("AWSOrganizationsNotInUseException", "")


def test_boto3_finds_the_organization_by_its_profile(world: World) -> None:
    boto3 = pytest.importorskip("boto3")
    keys = world.aws.organization_keys
    assert keys is not None
    client = sdk(world, keys, "organizations")
    assert isinstance(boto3.__version__, str)
    rows = [one for page in client.get_paginator("list_policies").paginate(Filter=SCP) for one in page["Policies"]]
    assert "FullAWSAccess" in [one["Name"] for one in rows]


def test_a_grant_alone_gives_access_until_its_revocation_has_spread(slow: World) -> None:
    name, eve = new_user(slow)
    slow.aws.settle()
    by, key, ledger = admin(slow), slow.found.kms_key_arn, estate.LEDGERS[0]
    asked: JsonObject = {
        "CiphertextBlob": slow.found.ciphertexts[ledger],
        "EncryptionContext": {"app": "payments", "ledger": ledger},
    }

    def decrypts() -> str:
        return refusal_of(lambda: eve.json("kms", "Decrypt", asked))

    assert decrypts() == "AccessDeniedException"
    granted: JsonObject = {"KeyId": key, "GranteePrincipal": user_arn(name), "Operations": ["Decrypt"]}
    made = by.json("kms", "CreateGrant", granted)
    assert decrypts() == "AccessDeniedException"
    slow.aws.settle()
    assert decrypts() == ""
    by.json("kms", "RevokeGrant", {"KeyId": key, "GrantId": made["GrantId"]})
    assert items(by.json("kms", "ListGrants", {"KeyId": key})["Grants"]) == []
    assert decrypts() == ""
    slow.aws.settle()
    assert decrypts() == "AccessDeniedException"


def test_a_grant_overrules_no_deny(world: World) -> None:
    name, eve = new_user(world)
    ledger = estate.LEDGERS[0]
    granted: JsonObject = {
        "KeyId": world.found.kms_key_arn,
        "GranteePrincipal": user_arn(name),
        "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextSubset": {"ledger": ledger}},
    }
    made = admin(world).json("kms", "CreateGrant", granted)

    def decrypts(which: str) -> str:
        context: JsonObject = {"app": "payments", "ledger": which}
        asked: JsonObject = {"CiphertextBlob": world.found.ciphertexts[which], "EncryptionContext": context}
        return refusal_of(lambda: eve.json("kms", "Decrypt", asked))

    assert (decrypts(ledger), decrypts(estate.LEDGERS[1])) == ("", "AccessDeniedException")
    with hung(world, denied_to(user_arn(name))):
        assert decrypts(ledger) == "AccessDeniedException"
    put(world, name, "deny", DENY)
    assert decrypts(ledger) == "AccessDeniedException"
    admin(world).json("kms", "RevokeGrant", {"KeyId": world.found.kms_key_arn, "GrantId": made["GrantId"]})


def test_a_right_can_be_bound_to_an_encryption_context(world: World) -> None:
    name, eve = new_user(world)
    condition: JsonObject = {"StringEquals": {"kms:EncryptionContext:ledger": estate.LEDGERS[0]}}
    put(world, name, "one", {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": condition})
    codes = []
    for which in estate.LEDGERS[:2]:
        context: JsonObject = {"app": "payments", "ledger": which}
        asked: JsonObject = {"CiphertextBlob": world.found.ciphertexts[which], "EncryptionContext": context}
        codes.append(refusal_of(lambda asked=asked: eve.json("kms", "Decrypt", asked)))  # type: ignore[misc]
    assert codes == ["", "AccessDeniedException"]


def test_a_deny_on_a_user_binds_those_it_has_federated(world: World) -> None:
    name, eve = new_user(world, "secretsmanager:*", "sts:GetFederationToken")
    told = {"Name": f"f-{name}", "Policy": document(ALL)}
    ghost = replace(eve, keys=key_pair(eve.query("sts", "GetFederationToken", told)))
    assert lists(ghost) == ""
    put(world, name, "deny", DENY)
    assert lists(ghost) == "AccessDeniedException"


def test_writes_bind_by_themselves_when_their_time_has_come(world: World) -> None:
    with spreading(world, timedelta(milliseconds=300)):
        name, eve = new_user(world, "secretsmanager:ListSecrets")
        assert becomes(lambda: lists(eve) == "")
        with hung(world, denied_to(user_arn(name))):
            assert becomes(lambda: lists(eve) == "AccessDeniedException")
        assert becomes(lambda: lists(eve) == "")
        put(world, name, "deny", DENY)
        assert becomes(lambda: lists(eve) == "AccessDeniedException")


def test_policies_know_a_session_by_its_role_and_its_organization(world: World) -> None:
    by, own = admin(world), {"RoleName": f"r-{secrets.token_hex(4)}"}
    arn = f"arn:aws:iam::{estate.ACCOUNT}:role/{own['RoleName']}"
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": user_arn(estate.ADMIN_USER)}})
    organization_id = at(by.json("organizations", "DescribeOrganization", {}), "Organization", "Id")
    known: JsonObject = {
        "ArnEquals": {"aws:PrincipalArn": arn},
        "StringEquals": {"aws:PrincipalOrgID": organization_id},
    }
    by.query("iam", "CreateRole", {**own, "AssumeRolePolicyDocument": trust})
    may = document({**ALL, "Condition": known})
    by.query("iam", "PutRolePolicy", {**own, "PolicyName": "own", "PolicyDocument": may})
    taken = replace(by, keys=key_pair(by.query("sts", "AssumeRole", {"RoleArn": arn, "RoleSessionName": "x"})))
    assert lists(taken) == ""


def test_calls_of_every_protocol_are_bound_and_told_why(world: World) -> None:
    name, eve = new_user(world, "*")
    asked: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("account", "list_regions", {}),
        ("cloudtrail", "lookup_events", {}),
        ("ec2", "describe_regions", {}),
        ("iam", "list_users", {}),
        ("logs", "describe_log_groups", {}),
        ("s3", "list_objects_v2", {"Bucket": estate.TRAIL_BUCKET}),
        ("ssm", "describe_parameters", {}),
    )
    with hung(world, denied_to(user_arn(name))):
        for service, operation, params in asked:
            with pytest.raises(ClientError, match="with an explicit deny in a service control policy"):
                getattr(sdk(world, eve.keys, service), operation)(**params)
    for service, operation, params in asked:
        getattr(sdk(world, eve.keys, service), operation)(**params)


def test_sessions_of_a_user_may_not_call_iam(world: World) -> None:
    name, eve = new_user(world, "*")
    told = {"Name": f"f-{name}", "Policy": document(ALL)}
    for asked, params in (("GetSessionToken", {}), ("GetFederationToken", told)):
        session = replace(eve, keys=key_pair(eve.query("sts", asked, params)))
        assert lists(session) == ""
        assert refusal_of(lambda of=session: of.query("iam", "ListUsers", {})) == "InvalidClientTokenId"  # type: ignore[misc]


def _deny_and_deactivate(world: World, name: str, key: str) -> None:
    put(world, name, "deny", DENY)
    told = {"UserName": name, "AccessKeyId": key, "Status": "Inactive"}
    admin(world).query("iam", "UpdateAccessKey", told)


def _take_back(eve: AwsCaller, name: str) -> list[str]:
    key = {"UserName": name, "AccessKeyId": eve.keys.key_id, "Status": "Active"}
    deny = {"UserName": name, "PolicyName": "deny"}
    return [
        refusal_of(lambda: eve.query("iam", "UpdateAccessKey", key)),
        refusal_of(lambda: eve.query("iam", "DeleteUserPolicy", deny)),
    ]


def test_deny_and_deactivate_alone_lose_to_an_intruder_who_watches(slow: World) -> None:
    name, eve = new_user(slow, "iam:*", "secretsmanager:ListSecrets")
    slow.aws.settle()
    _deny_and_deactivate(slow, name, eve.keys.key_id)
    assert _take_back(eve, name) == ["", ""]
    slow.aws.settle()
    assert lists(eve) == ""


def test_a_quarantine_that_has_settled_first_wins(slow: World) -> None:
    name, eve = new_user(slow, "iam:*", "secretsmanager:ListSecrets")
    slow.aws.settle()
    with hung(slow, denied_to(user_arn(name))):
        slow.aws.settle()
        _deny_and_deactivate(slow, name, eve.keys.key_id)
        assert _take_back(eve, name) == ["AccessDenied", "AccessDenied"]
        slow.aws.settle()
    slow.aws.settle()
    assert lists(eve) == "UnrecognizedClientException"


def test_a_federated_user_may_not_take_on_a_role(world: World) -> None:
    name, eve = new_user(world, "*")
    role, by = f"r-{name}", admin(world)
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}})
    by.query("iam", "CreateRole", {"RoleName": role, "AssumeRolePolicyDocument": trust})
    asked = {"RoleArn": f"arn:aws:iam::{estate.ACCOUNT}:role/{role}", "RoleSessionName": "x"}
    eve.query("sts", "AssumeRole", asked)
    told = {"Name": f"f-{name}", "Policy": document(ALL)}
    ghost = replace(eve, keys=key_pair(eve.query("sts", "GetFederationToken", told)))
    assert refusal_of(lambda: ghost.query("sts", "AssumeRole", asked)) == "AccessDenied"
    assert refusal_of(lambda: ghost.query("sts", "GetCallerIdentity", {})) == ""
