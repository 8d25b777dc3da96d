"""The later questions: every verb and its main options, asked of a store, each as a new process.

``NARROW`` ones are about one caller, address, call or event, or count everything; the bar is on the dearest of them.
``WIDE`` ones are about everybody: their answers are tens of thousands of rows, or rest on as many records.
"""

from __future__ import annotations

from trail import cast

_ROLE = f"arn:aws:iam::{cast.ACCOUNTS[0]}:role/{cast.CI_ROLE}"
_LEAK = ("--since", f"{cast.LEAK_START:%Y-%m-%dT%H:%MZ}", "--until", f"{cast.LEAK_END:%Y-%m-%dT%H:%MZ}")
_HOUR = ("--since", f"{cast.LEAK_START:%Y-%m-%dT%H:%MZ}", "--until", f"{cast.LEAK_START:%Y-%m-%dT}03:00Z")
_DAY = ("--since", f"{cast.LEAK_START:%Y-%m-%d}", "--until", f"{cast.LEAK_START:%Y-%m-%d}")
_KEY = ("--key", cast.LEAKED_KEY)
_USER = ("--user", "user-001")
_IP = ("--ip", cast.SECOND_IP)
_ALONE = ("--follow", "alone")

NARROW: tuple[tuple[str, ...], ...] = (
    ("activity", *_KEY),
    *(("activity", *_KEY, "--format", form) for form in ("json", "jsonl", "csv")),
    ("activity", *_KEY, *_ALONE),
    ("activity", *_KEY, "--follow", "tree"),
    ("activity", *_KEY, *_LEAK),
    ("activity", *_USER),
    ("activity", *_IP),
    ("activity", "--session", "pivot"),
    ("activity", "--arn", _ROLE, *_HOUR),
    ("activity", "--call", "iam:CreateUser"),
    ("activity", "--mention", cast.SECRETS[0]),
    ("decrypts", *_KEY),
    ("secrets", *_KEY),
    ("secrets", *_USER),
    ("persistence", *_KEY),
    ("denied", *_KEY),
    ("ci", "--arn", _ROLE, *_LEAK),
    ("news", *_KEY, *_LEAK[:2]),
    ("lineage", cast.LEAKED_KEY),
    ("seen", *_KEY),
    ("seen", *_USER),
    ("seen", *_IP),
    ("seen", "--arn", _ROLE, *_ALONE),
    ("seen", *_ALONE),
    ("sql", "SELECT call, count(*) FROM events GROUP BY ALL ORDER BY 2 DESC"),
)
WIDE: tuple[tuple[str, ...], ...] = (
    ("decrypts", *_DAY),
    ("persistence", *_DAY),
    ("denied",),
    ("ci", *_LEAK),
    ("ci",),
    ("secrets",),
    ("seen", *_ALONE, *_DAY),
)


def name(words: tuple[str, ...]) -> str:
    """As one would type it, without where to look; statements are long."""
    return " ".join(words) if words[0] != "sql" else "sql SELECT call, count(*) ..."
