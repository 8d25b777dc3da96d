"""Ids of access keys as AWS makes them, and ministack with such ids.

ministack's own are hex digits: they hold 0, 1, 8 and 9, which no id of AWS has, so a scan for leaked keys rightly takes
them for something else. ``python -m irkit.drill.world.key_ids`` is ministack with these in their place.
"""

from __future__ import annotations

import base64
import importlib
import os
import runpy
import secrets
import sys

_ACCOUNT_AT = 39
_MINTS = {"_gen_access_key_id": "AKIA", "_gen_session_access_key": "ASIA"}


def key_id(prefix: str, account: str) -> str:
    """A new id: base32 of 80 bits, which are a 1, the 40 bits of the account's number, and chance.

    AWS does not document it; several measured it since 2021 (``irkit.scan.detect.structure.aws_account`` reads it).
    """
    bits = 1 << 79 | int(account) << _ACCOUNT_AT | secrets.randbits(_ACCOUNT_AT)
    return prefix + base64.b32encode(bits.to_bytes(10, "big")).decode()


def main() -> None:
    """Runs ministack, with its makers of key ids replaced before anything else sees them."""
    account = os.environ["MINISTACK_ACCOUNT_ID"]
    module = importlib.import_module("ministack.services.iam")
    for name, prefix in _MINTS.items():
        if not hasattr(module, name):
            msg = f"this ministack has no {name}: its ids of access keys cannot be made like those of AWS"
            raise RuntimeError(msg)
        setattr(module, name, lambda prefix=prefix: key_id(prefix, account))
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
