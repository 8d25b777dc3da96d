"""irkit's own deny: the inline policy that refuses a user everything."""

from __future__ import annotations

from irkit.clients.iam import Iam, canonical_policy
from irkit.clients.inline_policy import InlinePolicy

DENY_ALL = "IrkitDenyAll"
"""The name of the policy: who denies and who lifts the deny mean the same one."""
DENY_ALL_DOCUMENT = canonical_policy({
    "Version": "2012-10-17",
    "Statement": [{"Sid": DENY_ALL, "Effect": "Deny", "Action": "*", "Resource": "*"}],
})  # fmt: skip


def deny_all(iam: Iam, user: str) -> InlinePolicy:
    """The deny of one user; nothing is read yet."""
    return InlinePolicy(iam, user, DENY_ALL, _meaning)


def _meaning(document: str) -> str:
    return "Deny * on *" if document == DENY_ALL_DOCUMENT else ""
