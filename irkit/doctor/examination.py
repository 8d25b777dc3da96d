"""All checks, one after the other; what a check cannot do is a finding too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from irkit.doctor.finding import Check, Finding, Patient, Standing, bad, unknown
from irkit.doctor.identity import identity
from irkit.doctor.machine import machine
from irkit.doctor.organization import organization
from irkit.doctor.permissions import permissions
from irkit.doctor.records import records
from irkit.doctor.services import clocks, github, slack
from irkit.errors import IrkitError

CHECKS: Mapping[str, Check] = {
    "this machine": machine,
    "AWS": identity,
    "permissions": permissions,
    "Organizations": organization,
    "CloudTrail": records,
    "clocks": clocks,
    "GitHub": github,
    "Slack": slack,
}
"""By what they are about, in the order in which they are told."""
_OF_AWS = ("permissions", "Organizations", "CloudTrail", "clocks")


def examination(patient: Patient) -> Iterator[Finding]:
    """Every finding, as it is made. Raises nothing of irkit's own."""
    has_aws = True
    for about, check in CHECKS.items():
        if about in _OF_AWS and not has_aws:
            yield unknown(about, "not examined: no call to AWS is possible", "mend what is said of AWS first")
            continue
        try:
            yield from check(patient)
        except IrkitError as error:
            has_aws = has_aws and check is not identity
            yield bad(about, error.message, error.hint)


def is_ready(findings: Iterator[Finding] | tuple[Finding, ...]) -> bool:
    """Whether nothing is bad: warnings and what is not known do not make a night impossible."""
    return all(one.standing is not Standing.BAD for one in findings)
