"""What a text around a hit seems to be, beside plain."""

from __future__ import annotations

from enum import IntEnum


class Form(IntEnum):
    """Its number in a prefilter comes after the rules'."""

    BASE64 = 0
    HEX = 1
    UTF_16 = 2
    UTF_32 = 3
    PERCENT = 4
    ZIP = 5
    PACKED = 6
    """Base64 of something compressed."""
