"""The role by which a responder writes service control policies: in the management account, and for that alone."""

from __future__ import annotations

import json

from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.json_shape import Json, JsonObject
from irkit.drill.world.seed_aws import key_pair
from irkit.drill.world.signature import KeyPair

ORGANIZATION_ROLE = "irkit-quarantine"
_SESSION_S = "43200"
_ACTIONS: list[Json] = [
    "sts:GetCallerIdentity",
    *(f"organizations:{kind}*" for kind in ("Describe", "List")),
    *(f"organizations:{verb}Policy" for verb in ("Create", "Update", "Delete", "Attach", "Detach")),
]


def organization_session(root: AwsCaller, account: str) -> KeyPair:
    """Makes the role in ``account``, whose root ``root`` is, and gives a session of it. Raises AwsRefused."""
    trust = _document(
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
    )
    may = _document({"Effect": "Allow", "Action": _ACTIONS, "Resource": "*"})
    made = {"RoleName": ORGANIZATION_ROLE, "AssumeRolePolicyDocument": trust, "MaxSessionDuration": _SESSION_S}
    root.query("iam", "CreateRole", made)
    root.query("iam", "PutRolePolicy", {"RoleName": ORGANIZATION_ROLE, "PolicyName": "own", "PolicyDocument": may})
    asked = {"RoleArn": f"arn:aws:iam::{account}:role/{ORGANIZATION_ROLE}", "RoleSessionName": "irkit"}
    return key_pair(root.query("sts", "AssumeRole", {**asked, "DurationSeconds": _SESSION_S}))


def _document(statement: JsonObject) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
