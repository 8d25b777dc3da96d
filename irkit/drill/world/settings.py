"""What a world can be told when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from math import ceil

from pydantic import JsonValue

from irkit.config import LOOKUPS_PER_SECOND
from irkit.contract import Frozen

_RESPONDER_ACTIONS: list[JsonValue] = [
    "sts:GetCallerIdentity",
    "sts:GetAccessKeyInfo",
    "account:ListRegions",
    "iam:*",
    "cloudtrail:LookupEvents",
    "cloudtrail:Describe*",
    "cloudtrail:Get*",
    "cloudtrail:ListPublicKeys",
    "secretsmanager:*",
    "kms:*",
    "ssm:*",
    "ecs:*",
    "s3:Get*",
    "s3:List*",
]


def broad_policy() -> dict[str, JsonValue]:
    """A responder's policy for when none is given: all that a key leak may need."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": _RESPONDER_ACTIONS, "Resource": "*"}]}


class Membership(StrEnum):
    """Where the rehearsed account stands in an organization."""

    MEMBER = "member"
    """SCPs bind it, and the responder has a profile that may write them."""
    MANAGEMENT = "management"
    """It is the management account: SCPs can be written, and bind nobody in it."""
    NO_ACCESS = "no-access"
    """It is a member, and nobody at hand may write SCPs."""
    NONE = "none"
    """There is no organization."""


class WorldSettings(Frozen):
    """All knobs; the defaults are those of a drill."""

    break_glass: Mapping[str, JsonValue] = broad_policy()
    """The policy document of the responder's role."""
    seed: int = 1
    """Of the intruder's jitter."""
    delivery_lag: timedelta = timedelta(seconds=2)
    """How long an event takes to show up in LookupEvents and in the bucket."""
    iam_delay: timedelta = timedelta()
    """How long an IAM write takes to bind; who reads IAM sees it at once."""
    scp_delay: timedelta = timedelta()
    """How long an SCP takes to bind."""
    settle_spare: timedelta = timedelta(seconds=1)
    """What ``settle_s`` adds to the longer of these two."""
    membership: Membership = Membership.MEMBER
    """Of the account in its organization."""
    scenario: str = "key_leak"
    """What has happened: a scenario of ``drill.world.scenarios``, named as the runbook for it."""
    adversary: str = ""
    """Who has done it and goes on: one of ``drill.world.adversaries``; empty for one who has gone."""
    lookups_per_second: int = LOOKUPS_PER_SECOND
    """How many LookupEvents a second a region takes; irkit's configuration says the same."""
    deliver_every: timedelta = timedelta(seconds=5)
    """How often log files are dropped into the trail's bucket."""
    idle: timedelta = timedelta(minutes=60)
    """After so long without a call from outside, a world of its own process ends."""

    @property
    def calls_people_in(self) -> bool:
        """Whether an innocent job makes users while the suspects are held: where no SCP binds, on one seed in three."""
        return self.membership is not Membership.MEMBER and self.seed % 3 == 0

    @property
    def settle_s(self) -> int:
        """How many whole seconds any change has bound after, one at least."""
        return max(1, ceil((max(self.iam_delay, self.scp_delay) + self.settle_spare).total_seconds()))

    @property
    def lag_s(self) -> int:
        """How many whole seconds any call is seen after, with two to spare."""
        return ceil(self.delivery_lag.total_seconds()) + 2
