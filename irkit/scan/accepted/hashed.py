"""The hash of a value as detect-secrets' baseline has it: SHA-1, unkeyed; see ``docs/scan-baseline.md``."""

from __future__ import annotations


def hashed(value: str) -> str:
    """40 hex digits."""
    import hashlib  # 4 ms: it loads OpenSSL, and only a baseline wants it

    return hashlib.sha1(value.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
