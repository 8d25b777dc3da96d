"""Whether a federated user is refused everything: as whoever asked for its token is, by what the log tells of that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.deny_older import cutoff_of, deny_older
from irkit.clients.holder import Holder, named
from irkit.clients.principal import PrincipalKind
from irkit.clients.principal_seen import principal_seen
from irkit.cloudtrail.births import births
from irkit.cloudtrail.inquiry import source_of, told_to
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Follow
from irkit.contract import Seen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

LONGEST = timedelta(hours=36)
"""A token of a federated user ends by then (STS API reference, "GetFederationToken")."""


def federated_seen(clients: Clients, arn: str, tried: tuple[str, ...]) -> tuple[Seen, str]:
    """Denied or unknown, and why in words; ``tried`` as for ``principal_seen``.

    A federated user may do what both its token's policy and the user who asked for it allow, so what refuses that user
    everything refuses it too (IAM user guide, "Permissions for GetFederationToken"). Raises as ``principal_seen`` does.
    """
    seen, says = principal_seen(clients, arn, tried)
    if seen is Seen.DENIED:
        return seen, says
    makers, is_whole = _makers(clients, arn)
    if not makers or not is_whole:
        return Seen.UNKNOWN, "the log does not tell, or not whole, who asked for its token"
    reasons: list[str] = []
    for each, last_at in makers.items():
        how, why = _maker_seen(clients, each, last_at, tried)
        if how is not Seen.DENIED:
            return Seen.UNKNOWN, f"{each}, who asked for its token, is not refused everything: {why}"
        reasons.append(f"{each} asked for its token; {why}")
    return Seen.DENIED, "; ".join(reasons)


def _makers(clients: Clients, arn: str) -> tuple[dict[str, datetime], bool]:
    """Who asked for tokens of that name that can be good still: ARNs, and when last; and whether the log is whole."""
    now = clients.now()
    query = Query(windows=(Window(now - LONGEST, now + timedelta(minutes=1)),), calls=("sts:GetFederationToken",))
    answer = ask(source_of(clients), ACTIVITY, query, Follow.ALONE, told_to(clients, "of who asked for tokens"))
    made = {one.by_arn: one.at for one in births(answer.records) if one.arn == arn}
    return made, answer.coverage.is_whole


def _maker_seen(clients: Clients, arn: str, last_at: datetime, tried: tuple[str, ...]) -> tuple[Seen, str]:
    """By what refuses a user everything, or all sessions of its that are older than a time after the last token."""
    seen, says = principal_seen(clients, arn, tried)
    if seen is Seen.DENIED or named(arn).kind is not PrincipalKind.USER:
        return seen, says
    policy = deny_older(clients.rights, Holder.of(arn))
    now = policy.read()
    cutoff = cutoff_of(now)
    return (Seen.DENIED, policy.told(now)) if cutoff is not None and cutoff > last_at else (seen, says)
