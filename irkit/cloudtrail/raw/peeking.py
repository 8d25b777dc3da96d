"""Whether a file is what its name says, seen from its first records: what is left out by its name is looked at so."""

from __future__ import annotations

import os
import zlib
from datetime import datetime

from irkit.cloudtrail.layout import Reason, named, named_in
from irkit.cloudtrail.raw.sights import Sights, sights

_STORED = 4096
_INFLATED = 32 << 10


def peeked(path: str) -> Sights:
    """What the first records of a file tell; nothing when they cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            begin = os.read(descriptor, _STORED)
        finally:
            os.close(descriptor)
        return sights(zlib.decompressobj(31).decompress(begin, _INFLATED) if begin[:2] == b"\x1f\x8b" else begin)
    except (OSError, zlib.error):
        return Sights()


def lies(path: str, left_out_for: Reason) -> bool:
    """Whether a file's first records contradict its name in what it was left out for."""
    one, seen = named(path), peeked(path)
    match left_out_for:
        case Reason.TIME:
            return outside(path, seen) is not None
        case Reason.ACCOUNT:
            return bool(seen.accounts - {one.account})
        case Reason.REGION:
            return bool(seen.regions - {one.region})
        case Reason.KIND:
            return False


def outside(place: str, seen: Sights) -> datetime | None:
    """The time of an event that lies where the file's name says it cannot; None when all seen lie within."""
    # What is remembered of names while many records come would lie between them, and keep their memory from the system.
    folder, slash, name = place.rpartition("/")
    span = named_in(folder + slash, name).span
    for text in (seen.first, seen.last):
        if span is not None and text:
            at = datetime.fromisoformat(text)
            if not span.holds(at):
                return at
    return None
