"""``verify``: does a journal still say what it said? Names the first event that breaks."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from irkit.errors import JournalError
from irkit.incident.readable import readable
from irkit.incident.record import GENESIS, read

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Verification:
    """What checking showed: how many events hold, the head hash, and what breaks (empty when nothing does)."""

    events: int
    head: str
    broken: str = ""


def verification(path: Path, known_head: str = "") -> Verification:
    """Check every event's hash and its link to the one before, reading only.

    ``known_head`` is a hash written down earlier (on a hand-over sheet, in a report): a chain that no longer holds
    it was cut or rewritten, which the chain alone cannot show.
    """
    count, head = 0, GENESIS
    seen = {GENESIS}
    try:
        with sqlite3.connect(readable(path), uri=True) as db:
            for seq, digest, text in db.execute("SELECT seq, hash, record FROM events ORDER BY seq"):
                if seq != count + 1:
                    return Verification(count, head, f"event {count + 1}: missing")
                read(text, seq=seq, previous=head, stored_hash=digest)
                count, head = seq, digest
                seen.add(head)
    except JournalError as error:
        return Verification(count, head, error.message)
    except sqlite3.Error as error:
        return Verification(count, head, f"event {count + 1}: the file cannot be read ({error})")
    if not count:
        return Verification(count, head, "event 1: missing, the journal is empty")
    if known_head and not any(digest.startswith(known_head) for digest in seen):
        return Verification(count, head, f"no event has the hash {known_head}: the journal was cut short or rewritten")
    return Verification(count, head)
