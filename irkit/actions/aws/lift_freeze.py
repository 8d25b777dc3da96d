"""Let everybody make and change identities again; the suspects stay shut in.

The freeze is for the time in which an intruder could still plant a way back: it is lifted once a sweep was clean.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.quarantine import AccountQuarantine, Quarantined, QuarantineWork
from irkit.clients.quarantine_policy import Quarantine, quarantine_document, told_by
from irkit.contract import Action, Effect, Frozen, Operation, Plan, Probe, Receipt, Verdict

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The incident's own policy is meant, so there is nothing to say."""


def plan(clients: Clients, params: Params) -> Plan:  # noqa: ARG001 -- the contract's shape
    """Read the policy. Raises ``Denied``."""
    place = AccountQuarantine(clients)
    before = place.read()
    wanted = Quarantine(suspects=told_by(before.binding).suspects)
    work = QuarantineWork(before=before, after=quarantine_document(wanted))
    blast = "everybody but the suspects makes and changes identities again"
    return place.plan(work, f"lift the freeze of {place.account}", blast)


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name."""
    return AccountQuarantine(clients).probe(QuarantineWork.model_validate(plan.details))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy without its freeze; with nobody in it, take it away. Raises ``PlanStale``."""
    return AccountQuarantine(clients).carry_out(QuarantineWork.model_validate(plan.details))


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy after the settling time."""
    return AccountQuarantine(clients).verdict(QuarantineWork.model_validate(receipt.details))


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy, to freeze again."""
    return AccountQuarantine(clients).plan_back(receipt)


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Quarantined] = Action(
    params=Params,
    result=Quarantined,
    effect=Effect.REVERSIBLE,
    summary="Let everybody make identities again",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("organizations:ListPolicies", "organizations:DescribePolicy", "organizations:ListTargetsForPolicy"),
        *("organizations:CreatePolicy", "organizations:UpdatePolicy", "organizations:AttachPolicy"),
        *("organizations:DetachPolicy", "organizations:DeletePolicy"),
    ),
)
