"""How much chance there is in a value's bytes."""

from __future__ import annotations

import math

REGULAR = "too regular"
"""Why a value with little entropy is no secret."""


def entropy(value: bytes) -> float:
    """Shannon's entropy of the bytes, in bits a byte: 0.0 for nothing and for one byte repeated."""
    counts = [value.count(byte) for byte in set(value)]
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
