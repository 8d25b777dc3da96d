"""Somebody leaves who still has credentials, and goes on using them.

An engineer with an access key, a console password, an MFA device, rights by a group, a role shared with a colleague,
and a grant on the payments key. Whoever raises the alarm knows the user's name.
"""

from __future__ import annotations

import json
import secrets

from irkit.drill.world import estate
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.bystander import Bystander, Callers
from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.scenarios.deploy_user import sealed
from irkit.drill.world.scenarios.scenario import OWN_NETWORKS, Foothold, Scene, Story
from irkit.drill.world.scenarios.sealed_estate import grant, seal_estate
from irkit.drill.world.seed_aws import key_pair
from irkit.drill.world.signature import KeyPair
from irkit.secret import Secret

LEAVER, COLLEAGUE = "jane.doe", "sam.lee"
GROUP, SHARED_ROLE = "engineers", "release-manager"
OFFICE, AGENT = "10.0.3.7", "aws-cli/2.31.0 Python/3.13.2 Darwin/25.0.0"
_A_DAY = 1440


class Offboarding:
    """The scenario of the runbook ``offboarding``."""

    services: tuple[str, ...] = ()

    def furnish(self, scene: Scene) -> Story:
        """Two people, what they share, and the leaver's last ordinary days."""
        root = scene.root
        root.query("iam", "CreateGroup", {"GroupName": GROUP})
        rights = {"GroupName": GROUP, "PolicyName": "engineering", "PolicyDocument": json.dumps(_rights(scene))}
        root.query("iam", "PutGroupPolicy", rights)
        leaver, colleague = _person(scene, LEAVER), _person(scene, COLLEAGUE)
        password = Secret(f"{secrets.token_urlsafe(18)}aA1!")
        scene.plant("the leaver's console password", password)
        root.query("iam", "CreateLoginProfile", {"UserName": LEAVER, "Password": password.reveal()})
        _mfa_device(scene)
        _shared_role(scene)
        seal_estate(scene)
        grant(scene, _arn("user", LEAVER), "debugging")
        _ordinary_days(scene, leaver)
        foothold = Foothold(
            keys={"laptop key": leaver},
            suspects=(_arn("user", LEAVER),),
            sealed=sealed(scene),
            secret_ids=(estate.DATABASE_SECRET, estate.DEPLOY_SECRET),
            bystanders=(_colleague(colleague),),
        )
        return Story(foothold, {"user": LEAVER, "known_networks": list(OWN_NETWORKS)})


def _person(scene: Scene, name: str) -> KeyPair:
    root = scene.root
    root.query("iam", "CreateUser", {"UserName": name})
    root.query("iam", "AddUserToGroup", {"UserName": name, "GroupName": GROUP})
    return key_pair(root.query("iam", "CreateAccessKey", {"UserName": name}))


def _mfa_device(scene: Scene) -> None:
    made = scene.root.query("iam", "CreateVirtualMFADevice", {"VirtualMFADeviceName": LEAVER})
    serial = made.findtext(".//SerialNumber", "")
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    scene.root.query("iam", "EnableMFADevice", {"UserName": LEAVER, "SerialNumber": serial, **codes})


def _rights(scene: Scene) -> JsonObject:
    """What engineers may: their work, and far too much of IAM, as such groups tend to."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": scene.estate.kms_key_arn},
            {
                "Effect": "Allow",
                "Action": ["secretsmanager:*", "ssm:GetParameter*", "ecs:List*", "ecs:Describe*", "kms:CreateGrant"],
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Action": [
                    *("iam:CreateUser", "iam:CreateAccessKey", "iam:AttachUserPolicy", "iam:UpdateAssumeRolePolicy"),
                    *("iam:GetRole", "iam:List*", "sts:AssumeRole"),
                ],
                "Resource": "*",
            },
        ],
    }


def _shared_role(scene: Scene) -> None:
    trust: JsonObject = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"AWS": [_arn("user", LEAVER), _arn("user", COLLEAGUE)]},
            }
        ],
    }
    named = {"RoleName": SHARED_ROLE}
    scene.root.query("iam", "CreateRole", {**named, "AssumeRolePolicyDocument": json.dumps(trust)})
    own = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ecs:*", "ssm:*"], "Resource": "*"}]}
    scene.root.query("iam", "PutRolePolicy", {**named, "PolicyName": "own", "PolicyDocument": json.dumps(own)})


def _ordinary_days(scene: Scene, keys: KeyPair) -> None:
    """Three days of work from the office, the last one with the shared role."""
    ledger = sealed(scene)[0]
    opening: JsonObject = {"CiphertextBlob": ledger.ciphertext, "EncryptionContext": ledger.context}
    for day in (3, 2, 1):
        scene.past(keys, day * _A_DAY, OFFICE, AGENT).json("kms", "Decrypt", opening)
    _taken_on(scene.past(keys, 700, OFFICE, AGENT), LEAVER)


def _taken_on(caller: AwsCaller, name: str) -> KeyPair:
    asked = {"RoleArn": _arn("role", SHARED_ROLE), "RoleSessionName": name, "DurationSeconds": "3600"}
    return key_pair(caller.query("sts", "AssumeRole", asked))


def _colleague(keys: KeyPair) -> Bystander:
    """Works on as the role that the leaver may take on too, in a session of his own."""

    def job(callers: Callers) -> None:
        callers(_taken_on(callers(keys), COLLEAGUE)).json("ecs", "ListClusters", {})

    return Bystander("colleague", _arn("user", COLLEAGUE), job, "10.0.3.19", AGENT)


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{estate.ACCOUNT}:{kind}/{name}"
