"""irkit's deny of older sessions: the inline policy that refuses sessions from before a cut-off everything."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from pydantic import JsonValue

from irkit.clients.holder import Holder
from irkit.clients.iam import canonical_policy
from irkit.clients.iam_rights import Rights
from irkit.clients.inline_policy import InlinePolicy

DENY_OLDER = "IrkitRevokeOlderSessions"
"""The name of the policy; for one session alone, its name follows."""


def deny_older(rights: Rights, holder: Holder, session: str = "") -> InlinePolicy:
    """The deny of older sessions, of all or of those with one session's name; nothing is read yet."""
    name = f"{DENY_OLDER}-{session}" if session else DENY_OLDER
    return InlinePolicy(holder, name, _meaning, rights)


def older_refused(rights: Rights, role: Holder, session: str) -> str:
    """In words, which deny of ours refuses a role's session of this name everything; empty when none stands.

    One for this session's name, or one for all sessions of the role.
    """
    for policy in (deny_older(rights, role, session), deny_older(rights, role)):
        cutoff = cutoff_of(policy.read())
        if cutoff is not None:
            return f"IAM holds the {policy.target}: it refuses all to sessions from before {cutoff:%Y-%m-%d %H:%M:%SZ}"
    return ""


def deny_older_document(cutoff: datetime, session: str = "") -> str:
    """The document for a cut-off (aware, UTC; cut to whole seconds), by ``aws:TokenIssueTime``.

    A role's session is told by ``aws:userid``, which is ``ROLE-ID:SESSION-NAME`` (IAM user guide, "Where you can use
    policy variables").
    """
    condition: dict[str, JsonValue] = {"DateLessThan": {"aws:TokenIssueTime": f"{cutoff:%Y-%m-%dT%H:%M:%SZ}"}}
    if session:
        condition["StringLike"] = {"aws:userid": f"*:{session}"}
    statement: JsonValue = {"Sid": DENY_OLDER, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    return canonical_policy({"Version": "2012-10-17", "Statement": [statement]})


def cutoff_of(document: str) -> datetime | None:
    """The cut-off of a document that is of our making; None for any other."""
    try:
        conditions = json.loads(document)["Statement"][0]["Condition"]
        cutoff = datetime.fromisoformat(conditions["DateLessThan"]["aws:TokenIssueTime"]).astimezone(UTC)
        session = conditions.get("StringLike", {}).get("aws:userid", "").removeprefix("*:")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None
    return cutoff if document == deny_older_document(cutoff, session) else None


def _meaning(document: str) -> str:
    cutoff = cutoff_of(document)
    return f"Deny * to sessions issued before {cutoff:%Y-%m-%dT%H:%M:%SZ}" if cutoff else ""
