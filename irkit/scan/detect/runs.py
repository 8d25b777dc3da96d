"""The parts of a buffer with a long run of a token's characters: what needs one is searched for there alone."""

from __future__ import annotations

from irkit.native import is_native, native
from irkit.scan.detect.batch import SEPARATOR

RUN = 24
"""Bytes."""
BEFORE = 256
"""Bytes before a run that belong to its part."""
CHARACTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=")


def beside_runs(buffer: bytes) -> tuple[bytes, bytes]:
    """What stands beside runs, joined, and its pieces as ``batch.join`` tells them, all of text 0.

    A part begins ``BEFORE`` bytes before a run of at least ``RUN`` bytes of ``CHARACTERS`` and ends with its line.
    """
    import re
    from array import array

    run = re.compile(b"[A-Za-z0-9_+/=-]{%d}" % RUN)
    parts: list[tuple[int, int]] = []
    last = 0
    while found := run.search(buffer, last):
        start = max(found.start() - BEFORE, 0)
        if parts and start <= last:
            start = parts.pop()[0]
        last = buffer.find(b"\n", found.end()) + 1 or len(buffer)
        parts.append((start, last))
    pieces = array("q")
    size = 0
    for start, end in parts:
        pieces.extend((size, end - start, 0, start))
        size += end - start + len(SEPARATOR)
    return SEPARATOR.join(buffer[start:end] for start, end in parts), pieces.tobytes()


beside_runs = native("irkit.scan.detect._batch", beside_runs)
IS_QUICK = is_native(beside_runs)
"""Else to find runs takes longer than it spares."""
