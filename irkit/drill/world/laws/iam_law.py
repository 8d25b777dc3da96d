"""IAM's operations in the emulator: what the caller leaves out, the quota of keys, and the spreading of writes.

Two operations on web identity providers that the emulator lacks are here as well.
"""

from __future__ import annotations

from types import ModuleType
from urllib.parse import parse_qs, urlencode

from irkit.drill.world.laws.asgi import Answer, Handler
from irkit.drill.world.laws.bound_iam import BoundIam
from irkit.drill.world.laws.passage import current

_KEYS_A_USER = 2
_READS = ("Get", "List", "Simulate", "Generate")
_OF_ONESELF = frozenset(
    {
        "ChangePassword",
        "CreateAccessKey",
        "DeleteAccessKey",
        "GetUser",
        "ListAccessKeys",
        "ListMFADevices",
        "UpdateAccessKey",
    }
)
"""IAM operations that mean the caller's own user when no ``UserName`` is given (IAM API reference)."""
_CLIENTS = {"AddClientIDToOpenIDConnectProvider", "RemoveClientIDFromOpenIDConnectProvider"}


class IamLaw:
    """Answers IAM's operations by the emulator's."""

    def __init__(self, handler: Handler, module: ModuleType, bound: BoundIam, evaluator: ModuleType) -> None:
        self._handler = handler
        self._module = module
        self._bound = bound
        self._evaluator = evaluator

    async def handle(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        """One call of IAM."""
        asked = {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        action = asked.get("Action", "")
        caller: str = self._evaluator.caller_arn()
        if action in _OF_ONESELF and not asked.get("UserName") and ":user/" in caller:
            asked["UserName"] = caller.rpartition("/")[2]
            body = urlencode(asked).encode()
        if action == "CreateAccessKey" and self._has_no_room(asked.get("UserName", "")):
            return self._error(409, "LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {_KEYS_A_USER}")
        if action in _CLIENTS:
            told = self._changed_clients(action, asked)
        else:
            told = await self._handler(method, path, headers, body, query)
        if not action.startswith(_READS):
            note = current.get()
            self._bound.wrote(note.iam_delay if note else 0)
        return told

    def _has_no_room(self, user: str) -> bool:
        keys = self._module.__dict__["_access_keys"].values()
        return sum(1 for key in keys if key["UserName"] == user) >= _KEYS_A_USER

    def _changed_clients(self, action: str, asked: dict[str, str]) -> Answer:
        arn, client = asked.get("OpenIDConnectProviderArn", ""), asked.get("ClientID", "")
        provider = self._module.__dict__["_oidc_providers"].get(arn)
        if provider is None:
            return self._error(404, "NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}")
        others = [one for one in provider["ClientIDList"] if one != client]
        provider["ClientIDList"] = [*others, client] if action.startswith("Add") else others
        done: Answer = self._module.__dict__["_xml"](200, f"{action}Response", "", ns="iam")
        return done

    def _error(self, status: int, code: str, message: str) -> Answer:
        refused: Answer = self._module.__dict__["_error"](status, code, message, ns="iam")
        return refused
