"""The organization's policies as they bind: whether they let a call of an account's principal pass."""

from __future__ import annotations

import time
from collections.abc import Sequence

from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.laws.organization import Organization
from irkit.drill.world.laws.organizations_api import answer
from irkit.drill.world.laws.scp import Asked, Refusal, refusal
from irkit.drill.world.laws.spreading import Spreading

_SERVICE_LINKED = ":role/aws-service-role/"


class Quarantine:
    """One organization, or none, whose writes bind late."""

    def __init__(self, organization: Organization | None) -> None:
        self._organization = organization
        self._spreading: Spreading[tuple[str, ...], str] = Spreading()
        self.wrote(0)

    def answer(self, account: str, operation: str, params: JsonObject, delay: float) -> JsonObject:
        """An operation of Organizations; what it writes binds ``delay`` seconds later. Raises OrganizationRefused."""
        told = answer(self._organization, account, operation, params)
        self.wrote(delay)
        return told

    def wrote(self, delay: float) -> None:
        """Takes in what has changed."""
        if self._organization is not None:
            self._spreading.write(self._organization.state(), time.monotonic(), lambda: delay)

    def settle(self) -> None:
        """Lets everything bind now."""
        self._spreading.settle()

    def refusal(self, account: str, principal: str, asked: Asked) -> Refusal | None:
        """Why a principal of an account is refused; ``None`` when it is not, or when nothing can bind it."""
        if self._organization is None or account == self._organization.management or _SERVICE_LINKED in principal:
            return None
        return refusal(self._levels(account), asked)

    def organization_of(self, account: str) -> str:
        """``aws:PrincipalOrgID`` of an account's principals; empty outside the organization."""
        return self._organization.id if self._organization and account in self._organization.places else ""

    def _levels(self, account: str) -> Sequence[Sequence[str]]:
        bound = self._spreading.bound(time.monotonic())
        chain = self._organization.chain(account) if self._organization else []
        hung = [thing for thing in bound if len(thing) == 2]  # noqa: PLR2004  a place and a policy
        return [[bound[policy,] for at, policy in hung if at == place and (policy,) in bound] for place in chain]
