"""Look whether the SCP quarantine of this incident stands, so that a runbook can go on by IAM alone where it does not.

It asks for nothing that can fail: an organization that does not answer, a quarantine that could not be written and one
that somebody took away all come to *does not*, each with its reason. That a quarantine which was just written has also
settled, ``aws.quarantine_principals`` proves.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.principal import PrincipalKind, principal
from irkit.clients.quarantine import AccountQuarantine
from irkit.clients.quarantine_policy import plain, told_by
from irkit.contract import Action, Effect, Frozen
from irkit.errors import ConfigInvalid, OutsideError, UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``principals`` are ARNs that are to be shut in; ``account_reach`` what ``aws.find_quarantine_reach`` found."""

    principals: tuple[str, ...]
    account_reach: str = "binds"


class Outcome(StrEnum):
    """Whether they are shut in by an SCP."""

    BINDS = "binds"
    DOES_NOT = "does_not"


class Result(Frozen):
    """The outcome, and why not. ``limits`` are words to be shown in red."""

    outcome: Outcome
    limits: tuple[str, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"the SCP quarantine {self.outcome.replace('_', ' ')}{f': {self.limits[0]}' if self.limits else ''}"


def read(clients: Clients, params: Params) -> Result:
    """Look at the policy, as ``aws.organization_profile``. Raises ``UsageError`` for what is no principal's ARN."""
    why = _lacks(clients, params)
    if not why:
        return Result(outcome=Outcome.BINDS, limits=())
    words = f"no SCP shuts them in ({why}): they are held by IAM alone, which is a race that can be lost"
    return Result(outcome=Outcome.DOES_NOT, limits=(words,))


def _lacks(clients: Clients, params: Params) -> str:
    if params.account_reach != "binds":
        return params.account_reach.replace("_", " ")
    place = AccountQuarantine(clients)
    try:
        now = place.read()
        inside = set(told_by(now.binding).suspects)
    except (OutsideError, ConfigInvalid, UsageError) as error:
        return error.message
    missing = [arn for arn in params.principals if not {plain(arn), _whole(arn)} & inside]
    if not now.binding:
        return place.told(now)
    return f"it lacks {', '.join(missing)}" if missing else ""


def _whole(arn: str) -> str:
    """The role of a session, which a quarantine that has no room for single sessions shuts in whole."""
    found = principal(arn)
    return plain(found.policy_arn) if found and found.kind is PrincipalKind.SESSION else ""


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Look whether the SCP quarantine binds",
    read=read,
    iam=("organizations:ListPolicies", "organizations:DescribePolicy", "organizations:ListTargetsForPolicy"),
)
