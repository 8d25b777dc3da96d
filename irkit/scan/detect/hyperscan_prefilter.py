"""The prefilter on Hyperscan: one database of all expressions, one pass over a buffer."""

from __future__ import annotations

from collections.abc import Sequence

from irkit.scan.detect.batch import Hit
from irkit.scan.detect.expressions import Expression


class HyperscanPrefilter:
    """Finds every end of every match. Not to be shared between threads; a forked child may use it."""

    def __init__(self, database: bytes) -> None:
        """From ``compiled()`` bytes. Raises ``hyperscan.error`` when they are of another version or machine."""
        from hyperscan import _hs_ext

        self._database = _hs_ext.loadb(database, _hs_ext.HS_MODE_BLOCK)
        self._database.scratch = _hs_ext.Scratch(self._database)

    def hits(self, buffer: bytes) -> list[Hit]:
        """All hits in a buffer, in the order of their ends."""
        found: list[Hit] = []
        add = found.append

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add((number, end))

        self._database.scan(buffer, match_event_handler=on_match)
        return found


def compiled(expressions: Sequence[Expression]) -> bytes:
    """The database of these expressions, for this machine. Raises ``hyperscan.error`` for one it cannot compile."""
    from hyperscan import _hs_ext

    database = _hs_ext.Database(mode=_hs_ext.HS_MODE_BLOCK)
    database.compile(
        expressions=[one.text.encode() for one in expressions],
        ids=[one.number for one in expressions],
        elements=len(expressions),
        flags=_hs_ext.HS_FLAG_MULTILINE,
    )
    return _hs_ext.dumpb(database)
