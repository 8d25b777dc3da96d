"""A KMS key of one's own in the shared world, and what is sealed with it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from irkit.actions import catalog
from irkit.clients.cloudtrail import Pace
from tests.bench import Bench

REGION = "eu-west-1"


@dataclass(frozen=True)
class Sealed:
    """A key, and the names of a secret and a parameter under it."""

    key: str
    secret: str
    parameter: str


def sealed(on: Bench, **tags: str) -> Sealed:
    """A new key, with a secret and a secure parameter under it that have these tags."""
    aws = on.clients("arrange").aws
    key = str(aws.call("kms", "create_key", Description="test")["KeyMetadata"]["Arn"])
    name = f"t5-{uuid.uuid4().hex[:8]}"
    named = [{"Key": tag, "Value": value} for tag, value in tags.items()]
    value = json.dumps({"n": 1})
    aws.call("secretsmanager", "create_secret", Name=name, SecretString=value, KmsKeyId=key, Tags=named)
    aws.call("ssm", "put_parameter", Name=f"/{name}", Value="v", Type="SecureString", KeyId=key, Tags=named)
    return Sealed(key, name, f"/{name}")


def grant(on: Bench, key: str, grantee: str, name: str = "") -> str:
    """A grant that lets somebody decrypt; its id."""
    asked: dict[str, Any] = {"KeyId": key, "GranteePrincipal": grantee, "Operations": ["Decrypt"]}
    asked |= {"Name": name} if name else {}
    return str(on.clients("arrange").aws.call("kms", "create_grant", **asked)["GrantId"])


@contextmanager
def unpaced(on: Bench) -> Iterator[Bench]:
    """The same bench, to which CloudTrail answers as often as it asks."""
    pace = on.world.aws.pace
    before, pace.per_second = pace.per_second, 10_000
    try:
        yield replace(on, outside=replace(on.outside, pace=Pace(10_000)))
    finally:
        pace.per_second = before


def every_permission() -> set[str]:
    """All that any action declares."""
    return {each for action in catalog.ACTIONS.values() for each in action.iam}
