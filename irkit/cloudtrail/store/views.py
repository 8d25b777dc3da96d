"""What SQL over a store sees: the view ``events``, and views made of it."""

from __future__ import annotations

from typing import NamedTuple

from irkit.cloudtrail.store.columns import NAMES
from irkit.cloudtrail.store.narrowing import DENIED, SESSION


class View(NamedTuple):
    """A view: what a row of it is, and the statement that makes it."""

    name: str
    says: str
    text: str


EXTRA = {
    "session": (SESSION, "name of the role session"),
    "call": ("source || ':' || name", "kms:Decrypt"),
    "denied": (f"({DENIED})", "true when AWS refused the call for want of a permission, or a sign-in"),
}
"""Columns of ``events`` that are made of others: the expression, and what it is."""
_NAMED = ", ".join(name for name in NAMES if name != "odd")
_MADE = ", ".join(f"{text} AS {name}" for name, (text, _) in EXTRA.items())
_CONTEXT = "json_extract(params, '$.encryptionContext')"
VIEWS = (
    View(
        "events",
        "one row an event",
        f"SELECT {_NAMED}, {_MADE} FROM (FROM stored UNION ALL BY NAME FROM odd_stored)",  # noqa: S608 own words
    ),
    View(
        "decrypts",
        "one row a call that opened or made something with a KMS key: what, with which key and context",
        f"SELECT time, name, principal_arn, principal, session, key_id, invoked_by, ip, "  # noqa: S608
        f"json_extract_string(resources, '$[0]') AS kms_key, {_CONTEXT}::VARCHAR AS context, error, region, account, "
        "event_id, place, byte_at, byte_count FROM events WHERE source = 'kms' AND name IN "
        "('Decrypt', 'ReEncrypt', 'GenerateDataKey', 'GenerateDataKeyPair', 'GenerateMac', 'DeriveSharedSecret')",
    ),
    View(
        "sessions",
        "one row a key of a session: whose, from when to when, how many calls, from which addresses",
        "SELECT key_id, any_value(principal_arn) AS principal_arn, any_value(session) AS session, "
        "any_value(issuer_arn) AS issuer_arn, any_value(source_identity) AS source_identity, min(time) AS first, "
        "max(time) AS last, count(*) AS calls, count(*) FILTER (error <> '') AS errors, "
        "list(DISTINCT ip) AS ips FROM events WHERE starts_with(key_id, 'ASIA') GROUP BY key_id",
    ),
)
