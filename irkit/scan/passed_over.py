"""Lines that were passed over: each counts once, in however many objects it stands, now or in an earlier scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from irkit.scan.detect.kept import digest_of

_DIGITS = 16

PassedOver = tuple[str, str]
"""The reason, and the first 64 bits of the line's digest in hex."""


def passed_over(reason: str, line: bytes) -> PassedOver:
    """The line, in a form that can be remembered."""
    return reason, digest_of(line).hex()[:_DIGITS]


def counted(lines: Iterable[PassedOver]) -> dict[str, int]:
    """By reason, how many lines."""
    counts: dict[str, int] = {}
    for reason, _ in frozenset(lines):
        counts[reason] = counts.get(reason, 0) + 1
    return counts


def by_reason(lines: Iterable[PassedOver]) -> dict[str, list[str]]:
    """As it is stored: by reason the digests, both sorted."""
    found: dict[str, list[str]] = {}
    for reason, digest in sorted(lines):
        found.setdefault(reason, []).append(digest)
    return found


def of_stored(stored: Mapping[str, Iterable[str]]) -> frozenset[PassedOver]:
    """The lines again."""
    return frozenset((reason, digest) for reason, digests in stored.items() for digest in digests)
