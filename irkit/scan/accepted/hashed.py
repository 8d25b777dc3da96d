"""The hash of a value as detect-secrets' baseline has it: SHA-1, unkeyed; see ``docs/scan-baseline.md``."""

from __future__ import annotations

import hashlib


def hashed(value: str) -> str:
    """40 hex digits."""
    return hashlib.sha1(value.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
