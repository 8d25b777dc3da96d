"""The key of a user's fingerprints, in irkit's own data folder: never in the repository that is scanned."""

from __future__ import annotations

import os
from contextlib import suppress

from irkit.errors import UsageError

KEY_NAME = "scan.key"
_KEY_BYTES = 32


def fingerprint_key(folder: str | os.PathLike[str]) -> bytes:
    """The 32 bytes of ``scan.key`` in the folder, made at the first call (0600; two processes at once agree on one).

    Raises ``OSError`` when it can be neither read nor made, ``UsageError`` when the file is not such a key.
    """
    file = os.path.join(folder, KEY_NAME)  # noqa: PTH118 - a hook's start is counted in milliseconds: no pathlib
    try:
        key = _read(file)
    except FileNotFoundError:
        _make(file)
        key = _read(file)
    if len(key) != _KEY_BYTES:
        raise UsageError(
            f"{file} is not a key of {_KEY_BYTES} bytes", hint="remove it; old fingerprints cannot be compared then"
        )
    return key


def _read(file: str) -> bytes:
    with open(file, "rb") as opened:  # noqa: PTH123
        return opened.read()


def _make(file: str) -> None:
    """Write it aside and link it into place: nobody ever reads half a key, and the first to link wins."""
    folder, name = os.path.split(file)
    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
    aside = os.path.join(folder, f".{name}.{os.urandom(8).hex()}")  # noqa: PTH118
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(os.urandom(_KEY_BYTES))
        with suppress(FileExistsError):
            os.link(aside, file)
    finally:
        os.unlink(aside)  # noqa: PTH108
