"""What a world can be told when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pydantic import JsonValue

from irkit.contract import Frozen

_RESPONDER_ACTIONS: list[JsonValue] = [
    "sts:GetCallerIdentity",
    "sts:GetAccessKeyInfo",
    "iam:*",
    "cloudtrail:LookupEvents",
    "cloudtrail:Describe*",
    "cloudtrail:Get*",
    "cloudtrail:ListPublicKeys",
    "secretsmanager:*",
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "kms:DescribeKey",
    "ecs:*",
    "s3:Get*",
    "s3:List*",
]


def broad_policy() -> dict[str, JsonValue]:
    """A responder's policy for when none is given: all that a key leak may need."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": _RESPONDER_ACTIONS, "Resource": "*"}]}


class WorldSettings(Frozen):
    """All knobs; the defaults are those of a drill."""

    break_glass: Mapping[str, JsonValue] = broad_policy()
    """The policy document of the responder's role."""
    seed: int = 1
    """Of the intruder's jitter."""
    delivery_lag: timedelta = timedelta(seconds=2)
    """How long an event takes to show up in LookupEvents and in the bucket."""
    iam_delay: timedelta = timedelta()
    """How long an IAM write takes to show its effect."""
    deliver_every: timedelta = timedelta(seconds=5)
    """How often log files are dropped into the trail's bucket."""
    idle: timedelta = timedelta(minutes=60)
    """After so long without a call from outside, a world of its own process ends."""
