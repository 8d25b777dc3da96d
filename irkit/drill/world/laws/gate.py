"""The one place where the emulator decides whether a call may pass, with the laws that it does not know itself.

The emulator checks the signature and the caller's own policies; then come the service control policies, then what a
KMS grant gives, then the KMS key of a secret. Sources: IAM user guide, "Policy evaluation logic"; KMS developer guide,
"Grants"; Secrets Manager user guide, "Permissions for the KMS key".
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import ModuleType
from typing import Protocol

from irkit.drill.world.laws.passage import PassageNote, current
from irkit.drill.world.laws.quarantine import Quarantine
from irkit.drill.world.laws.scp import Asked, Refusal
from irkit.drill.world.laws.scp_condition import Keys

NEVER_REFUSED = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
"""GetCallerIdentity answers even under an explicit deny; GetSessionToken is an authentication operation, which no
policy controls (STS API reference)."""

_words: ContextVar[str] = ContextVar("rehearsal_words", default="")


class Principal(Protocol):
    """Who calls, as the emulator resolves it."""

    arn: str
    type: str
    account: str
    keys: Mapping[str, str]


class Gate:
    """Wraps the emulator's ``enforce`` and the words of its refusals."""

    def __init__(self, evaluator: ModuleType, quarantine: Quarantine) -> None:
        self._evaluator = evaluator
        self._quarantine = quarantine
        self._enforce = evaluator.enforce

    def enforce(
        self,
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Mapping[str, object] | None = None,
    ) -> object:
        """Like the emulator's own: ``None`` when the call may pass, else why not."""
        _words.set("")
        denied: object = self._enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        note = current.get()
        if isinstance(denied, self._evaluator.AuthError) or note is None or iam_action in NEVER_REFUSED:
            return denied
        principal = self._evaluator.resolve_principal(access_key_id or "", self._account())
        if isinstance(principal, self._evaluator.AuthError):
            return denied
        keys = self._keys(principal, note, region)
        refused = self._quarantine.refusal(
            principal.account, str(keys["aws:principalarn"]), Asked(iam_action, resource_arn, keys)
        )
        if refused is not None:
            _words.set(_told(principal.arn, iam_action, resource_arn, refused))
            return self._evaluator.EvalResult("Deny", principal_arn=principal.arn)
        return denied

    def words(self) -> str:
        """How the refusal that this call just met is to be worded; empty for the emulator's own words."""
        return _words.get()

    def _account(self) -> str:
        account: str = self._evaluator.importlib.import_module("ministack.core.responses").get_account_id()
        return account

    def _keys(self, principal: Principal, note: PassageNote, region: str) -> Keys:
        now = datetime.now(UTC)
        own: dict[str, str] = {
            **principal.keys,
            "aws:principalarn": self._bare_arn(principal),
            "aws:principalaccount": principal.account,
            "aws:principaltype": {"Root": "Account"}.get(principal.type, principal.type),
            "aws:principalisawsservice": "false",
            "aws:viaawsservice": "false",
            "aws:securetransport": "false",
            "aws:sourceip": note.source_ip,
            "aws:requestedregion": region,
            "aws:currenttime": now.isoformat(),
            "aws:epochtime": str(int(now.timestamp())),
        }
        organization = self._quarantine.organization_id
        return own | ({"aws:principalorgid": organization} if organization else {})

    def _bare_arn(self, principal: Principal) -> str:
        """``aws:PrincipalArn``: of a role's session it is the role's."""
        if principal.type != "AssumedRole":
            return principal.arn
        name = principal.arn.split("/")[1]
        iam = self._evaluator.importlib.import_module("ministack.services").iam
        role = iam._roles.get_scoped(principal.account, None, name) or {}  # noqa: SLF001  the emulator's table
        return str(role.get("Arn") or f"arn:aws:iam::{principal.account}:role/{name}")


def _told(principal: str, action: str, resource: str, refused: Refusal) -> str:
    named = f"User: {principal} is not authorized to perform: {action}"
    on_what = f" on resource: {resource}" if resource != "*" else ""
    if refused is Refusal.EXPLICIT:
        return f"{named}{on_what} with an explicit deny in a service control policy"
    return f"{named}{on_what} because no service control policy allows the {action} action"
