"""Passwords in the columns of a table: a header that names one, and the cells below it (CSV, RFC 4180; TSV)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TELLING = rb"(?i:(?:[\w .\-]{0,24}[_ .\-])?(?:password|passwd|passwort|pwd|secret access key))"
_IN_HEADER = re.compile(rb"(?m)(?:^|[,;\t])[\"']?" + _TELLING + rb"[\"']?(?=[,;\t\r]|$)")
_NAME, _NAMES_SECRET = re.compile(rb"[\w .#/\-]{1,40}"), re.compile(_TELLING)
_CELL = {
    mark: re.compile(rb'(?:^|%b)(?:"((?:[^"]|"")*)"|\'([^\']*)\'|([^%b]*))' % (mark, mark))
    for mark in (b",", b";", b"\t")
}
_LEAST, _MOST = 6, 128


class Columns:
    """Looks for such tables in a window of text."""

    def values(self, window: bytes) -> Iterator[tuple[int, int]]:
        """The places of the cells under a telling name, row by row until one has not as many cells."""
        looked = -1
        for found in _IN_HEADER.finditer(window):
            if found.start() < looked:
                continue
            start = window.rfind(b"\n", 0, found.start() + 1) + 1
            looked = _end(window, start)
            header = window[start:looked].rstrip(b"\r")
            for mark in _CELL:
                names = [header[first:last] for first, last in _cells(header, mark)]
                telling = [column for column, name in enumerate(names) if _NAMES_SECRET.fullmatch(name)]
                if len(names) > 1 and telling and all(_NAME.fullmatch(name) for name in names):
                    yield from _below(window, looked + 1, mark, len(names), telling)


def _below(window: bytes, at: int, mark: bytes, count: int, telling: list[int]) -> Iterator[tuple[int, int]]:
    while at < len(window):
        end = _end(window, at)
        cells = _cells(window[at:end].rstrip(b"\r"), mark)
        if len(cells) != count:
            return
        for column in telling:
            first, last = at + cells[column][0], at + cells[column][1]
            if _LEAST <= last - first <= _MOST and b" " not in window[first:last]:
                yield first, last
        at = end + 1


def _end(window: bytes, at: int) -> int:
    end = window.find(b"\n", at)
    return len(window) if end < 0 else end


def _cells(line: bytes, mark: bytes) -> list[tuple[int, int]]:
    """Where the cells of a line stand, without their quotes."""
    return [found.span(found.lastindex or 0) for found in _CELL[mark].finditer(line)]
