"""STS's operations in the emulator: web identity tokens are checked, and what their sessions may is narrowed.

The emulator takes any token whose claims the role's trust policy lets in; and it forgets the session policies.
"""

from __future__ import annotations

import re
import time
from types import ModuleType
from urllib.parse import parse_qs

from irkit.drill.world.json_shape import JsonObject, mapping, parsed, text
from irkit.drill.world.laws.asgi import Answer, Handler
from irkit.drill.world.laws.bound_iam import BoundIam
from irkit.drill.world.laws.web_identity import TokenRefused, WebCaller, web_caller

_OK = 200
_BY_TOKEN = "AssumeRoleWithWebIdentity"  # noqa: S105  an operation's name
_KEY = re.compile(r"<AccessKeyId>(\w+)</AccessKeyId>")
_TOLD = re.compile(r"<SubjectFromWebIdentityToken>.*</Provider>", re.DOTALL)


class StsLaw:
    """Answers STS's operations by the emulator's."""

    def __init__(self, handler: Handler, module: ModuleType, bound: BoundIam) -> None:
        self._handler = handler
        self._module = module
        self._bound = bound
        self._keys: dict[str, bytes] = {}

    def trust(self, told: bytes) -> None:
        """Takes in the public key of an issuer: ``{"host": ..., "key": PEM}``."""
        issuer = mapping(parsed(told))
        self._keys[text(issuer.get("host"))] = text(issuer.get("key")).encode()

    async def handle(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        """One call of STS."""
        if headers.get("x-amz-target", "").endswith(f".{_BY_TOKEN}"):
            return self._error(TokenRefused("InvalidAction", "The rehearsal's STS speaks the query protocol alone."))
        asked = {**query, **parse_qs(body.decode(), keep_blank_values=True)}
        if asked.get("Action") != [_BY_TOKEN]:
            return await self._handler(method, path, headers, body, query)
        role = asked.get("RoleArn", [""])[-1]
        account = role.split(":")[4] if role.count(":") >= 5 else ""  # noqa: PLR2004  an ARN has six parts
        try:
            caller = self._caller(asked.get("WebIdentityToken", [""])[-1], account)
        except TokenRefused as refused:
            return self._error(refused)
        limits, wrong = self._module.__dict__["_session_policies"](asked, account)
        if wrong:
            answer: Answer = wrong
            return answer
        status, told_headers, told = await self._handler(method, path, headers, body, query)
        if status == _OK:
            told = self._session(told.decode(), caller, limits)
        return status, told_headers, told

    def _caller(self, token: str, account: str) -> WebCaller:
        providers: dict[str, JsonObject] = {
            arn: one for (owner, arn), one in self._bound.table("_oidc_providers").to_dict().items() if owner == account
        }
        return web_caller(token, account, providers, self._keys, time.time())

    def _session(self, told: str, caller: WebCaller, limits: dict[str, object]) -> bytes:
        found = _KEY.search(told)
        session = self._module.__dict__["_sessions"].get(found[1]) if found else None
        if session is not None and any(limits.values()):
            session["SessionPolicies"] = limits
        words = (
            f"<SubjectFromWebIdentityToken>{caller.subject}</SubjectFromWebIdentityToken>"
            f"<Audience>{caller.audience}</Audience><Provider>{caller.provider}</Provider>"
        )
        return _TOLD.sub(lambda _: words, told).encode()

    def _error(self, refused: TokenRefused) -> Answer:
        answer: Answer = self._module.__dict__["_error"](400, refused.code, refused.message, ns="sts")
        return answer
