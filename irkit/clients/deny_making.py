"""irkit's deny of making identities: the inline policy of who is let act again after an intruder had its rights."""

from __future__ import annotations

from irkit.clients.holder import Holder
from irkit.clients.iam import canonical_policy
from irkit.clients.iam_rights import Rights
from irkit.clients.inline_policy import InlinePolicy
from irkit.clients.quarantine_policy import FROZEN, GRANT, NOT_FOR_AWS

DENY_MAKING = "IrkitDenyIdentityMaking"
"""The name of the policy."""
DENY_MAKING_DOCUMENT = canonical_policy({
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Deny", "Action": [each for each in FROZEN if each != GRANT], "Resource": "*"},
        {"Effect": "Deny", "Action": GRANT, "Resource": "*", "Condition": {"BoolIfExists": dict(NOT_FOR_AWS)}},
    ],
})  # fmt: skip
"""The calls that a freeze refuses to everybody. Without ``Sid``: a user's inline policies may have 2048 characters
together (IAM user guide, "IAM and STS quotas")."""


def deny_making(rights: Rights, holder: Holder) -> InlinePolicy:
    """The deny of one user or role; nothing is read yet."""
    return InlinePolicy(holder, DENY_MAKING, _meaning, rights)


def _meaning(document: str) -> str:
    return "Deny making and changing identities" if document == DENY_MAKING_DOCUMENT else ""
