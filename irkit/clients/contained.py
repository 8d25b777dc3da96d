"""``Contained``: whom irkit refuses everything in this account now, whichever incident it was for.

By its SCPs, and by its denials on users and roles. A role of whose sessions one is refused counts as a whole.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from irkit.clients.deny_all import DENY_ALL
from irkit.clients.deny_older import DENY_OLDER
from irkit.clients.hold import LAYER
from irkit.clients.holder import Holder
from irkit.clients.quarantine import BEGINS
from irkit.clients.quarantine_policy import bound, told_by
from irkit.errors import NotFound, OutsideError, UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_OURS = (DENY_ALL, DENY_OLDER, LAYER)


class Contained:
    """Who is contained, of those who are asked about. ``unread`` says in words what could not be looked at.

    Who cannot be looked at counts as contained.
    """

    def __init__(self, clients: Clients, account: str) -> None:
        self._clients = clients
        self._account = account
        self._known: dict[str, bool] = {}
        self.unread: list[str] = []

    def has(self, arn: str) -> bool:
        """Whether a user or role is contained, or is not there any more."""
        if arn not in self._known:
            self._known[arn] = bound(arn) in self._quarantined or self._is_denied(arn)
        return self._known[arn]

    @cached_property
    def _quarantined(self) -> frozenset[str]:
        """Patterns of those in the SCPs of irkit that are attached to the account."""
        found: set[str] = set()
        try:
            for each in self._clients.scps.attached(self._account):
                scp = self._clients.scps.described(each)
                if scp.name.startswith(BEGINS):
                    found |= {bound(arn) for arn in told_by(scp.content).suspects}
        except (OutsideError, UsageError) as error:
            self.unread.append(f"not all who are in quarantine for other incidents are known: {error.message}")
        return frozenset(found)

    def _is_denied(self, arn: str) -> bool:
        try:
            return any(name.startswith(_OURS) for name in self._clients.rights.inline_names(Holder.of(arn)))
        except NotFound:
            return True
        except OutsideError as error:
            self.unread.append(f"{arn} is frozen too, since whether it is contained is not known: {error.message}")
            return True
