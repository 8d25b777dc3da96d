"""``aws.find_sealed_values`` and ``find_readable_values``: what a key opens, what a user could read, who owns it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from irkit.drill.world.git_stream import GitStream
from irkit.errors import NotFound
from tests.actions.aws.sealed import grant, sealed, unpaced
from tests.bench import Bench, asked, done

SEALED, READABLE = "aws.find_sealed_values", "aws.find_readable_values"
ACCOUNT = "111122223333"


@pytest.fixture
def on(on: Bench) -> Iterator[Bench]:
    """A bench to which CloudTrail answers as often as it asks."""
    with unpaced(on) as quick:
        yield quick


def sops(key: str, value: str) -> str:
    return f"a: ENC[AES256_GCM,data:{value}]\nsops:\n    kms:\n        - arn: {key}\n    version: 3.11.0\n"


def repository(on: Bench, key: str) -> str:
    """One with two versions of a file under the key, and one under another; its address."""
    name = f"acme/t5-{uuid.uuid4().hex[:8]}"
    folder = on.world.git.create(name)
    stream, at = GitStream(), datetime(2026, 11, 1, tzinfo=UTC)
    other = sops(key.replace(":key/", ":key/0"), "x")
    first = stream.commit("refs/heads/main", (), {"env.enc.yaml": sops(key, "one"), "b.yaml": other}, "A\n", at)
    stream.commit("refs/heads/main", (first,), {"env.enc.yaml": sops(key, "two")}, "B\n", at)
    stream.commit("refs/heads/old", (first,), {"gone.enc.yaml": sops(key, "three")}, "C\n", at)
    on.world.git.git("fast-import", "--quiet", "--date-format=raw", cwd=folder, stdin=bytes(stream.data))
    return on.world.git.clone_url(name)


def test_everything_under_the_key_is_found_with_its_owner_and_nothing_else(on: Bench) -> None:
    mine, other = sealed(on, owner="team-a"), sealed(on)
    found = asked(on.clients(), SEALED, key=mine.key, repositories=[repository(on, mine.key)])
    rows = {one["name"]: one for one in found["values"]}
    assert set(rows) == {mine.secret, mine.parameter, "env.enc.yaml", "gone.enc.yaml"}
    assert {rows[name]["owner"] for name in (mine.secret, mine.parameter)} == {"team-a"}
    assert "2 versions" in rows["env.enc.yaml"]["where"]
    assert rows["gone.enc.yaml"]["owner_by"] == "last writer"
    assert other.secret not in found["coverage"]
    assert "NOT LOOKED AT: EBS" in found["coverage"]


def test_a_value_without_a_tag_belongs_to_its_last_writer(on: Bench) -> None:
    mine = sealed(on)
    on.world.aws.deliver()
    found = asked(on.clients(), SEALED, key=mine.key)
    (secret,) = (one for one in found["values"] if one["kind"] == "secret")
    assert (secret["owner_by"], found["ownerless"]) == ("last writer", [])


def test_a_repository_that_cannot_be_reached_is_named(on: Bench) -> None:
    mine = sealed(on)
    found = asked(on.clients(), SEALED, key=mine.key, repositories=["http://127.0.0.1:9/acme/none.git"])
    assert [one for one in found["not_seen"] if "none.git" in one]
    assert "NOT SEEN" in found["coverage"]


def engineer(on: Bench, *actions: str, resource: str = "*") -> str:
    """A user whose only rights come by a group."""
    name, aws = f"jane-{uuid.uuid4().hex[:8]}", on.clients("arrange").aws
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.call("iam", "create_user", UserName=name)
    aws.call("iam", "create_group", GroupName=f"g-{name}")
    aws.call("iam", "put_group_policy", GroupName=f"g-{name}", PolicyName="own", PolicyDocument=document)
    aws.call("iam", "add_user_to_group", UserName=name, GroupName=f"g-{name}")
    return name


def readable(on: Bench, user: str) -> set[str]:
    found = asked(on.clients(), READABLE, user=user, regions=["eu-west-1"])
    return {one["name"] for one in found["values"]}


def test_what_a_user_could_read_is_found_before_and_after_the_cut(on: Bench) -> None:
    mine = sealed(on)
    user = engineer(on, "secretsmanager:GetSecretValue", "ssm:GetParameter", "kms:Decrypt")
    before = readable(on, user)
    assert {mine.secret, mine.parameter} <= before
    done(on.clients(), "aws.deny_principal", principal=f"arn:aws:iam::{ACCOUNT}:user/{user}")
    assert {mine.secret, mine.parameter} <= readable(on, user)


def test_a_value_whose_key_the_user_cannot_use_does_not_count_unless_a_grant_lets_him(on: Bench) -> None:
    mine = sealed(on)
    user = engineer(on, "secretsmanager:GetSecretValue")
    assert mine.secret not in readable(on, user)
    grant(on, mine.key, f"arn:aws:iam::{ACCOUNT}:user/{user}")
    assert mine.secret in readable(on, user)


def test_what_a_role_reads_counts_for_who_may_take_it_on(on: Bench) -> None:
    mine, user, aws = sealed(on), engineer(on, "ecs:ListClusters"), on.clients("arrange").aws
    role = f"r-{uuid.uuid4().hex[:8]}"
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{user}"}
    trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}]}
    own = {"Statement": [{"Effect": "Allow", "Action": ["secretsmanager:*", "kms:Decrypt"], "Resource": "*"}]}
    aws.call("iam", "create_role", RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    aws.call("iam", "put_role_policy", RoleName=role, PolicyName="own", PolicyDocument=json.dumps(own))
    found = asked(on.clients(), READABLE, user=user, regions=["eu-west-1"])
    assert [(one["role"], one["how"]) for one in found["roles"]] == [(role, "by its own name")]
    (row,) = (one for one in found["values"] if one["name"] == mine.secret)
    assert row["where"].endswith(f"as role {role}")


def test_an_unknown_user_is_not_found(on: Bench) -> None:
    with pytest.raises(NotFound):
        asked(on.clients(), READABLE, user="nobody-at-all")
