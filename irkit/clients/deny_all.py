"""irkit's own deny: the inline policy that refuses a user or role everything."""

from __future__ import annotations

from irkit.clients.holder import Holder
from irkit.clients.iam import canonical_policy
from irkit.clients.iam_rights import Rights
from irkit.clients.inline_policy import InlinePolicy

DENY_ALL = "IrkitDenyAll"
"""The name of the policy: who denies and who lifts the deny mean the same one."""
DENY_ALL_DOCUMENT = canonical_policy({
    "Version": "2012-10-17",
    "Statement": [{"Sid": DENY_ALL, "Effect": "Deny", "Action": "*", "Resource": "*"}],
})  # fmt: skip


def deny_all(rights: Rights, holder: Holder) -> InlinePolicy:
    """The deny of one user or role; nothing is read yet."""
    return InlinePolicy(holder, DENY_ALL, _meaning, rights)


def _meaning(document: str) -> str:
    return "Deny * on *" if document == DENY_ALL_DOCUMENT else ""
