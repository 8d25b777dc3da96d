"""Secrets Manager under a customer's KMS key: the caller needs the key as well, which the emulator does not ask for.

Source: Secrets Manager user guide, "Permissions for the KMS key": reading needs kms:Decrypt, writing
kms:GenerateDataKey and kms:Decrypt, both of the caller.
"""

from __future__ import annotations

from irkit.drill.world.aws_call import AwsCall
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.json_shape import JsonObject, at, text
from irkit.drill.world.recording import Recording

_NEEDED = {
    "GetSecretValue": ("kms:Decrypt",),
    "PutSecretValue": ("kms:GenerateDataKey", "kms:Decrypt"),
}


class KmsPermission:
    """Asks the emulator's policy simulation, as ``root`` and unrecorded."""

    def __init__(self, root: AwsCaller, recording: Recording) -> None:
        self._root = root
        self._recording = recording

    def is_missing(self, call: AwsCall) -> bool:
        """Whether the caller may not use the key that the call's secret is encrypted with."""
        needed = _NEEDED.get(call.operation, ()) if call.service == "secretsmanager" else ()
        key = self._recording.key_of_secret(text(call.params.get("SecretId"))) if needed else ""
        identity = self._recording.identity(call.key_id)
        if not key or identity is None or identity["type"] == "Root":
            return False
        asked = {f"ActionNames.member.{place}": action for place, action in enumerate(needed, 1)}
        answer = self._root.query(
            "iam",
            "SimulatePrincipalPolicy",
            {"PolicySourceArn": _source(identity), "ResourceArns.member.1": key, **asked},
        )
        return any(decision.text != "allowed" for decision in answer.iter("EvalDecision"))


def _source(identity: JsonObject) -> str:
    return text(at(identity, "sessionContext", "sessionIssuer", "arn")) or text(identity.get("arn"))
