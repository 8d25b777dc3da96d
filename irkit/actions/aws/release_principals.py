"""Let principals out of the SCP quarantine again: those whose rightful owner is to go on with a new credential.

Everything that was theirs must be dead by then on its own account: keys inactive, older sessions denied. The plan
refuses to let a user out while one of the keys that are named as dead is active.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.aws import masked_key
from irkit.clients.holder import Holder, HolderKind
from irkit.clients.iam import KeyStatus
from irkit.clients.quarantine import AccountQuarantine, Quarantined, QuarantineWork
from irkit.clients.quarantine_policy import plain, quarantine_document, told_by
from irkit.contract import Action, Effect, Frozen, Operation, Plan, Probe, Receipt, Verdict
from irkit.errors import Refused

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``principals`` are ARNs; ``dead_keys`` must be inactive, whoever of them owns them."""

    principals: tuple[str, ...]
    dead_keys: tuple[str, ...] = ()


def plan(clients: Clients, params: Params) -> Plan:
    """Read the policy. Raises ``Refused`` while a key that is to be dead is active, ``NotFound``, ``Denied``."""
    for arn in params.principals:
        _refuse_alive(clients, arn, params.dead_keys)
    place = AccountQuarantine(clients)
    before = place.read()
    says = told_by(before.binding)
    out = {plain(arn) for arn in params.principals}
    wanted = says.model_copy(update={"suspects": tuple(arn for arn in says.suspects if arn not in out)})
    work = QuarantineWork(before=before, after=quarantine_document(wanted))
    blast = f"{', '.join(sorted(out))} may do again what their own policies allow"
    let_out = len(set(says.suspects) & out)
    return place.plan(work, f"let {let_out} principal{'s' * (let_out != 1)} out of the quarantine", blast)


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name."""
    return AccountQuarantine(clients).probe(QuarantineWork.model_validate(plan.details))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy without them; with nobody left in it, take it away. Raises ``PlanStale``."""
    return AccountQuarantine(clients).carry_out(QuarantineWork.model_validate(plan.details))


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy after the settling time."""
    return AccountQuarantine(clients).verdict(QuarantineWork.model_validate(receipt.details))


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy, to shut them in again."""
    return AccountQuarantine(clients).plan_back(receipt)


def _refuse_alive(clients: Clients, arn: str, dead: tuple[str, ...]) -> None:
    holder = Holder.of(arn)
    if holder.kind is not HolderKind.USER:
        return
    for key in clients.iam.access_keys(holder.name):
        if key.key_id in dead and key.status is KeyStatus.ACTIVE:
            msg = f"{masked_key(key.key_id)} of {holder.name} is still active"
            raise Refused(msg, hint="deactivate it first; letting its user out would let the intruder in again")


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Quarantined] = Action(
    params=Params,
    result=Quarantined,
    effect=Effect.REVERSIBLE,
    summary="Let principals out of the SCP quarantine",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("iam:ListAccessKeys", "organizations:ListPolicies", "organizations:DescribePolicy"),
        *("organizations:ListTargetsForPolicy", "organizations:CreatePolicy", "organizations:UpdatePolicy"),
        *("organizations:AttachPolicy", "organizations:DetachPolicy", "organizations:DeletePolicy"),
    ),
)
