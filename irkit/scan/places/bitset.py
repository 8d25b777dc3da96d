"""Sets of small numbers as the bits of one long number. Pure.

One bit at a time each step would copy the whole number: a million files with one value would be a million megabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_OF_OCTET = tuple(tuple(bit for bit in range(8) if octet >> bit & 1) for octet in range(256))
_ANY = re.compile(rb"[^\0]")


def bits(mask: int) -> Iterator[int]:
    """Numbers of the bits that are set, from the lowest."""
    octets = octets_of(mask)
    for found in _ANY.finditer(octets):
        first = found.start() << 3
        for bit in _OF_OCTET[octets[found.start()]]:
            yield first + bit


def mask_of(numbers: Iterable[int]) -> int:
    """The bits of these numbers; each may come several times."""
    listed = list(numbers)
    if len(listed) < 2:  # noqa: PLR2004 - one number or none
        return 1 << listed[0] if listed else 0
    octets = bytearray((max(listed) >> 3) + 1)
    for bit in listed:
        octets[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(octets, "little")


def octets_of(mask: int, width: int = 0) -> bytes:
    """The bits, eight in an octet, the lowest first; of at least ``width`` bits."""
    return mask.to_bytes((max(mask.bit_length(), width) + 7) >> 3, "little")


def is_set(octets: bytes, bit: int) -> bool:
    """Whether a bit is set."""
    return bool(octets[bit >> 3] >> (bit & 7) & 1)
