"""irkit's deny of older sessions: the inline policy that refuses a user's sessions from before a cut-off everything."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from pydantic import JsonValue

from irkit.clients.iam import Iam, canonical_policy
from irkit.clients.inline_policy import InlinePolicy

DENY_OLDER = "IrkitRevokeOlderSessions"
"""The name of the policy."""


def deny_older(iam: Iam, user: str) -> InlinePolicy:
    """The deny of one user's older sessions; nothing is read yet."""
    return InlinePolicy(iam, user, DENY_OLDER, _meaning)


def deny_older_document(cutoff: datetime) -> str:
    """The document for a cut-off (aware, UTC; cut to whole seconds), by ``aws:TokenIssueTime``."""
    condition: JsonValue = {"DateLessThan": {"aws:TokenIssueTime": f"{cutoff:%Y-%m-%dT%H:%M:%SZ}"}}
    statement: JsonValue = {"Sid": DENY_OLDER, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    return canonical_policy({"Version": "2012-10-17", "Statement": [statement]})


def cutoff_of(document: str) -> datetime | None:
    """The cut-off of a document that is of our making; None for any other."""
    try:
        text = json.loads(document)["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
        cutoff = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return cutoff if document == deny_older_document(cutoff) else None


def _meaning(document: str) -> str:
    cutoff = cutoff_of(document)
    return f"Deny * to sessions issued before {cutoff:%Y-%m-%dT%H:%M:%SZ}" if cutoff else ""
