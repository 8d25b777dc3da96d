"""The table of calls that an intruder makes after the first: ``known_calls.tsv``, one call a line.

``when`` says how a call must have ended to mean that: ``any``, ``succeeded`` or ``failed``. Tactics are named as MITRE
ATT&CK's cloud matrix names them (version 18).
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from irkit.cloudtrail.query import Outcome

_TABLE = Path(__file__).with_name("known_calls.tsv")


class Tactic(StrEnum):
    """What an intruder is after, in the matrix's order."""

    INITIAL_ACCESS = "Initial Access"
    EXECUTION = "Execution"
    PERSISTENCE = "Persistence"
    PRIVILEGE_ESCALATION = "Privilege Escalation"
    DEFENSE_EVASION = "Defense Evasion"
    CREDENTIAL_ACCESS = "Credential Access"
    DISCOVERY = "Discovery"
    LATERAL_MOVEMENT = "Lateral Movement"
    COLLECTION = "Collection"
    EXFILTRATION = "Exfiltration"
    IMPACT = "Impact"


class Severity(StrEnum):
    """How grave a call is when an intruder makes it; programs make most of the low ones all day."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Known(NamedTuple):
    """One line of the table."""

    call: str
    """``iam:CreateUser``, without the date of an API."""
    tactic: Tactic
    severity: Severity
    why: str
    when: Outcome = Outcome.ANY


@cache
def table() -> tuple[Known, ...]:
    """All lines, in the file's order."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    return tuple(_known(line) for line in lines[1:])


def _known(line: str) -> Known:
    tactic, call, severity, when, why = line.split("\t")
    return Known(call, Tactic(tactic), Severity(severity), why, Outcome(when))
