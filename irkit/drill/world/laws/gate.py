"""The one place where the emulator decides whether a call may pass, with the laws that it does not know itself.

The emulator checks the signature and the caller's own policies; then come the service control policies, then what a
KMS grant gives, then the KMS key of a secret. Sources: IAM user guide, "Policy evaluation logic"; KMS developer guide,
"Grants"; Secrets Manager user guide, "Permissions for the KMS key" (reading needs kms:Decrypt, writing
kms:GenerateDataKey and kms:Decrypt, all of the caller).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Protocol

from irkit.drill.world.json_shape import JsonObject, mapping, parsed
from irkit.drill.world.laws.bound_iam import BoundIam
from irkit.drill.world.laws.grants import Wanted, context_keys, is_granted
from irkit.drill.world.laws.kms_law import KmsLaw
from irkit.drill.world.laws.passage import PassageNote, current
from irkit.drill.world.laws.quarantine import Quarantine
from irkit.drill.world.laws.scp import Asked, Refusal
from irkit.drill.world.laws.scp_condition import Keys

NEVER_REFUSED = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
"""GetCallerIdentity answers even under an explicit deny; GetSessionToken is an authentication operation, which no
policy controls (STS API reference)."""
_OF_NOBODY = frozenset({"sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"})
"""Asked without a signature: the caller is no principal of the account, so no policy of its organization binds him."""
_KEY_USES = {
    "secretsmanager:GetSecretValue": ("Decrypt",),
    "secretsmanager:PutSecretValue": ("GenerateDataKey", "Decrypt"),
}
_OF_USERS = frozenset({"User", "FederatedUser"})
"""Whose sessions (GetSessionToken without MFA, GetFederationToken) may not call IAM at all; those of federated users
may of STS call nothing but GetCallerIdentity (STS API reference)."""
_NO_TOKEN = "The security token included in the request is invalid."  # noqa: S105  what AWS says
_NO_KMS = "Access to KMS is not allowed"
_words: ContextVar[str] = ContextVar("rehearsal_words", default="")


class Principal(Protocol):
    """Who calls, as the emulator resolves it."""

    arn: str
    type: str
    account: str
    keys: Mapping[str, str]


class Context(Protocol):
    """Whom the emulator evaluates a condition for."""

    principal_arn: str
    principal_account: str


@dataclass(frozen=True)
class Call:
    """One call as the emulator asks about it."""

    key_id: str
    action: str
    service: str
    region: str
    resource: str
    context: Mapping[str, object]
    encryption_context: JsonObject


class Gate:
    """Wraps the emulator's ``enforce`` and the words of its refusals. ``modules`` are the emulator's, by name."""

    def __init__(self, modules: Mapping[str, ModuleType], bound: BoundIam, quarantine: Quarantine, kms: KmsLaw) -> None:
        self._evaluator = modules["core.iam_evaluator"]
        self._responses = modules["core.responses"]
        self._secrets = modules["services.secretsmanager"]
        self._sessions = modules["services.sts"].__dict__["_sessions"]
        self._keys_of_kms = modules["services.kms"]
        self._enforce = self._evaluator.enforce
        self._condition_key = self._evaluator.__dict__["_resolve_condition_key"]
        self._bound = bound
        self._quarantine = quarantine
        self._kms = kms

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
        asked = self._body() if service == "kms" else {}
        context = mapping(asked.get("EncryptionContext"))
        call = Call(access_key_id or "", iam_action, service, region, resource_arn, service_context or {}, context)
        denied = self._decided(call)
        if denied is None and iam_action in _KEY_USES and self._lacks_the_key(call):
            _words.set(_NO_KMS)
            return self._evaluator.EvalResult("Deny")
        return denied

    def condition_key(self, key: str, context: Context) -> object:
        """Like the emulator's own, but for two keys: it takes a session for its role and knows no organization."""
        match key.lower():
            case "aws:principalarn":
                return self._own_arn(context.principal_arn, context.principal_account)
            case "aws:principalorgid":
                return self._quarantine.organization_of(context.principal_account) or None
            case _:
                return self._condition_key(key, context)

    def words(self) -> str:
        """How the refusal that this call just met is to be worded; empty for the emulator's own words."""
        return _words.get()

    def _decided(self, call: Call) -> object:
        context = {**call.context, **context_keys(call.encryption_context)} if call.service == "kms" else call.context
        denied: object = self._enforce(call.key_id, call.action, call.service, call.region, call.resource, context)
        note = current.get()
        if isinstance(denied, self._evaluator.AuthError) or call.action in NEVER_REFUSED | _OF_NOBODY:
            return denied
        principal = self._evaluator.resolve_principal(call.key_id, self._responses.get_account_id())
        if isinstance(principal, self._evaluator.AuthError):
            return denied
        if principal.type in _OF_USERS and call.key_id in self._sessions and call.action.startswith("iam:"):
            return self._evaluator.AuthError("InvalidClientTokenId", _NO_TOKEN)
        if principal.type == "FederatedUser" and call.service == "sts":
            _words.set(f"Cannot call {call.action.partition(':')[2]} with session credentials")
            return self._evaluator.EvalResult("Deny", principal_arn=principal.arn)
        own_arn = self._own_arn(principal.arn, principal.account)
        keys = self._keys(principal, own_arn, note, call.region) if note else {}
        asked = Asked(call.action, call.resource, keys)
        refused = self._quarantine.refusal(principal.account, own_arn, asked) if note else None
        if refused is not None:
            _words.set(_told(principal.arn, call, refused))
            return self._evaluator.EvalResult("Deny", principal_arn=principal.arn)
        if denied is not None and self._is_granted(principal, own_arn, call, denied):
            return None
        return denied

    def _is_granted(self, principal: Principal, own_arn: str, call: Call, denied: object) -> bool:
        if call.service != "kms" or getattr(denied, "decision", "") != "ImplicitDeny":
            return False
        operation = call.action.partition(":")[2]
        callers = frozenset({principal.arn, own_arn})
        return is_granted(self._kms.grants(), Wanted(callers, operation, call.resource, call.encryption_context))

    def _lacks_the_key(self, call: Call) -> bool:
        _, secret = self._secrets.__dict__["_resolve"](call.resource)
        named = (secret or {}).get("KmsKeyId")
        found = self._keys_of_kms.__dict__["_resolve_key"](named) if named else None
        if not found:
            return False
        key = str(found["Arn"])
        via = {"kms:ViaService": f"secretsmanager.{call.region}.amazonaws.com"}
        context: JsonObject = {"SecretARN": call.resource}
        uses = [
            Call(call.key_id, f"kms:{use}", "kms", call.region, key, via, context) for use in _KEY_USES[call.action]
        ]
        return any(self._decided(use) is not None for use in uses)

    def _body(self) -> JsonObject:
        request = self._evaluator.__dict__["_signed_request"].get()
        return mapping(parsed(request.body)) if request is not None else {}

    def _keys(self, principal: Principal, own_arn: str, note: PassageNote, region: str) -> Keys:
        now = datetime.now(UTC)
        own: dict[str, str] = {
            **principal.keys,
            "aws:principalarn": own_arn,
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
        organization = self._quarantine.organization_of(principal.account)
        return own | ({"aws:principalorgid": organization} if organization else {})

    def _own_arn(self, arn: str, account: str) -> str:
        """``aws:PrincipalArn``: of a role's session it is the role's."""
        if ":assumed-role/" not in arn:
            return arn
        name = arn.split("/")[1]
        role = self._bound.table("_roles").to_dict().get((account, name), {})
        return str(role.get("Arn") or f"arn:aws:iam::{account}:role/{name}")


def _told(principal: str, call: Call, refused: Refusal) -> str:
    named = f"User: {principal} is not authorized to perform: {call.action}"
    on_what = f" on resource: {call.resource}" if call.resource != "*" else ""
    if refused is Refusal.EXPLICIT:
        return f"{named}{on_what} with an explicit deny in a service control policy"
    return f"{named}{on_what} because no service control policy allows the {call.action} action"
