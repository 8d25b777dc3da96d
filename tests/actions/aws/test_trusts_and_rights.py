"""Trust policies blocked and restored, roles shut in, rights taken and given back: each proven, stale when moved."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from irkit.clients.deny_all import DENY_ALL
from irkit.clients.holder import Holder, HolderKind
from irkit.clients.trust_policy import NOBODY, trusted
from irkit.contract import Proof, Standing
from irkit.errors import PlanStale
from tests.bench import Bench, aged, applied, asked, bench, done, operation, planned, proven, revert

ACCOUNT = "111122223333"
ROOT, FOREIGN = f"arn:aws:iam::{ACCOUNT}:root", "arn:aws:iam::444455556666:root"


def role(name: str) -> Holder:
    return Holder(kind=HolderKind.ROLE, name=name)


def user(name: str) -> Holder:
    return Holder(kind=HolderKind.USER, name=name)


def trusting(on: Bench, *names: str) -> str:
    """A role that trusts these."""
    made = on.role()
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(names)}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    on.clients().rights.put_trust(role(made), text)
    return made


def take_on(on: Bench, name: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    on.clients().aws.call("sts", "assume_role", RoleArn=arn, RoleSessionName="x")


def test_nobody_takes_on_a_blocked_role_until_the_block_is_undone(on: Bench) -> None:
    name = on.role()
    before = on.clients().rights.trust(role(name))
    receipt = done(on.clients(), "aws.block_trust", role=name)
    assert receipt.result["trusted"] == [ROOT]
    assert proven(on.clients(), operation("aws.block_trust"), receipt).proof is Proof.PROVEN
    undo = revert("aws.block_trust")
    applied(on.clients(), undo, undo.plan(on.clients(), receipt))
    assert on.clients().rights.trust(role(name)) == before


def test_a_trust_that_somebody_opened_again_refutes_the_block(on: Bench) -> None:
    name = on.role()
    receipt = done(on.clients(), "aws.block_trust", role=name)
    on.clients().rights.put_trust(role(name), NOBODY.replace('"Deny"', '"Allow"'))
    verdict = operation("aws.block_trust").verify(on.clients(), aged(receipt))
    assert verdict.proof is Proof.REFUTED


def test_only_whom_the_intruder_added_is_taken_out_of_a_trust(on: Bench) -> None:
    name = trusting(on, ROOT, FOREIGN)
    plan = planned(on.clients(), "aws.restore_trust", role=name, added=[FOREIGN])
    assert f"{FOREIGN} no longer takes it on" in plan.blast
    receipt = applied(on.clients(), operation("aws.restore_trust"), plan)
    assert receipt.result["removed"] == [FOREIGN]
    assert trusted(on.clients().rights.trust(role(name))) == (ROOT,)


def test_where_nobody_rightful_is_left_nobody_is_trusted(on: Bench) -> None:
    name = trusting(on, FOREIGN)
    done(on.clients(), "aws.restore_trust", role=name, added=[FOREIGN])
    assert on.clients().rights.trust(role(name)) == NOBODY


def test_the_trust_from_before_is_put_back_whole(on: Bench) -> None:
    name = on.role()
    before = on.clients().rights.trust(role(name))
    on.clients().rights.put_trust(role(name), before.replace(ROOT, FOREIGN))
    receipt = done(on.clients(), "aws.restore_trust", role=name, to=before)
    assert on.clients().rights.trust(role(name)) == before
    undo = revert("aws.restore_trust").plan(on.clients(), receipt)
    assert FOREIGN in undo.changes[0].after


def test_a_trust_that_moved_makes_the_plan_stale(on: Bench) -> None:
    name = trusting(on, ROOT, FOREIGN)
    plan = planned(on.clients(), "aws.restore_trust", role=name, added=[FOREIGN])
    on.clients().rights.put_trust(role(name), NOBODY)
    assert operation("aws.restore_trust").probe(on.clients(), plan).standing is Standing.BETWEEN
    with pytest.raises(PlanStale):
        operation("aws.restore_trust").apply(on.clients(), plan)


def test_a_role_that_is_shut_in_trusts_nobody_and_its_sessions_are_denied(on: Bench) -> None:
    name = on.role()
    receipt = done(on.clients(), "aws.quarantine_role", role=name)
    verdict = proven(on.clients(), operation("aws.quarantine_role"), receipt)
    assert verdict.proof is Proof.PROVEN
    assert [one.credential.id for one in verdict.sightings] == [f"arn:aws:iam::{ACCOUNT}:role/{name}"]
    assert on.clients().rights.trust(role(name)) == NOBODY
    undone = applied(
        on.clients(), revert("aws.quarantine_role"), revert("aws.quarantine_role").plan(on.clients(), receipt)
    )
    assert proven(on.clients(), revert("aws.quarantine_role"), undone).proof is Proof.PROVEN
    assert on.clients().rights.inline(role(name), DENY_ALL) == ""
    assert trusted(on.clients().rights.trust(role(name))) == (ROOT,)


def with_rights(on: Bench) -> str:
    """A user with a group, an attached policy, an inline one, irkit's deny, and AWS's own quarantine."""
    suspect, aws = on.suspect(), on.clients("arrange").aws
    document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    for name in (f"more-{suspect.user}", f"AWSCompromisedKeyQuarantineV3-{suspect.user}"):
        made = aws.call("iam", "create_policy", PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
        aws.call("iam", "attach_user_policy", UserName=suspect.user, PolicyArn=made)
    aws.call("iam", "create_group", GroupName=f"group-{suspect.user}")
    aws.call("iam", "add_user_to_group", UserName=suspect.user, GroupName=f"group-{suspect.user}")
    done(on.clients(), "aws.deny_principal", principal=suspect.arn)
    return suspect.user


def test_all_rights_are_taken_but_irkits_deny_and_the_quarantine_of_aws(on: Bench) -> None:
    name = with_rights(on)
    receipt = done(on.clients(), "aws.detach_rights", principal=f"arn:aws:iam::{ACCOUNT}:user/{name}")
    assert proven(on.clients(), operation("aws.detach_rights"), receipt).proof is Proof.PROVEN
    rights = on.clients().rights
    assert rights.groups(user(name)) == ()
    assert [one.is_aws_quarantine for one in rights.attached(user(name))] == [True]
    assert rights.inline_names(user(name)) == (DENY_ALL,)


def test_all_of_it_is_given_back_from_the_receipt(on: Bench) -> None:
    name = with_rights(on)
    rights, who = on.clients().rights, user(name)
    before = (rights.groups(who), rights.attached(who), rights.inline(who, "all"))
    receipt = done(on.clients(), "aws.detach_rights", principal=f"arn:aws:iam::{ACCOUNT}:user/{name}")
    undo = revert("aws.detach_rights")
    undone = applied(on.clients(), undo, undo.plan(on.clients(), receipt))
    assert proven(on.clients(), undo, undone).proof is Proof.PROVEN
    assert (rights.groups(who), rights.attached(who), rights.inline(who, "all")) == before


def test_rights_that_a_lost_process_took_in_part_are_told_and_given_back_as_a_whole(on: Bench) -> None:
    name = with_rights(on)
    rights, who, detach = on.clients().rights, user(name), operation("aws.detach_rights")
    before = (rights.groups(who), rights.attached(who), rights.inline(who, "all"))
    given = {"principal": f"arn:aws:iam::{ACCOUNT}:user/{name}"}
    first = planned(on.clients(), "aws.detach_rights", **given)
    rights.leave(who, f"group-{name}")
    found = detach.probe(on.clients(), first)
    assert found.standing is Standing.BETWEEN
    assert found.receipt is not None
    last = applied(on.clients(), detach, planned(on.clients(), "aws.detach_rights", **given))
    assert last.result["groups"] == []
    assert detach.joined is not None
    assert detach.joined(found.receipt, last).result["groups"] == [f"group-{name}"]
    undo = revert("aws.detach_rights")
    applied(on.clients(), undo, undo.plan(on.clients(), found.receipt))
    assert (rights.groups(who), rights.attached(who), rights.inline(who, "all")) == before


def test_only_the_rights_that_are_named_are_taken(on: Bench) -> None:
    name = with_rights(on)
    given = {"principal": f"arn:aws:iam::{ACCOUNT}:user/{name}", "only": [f"group group-{name}"]}
    done(on.clients(), "aws.detach_rights", **given)
    rights = on.clients().rights
    assert rights.groups(user(name)) == ()
    assert len(rights.attached(user(name))) == 2
    assert rights.inline(user(name), "all")


def test_a_snapshot_keeps_how_a_principal_stands_as_evidence(on: Bench) -> None:
    name = with_rights(on)
    found = asked(on.clients(), "aws.snapshot_principal", principal=f"arn:aws:iam::{ACCOUNT}:user/{name}")
    assert (found["inline"], found["attached"], found["groups"], found["keys"]) == (2, 2, 1, 1)
    (kept,) = on.kept
    told = json.loads((on.folder / kept.path).read_text(encoding="utf-8"))
    assert told["inline"]["all"]["Statement"][0]["Effect"] == "Allow"
    assert list(told["groups"]) == [f"group-{name}"]


def test_one_session_of_a_shared_role_is_shut_by_the_deny_of_its_name_alone(on: Bench) -> None:
    role = on.role()
    mine, other = (f"arn:aws:sts::111122223333:assumed-role/{role}/{name}" for name in ("jane.doe", "sam.lee"))
    done(on.clients(), "aws.revoke_sessions", principal=mine)
    found = asked(on.clients(), "aws.find_residual_paths", principals=[mine, other])
    shut = {one["principal"]: one["covered_by"] for one in found["paths"] if one["how"] == "inline policy"}
    assert shut == {mine: "the inline policy IrkitRevokeOlderSessions-jane.doe", other: ""}


def test_paths_are_open_until_a_deny_covers_them(on: Bench) -> None:
    suspect = on.suspect()
    found = asked(on.clients(), "aws.find_residual_paths", principals=[suspect.arn])
    assert found["outcome"] == "open"
    assert {(one["how"], one["through"]) for one in found["paths"]} >= {("inline policy", "all")}
    done(on.clients(), "aws.deny_principal", principal=suspect.arn)
    after = asked(on.clients(), "aws.find_residual_paths", principals=[suspect.arn])
    assert (after["outcome"], after["open"]) == ("closed", [])
    assert {one["covered_by"] for one in after["paths"]} == {f"the inline policy {DENY_ALL}"}


def test_a_key_policy_and_a_grant_are_paths_of_their_own(on: Bench) -> None:
    suspect, aws = on.suspect(), on.clients("arrange").aws
    key = aws.call("kms", "create_key", Description="for a path")["KeyMetadata"]
    aws.call("kms", "create_grant", KeyId=key["KeyId"], GranteePrincipal=suspect.arn, Operations=["Decrypt"])
    found = asked(on.clients(), "aws.find_residual_paths", principals=[suspect.arn])
    assert ("KMS grant", key["Arn"]) in {(one["how"], one["through"]) for one in found["paths"]}


def test_a_profile_of_the_organization_that_is_not_there_holds_nothing_up_and_is_said(on: Bench) -> None:
    nowhere = bench(on.world, on.folder, aws=replace(on.outside.config.aws, organization_profile="not-there"))
    given = {"principals": [on.suspect().arn]}
    reach = asked(nowhere.clients(), "aws.find_quarantine_reach", hours=1, **given)
    assert reach["reach"] == "no_access"
    assert "not-there" in reach["limits"][0]
    found = asked(nowhere.clients(), "aws.find_residual_paths", **given)
    assert any("not-there" in each for each in found["not_seen"])
