"""Where a raw record lies, so that anyone can look at it again."""

from __future__ import annotations

from typing import NamedTuple


class Locator(NamedTuple):
    """``place`` is a file's path, ``s3://bucket/key``, or what else was asked (``event-history:eu-west-1``).

    ``offset`` and ``length`` are bytes of the *inflated* content; an offset of -1 says that only the place is known.
    """

    place: str
    offset: int = -1
    length: int = 0

    @property
    def text(self) -> str:
        """``s3://bucket/key.json.gz#1024+860``."""
        return f"{self.place}#{self.offset}+{self.length}" if self.offset >= 0 else self.place

    @classmethod
    def read(cls, text: str) -> Locator:
        """The locator of its text."""
        place, mark, span = text.rpartition("#")
        offset, plus, length = span.partition("+")
        if mark and plus and offset.isdigit() and length.isdigit():
            return cls(place, int(offset), int(length))
        return cls(text)


NOWHERE = Locator("")
