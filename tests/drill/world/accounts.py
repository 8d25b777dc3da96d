"""A user of one's own in the shared world, and boto3 clients that speak as anyone there."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
from botocore.config import Config

from irkit.drill.world import estate
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.json_shape import JsonObject, at
from irkit.drill.world.seed_aws import key_pair
from irkit.drill.world.signature import KeyPair
from irkit.drill.world.world import World
from tests.patience import PATIENCE_S

NEVER = timedelta(hours=1)
"""Until it is told to settle."""


def caller(world: World, keys: KeyPair, region: str = estate.REGION) -> AwsCaller:
    """Calls through the proxy as whoever owns the keys."""
    return AwsCaller(world.aws.url, keys, region)


def admin(world: World) -> AwsCaller:
    """The account's administrator, through the proxy."""
    return caller(world, world.found.admin)


def new_user(world: World, *actions: str) -> tuple[str, AwsCaller]:
    """A fresh user who may do the given actions on everything: its name, and a caller that acts as it."""
    name = f"user-{secrets.token_hex(4)}"
    may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    by = admin(world)
    by.query("iam", "CreateUser", {"UserName": name})
    if actions:
        by.query("iam", "PutUserPolicy", {"UserName": name, "PolicyName": "own", "PolicyDocument": json.dumps(may)})
    return name, replace(by, keys=key_pair(by.query("iam", "CreateAccessKey", {"UserName": name})))


def records(world: World, key_id: str) -> list[JsonObject]:
    """Every record of the calls signed with a key, oldest first."""
    return [
        entry.record
        for entry in world.aws.events.everything()
        if at(entry.record, "userIdentity", "accessKeyId") == key_id
    ]


def sdk(world: World, keys: KeyPair, service: str, region: str = estate.REGION) -> Any:  # noqa: ANN401  boto3's own
    """A real boto3 client that never retries."""
    session: Any = boto3.Session(
        aws_access_key_id=keys.key_id,
        aws_secret_access_key=keys.secret_key.reveal(),
        region_name=region,
        aws_session_token=keys.session_token.reveal() if keys.session_token else None,
    )
    return session.client(service, endpoint_url=world.aws.url, config=Config(retries={"total_max_attempts": 1}))


@contextmanager
def spreading(world: World, delay: timedelta = NEVER) -> Iterator[None]:
    """Meanwhile writes of IAM and of the organization take so long to bind, in a world where they take no time."""
    faults = world.aws.faults
    faults.iam_delay = faults.scp_delay = delay
    try:
        yield
    finally:
        faults.iam_delay = faults.scp_delay = timedelta()
        world.aws.settle()


def becomes(condition: Callable[[], bool]) -> bool:
    """Polls until the condition holds; False when it does not within the (generous) deadline."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
