"""Regular expressions kept compiled between runs: fifty of them cost 9 ms to compile, and 1 ms to recall.

Python has a cache of compiled expressions (``re._cache``), but no way to keep it. What is kept here are the arguments
that ``re`` itself calls ``_sre.compile`` with. Both are CPython's own affair: where they look otherwise than expected,
nothing is recalled or kept, and every expression is compiled as always. Tests hold recalled expressions to compiled
ones.
"""

from __future__ import annotations

import marshal
import os
import sys
from zlib import crc32

from irkit.scan.detect.kept import unwaiting
from irkit.scan.quick import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

_MOST = 400
_OTHERS_MAY_WRITE = 0o022
_SUM_BYTES = 4
Key = tuple[type, str | bytes, int]
_UNEXPECTED = (AttributeError, ImportError, KeyError, LookupError, OSError, RuntimeError, TypeError, ValueError)


class KeptPatterns:
    """The expressions that were compiled by earlier runs, in a file of a folder.

    ``of`` names the kind of run, each with a file of its own: what a history needs would slow the hook. Expressions
    that hold a user's text must not be compiled before ``keep``, by ``re`` that is.
    """

    def __init__(self, folder: str, of: str = "") -> None:
        name = f"patterns-{of and of + '-'}{sys.implementation.cache_tag}-{sys.hexversion:x}.bin"
        self._file = os.path.join(folder, name)  # noqa: PTH118
        self._known: dict[tuple[bool, str | bytes, int], tuple[object, ...]] = {}
        self._is_recalled = False

    def recall(self) -> None:
        """Give Python's own cache what is in the file."""
        import re
        from contextlib import suppress

        self._is_recalled = True
        with suppress(*_UNEXPECTED):
            content = _trusted(self._file)
            if content:
                self._known = marshal.loads(content)  # noqa: S302 - our own file, and its checksum holds
                cache, compiled = _cache(), vars(vars(re)["_compiler"])["_sre"].compile
                for (is_bytes, pattern, flags), arguments in self._known.items():
                    cache[bytes if is_bytes else str, pattern, flags] = compiled(pattern, *arguments)

    def keep(self) -> None:
        """Write what was compiled since, for the next run; where that does not work it compiles again.

        A run that had no need to recall them compiled none of irkit's own, and leaves the file as it is.
        """
        if not self._is_recalled:
            return
        try:
            new = [key for key in _cache() if (key[0] is bytes, *key[1:]) not in self._known]
            if new and len(new) <= _MOST:
                self._write(new)
        except _UNEXPECTED:
            return

    def _write(self, new: Sequence[Key]) -> None:
        if len(self._known) + len(new) > _MOST:
            self._known = {}  # mostly of earlier versions
        for kind, pattern, flags in new:
            self._known[kind is bytes, pattern, flags] = _arguments(pattern, flags)
        content = marshal.dumps(self._known)
        os.makedirs(os.path.dirname(self._file), exist_ok=True, mode=0o700)  # noqa: PTH103, PTH120
        aside = f"{self._file}.{os.getpid()}"
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(_checksum(content) + content)
        os.replace(aside, self._file)  # noqa: PTH105


def _cache() -> dict[Key, re.Pattern[str] | re.Pattern[bytes]]:
    import re

    return cast("dict[Key, re.Pattern[str] | re.Pattern[bytes]]", vars(re)["_cache"])


def _trusted(file: str) -> bytes:
    """The content of a file that is ours alone to write, and whole; else nothing."""
    with open(file, "rb", buffering=0, opener=unwaiting) as opened:
        status = os.fstat(opened.fileno())
        if status.st_uid != os.geteuid() or status.st_mode & _OTHERS_MAY_WRITE:
            return b""
        content = opened.read()
    head, rest = content[:_SUM_BYTES], content[_SUM_BYTES:]
    return rest if head == _checksum(rest) else b""


def _checksum(content: bytes) -> bytes:
    return crc32(content).to_bytes(_SUM_BYTES)


def _arguments(pattern: str | bytes, flags: int) -> tuple[object, ...]:
    """What ``re`` hands to ``_sre.compile`` after the pattern (see ``re/_compiler.py``, ``compile``)."""
    import re

    compiler = vars(re)["_compiler"]
    parsed = vars(re)["_parser"].parse(pattern, flags)
    code = vars(compiler)["_code"](parsed, flags)
    names = parsed.state.groupdict
    by_number: list[str | None] = [None] * parsed.state.groups
    for name, number in names.items():
        by_number[number] = name
    plain = [int(word) for word in code]  # some are a subclass, which marshal refuses
    return int(flags | parsed.state.flags), plain, parsed.state.groups - 1, names, tuple(by_number)
