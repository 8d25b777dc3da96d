"""A pack, mapped into memory, and what its index says of it."""

from __future__ import annotations

import mmap
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

from irkit.scan.large import LARGE_BYTES
from irkit.scan.objects.codec import DeltaUnusable, InflateError, apply_delta, inflate
from irkit.scan.objects.made import Made, made
from irkit.scan.objects.pack_entries import KINDS, Entries, pack_entries, places
from irkit.scan.objects.pack_index import IndexUnknown, PackIndex

_MAGIC = b"PACK\x00\x00\x00\x02"
_COUNTED = 4
_SHORTEST = 32


class Pack:
    """A pack and its index. Raises ``IndexUnknown`` when git should read it instead, and ``OSError``."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.index = PackIndex(file.with_suffix(".idx"))
        with file.open("rb") as opened:
            size = opened.seek(0, 2)
            if size < _SHORTEST:
                raise IndexUnknown(f"{file.name}: too short for a pack")
            self._map = mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)
        head = _MAGIC + self.index.count.to_bytes(_COUNTED)
        if self._map[: len(head)] != head:
            raise IndexUnknown(f"{file.name}: not the pack of its index")
        self.is_whole = self._map[size - 20 :] == self.index.pack_checksum
        """Whether it ends as its index says. Else its end is cut off or damaged: git reads nothing of it."""
        self.view = memoryview(self._map)
        """All of the pack."""
        self._entries: Entries | None = None
        self._offsets: array[int] | None = None
        self.broken: dict[int, str] = {}
        """Entries that could not be read, by number, and why."""

    @property
    def entries(self) -> Entries:
        """What is in the pack; read when first asked for."""
        if self._entries is None:
            self._entries = pack_entries(self.view, self.index, self.release)
        return self._entries

    def release(self) -> None:
        """Give the pages read so far back to the system's cache: they count as ours while they are mapped."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def families(self, roots: Iterable[int]) -> Made:
        """These entries and all that are deltas of them; what cannot be read goes to ``broken``."""
        return made(self, array("i", roots))

    def make(self, number: int, base: bytes | None) -> tuple[bytes, bytes] | None:
        """Content and delta (empty where there is no base) of an entry; None when it is broken."""
        offsets, heads, sizes = self.entries[:3]
        size = sizes[number]
        try:
            body = inflate(self.view[offsets[number] + heads[number] : offsets[number + 1]], 15, min(size, LARGE_BYTES))
            if len(body) != size:
                raise InflateError(f"{len(body)} bytes instead of {size}")  # noqa: TRY301 - one way out
            return (body, b"") if base is None else (apply_delta(base, body), body)
        except (InflateError, DeltaUnusable) as error:
            self._give_up(number, f"its data in the pack is broken: {error}")
            return None

    def members(self, root: int) -> Iterator[int]:
        """The numbers of an entry and of all that are deltas of it, in the order of ``families``."""
        waiting = [root]
        while waiting:
            number = waiting.pop()
            yield number
            child = self.entries.first_child[number]
            while child >= 0:
                waiting.append(child)
                child = self.entries.next_sibling[child]

    def root(self, number: int) -> int:
        """The entry that is no delta and that this one is made from."""
        while (base := self.entries.bases[number]) >= 0:
            number = base
        return number

    def kind(self, number: int) -> str:
        """``blob``, ``commit``, ``tag`` or ``tree``; empty when only git can tell."""
        return KINDS.get(self.entries.kinds[number], "")

    def has(self, id_: bytes) -> bool:
        """Whether an object is in the pack."""
        return self.index.find(id_) is not None

    def number_at(self, at: int) -> int:
        """The number of an entry by its number in the order of ids."""
        if self._offsets is None:
            self._offsets = self.index.offsets()
        return bisect_left(self.entries.offsets, self._offsets[at], hi=self.index.count)  # the last can be a cut pack's

    def ids(self, numbers: set[int]) -> dict[int, str]:
        """The ids of these entries, in hex."""
        wanted = {self.entries.offsets[number]: number for number in numbers}
        offsets = self.index.offsets()
        found = places(offsets, array("Q", sorted(wanted)))
        return {wanted[offsets[at]]: self.index.id_at(at).hex() for at in found}

    def _give_up(self, number: int, why: str) -> None:
        self.broken |= dict.fromkeys(self.members(number), "what it is made from is broken")
        self.broken[number] = why
