"""Which texts were met before: event ids by the hundred thousand, which an answer that is streamed need not hold."""

from __future__ import annotations

from array import array

_FEW = 8_192
"""So many are held as they are, which takes a fifth of the time."""
_FULL = 0.75
_GROWTH = 1.5
_BITS = (1 << 64) - 1


class Met:
    """Texts by 128 bits of this process's keyed hash: 20 to 32 bytes each, where a set of them takes 150.

    Of a thousand million texts two are taken for one another with a chance of 10 ** -21.
    """

    def __init__(self) -> None:
        self._few: set[str] | None = set()
        """All of them, until they are too many."""
        self._slots = array("Q")
        """Two words of each, where the first leads or behind that; (0, 0) is free."""
        self._count = 0

    def __len__(self) -> int:
        return self._count if self._few is None else len(self._few)

    def __contains__(self, text: str) -> bool:
        return self._slots[self._place(*_words(text))] != 0 if self._few is None else text in self._few

    def add(self, text: str) -> bool:
        """Note it; whether it was not met before."""
        if self._few is not None:
            before = len(self._few)
            self._few.add(text)
            if before == _FEW and len(self._few) > _FEW:
                self._pack(self._few)
                return True
            return len(self._few) > before
        return self._note(text)

    def _pack(self, several: set[str]) -> None:
        """From now on without the texts themselves."""
        self._few = None
        self._slots = array("Q", bytes(16 * int(len(several) * _GROWTH / _FULL)))
        for text in several:
            self._note(text)

    def _note(self, text: str) -> bool:
        first, second = _words(text)
        at = self._place(first, second)
        if self._slots[at]:
            return False
        self._slots[at], self._slots[at + 1] = first, second
        self._count += 1
        if 2 * self._count > _FULL * len(self._slots):
            self._grow()
        return True

    def _place(self, first: int, second: int) -> int:
        """Where it stands, or would."""
        slots, size = self._slots, len(self._slots)
        at = 2 * (first % (size // 2))
        while slots[at] and (slots[at] != first or slots[at + 1] != second):
            at = (at + 2) % size
        return at

    def _grow(self) -> None:
        held = self._slots
        self._slots = array("Q", bytes(16 * int(len(held) // 2 * _GROWTH)))
        for at in range(0, len(held), 2):
            if held[at]:
                place = self._place(held[at], held[at + 1])
                self._slots[place], self._slots[place + 1] = held[at], held[at + 1]


def _words(text: str) -> tuple[int, int]:
    """Two hashes of a text, the first of them not 0."""
    return hash(text) & _BITS or 1, hash(f"+{text}") & _BITS
