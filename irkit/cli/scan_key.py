"""The key of a scan's fingerprints; asked for at the first finding."""

from __future__ import annotations

import os
from functools import cache

from irkit.cli.scan_told import say


def key() -> bytes:
    """The user's key; where it cannot be kept, one of this run alone: a finding must be told in any case."""
    from irkit.scan.fingerprint_key import fingerprint_key
    from irkit.scan.folders import data_folder

    folder = data_folder()
    try:
        return fingerprint_key(folder)
    except OSError as error:
        return _key_of_this_run(f"{folder}: {error.strerror}")


@cache
def _key_of_this_run(reason: str) -> bytes:
    """One key for all findings of the run, and said once."""
    say(f"irkit: fingerprints are good for this run only: {reason}")
    return os.urandom(32)
