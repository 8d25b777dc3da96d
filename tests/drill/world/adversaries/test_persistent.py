"""The heart of the matter: the order that everyone ships loses to the persistent adversary, irkit's order wins.

Played with bare calls, without a runbook, so that what is shown is the race itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

from irkit.drill.world import estate
from irkit.drill.world.adversaries.doors import FOREIGN_ACCOUNT
from irkit.drill.world.adversaries.hand import WORKS, attempt
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.json_shape import JsonObject, items, mapping, text
from irkit.drill.world.settings import WorldSettings
from irkit.drill.world.world import World
from tests.drill.world.accounts import becomes

ACCOUNT = f"arn:aws:iam::{estate.ACCOUNT}"
USER = f"{ACCOUNT}:user/{estate.LEAKED_USER}"
DENY_ALL: JsonObject = {"Effect": "Deny", "Action": "*", "Resource": "*"}
EXEMPT = [f"{ACCOUNT}:role/{estate.BREAK_GLASS_ROLE}", f"{ACCOUNT}:user/svc-scheduler"]
FREEZE: JsonObject = {
    "Effect": "Deny",
    "Action": ["iam:Create*", "iam:Put*", "iam:Attach*", "iam:Update*", "iam:Delete*", "iam:Detach*", "sts:*"],
    "Resource": "*",
    "Condition": {"ArnNotLike": {"aws:PrincipalArn": [*EXEMPT]}},
}


def settings(seed: int) -> WorldSettings:
    return WorldSettings(
        seed=seed,
        adversary="persistent",
        iam_delay=timedelta(seconds=1.5),
        scp_delay=timedelta(seconds=1),
        delivery_lag=timedelta(),
    )


def document(*statements: JsonObject) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements]})


@dataclass
class Responder:
    """Somebody who acts by bare calls."""

    world: World
    policy: str = ""

    @property
    def iam(self) -> AwsCaller:
        return AwsCaller(self.world.aws.url, self.world.found.responder, estate.REGION)

    @property
    def organization(self) -> AwsCaller:
        keys = self.world.aws.organization_keys
        assert keys is not None
        return AwsCaller(self.world.aws.url, keys, estate.GLOBAL_REGION)

    def deactivate(self, user: str) -> None:
        for key in self.iam.query("iam", "ListAccessKeys", {"UserName": user}).iter("member"):
            named = {"UserName": user, "AccessKeyId": key.findtext("AccessKeyId", "")}
            self.iam.query("iam", "UpdateAccessKey", {**named, "Status": "Inactive"})

    def deny(self, kind: str, name: str) -> None:
        asked = {f"{kind}Name": name, "PolicyName": "shut", "PolicyDocument": document(DENY_ALL)}
        self.iam.query("iam", f"Put{kind}Policy", asked)

    def rotate(self) -> None:
        value = json.dumps({"access_key_id": "new", "secret_access_key": "new"})
        asked: JsonObject = {"SecretId": estate.DEPLOY_SECRET, "SecretString": value}
        self.iam.json("secretsmanager", "PutSecretValue", asked)

    def quarantine(self, *arns: str) -> None:
        """Deny these everything, and freeze the making of identities for all but the known."""
        shut: JsonObject = {**DENY_ALL, "Condition": {"ArnLike": {"aws:PrincipalArn": [*arns]}}}
        content = document(shut, FREEZE)
        if self.policy:
            self.organization.json("organizations", "UpdatePolicy", {"PolicyId": self.policy, "Content": content})
        else:
            made = self.organization.json(
                "organizations",
                "CreatePolicy",
                {"Name": "q", "Description": "q", "Type": "SERVICE_CONTROL_POLICY", "Content": content},
            )
            self.policy = text(mapping(mapping(made.get("Policy")).get("PolicySummary")).get("Id"))
            target: JsonObject = {"PolicyId": self.policy, "TargetId": estate.ACCOUNT}
            self.organization.json("organizations", "AttachPolicy", target)

    def settle(self) -> None:
        time.sleep(self.world.facts.settle_s)

    def made_in(self, kind: str, since: datetime) -> list[str]:
        listed = self.iam.query("iam", f"List{kind}s", {}).iter("member")
        return [
            one.findtext(f"{kind}Name", "")
            for one in listed
            if datetime.fromisoformat(one.findtext("CreateDate", "")) >= since
        ]

    def sweep(self, since: datetime) -> None:
        """Shut in whatever was made since then: users, roles, keys, trusts, passwords, grants."""
        users, roles = self.made_in("User", since), self.made_in("Role", since)
        self.quarantine(USER, *(f"{ACCOUNT}:user/{name}" for name in users), *(f"{ACCOUNT}:role/{n}" for n in roles))
        for user in users:
            self.deny("User", user)
        for role in roles:
            self.deny("Role", role)
        for member in self.iam.query("iam", "ListUsers", {}).iter("member"):
            self.sweep_keys(member.findtext("UserName", ""), since)
        for member in self.iam.query("iam", "ListRoles", {}).iter("member"):
            trust = unquote(member.findtext("AssumeRolePolicyDocument", ""))
            if FOREIGN_ACCOUNT in trust:
                self.deny("Role", member.findtext("RoleName", ""))
        listed = self.iam.json("kms", "ListGrants", {"KeyId": self.world.found.kms_key_arn})
        for grant in items(listed.get("Grants")):
            asked: JsonObject = {
                "KeyId": self.world.found.kms_key_arn,
                "GrantId": mapping(grant).get("GrantId"),
            }
            self.iam.json("kms", "RevokeGrant", asked)

    def sweep_keys(self, user: str, since: datetime) -> None:
        for key in self.iam.query("iam", "ListAccessKeys", {"UserName": user}).iter("member"):
            if datetime.fromisoformat(key.findtext("CreateDate", "")) >= since:
                named = {"UserName": user, "AccessKeyId": key.findtext("AccessKeyId", "")}
                self.iam.query("iam", "UpdateAccessKey", {**named, "Status": "Inactive"})
        attempt(self.iam.query, "iam", "DeleteLoginProfile", {"UserName": user})


def test_deactivate_deny_and_rotate_lose_to_the_persistent(raise_world: Callable[[WorldSettings], World]) -> None:
    world = raise_world(settings(seed=1))
    responder = Responder(world)
    responder.deactivate(estate.LEAKED_USER)
    responder.deny("User", estate.LEAKED_USER)
    responder.rotate()
    responder.settle()
    assert becomes(lambda: WORKS in world.intruder_tries().values())
    assert becomes(lambda: len(world.truth()["doors"] or []) > 2)  # type: ignore[arg-type]


def test_quarantine_settle_freeze_and_sweep_win(raise_world: Callable[[WorldSettings], World]) -> None:
    world = raise_world(settings(seed=2))
    since = datetime.fromisoformat(world.facts.alarm_at) - timedelta(hours=3)
    responder = Responder(world)
    responder.quarantine(USER)
    responder.settle()
    responder.deny("User", estate.LEAKED_USER)
    responder.deactivate(estate.LEAKED_USER)
    responder.sweep(since)
    responder.settle()
    responder.sweep(since)
    responder.settle()
    told = world.truth()
    assert [name for name, got in world.intruder_tries().items() if got == WORKS] == []
    assert [door for door in items(told["doors"]) if mapping(door)["open"]] == []
    assert [mapping(one)["refusals"] for one in items(told["bystanders"])] == [[], []]
