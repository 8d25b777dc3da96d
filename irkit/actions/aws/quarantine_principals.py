"""Shut suspects in by a service control policy: refuse them everything, and let nobody else make identities.

An SCP binds from outside the account, so that a prepared intruder who watches their own access cannot take it back in
the seconds before an IAM deny binds. One policy an incident, ``irkit-quarantine-INCIDENT``, attached to the account.
Two statements: the suspects are refused everything (of a shared role only the suspects' sessions, by ``aws:userid``);
and the freeze keeps everybody from making or changing identities but irkit, protected principals, and ``exempt``.
Called again, it adds: who is in it stays in it. ``aws.lift_freeze`` and ``aws.release_principals`` take out.
The attacker sees ``AccessDenied ... with an explicit deny in a service control policy``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.holder import credential, named
from irkit.clients.principal import PrincipalKind
from irkit.clients.quarantine import AccountQuarantine, Freeze, Quarantined, QuarantineWork, called
from irkit.clients.quarantine_policy import Quarantine, bound, plain, quarantine_document, told_by
from irkit.contract import Action, Effect, Frozen, Operation, Plan, Probe, Receipt, Verdict
from irkit.errors import Refused

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``principals`` are the ARNs to shut in; ``exempt`` those of others whose work makes identities."""

    principals: tuple[str, ...]
    exempt: tuple[str, ...] = ()
    freeze: Freeze = Freeze.ON


def plan(clients: Clients, params: Params) -> Plan:
    """Read the policy. Raises ``OwnIdentity``, ``Refused`` for who no SCP binds or a text too long, ``Denied``."""
    place = AccountQuarantine(clients)
    place.refuse_own(params.principals)
    _refuse_unbound(params.principals)
    before = place.read()
    place.refuse_full(before)
    now = told_by(before.binding)
    spared = place.exempt(params.exempt) if params.freeze is Freeze.ON else ()
    suspects = {*now.suspects, *(plain(each) for each in params.principals)}
    wanted = Quarantine(
        suspects=tuple(sorted(suspects)),
        exempt=tuple(sorted({*now.exempt, *spared} - {bound(each) for each in suspects})),
        freeze=now.freeze or params.freeze is Freeze.ON,
    )
    fresh = tuple(sorted(set(wanted.suspects) - set(now.suspects)))
    frozen = "; all but those named make and change no identities meanwhile" if wanted.freeze else ""
    several = len(wanted.suspects)
    found = place.plan(
        QuarantineWork(before=before, after=quarantine_document(wanted)),
        f"quarantine {several} principal{'s' * (several != 1)} of {place.account} by SCP",
        f"all that acts as {called(fresh) or 'those in it'} is refused everything{frozen}",
    )
    why = "an intruder who watches takes an IAM deny back before it binds; nobody in the account can take back an SCP"
    return found.model_copy(update={"why": why, "cuts": tuple(credential(each) for each in params.principals)})


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name, and where it is attached."""
    return AccountQuarantine(clients).probe(QuarantineWork.model_validate(plan.details))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy, then attach it. Raises ``PlanStale``, ``OwnIdentity``."""
    return AccountQuarantine(clients).carry_out(QuarantineWork.model_validate(plan.details))


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy after the settling time. What it does to the suspects, ``aws.prove_principal_dead`` shows."""
    return AccountQuarantine(clients).verdict(QuarantineWork.model_validate(receipt.details))


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy, to put back what bound before; the policy goes altogether when nothing did."""
    return AccountQuarantine(clients).plan_back(receipt)


def _refuse_unbound(principals: tuple[str, ...]) -> None:
    for arn in principals:
        if named(arn).kind is PrincipalKind.SERVICE_ROLE:
            hint = "a service-linked role acts for its service: look at who made that service act"
            raise Refused(f"no SCP binds {arn}", hint=hint)


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Quarantined] = Action(
    params=Params,
    result=Quarantined,
    effect=Effect.REVERSIBLE,
    summary="Quarantine principals by a service control policy",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("organizations:ListPolicies", "organizations:DescribePolicy", "organizations:ListTargetsForPolicy"),
        *("organizations:ListPoliciesForTarget", "organizations:CreatePolicy", "organizations:UpdatePolicy"),
        *("organizations:AttachPolicy", "organizations:DetachPolicy", "organizations:DeletePolicy"),
    ),
)
