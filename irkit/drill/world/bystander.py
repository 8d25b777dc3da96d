"""An innocent job in the rehearsal's account: what it does, how often, and what has been refused to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.signature import KeyPair

Callers = Callable[[KeyPair], AwsCaller]
"""Gives a caller for a key pair: in the past while a job's history is made up, now when it runs."""
Job = Callable[[Callers], None]
"""One run of a job. Raises AwsRefused when it is refused something that it needs."""


@dataclass(frozen=True)
class Bystander:
    """One innocent job. It has run like this for days, so the log knows it."""

    name: str
    """For the truth: ``backup``."""
    principal: str
    """The ARN of the user or role that it acts as."""
    job: Job
    ip: str
    agent: str
    every: timedelta = timedelta(seconds=3)
    """How often it runs while the drill does."""
    history: tuple[float, ...] = (1440.0, 720.0, 240.0)
    """How many minutes before the alarm it ran."""
    rides_on: str = ""
    """The ARN of the suspect principal that it acts as too: cutting that one rightly stops it."""
