"""Puts the rehearsal's laws into the emulator, before it starts.

ministack is pinned to one version; each name that is replaced here must be there, or the start fails and says so.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from types import ModuleType

from irkit.drill.world.json_shape import JsonObject, mapping, parsed, written
from irkit.drill.world.key_ids import key_id
from irkit.drill.world.laws.asgi import Answer, Door, Handler
from irkit.drill.world.laws.bound_iam import BoundIam
from irkit.drill.world.laws.gate import Gate
from irkit.drill.world.laws.iam_law import IamLaw
from irkit.drill.world.laws.key_rotation import KeyRotation
from irkit.drill.world.laws.kms_law import KmsLaw
from irkit.drill.world.laws.listed_secrets import with_keys
from irkit.drill.world.laws.organization import OTHER_MEMBER, Organization, OrganizationRefused
from irkit.drill.world.laws.passage import current
from irkit.drill.world.laws.quarantine import Quarantine
from irkit.drill.world.laws.sts_law import StsLaw

_JSON = {"Content-Type": "application/x-amz-json-1.1"}
_OF_THEIR_OWN_WORDS = {"logs", "ssm"}
"""Services whose denials the emulator words itself, whatever it is told."""
_NEEDED = {
    "app": ("app", "SERVICE_HANDLERS"),
    "core.iam_evaluator": (
        "enforce",
        "resolve_principal",
        "caller_arn",
        "AuthError",
        "EvalResult",
        "_signed_request",
        "_resolve_condition_key",
    ),
    "core.iam_actions": ("access_denied_response", "_BOTOCORE_SERVICE_MAP"),
    "core.responses": ("get_account_id",),
    "services.iam": ("_gen_access_key_id", "_gen_session_access_key", "_access_keys", "_error", "_xml"),
    "services.sts": ("_sessions", "_session_policies", "_error", "_gen_session_access_key"),
    "services.kms": ("_grants", "_resolve_key"),
    "services.secretsmanager": ("_resolve", "_secrets"),
}


def install() -> None:
    """Replaces what must be replaced. Raises RuntimeError when this ministack lacks one of the names."""
    found = {name: _module(name, needed) for name, needed in _NEEDED.items()}
    app, responses, iam = found["app"], found["core.responses"], found["services.iam"]
    evaluator, sts = found["core.iam_evaluator"], found["services.sts"]
    for name, prefix in (("_gen_access_key_id", "AKIA"), ("_gen_session_access_key", "ASIA")):
        for module in (each for each in (iam, sts) if name in each.__dict__):
            module.__dict__[name] = _mint(prefix, responses)
    handlers: dict[str, Handler] = app.__dict__["SERVICE_HANDLERS"]
    quarantine, bound = Quarantine(_organization()), BoundIam(iam)
    importlib.import_module("ministack.services").__dict__["iam"] = bound
    kms = KmsLaw(handlers["kms"], found["services.kms"])
    tokens = StsLaw(handlers["sts"], sts, bound)
    gate = Gate(found, bound, quarantine, kms)
    evaluator.__dict__["enforce"] = gate.enforce
    evaluator.__dict__["_resolve_condition_key"] = gate.condition_key
    _reword(found["core.iam_actions"], gate)
    # Without this the emulator takes calls of the account service for no action, and lets everybody make them.
    found["core.iam_actions"].__dict__["_BOTOCORE_SERVICE_MAP"]["account"] = ["account"]
    handlers["iam"] = IamLaw(handlers["iam"], iam, bound, evaluator).handle
    handlers["kms"] = KeyRotation(kms.handle).handle
    handlers["sts"] = tokens.handle
    handlers["organizations"] = _organizations(quarantine, responses)
    handlers["secretsmanager"] = with_keys(handlers["secretsmanager"], found["services.secretsmanager"])

    def settle(_: bytes) -> None:
        for law in (bound, quarantine, kms):
            law.settle()

    app.__dict__["app"] = Door(app.__dict__["app"], {"settle": settle, "issuer": tokens.trust}).answer


def _organization() -> Organization | None:
    own, management = os.environ["MINISTACK_ACCOUNT_ID"], os.environ["REHEARSAL_MANAGEMENT"]
    if not management:
        return None
    members = {own: "production"} if own != management else {}
    return Organization(management, {**members, OTHER_MEMBER: "sandbox"})


def _organizations(quarantine: Quarantine, responses: ModuleType) -> Handler:
    async def handle(
        _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
    ) -> Answer:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        note = current.get()
        delay = note.scp_delay if note else 0
        try:
            told = quarantine.answer(responses.get_account_id(), operation, mapping(parsed(body)), delay)
        except OrganizationRefused as refused:
            error: JsonObject = {"__type": refused.code, "Message": refused.message}
            return 400, dict(_JSON), written(error | ({"Reason": refused.reason} if refused.reason else {}))
        return 200, dict(_JSON), written(told)

    return handle


def _reword(actions: ModuleType, gate: Gate) -> None:
    own: Callable[..., Answer] = actions.__dict__["access_denied_response"]

    def access_denied_response(service: str, *given: str, **named: object) -> Answer:
        words = gate.words()
        told = own(service, *given, **{**named, "message": words} if words else named)
        if words and service in _OF_THEIR_OWN_WORDS:
            told = told[0], told[1], written({**mapping(parsed(told[2])), "Message": words})
        return told

    actions.__dict__["access_denied_response"] = access_denied_response


def _mint(prefix: str, responses: ModuleType) -> Callable[[], str]:
    return lambda: key_id(prefix, responses.get_account_id())


def _module(name: str, needed: tuple[str, ...]) -> ModuleType:
    found = importlib.import_module(f"ministack.{name}")
    if missing := [each for each in needed if each not in found.__dict__]:
        msg = f"this ministack's {name} has no {', '.join(missing)}: the rehearsal's laws do not fit it"
        raise RuntimeError(msg)
    return found
