"""Ids of access keys as AWS makes them.

ministack's own are hex digits: they hold 0, 1, 8 and 9, which no id of AWS has, so a scan for leaked keys rightly takes
them for something else. The rehearsal's laws put these in their place.
"""

from __future__ import annotations

import base64
import secrets

_ACCOUNT_AT = 39


def key_id(prefix: str, account: str) -> str:
    """A new id: base32 of 80 bits, which are a 1, the 40 bits of the account's number, and chance.

    AWS does not document it; several measured it since 2021 (``irkit.scan.detect.structure.aws_account`` reads it).
    """
    bits = 1 << 79 | int(account) << _ACCOUNT_AT | secrets.randbits(_ACCOUNT_AT)
    return prefix + base64.b32encode(bits.to_bytes(10, "big")).decode()
