"""Furnishes the account, as root through the proxy before it records: users, roles, secrets, services, a trail."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from xml.etree import ElementTree as ET

from irkit.drill.world import estate
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.estate import Estate
from irkit.drill.world.json_shape import Json, JsonObject, at, text
from irkit.drill.world.signature import KeyPair
from irkit.secret import Secret

_SESSION_S = "43200"


def seed_aws(root: AwsCaller, break_glass: JsonObject, health: Mapping[str, str]) -> Estate:
    """Makes everything. ``break_glass`` is the responder's policy, ``health`` a service's ``/healthz`` address.

    Raises AwsRefused or OSError when the emulator is not as expected.
    """
    with ThreadPoolExecutor(4) as pool:
        trail = pool.submit(_trail, root)
        key = pool.submit(
            lambda: text(at(root.json("kms", "CreateKey", {"Description": "payments"}), "KeyMetadata", "Arn"))
        ).result()
        users = {
            name: pool.submit(_user, root, name, _policy_of(name, key))
            for name in (estate.LEAKED_USER, estate.ADMIN_USER, estate.ON_CALL_USER)
        }
        roles = [pool.submit(_role, root, name, trust, policy) for name, trust, policy in _roles(key, break_glass)]
        ciphertexts = {name: pool.submit(_ciphertext, root, key, name) for name in estate.LEDGERS}
        pairs = {name: made.result() for name, made in users.items()}
        for role in roles:
            role.result()
        password = Secret(secrets.token_urlsafe(24))
        leaked = pairs[estate.LEAKED_USER]
        deploy = pool.submit(
            _secret,
            root,
            estate.DEPLOY_SECRET,
            key,
            {"access_key_id": leaked.key_id, "secret_access_key": leaked.secret_key.reveal()},
        )
        database = pool.submit(
            _secret, root, estate.DATABASE_SECRET, key, {"username": "payments", "password": password.reveal()}
        )
        task = pool.submit(_session, root, estate.TASK_ROLE, "ecs-task")
        on_call = replace(root, keys=pairs[estate.ON_CALL_USER])
        responder = pool.submit(_session, on_call, estate.BREAK_GLASS_ROLE, "irkit")
        deploy_arn = deploy.result()
        _services(root, deploy_arn, health)
        trail.result()
        return Estate(
            leaked=leaked,
            admin=pairs[estate.ADMIN_USER],
            responder=responder.result(),
            task=task.result(),
            kms_key_arn=key,
            deploy_secret_arn=deploy_arn,
            database_secret_arn=database.result(),
            ciphertexts={name: made.result() for name, made in ciphertexts.items()},
            planted={"leaked secret key": leaked.secret_key, "database password": password},
        )


def key_pair(answer: ET.Element) -> KeyPair:
    """The key pair in an answer to CreateAccessKey, AssumeRole or GetSessionToken."""
    token = answer.findtext(".//SessionToken", "")
    return KeyPair(
        answer.findtext(".//AccessKeyId", ""),
        Secret(answer.findtext(".//SecretAccessKey", "")),
        Secret(token) if token else None,
    )


def _user(root: AwsCaller, name: str, policy: JsonObject) -> KeyPair:
    root.query("iam", "CreateUser", {"UserName": name})
    root.query("iam", "PutUserPolicy", {"UserName": name, "PolicyName": "own", "PolicyDocument": json.dumps(policy)})
    return key_pair(root.query("iam", "CreateAccessKey", {"UserName": name}))


def _role(root: AwsCaller, name: str, trusted: JsonObject, policy: JsonObject) -> None:
    trust = _document([{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}])
    root.query(
        "iam",
        "CreateRole",
        {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(trust), "MaxSessionDuration": _SESSION_S},
    )
    root.query("iam", "PutRolePolicy", {"RoleName": name, "PolicyName": "own", "PolicyDocument": json.dumps(policy)})


def _session(caller: AwsCaller, role: str, name: str) -> KeyPair:
    return key_pair(
        caller.query(
            "sts",
            "AssumeRole",
            {
                "RoleArn": f"arn:aws:iam::{estate.ACCOUNT}:role/{role}",
                "RoleSessionName": name,
                "DurationSeconds": _SESSION_S,
            },
        )
    )


def _policy_of(user: str, key: str) -> JsonObject:
    if user == estate.ADMIN_USER:
        return _document([_allow(["*"], "*")])
    if user == estate.ON_CALL_USER:
        role = f"arn:aws:iam::{estate.ACCOUNT}:role/{estate.BREAK_GLASS_ROLE}"
        return _document([_allow(["sts:AssumeRole"], role)])
    return _document(
        [
            _allow(["kms:Decrypt"], key),
            _allow(
                ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                f"arn:aws:secretsmanager:{estate.REGION}:{estate.ACCOUNT}:secret:prod/*",
            ),
            _allow(["secretsmanager:ListSecrets", "ecs:DescribeServices", "ecs:ListServices"], "*"),
            # Far too much for a deploy user, as such users tend to have.
            _allow(
                [
                    "iam:CreateUser",
                    "iam:CreateAccessKey",
                    "iam:AttachUserPolicy",
                    "iam:UpdateAssumeRolePolicy",
                    "iam:GetRole",
                ],
                "*",
            ),
        ]
    )


def _roles(key: str, break_glass: JsonObject) -> list[tuple[str, JsonObject, JsonObject]]:
    account = f"arn:aws:iam::{estate.ACCOUNT}:root"
    read = _document([_allow(["secretsmanager:GetSecretValue"], "*"), _allow(["kms:Decrypt"], key)])
    return [
        (estate.TASK_ROLE, {"Service": "ecs-tasks.amazonaws.com"}, read),
        (estate.READER_ROLE, {"AWS": account}, _document([_allow(["s3:ListAllMyBuckets", "ecs:List*"], "*")])),
        (estate.BREAK_GLASS_ROLE, {"AWS": f"arn:aws:iam::{estate.ACCOUNT}:user/{estate.ON_CALL_USER}"}, break_glass),
    ]


def _ciphertext(root: AwsCaller, key: str, ledger: str) -> str:
    answer = root.json(
        "kms",
        "Encrypt",
        {
            "KeyId": key,
            "Plaintext": base64.b64encode(f"{ledger} data key".encode()).decode(),
            "EncryptionContext": context(ledger),
        },
    )
    return text(answer.get("CiphertextBlob"))


def context(ledger: str) -> JsonObject:
    """The encryption context of a ledger's ciphertext."""
    return {"app": "payments", "ledger": ledger}


def _secret(root: AwsCaller, name: str, key: str, value: JsonObject) -> str:
    answer = root.json(
        "secretsmanager",
        "CreateSecret",
        {"Name": name, "KmsKeyId": key, "SecretString": json.dumps(value), "ClientRequestToken": secrets.token_hex(16)},
    )
    return text(answer.get("ARN"))


def _services(root: AwsCaller, secret_arn: str, health: Mapping[str, str]) -> None:
    root.json("ecs", "CreateCluster", {"clusterName": estate.CLUSTER})
    for name, url in health.items():
        tags: list[Json] = [{"key": "irkit:healthz", "value": url}, {"key": "app", "value": name}]
        container: JsonObject = {
            "name": name,
            "image": f"acme/{name}:2026.11",
            "essential": True,
            "memory": 256,
            "secrets": [{"name": "DEPLOY_AWS", "valueFrom": secret_arn}],
        }
        made = root.json(
            "ecs",
            "RegisterTaskDefinition",
            {
                "family": name,
                "containerDefinitions": [container],
                "tags": tags,
                "taskRoleArn": f"arn:aws:iam::{estate.ACCOUNT}:role/{estate.TASK_ROLE}",
            },
        )
        root.json(
            "ecs",
            "CreateService",
            {
                "cluster": estate.CLUSTER,
                "serviceName": name,
                "desiredCount": 1,
                "tags": tags,
                "taskDefinition": at(made, "taskDefinition", "taskDefinitionArn"),
            },
        )


def _trail(root: AwsCaller) -> None:
    root.make_bucket(estate.TRAIL_BUCKET)
    root.json(
        "cloudtrail",
        "CreateTrail",
        {
            "Name": estate.TRAIL,
            "S3BucketName": estate.TRAIL_BUCKET,
            "IsMultiRegionTrail": True,
            "IncludeGlobalServiceEvents": True,
            "EnableLogFileValidation": True,
        },
    )
    root.json(
        "cloudtrail",
        "PutEventSelectors",
        {
            "TrailName": estate.TRAIL,
            "EventSelectors": [
                {
                    "ReadWriteType": "All",
                    "IncludeManagementEvents": True,
                    "DataResources": [],
                    "ExcludeManagementEventSources": [],
                }
            ],
        },
    )
    root.json("cloudtrail", "StartLogging", {"Name": estate.TRAIL})


def _allow(actions: list[Json], resource: str) -> JsonObject:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _document(statements: list[Json]) -> JsonObject:
    return {"Version": "2012-10-17", "Statement": statements}
