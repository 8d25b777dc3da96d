"""What can be made to go wrong in a drill beside the adversary (`--inject`), and when, by the seed. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from random import Random

from irkit.contract import Frozen


class Inject(StrEnum):
    """One thing that goes wrong."""

    SECOND_LEAK = "second-leak"
    """A key of somebody else turns up in mid-incident."""
    APPROVER_ASLEEP = "approver-asleep"
    """The second approver answers late; on some seeds never."""
    SLACK_DOWN = "slack-down"
    """Slack does not answer from the start on, for a while."""
    GITHUB_DOWN = "github-down"
    """GitHub and its git do not answer from when a purge of theirs is approved, for a while."""
    CLOCK_SKEW = "clock-skew"
    """The responder's clock is 90 s off AWS's."""
    KILLED = "killed"
    """irkit is killed (SIGKILL) between the intent of a revocation and its receipt, and resumed."""
    REVIVED = "revived"
    """Somebody with rights makes a key active again that was proven dead, and its thief tries it."""


class Schedule(Frozen):
    """When, how long, how much."""

    slack_from: timedelta
    slack_for: timedelta
    github_for: timedelta
    asleep: timedelta | None
    """How long the second approver takes to answer; None: they never do."""
    skew: timedelta
    """How far the responder's clock is ahead of AWS's; behind when negative."""
    killed_at: int
    """At which intent of a revocation, counted from 1."""
    second_after: timedelta


_SKEW = timedelta(seconds=90)


def schedule(seed: int) -> Schedule:
    """The schedule of a seed."""
    dice = Random(seed)
    return Schedule(
        slack_from=timedelta(seconds=dice.uniform(0, 2)),
        slack_for=timedelta(seconds=dice.uniform(12, 25)),
        github_for=timedelta(seconds=dice.uniform(4, 8)),
        asleep=timedelta(seconds=dice.uniform(12, 35)) if dice.random() < _ANSWERS else None,
        skew=dice.choice((_SKEW, -_SKEW)),
        killed_at=dice.randrange(1, 4),
        second_after=timedelta(seconds=dice.uniform(4, 12)),
    )


_ANSWERS = 0.75
"""On how many seeds the second approver answers at all."""
