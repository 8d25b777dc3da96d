"""Who came of suspects: the users and roles they made, the sessions they took, federated users. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from irkit.clients.principal import PrincipalKind, principal
from irkit.clients.quarantine_policy import plain
from irkit.cloudtrail.births import Kind
from irkit.cloudtrail.family import Join
from irkit.cloudtrail.lineage import Tree

_OWN = frozenset({PrincipalKind.USER, PrincipalKind.ROLE})


def kin(tree: Tree, suspects: Iterable[str], account: str, now: datetime) -> tuple[str, ...]:
    """ARNs of what came of the suspects and is of this account, the suspects themselves left out.

    Whoever was there before is not among them, even where the suspects made a key or a password for it, or a session by
    those: others work as it. Of those, the keys and sessions are stopped one by one. Sessions that have ended are left
    out, and those that others took of a role which the suspects made: the role is among them.
    """
    known = {plain(arn) for arn in suspects}
    made = {plain(one.arn) for one in tree.births if one.is_creation and principal(one.arn)}
    found: dict[str, None] = {}
    for one in tree.births:
        who = principal(one.arn)
        is_of_made = tree.join(one) is Join.OWNER and one.kind is Kind.SESSION
        if (
            is_of_made
            or who is None
            or who.account != account
            or who.kind is PrincipalKind.ROOT
            or plain(one.arn) in known
        ):
            continue
        ended = one.until is not None and one.until < now and who.kind not in _OWN
        if not ended and (who.kind not in _OWN or plain(one.arn) in made):
            found[one.arn] = None
    return tuple(found)
