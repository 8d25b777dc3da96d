"""A pack's index: which objects a pack holds, and where (gitformat-pack(5), "version 2 pack-*.idx files")."""

from __future__ import annotations

import mmap
import sys
from array import array
from bisect import bisect_left
from pathlib import Path

_MAGIC = b"\xfftOc\x00\x00\x00\x02"
_FANOUT_END = len(_MAGIC) + 256 * 4
_ID = 20
_CRC = 4
_OFFSET = 4
_LONG_OFFSET = 8
_CHECKSUMS = 2 * _ID
_IS_LONG = 1 << 31


class IndexUnknown(Exception):
    """The index is none that irkit reads; git may."""


class PackIndex:
    """The ids of a pack's objects, sorted, and the offset of each. Raises ``IndexUnknown`` and ``OSError``."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as opened:
            size = opened.seek(0, 2)
            if size < _FANOUT_END + _CHECKSUMS:
                raise IndexUnknown(f"{file.name}: too short for an index")
            self._map = mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)
        if self._map[: len(_MAGIC)] != _MAGIC:
            raise IndexUnknown(f"{file.name}: not an index of version 2")
        self.fanout = _numbers("I", self._map[len(_MAGIC) : _FANOUT_END])
        """How many ids begin with a byte up to this one."""
        self.count = self.fanout[255]
        entries = size - _FANOUT_END - _CHECKSUMS - self.count * (_ID + _CRC + _OFFSET)
        if entries < 0 or entries % _LONG_OFFSET:
            raise IndexUnknown(f"{file.name}: its size does not fit its {self.count} objects")
        if any(self.fanout[byte] > self.fanout[byte + 1] for byte in range(255)):
            raise IndexUnknown(f"{file.name}: its table of first bytes is not in order")
        self.ids = memoryview(self._map)[_FANOUT_END : _FANOUT_END + self.count * _ID]
        """All ids, 20 bytes each, sorted."""
        self.pack_checksum = self._map[size - _CHECKSUMS : size - _ID]

    def id_at(self, number: int) -> bytes:
        """The id of an object by its number in the order of ids."""
        return bytes(self.ids[number * _ID : number * _ID + _ID])

    def offsets(self) -> array[int]:
        """Where in the pack each object begins, in the order of ids."""
        start = _FANOUT_END + self.count * (_ID + _CRC)
        end = start + self.count * _OFFSET
        short = _numbers("I", self._map[start:end])
        if end + _CHECKSUMS == len(self._map):
            return short
        long = _numbers("Q", self._map[end : len(self._map) - _CHECKSUMS])
        if not all(one < _IS_LONG or one - _IS_LONG < len(long) for one in short):
            raise IndexUnknown("an offset is not in the table of long ones")
        return array("Q", (one if one < _IS_LONG else long[one - _IS_LONG] for one in short))

    def find(self, id_: bytes) -> int | None:
        """The number of an object in the order of ids; None when the pack does not hold it."""
        low = self.fanout[id_[0] - 1] if id_[0] else 0
        at = bisect_left(range(self.fanout[id_[0]]), id_, low, key=self.id_at)
        return at if at < self.count and self.id_at(at) == id_ else None


def _numbers(code: str, raw: bytes) -> array[int]:
    numbers = array(code)
    numbers.frombytes(raw)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
