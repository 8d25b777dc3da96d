"""What a KMS key seals in a company, beside what every world has: a parameter, a bucket, a SOPS file, and who owns it.

Also who uses the key rightfully: a user of its own, and a role that two services share.
"""

from __future__ import annotations

import json
from datetime import timedelta

from irkit.drill.world import estate
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.bystander import Bystander, Callers, Job
from irkit.drill.world.git_server import Pushed
from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.scenarios.scenario import Scene
from irkit.drill.world.seed_aws import context, key_pair
from irkit.drill.world.signature import KeyPair
from irkit.secret import Secret

ALIAS = "alias/payments"
PARAMETER = "/payments/stripe/webhook"
BUCKET = f"acme-ledgers-{estate.ACCOUNT}"
INVOICING, LEDGER_ROLE, STARTER = "svc-invoicing", "ledger-reader", "svc-ledger"
SOPS_FILE = "deploy/secrets.enc.yaml"
_SOPS = """stripe_key: ENC[AES256_GCM,data:q0x6,iv:AAECAwQFBgcICQoL,tag:DA0ODw==,type:str]
smtp_password: ENC[AES256_GCM,data:T2xk,iv:DA0ODxAREhMUFRYX,tag:GBkaGw==,type:str]
sops:
    kms:
        - arn: KEY
          context:
            app: payments
            file: deploy/secrets.enc.yaml
          created_at: "2026-03-02T09:00:00Z"
          enc: AQICAHhexample
    lastmodified: "2026-03-02T09:00:00Z"
    version: 3.11.0
"""
"""Shaped as SOPS writes it; what it seals is nothing."""


def seal_estate(scene: Scene) -> None:
    """Names, tags and stores under the payments key. Raises AwsRefused when the account is not as expected."""
    root, key = scene.root, scene.estate.kms_key_arn
    root.json("kms", "CreateAlias", {"AliasName": ALIAS, "TargetKeyId": key})
    owner: JsonObject = {"SecretId": estate.DATABASE_SECRET, "Tags": [{"Key": "owner", "Value": "team-payments"}]}
    root.json("secretsmanager", "TagResource", owner)
    value = Secret(f"whsec-{scene.random.randrange(10**18):018d}")
    scene.plant("webhook secret", value)
    told: JsonObject = {"Name": PARAMETER, "Value": value.reveal(), "Type": "SecureString", "KeyId": key}
    root.json("ssm", "PutParameter", {**told, "Tags": [{"Key": "team", "Value": "team-checkout"}]})
    root.make_bucket(BUCKET)
    root.seal_bucket(BUCKET, key)


def seal_file(scene: Scene, repository: str) -> None:
    """A SOPS file under the payments key, on the repository's main branch."""
    text = _SOPS.replace("KEY", scene.estate.kms_key_arn)
    pushed = Pushed(author="ada", message="Secrets of the deploy job", at=scene.alarm_at - timedelta(days=40))
    scene.git.push_file(repository, "main", SOPS_FILE, text, pushed)


def rightful_users(scene: Scene) -> tuple[Bystander, ...]:
    """A user that opens one ledger, and two services that open another, each in a session of the role they share."""
    opens = _document(["kms:Decrypt"], scene.estate.kms_key_arn)
    invoicing = _user(scene.root, INVOICING, opens)
    role = f"arn:aws:iam::{estate.ACCOUNT}:role/{LEDGER_ROLE}"
    starter = _user(scene.root, STARTER, _document(["sts:AssumeRole"], role))
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"AWS": f"arn:aws:iam::{estate.ACCOUNT}:user/{STARTER}"},
            }
        ],
    }
    scene.root.query("iam", "CreateRole", {"RoleName": LEDGER_ROLE, "AssumeRolePolicyDocument": json.dumps(trust)})
    named = {"RoleName": LEDGER_ROLE, "PolicyName": "own", "PolicyDocument": json.dumps(opens)}
    scene.root.query("iam", "PutRolePolicy", named)
    own = f"arn:aws:iam::{estate.ACCOUNT}:user/{INVOICING}"
    return (
        Bystander("invoicing", own, _opening(scene, invoicing, estate.LEDGERS[0]), "10.0.6.12", "acme-invoicing/7.1"),
        Bystander(
            "reports", role, _sharing(scene, starter, "reports", estate.LEDGERS[1]), "10.0.6.20", "acme-reports/3.3"
        ),
        Bystander(
            "month end", role, _sharing(scene, starter, "month-end", estate.LEDGERS[2]), "10.0.6.31", "acme-close/1.0",
            every=timedelta(seconds=7),
        ),
    )  # fmt: skip


def grant(scene: Scene, grantee: str, name: str) -> None:
    """Let somebody decrypt with the payments key whatever IAM says."""
    told: JsonObject = {"KeyId": scene.estate.kms_key_arn, "GranteePrincipal": grantee, "Name": name}
    scene.root.json("kms", "CreateGrant", {**told, "Operations": ["Decrypt", "DescribeKey"]})


def _opening(scene: Scene, keys: KeyPair, ledger: str) -> Job:
    asked = _asked(scene, ledger)

    def job(callers: Callers) -> None:
        callers(keys).json("kms", "Decrypt", asked)

    return job


def _sharing(scene: Scene, starter: KeyPair, name: str, ledger: str) -> Job:
    asked = _asked(scene, ledger)
    role = f"arn:aws:iam::{estate.ACCOUNT}:role/{LEDGER_ROLE}"

    def job(callers: Callers) -> None:
        taken = {"RoleArn": role, "RoleSessionName": name, "DurationSeconds": "3600"}
        callers(key_pair(callers(starter).query("sts", "AssumeRole", taken))).json("kms", "Decrypt", asked)

    return job


def _asked(scene: Scene, ledger: str) -> JsonObject:
    return {"CiphertextBlob": scene.estate.ciphertexts[ledger], "EncryptionContext": context(ledger)}


def _user(root: AwsCaller, name: str, document: JsonObject) -> KeyPair:
    root.query("iam", "CreateUser", {"UserName": name})
    given = {"UserName": name, "PolicyName": "own", "PolicyDocument": json.dumps(document)}
    root.query("iam", "PutUserPolicy", given)
    return key_pair(root.query("iam", "CreateAccessKey", {"UserName": name}))


def _document(actions: list[str], resource: str) -> JsonObject:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [*actions], "Resource": resource}]}
