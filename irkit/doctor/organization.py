"""Whether a service control policy could quarantine an intruder: the one containment that it cannot undo.

SCPs bind no principal of the management account and no service-linked role (Organizations user guide, "Service control
policies").
"""

from __future__ import annotations

from collections.abc import Iterator

from irkit.doctor.finding import Finding, Patient, good, unknown, warning
from irkit.errors import Denied, NotFound, OutsideError

ABOUT = "Organizations"


def organization(patient: Patient) -> Iterator[Finding]:
    """Whether there is an organization, whether SCPs are on, and whether they bind this account."""
    own = patient.clients.sts.own_identity()
    try:
        found = patient.clients.organizations.described()
    except NotFound:
        yield warning(
            ABOUT,
            f"account {own.account} is in no organization: no SCP can quarantine anybody",
            "containment will be by IAM alone, which a prepared intruder can undo while it spreads",
        )
        return
    except Denied as error:
        yield unknown(ABOUT, error.message, "organizations:DescribeOrganization tells whether an SCP could quarantine")
        return
    if found.management_account == own.account:
        yield warning(
            ABOUT,
            f"{own.account} is the management account of {found.id}: SCPs do not bind its principals",
            "keep workloads and their keys out of the management account",
        )
    else:
        yield good(ABOUT, f"{own.account} is a member of {found.id}, so SCPs bind it")
    try:
        is_on = patient.clients.organizations.has_service_control_policies()
    except OutsideError as error:
        hint = "log in to the management account, or a delegated administrator's, to attach one"
        yield unknown(ABOUT, f"whether SCPs are on is not known: {error.message}", hint)
        return
    if is_on:
        yield good(ABOUT, "service control policies are on")
    else:
        yield warning(ABOUT, "service control policies are off", "organizations:EnablePolicyType turns them on")
