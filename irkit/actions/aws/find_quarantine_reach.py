"""Find out whether a service control policy would bind the suspects: the one containment they cannot take back.

Which limits apply is told in words, for people to see in red before anybody says *contained*: the management account,
service-linked roles, principals of other accounts, no access (Organizations user guide, "Service control policies").
It also names the principals whom a freeze would hit in their daily work: those that CloudTrail shows making or changing
identities before the suspects did, and that are no suspects nor came of them. Who is contained already, in whatever
incident, is a suspect here too.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from irkit.clients.contained import Contained
from irkit.clients.holder import named
from irkit.clients.principal import PrincipalKind
from irkit.clients.scp import MOST_ATTACHED
from irkit.cloudtrail.identity_work import surroundings
from irkit.contract import Action, Effect, Frozen
from irkit.errors import ConfigInvalid, Denied, NotFound, OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``principals`` are the suspects' ARNs; ``hours`` how far back daily work is looked for."""

    principals: tuple[str, ...]
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 48


class Reach(StrEnum):
    """Whether an SCP binds here."""

    BINDS = "binds"
    MANAGEMENT_ACCOUNT = "management_account"
    """SCPs bind nobody in it."""
    NO_ORGANIZATION = "no_organization"
    NO_ACCESS = "no_access"
    """Nobody at hand may write SCPs, or they are turned off."""


class Result(Frozen):
    """Whether an SCP binds, in which account, and what it does not bind, in words."""

    reach: Reach
    account: str
    limits: tuple[str, ...]
    principals: tuple[str, ...]
    """The suspects, and the users, roles and sessions that came of them as far as the log tells already."""
    exempt: tuple[str, ...]
    """ARNs of principals that make identities as their daily work: a freeze is to spare them."""
    coverage: str
    """Until when, and from what, the daily work is known."""

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"SCP quarantine: {self.reach}" + (f"; {'; '.join(self.limits)}" if self.limits else "")


def read(clients: Clients, params: Params) -> Result:
    """Ask Organizations, then CloudTrail. Raises ``UsageError`` for what is no principal's ARN."""
    own = clients.sts.own_identity()
    reach, why = _reach(clients, own.account)
    since = clients.now() - timedelta(hours=params.hours)
    contained = Contained(clients, own.account)
    is_contained = contained.has if reach is Reach.BINDS else lambda _: False  # who is not frozen is not to be spared
    around = surroundings(clients, params.principals, since, own.account, is_contained)
    principals = tuple(dict.fromkeys((*params.principals, *around.kin)))
    return Result(
        reach=reach,
        account=own.account,
        limits=(*why, *_limits(own.account, params.principals, reach), *contained.unread),
        principals=principals,
        exempt=around.workers,
        coverage=around.coverage,
    )


def _reach(clients: Clients, account: str) -> tuple[Reach, tuple[str, ...]]:
    """The reach, and what is in the way in words."""
    try:
        organization = clients.scp_organization.described()
    except NotFound:
        why = "this account is in no organization: the intruder can take every IAM deny back while it spreads"
        return Reach.NO_ORGANIZATION, (why,)
    except (OutsideError, ConfigInvalid) as error:
        return Reach.NO_ACCESS, (f"Organizations cannot be asked: {error.message}",)
    if organization.management_account == account:
        why = "this is the management account: SCPs bind nobody in it, and IAM denies can be taken back"
        return Reach.MANAGEMENT_ACCOUNT, (why,)
    try:
        if not clients.scp_organization.has_service_control_policies():
            return Reach.NO_ACCESS, ("service control policies are turned off at the organization's root",)
        attached = len(clients.scps.attached(account))
    except Denied as error:
        return Reach.NO_ACCESS, (f"nobody at hand may write SCPs: {error.message}",)
    room = MOST_ATTACHED - attached
    full = () if room > 0 else (f"{attached} SCPs are attached to this account already, AWS allows {MOST_ATTACHED}",)
    return (Reach.BINDS if room > 0 else Reach.NO_ACCESS), full


def _limits(account: str, principals: tuple[str, ...], reach: Reach) -> tuple[str, ...]:
    """What an SCP does not bind, of these suspects and at all."""
    told = []
    for arn in principals:
        found = named(arn)
        if found.account != account:
            told.append(f"{arn} is of another account: no SCP on {account} binds it; look at resource policies")
        elif found.kind is PrincipalKind.SERVICE_ROLE:
            told.append(f"{arn} is a service-linked role: no SCP binds it")
    if reach is Reach.BINDS:
        told.append(_UNBOUND)
    return tuple(told)


_UNBOUND = "the quarantine binds no service-linked role, and nobody of another account whom a resource policy lets in"

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find out whether an SCP would bind the suspects",
    read=read,
    iam=(
        *("organizations:DescribeOrganization", "organizations:ListRoots", "organizations:ListPoliciesForTarget"),
        *("organizations:DescribePolicy", "iam:ListUserPolicies", "iam:ListRolePolicies", "cloudtrail:LookupEvents"),
    ),
)
