"""Packs' entries are read in a thread, while other things are loaded here: 7 ms of a small history's start."""

from __future__ import annotations

from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Sequence
from contextlib import suppress

from irkit.native import is_native
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_entries import read_heads


def read_beside(packs: Sequence[Pack], work: Callable[[], None]) -> None:
    """Read the entries of these packs, and do ``work`` here meanwhile; without native code, afterwards.

    An entry that cannot be read is told to whoever asks for the entries next.
    """
    is_read = allocate_lock()

    def read() -> None:
        try:
            with suppress(Exception):  # whoever asks for the entries reads them again, and is told
                for pack in packs:
                    _ = pack.entries
        finally:
            is_read.release()

    if not packs or not is_native(read_heads):
        work()
        return
    is_read.acquire()
    try:
        start_new_thread(read, ())
    except RuntimeError:  # the system has no thread left: they are read when they are asked for
        is_read.release()
    try:
        work()
    finally:
        is_read.acquire()
