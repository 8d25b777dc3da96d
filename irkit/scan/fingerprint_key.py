"""The key of a user's fingerprints, in irkit's own data folder: never in the repository that is scanned."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from irkit.errors import UsageError

KEY_NAME = "scan.key"
_KEY_BYTES = 32


def fingerprint_key(folder: Path) -> bytes:
    """The 32 bytes of ``scan.key`` in the folder, made at the first call (0600; two processes at once agree on one).

    Raises ``OSError`` when it can be neither read nor made, ``UsageError`` when the file is not such a key.
    """
    file = folder / KEY_NAME
    if not file.exists():
        _make(file)
    key = file.read_bytes()
    if len(key) != _KEY_BYTES:
        raise UsageError(
            f"{file} is not a key of {_KEY_BYTES} bytes", hint="remove it; old fingerprints cannot be compared then"
        )
    return key


def _make(file: Path) -> None:
    """Write it aside and link it into place: nobody ever reads half a key, and the first to link wins."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = file.with_name(f".{KEY_NAME}.{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(secrets.token_bytes(_KEY_BYTES))
        with suppress(FileExistsError):
            os.link(aside, file)
    finally:
        aside.unlink()
