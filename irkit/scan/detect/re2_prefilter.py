"""The prefilter on Google RE2, for machines without Hyperscan: the same hits where it matters, more slowly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Protocol, cast

from irkit.scan.detect.prefilter import Expression, Hit

_CHUNK_BYTES = 64 << 10
_OVERLAP_BYTES = 4 << 10
"""More than an anchor can match."""
_MEMORY_BYTES = 256 << 20
_ATOM = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.", re.DOTALL)
_SPACE = re.compile(r"\\.", re.DOTALL)


class Match(Protocol):
    """A match of RE2."""

    def span(self, group: int = 0) -> tuple[int, int]:
        """Where the match, or a group of it, stands."""


class Compiled(Protocol):
    """An expression of RE2."""

    @property
    def groupindex(self) -> Mapping[bytes, int]:
        """The numbers of the groups that have names."""

    def search(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Match | None:
        """The first match from a place on."""


class _Set(Protocol):
    def Match(self, text: bytes) -> list[int] | None: ...  # noqa: N802 - RE2's name


class Re2Prefilter:
    """Finds where matches end, at least one for each place where one begins."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        """Raises ``re2.error`` for an expression that RE2 cannot compile."""
        merged: dict[int, list[str]] = {}
        for one in expressions:
            merged.setdefault(one.number, []).append(one.text)
        self._numbers = list(merged)
        self._texts = ["|".join(f"(?:{text})" for text in texts) for texts in merged.values()]
        self._set = _set(self._texts)
        self._compiled: dict[int, Compiled] = {}

    def hits(self, buffer: bytes) -> list[Hit]:
        """The hits in a buffer, in the order of their ends."""
        found: set[Hit] = set()
        for start in range(0, max(1, len(buffer)), _CHUNK_BYTES):
            stop = min(len(buffer), start + _CHUNK_BYTES + _OVERLAP_BYTES)
            for index in self._set.Match(buffer[start:stop]) or ():
                found.update((self._numbers[index], end) for end in self._ends(index, buffer, start, stop))
        return sorted(found, key=lambda hit: hit[1])

    def _ends(self, index: int, buffer: bytes, start: int, stop: int) -> Iterator[int]:
        """One end for every place where a match begins, so that a match within another is not lost."""
        expression = self._compiled.get(index) or compiled(self._texts[index])
        self._compiled[index] = expression
        while match := expression.search(buffer, start, stop):
            start, end = match.span()
            start += 1
            yield end


@cache
def compiled(text: str) -> Compiled:
    """An expression of bytes. Raises ``re2.error``."""
    import re2

    return cast("Compiled", re2.compile(_same(text), _options()))


def _set(texts: Sequence[str]) -> _Set:
    import re2

    found = re2.Set.SearchSet(_options())
    for text in texts:
        found.Add(_same(text))
    found.Compile()
    return cast("_Set", found)


def _options() -> object:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    return options


def _same(text: str) -> bytes:
    r"""The expression as RE2 is to read it: with ``^`` at every line, and ``\s`` a vertical tab too."""
    return f"(?m){_ATOM.sub(lambda atom: _SPACE.sub(_with_tab, atom[0]), text)}".encode()


def _with_tab(space: re.Match[str]) -> str:
    in_class = space.string.startswith("[")
    escape = space[0]
    return escape if escape != r"\s" else r"\s\x0b" if in_class else r"[\s\x0b]"
