"""Files of the cache: whole or not at all, and checked when they are read."""

from __future__ import annotations

import os
import zlib
from contextlib import suppress
from pathlib import Path

_CHECK = 8


def read_kept(file: Path, magic: bytes) -> bytes | None:
    """The content of a file that ``write_kept`` wrote; None when there is none, or it is broken or of another kind."""
    try:
        raw = file.read_bytes() if file.is_file() else b""  # a pipe would be waited for
    except OSError:
        return None
    head, body = raw[: len(magic) + _CHECK], raw[len(magic) + _CHECK :]
    return body if head == _head(magic, body) else None


def write_kept(file: Path, magic: bytes, body: bytes) -> None:
    """Write a file so that another process sees all of it or nothing. Nothing happens where nothing can be written."""
    import tempfile  # 4 ms, and only what is new is written

    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, name = tempfile.mkstemp(dir=file.parent, prefix=".")
        try:
            with os.fdopen(number, "wb") as opened:
                opened.write(_head(magic, body) + body)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)


def _head(magic: bytes, body: bytes) -> bytes:
    return magic + b"%08x" % zlib.crc32(body)
