"""The innocent jobs of the rehearsed company: a release bot and a backup everywhere, and with *noise* a few more.

All look guilty to somebody who looks at one call alone: they decrypt from a new address, read every secret, make access
keys and write policies, list everything. None of them has anything to do with the intruder.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta

from irkit.drill.world import estate
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.bystander import Bystander, Callers
from irkit.drill.world.json_shape import Json, JsonObject, items, mapping
from irkit.drill.world.scenarios.scenario import Scene
from irkit.drill.world.seed_aws import context, key_pair
from irkit.drill.world.signature import KeyPair

SCHEDULER, RELEASE, ROTATOR, REPORTS = "svc-scheduler", "svc-release", "svc-key-rotation", "svc-reports"
BACKUP_ROLE, AUDIT_ROLE, ONBOARDING_ROLE = "nightly-backup", "auditor", "onboarding"
NOISE = "noise"
HOLD_MARK = "IrkitHold-"
"""How denials begin that a responder writes only while somebody is held."""
_KEYS_A_USER = 2
_CALLED_IN = 4
"""So many people are called in."""
_BOUND_S = 4.0
"""Seconds after which a new key works, whatever the delay of IAM in a drill."""


def crew(scene: Scene, adversary: str, is_held: Callable[[], bool] | None = None) -> tuple[Bystander, ...]:
    """The jobs that run in a world with this adversary, their users and roles made; none where nobody fights.

    With ``is_held``, which says whether anybody is held by now, one makes users for people from then on.
    Raises AwsRefused when the account is not as expected.
    """
    if not adversary:
        return ()
    scheduler = _user(scene.root, SCHEDULER, _assume(BACKUP_ROLE, AUDIT_ROLE, ONBOARDING_ROLE, estate.READER_ROLE))
    release = _user(scene.root, RELEASE, _opens(scene))
    few = [_release_bot(scene, release), _backup(scene, scheduler)]
    if is_held is not None:
        few.append(_onboarding(scene, scheduler, is_held))
    if adversary != NOISE:
        return tuple(few)
    return (*few, _rotation(scene), _audit(scene, scheduler), _reader(scheduler))


def _release_bot(scene: Scene, keys: KeyPair) -> Bystander:
    """Opens a ledger's data key at night, from a runner in the cloud whose address is another each time."""
    name = scene.random.choice(estate.LEDGERS)
    asked: JsonObject = {"CiphertextBlob": scene.estate.ciphertexts[name], "EncryptionContext": context(name)}

    def job(callers: Callers) -> None:
        callers(keys).json("kms", "Decrypt", asked)

    ip = f"52.29.{scene.random.randrange(1, 250)}.{scene.random.randrange(1, 250)}"
    return Bystander("release bot", _arn("user", RELEASE), job, ip, "acme-release/4.2 Boto3/1.40.2")


def _backup(scene: Scene, scheduler: KeyPair) -> Bystander:
    """Reads every secret there is."""
    _role(scene.root, BACKUP_ROLE, [_allow("secretsmanager:ListSecrets", "secretsmanager:GetSecretValue", "kms:*")])
    wanted = (estate.DATABASE_SECRET, estate.DEPLOY_SECRET)

    def job(callers: Callers) -> None:
        backup = _session(callers, scheduler, BACKUP_ROLE)
        backup.json("secretsmanager", "ListSecrets", {})
        for name in wanted:
            backup.json("secretsmanager", "GetSecretValue", {"SecretId": name})

    return Bystander(
        "backup", _arn("role", BACKUP_ROLE), job, "10.0.7.4", "acme-backup/1.9", every=timedelta(seconds=5)
    )


def _rotation(scene: Scene) -> Bystander:
    """Makes access keys and writes policies, as it is meant to: for the reports' user alone."""
    rights = ("iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys", "iam:PutUserPolicy")
    keys = _user(scene.root, ROTATOR, [_allow(*rights)])
    _user(scene.root, REPORTS, [_allow("ecs:ListClusters")])
    policy = json.dumps(_document([_allow("ecs:ListClusters", "ecs:DescribeClusters")]))

    def job(callers: Callers) -> None:
        bot, named = callers(keys), {"UserName": REPORTS}
        listed = bot.query("iam", "ListAccessKeys", named)
        held = [member.findtext("AccessKeyId", "") for member in listed.iter("member")]
        for key_id in held[: len(held) - _KEYS_A_USER + 1]:
            bot.query("iam", "DeleteAccessKey", {**named, "AccessKeyId": key_id})
        bot.query("iam", "CreateAccessKey", named)
        bot.query("iam", "PutUserPolicy", {**named, "PolicyName": "reports", "PolicyDocument": policy})

    return Bystander(
        "key rotation", _arn("user", ROTATOR), job, "10.0.7.9", "acme-rotation/2.0", every=timedelta(seconds=6)
    )


def _audit(scene: Scene, scheduler: KeyPair) -> Bystander:
    """Lists everything."""
    _role(scene.root, AUDIT_ROLE, [_allow("iam:List*", "iam:Get*", "secretsmanager:ListSecrets", "kms:List*")])

    def job(callers: Callers) -> None:
        auditor = _session(callers, scheduler, AUDIT_ROLE)
        for action in ("ListUsers", "ListRoles"):
            auditor.query("iam", action, {})
        auditor.json("secretsmanager", "ListSecrets", {})
        keys = items(auditor.json("kms", "ListKeys", {}).get("Keys"))
        for key in keys[:1]:
            auditor.json("kms", "ListGrants", {"KeyId": mapping(key).get("KeyArn")})

    return Bystander("audit", _arn("role", AUDIT_ROLE), job, "10.0.8.2", "acme-audit/0.4", every=timedelta(seconds=5))


def _onboarding(scene: Scene, scheduler: KeyPair, is_held: Callable[[], bool]) -> Bystander:
    """Makes users for people who are called in to help, while somebody is held; and looks whether they get in.

    Who turns up during a hold is held too until the log tells who made it: these are to be let go.
    """
    _role(scene.root, ONBOARDING_ROLE, [_allow("iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey")])
    made: list[tuple[KeyPair, float]] = []

    def job(callers: Callers) -> None:
        if len(made) < _CALLED_IN and is_held():
            people = _session(callers, scheduler, ONBOARDING_ROLE)
            made.append((_user(people, f"oncall-{len(made) + 1}", [_allow("ecs:ListClusters")]), time.monotonic()))
        for keys, since in made:
            if time.monotonic() - since > _BOUND_S:
                callers(keys).json("ecs", "ListClusters", {})

    arn = _arn("role", ONBOARDING_ROLE)
    return Bystander("onboarding", arn, job, "10.0.9.4", "acme-onboarding/1.1", every=timedelta(seconds=1))


def _reader(scheduler: KeyPair) -> Bystander:
    """Works as the role whose trust the intruder opened, in a session of its own."""

    def job(callers: Callers) -> None:
        _session(callers, scheduler, estate.READER_ROLE).json("ecs", "ListClusters", {})

    arn = _arn("role", estate.READER_ROLE)
    return Bystander("ci reader", arn, job, "10.0.9.31", "aws-cli/2.31.0 md/github-actions", rides_on=arn)


def _session(callers: Callers, keys: KeyPair, role: str) -> AwsCaller:
    asked = {"RoleArn": _arn("role", role), "RoleSessionName": role, "DurationSeconds": "3600"}
    return callers(key_pair(callers(keys).query("sts", "AssumeRole", asked)))


def _user(root: AwsCaller, name: str, statements: list[JsonObject]) -> KeyPair:
    root.query("iam", "CreateUser", {"UserName": name})
    own = json.dumps(_document(statements))
    root.query("iam", "PutUserPolicy", {"UserName": name, "PolicyName": "own", "PolicyDocument": own})
    return key_pair(root.query("iam", "CreateAccessKey", {"UserName": name}))


def _role(root: AwsCaller, name: str, statements: list[JsonObject]) -> None:
    starter: JsonObject = {"AWS": _arn("user", SCHEDULER)}
    trust = _document([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": starter}])
    root.query("iam", "CreateRole", {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(trust)})
    own = json.dumps(_document(statements))
    root.query("iam", "PutRolePolicy", {"RoleName": name, "PolicyName": "own", "PolicyDocument": own})


def _assume(*roles: str) -> list[JsonObject]:
    return [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": [_arn("role", name) for name in roles]}]


def _opens(scene: Scene) -> list[JsonObject]:
    return [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": scene.estate.kms_key_arn}]


def _allow(*actions: str) -> JsonObject:
    return {"Effect": "Allow", "Action": [*actions], "Resource": "*"}


def _document(statements: list[JsonObject]) -> JsonObject:
    listed: list[Json] = [*statements]
    return {"Version": "2012-10-17", "Statement": listed}


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{estate.ACCOUNT}:{kind}/{name}"
