"""IAM is eventually consistent: a write succeeds at once and shows its effect some seconds later.

The write is done in the emulator for real (so that it is authorized and checked), then taken back at once and done
again when it is due.
A new access key is instead refused until it is due. Writes that cannot be taken back (DeleteAccessKey:
its secret would be lost) take effect at once. Source: IAM user guide, "Changes that I make are not always immediately
visible".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from irkit.drill.world.aws_call import AwsCall
from irkit.drill.world.aws_caller import AwsCaller, AwsRefused
from irkit.drill.world.json_shape import JsonObject, text

_KEYS_A_USER = 2
Write = tuple[str, dict[str, str]]
"""An IAM action and its flat parameters."""


class IamPropagation:
    """Delays the effect of IAM writes; ``root`` talks to the emulator directly, unrecorded."""

    def __init__(self, root: AwsCaller) -> None:
        self._root = root
        self._pending: dict[threading.Timer, Write] = {}
        self._lock = threading.Lock()
        self._usable_from: dict[str, float] = {}

    def is_usable(self, key_id: str) -> bool:
        """Whether a new key has spread yet."""
        return time.monotonic() >= self._usable_from.get(key_id, 0)

    def way_back(self, call: AwsCall) -> Write | None:
        """Before a write: what would take it back; ``None`` when it needs no delay or cannot be taken back."""
        look = _WAYS_BACK.get(call.operation) if call.service == "iam" else None
        return look(self._root, _flat(call.params)) if look else None

    def delay(self, call: AwsCall, back: Write, wait: timedelta) -> None:
        """After the write: takes it back now and does it again after ``wait``."""
        self._root.query("iam", back[0], back[1])
        again: Write = (call.operation, _flat(call.params))
        timer = threading.Timer(wait.total_seconds(), lambda: self._due(timer))
        timer.daemon = True
        with self._lock:
            self._pending[timer] = again
        timer.start()

    def has_room(self, made: ET.Element) -> bool:
        """AWS allows two keys a user, the emulator does not count: a third (CreateAccessKey's answer) is taken back."""
        user = made.findtext(".//UserName", "")
        if sum(1 for _ in self._root.query("iam", "ListAccessKeys", {"UserName": user}).iter("member")) <= _KEYS_A_USER:
            return True
        third = made.findtext(".//AccessKeyId", "")
        self._root.query("iam", "DeleteAccessKey", {"UserName": user, "AccessKeyId": third})
        return False

    def delay_key(self, key_id: str, wait: timedelta) -> None:
        """A new key is refused for ``wait``."""
        self._usable_from[key_id] = time.monotonic() + wait.total_seconds()

    def settle(self) -> None:
        """Lets everything that is still under way show its effect now, in the order it was written."""
        with self._lock:
            pending = list(self._pending)
        for timer in pending:
            timer.cancel()
            self._due(timer)
        self._usable_from.clear()

    def _due(self, timer: threading.Timer) -> None:
        with self._lock:
            write = self._pending.pop(timer, None)
        if write is not None:
            # The user or role may be gone by now, or the world: then there is nothing left to spread.
            with suppress(AwsRefused, OSError):
                self._root.query("iam", *write)

    def stop(self) -> None:
        """Forgets what is still under way."""
        with self._lock:
            for timer in self._pending:
                timer.cancel()
            self._pending.clear()


def _flat(params: JsonObject) -> dict[str, str]:
    return {name: text(value) for name, value in params.items() if text(value)}


def _key_status(root: AwsCaller, params: dict[str, str]) -> Write | None:
    keys = root.query("iam", "ListAccessKeys", {"UserName": params["UserName"]} if "UserName" in params else {})
    for member in keys.iter("member"):
        if member.findtext("AccessKeyId") == params.get("AccessKeyId"):
            return "UpdateAccessKey", {**params, "Status": member.findtext("Status", "Active")}
    return None


def _inline(kind: str) -> Callable[[AwsCaller, dict[str, str]], Write | None]:
    def look(root: AwsCaller, params: dict[str, str]) -> Write | None:
        names = {name: params.get(name, "") for name in (f"{kind}Name", "PolicyName")}
        try:
            document = root.query("iam", f"Get{kind}Policy", names).findtext(".//PolicyDocument", "")
        except AwsRefused:
            return f"Delete{kind}Policy", names
        return f"Put{kind}Policy", {**names, "PolicyDocument": _unquoted(document)}

    return look


def _attached(kind: str) -> Callable[[AwsCaller, dict[str, str]], Write | None]:
    def look(root: AwsCaller, params: dict[str, str]) -> Write | None:
        names = {name: params.get(name, "") for name in (f"{kind}Name", "PolicyArn")}
        held = root.query("iam", f"ListAttached{kind}Policies", {f"{kind}Name": names[f"{kind}Name"]})
        has = any(found.text == names["PolicyArn"] for found in held.iter("PolicyArn"))
        return f"{'Attach' if has else 'Detach'}{kind}Policy", names

    return look


def _trust(root: AwsCaller, params: dict[str, str]) -> Write | None:
    found = root.query("iam", "GetRole", {"RoleName": params.get("RoleName", "")})
    document = _unquoted(found.findtext(".//AssumeRolePolicyDocument", ""))
    return "UpdateAssumeRolePolicy", {"RoleName": params.get("RoleName", ""), "PolicyDocument": document}


def _unquoted(document: str) -> str:
    return unquote(document)


_WAYS_BACK: dict[str, Callable[[AwsCaller, dict[str, str]], Write | None]] = {
    "UpdateAccessKey": _key_status,
    "PutUserPolicy": _inline("User"),
    "DeleteUserPolicy": _inline("User"),
    "PutRolePolicy": _inline("Role"),
    "DeleteRolePolicy": _inline("Role"),
    "AttachUserPolicy": _attached("User"),
    "DetachUserPolicy": _attached("User"),
    "AttachRolePolicy": _attached("Role"),
    "DetachRolePolicy": _attached("Role"),
    "UpdateAssumeRolePolicy": _trust,
}
