"""Texts that are UTF-16 or UTF-32 as a whole, with or without their mark."""

from __future__ import annotations

from irkit.scan.detect.beginnings import WIDE

_PROBE_BYTES = 4096


class Wide:
    """Such a text. ``inner`` is in UTF-8."""

    def __init__(self, encoding: str, inner: bytes) -> None:
        self.via = encoding[:6]
        self.inner = inner
        self._encoding = encoding
        self._known = (0, 0)

    def place(self, first: int, last: int) -> tuple[int, int]:
        """From a place in ``inner`` to the one in the text, in bytes. Quick when asked in the order of the text."""
        start = self._outer(first)
        self._known = first, start
        return start, self._outer(last)

    def _outer(self, count: int) -> int:
        inner, outer = self._known if self._known[0] <= count else (0, 0)
        return outer + len(self.inner[inner:count].decode("utf-8", "replace").encode(self._encoding, "replace"))


def wide(body: bytes) -> Wide | None:
    """The text in UTF-8; None when it is no such text."""
    encoding = encoding_of(body)
    if not encoding:
        return None
    return Wide(encoding, body.decode(encoding, "replace").encode("utf-8", "replace"))


def encoding_of(body: bytes) -> str:
    """Of a text, or of its beginning: by its mark, or by NULs in every other place; "" when it is of single bytes."""
    for mark, encoding in WIDE:
        if body.startswith(mark):
            return encoding
    probe = body[:_PROBE_BYTES]
    quarter = len(probe) // 4
    if not quarter or probe.count(0) <= quarter:
        return ""  # in each of them two bytes of four are 0, or three
    zeros = [probe[lane::4].count(0) / quarter for lane in range(4)]
    looks = {
        "utf-32-le": (0, 1, 1, 1),
        "utf-32-be": (1, 1, 1, 0),
        "utf-16-le": (0, 1, 0, 1),
        "utf-16-be": (1, 0, 1, 0),
    }
    for name, lanes in looks.items():
        if all(share > 0.7 if lane else share < 0.1 for share, lane in zip(zeros, lanes, strict=True)):  # noqa: PLR2004
            return name
    return ""
