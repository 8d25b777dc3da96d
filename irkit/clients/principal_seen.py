"""Whether AWS's own rules refuse a principal everything: by an SCP of ours, a deny of ours, or IAM's evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.clients.deny_older import older_refused
from irkit.clients.holder import Holder, HolderKind, named
from irkit.clients.principal import Principal, PrincipalKind
from irkit.clients.quarantine import AccountQuarantine
from irkit.clients.quarantine_policy import plain, told_by
from irkit.contract import Seen
from irkit.errors import ConfigInvalid, NotFound, OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


def principal_seen(clients: Clients, arn: str, tried: tuple[str, ...]) -> tuple[Seen, str]:
    """Denied or unknown, and why in words. ``tried`` are the permissions that IAM is asked about.

    A role's session is denied by irkit's deny of older ones: whoever could make a later one has a life of its own.
    Raises ``UsageError`` for no principal's ARN, ``OutsideError`` when IAM does not answer.
    """
    who = named(arn)
    if {plain(arn), plain(who.policy_arn)} & _shut(clients):
        return Seen.DENIED, f"the SCP irkit-quarantine-{clients.incident} refuses it everything, and has settled"
    try:
        if who.kind is PrincipalKind.SESSION:
            role = Holder(kind=HolderKind.ROLE, name=who.name)
            clients.rights.arn(role)
            says = older_refused(clients.rights, role, who.session)
            return (Seen.DENIED, says) if says else (Seen.UNKNOWN, "no deny of ours names this session")
        if who.kind not in {PrincipalKind.USER, PrincipalKind.ROLE}:
            return Seen.UNKNOWN, "no evaluation of it can be asked for"
        return _simulated(clients, who, tried)
    except NotFound:
        return Seen.DENIED, f"IAM knows no {'role' if who.kind is PrincipalKind.SESSION else who.kind} {who.name}"


def _shut(clients: Clients) -> set[str]:
    try:
        return set(told_by(AccountQuarantine(clients).read().binding).suspects)
    except (OutsideError, ConfigInvalid):
        return set()


def _simulated(clients: Clients, who: Principal, tried: tuple[str, ...]) -> tuple[Seen, str]:
    holder = Holder(kind=HolderKind(who.kind.value), name=who.name)
    decisions = clients.iam.simulated(clients.rights.arn(holder), tried)
    refused = sum(each == "explicitDeny" for each in decisions.values())
    seen = Seen.DENIED if refused == len(tried) else Seen.UNKNOWN
    return seen, f"iam:SimulatePrincipalPolicy: {refused} of {len(tried)} explicitly denied"
