"""Whom a report is about: an intruder, or a person who had the access by right and leaves."""

from __future__ import annotations

from enum import StrEnum

from irkit.report.findings import Findings

_OF_WHO_LEAVES = "aws.find_last_activity"


class Party(StrEnum):
    """What the report calls them. Whether a person who leaves means harm is for people to say, not for a heading."""

    INTRUDER = "intruder"
    PERSON = "person"


def party(found: Findings) -> Party:
    """A person where the runbook asks for the last activity of one, else an intruder."""
    leaves = any(step.uses == _OF_WHO_LEAVES for step in found.runbook.steps)
    return Party.PERSON if leaves else Party.INTRUDER
