"""How a journal is read where nothing can be written: on a read-only medium, in a folder of somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

from irkit.errors import JournalUnwritable


def is_writable(path: Path) -> bool:
    """Whether files can be made beside a journal, as a journal that is written to needs."""
    return os.access(path.parent, os.W_OK)


def readable(path: Path) -> str:
    """The SQLite URI to read a journal by.

    In WAL mode even a reader makes files beside the database; where it cannot, the database is opened as one that
    does not change (https://www.sqlite.org/wal.html, "Read-Only Databases"), which passes over the log beside it.

    Raises:
        JournalUnwritable: there is such a log, with events that would be missing.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    if is_writable(path):
        return uri
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        msg = f"{log} holds events that cannot be read where nothing can be written"
        raise JournalUnwritable(msg, hint="copy the whole folder to a writable place and look there")
    return f"{uri}&immutable=1"
