"""The prefilter on Hyperscan: one database of all expressions, one pass over a buffer."""

from __future__ import annotations

from collections.abc import Sequence

from irkit.scan.detect.prefilter import Expression, ExpressionRefused, Hit

LOOSE = r"""[\s\w.\-\[\]"'`)}\\,=:>(|?+@$]{0,140}"""
"""What ``${is}`` of the rules is searched for as: a run of its characters, which is quicker to compile and to search.

That may only be done where every end of every match is told, so that the one beside the value is among them.
"""


class DatabaseUnusable(Exception):
    """A database made on another machine or by another version."""


class HyperscanPrefilter:
    """Finds every end of every match. Not to be shared between threads; a forked child may use it."""

    def __init__(self, database: bytes) -> None:
        """From what ``compiled()`` made. Raises ``DatabaseUnusable``."""
        import hyperscan

        try:
            self._database = hyperscan.loadb(database, hyperscan.HS_MODE_BLOCK)
            self._database.scratch = hyperscan.Scratch(self._database)
        except hyperscan.error as error:
            raise DatabaseUnusable(str(error)) from None

    def hits(self, buffer: bytes) -> list[Hit]:
        """All hits in a buffer, in the order of their ends."""
        found: list[Hit] = []
        add = found.append

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add((number, end))

        self._database.scan(buffer, match_event_handler=on_match)
        return found


def compiled(expressions: Sequence[Expression]) -> bytes:
    """The database of these expressions, for this machine. Raises ``ExpressionRefused``."""
    import hyperscan

    try:
        return _compiled(expressions)
    except hyperscan.error as error:
        if len(expressions) == 1:
            raise ExpressionRefused(expressions[0], str(error)) from None
    half = len(expressions) // 2
    compiled(expressions[:half])
    compiled(expressions[half:])
    raise ExpressionRefused(expressions[0], "Hyperscan cannot run all of the rules together")


def _compiled(expressions: Sequence[Expression]) -> bytes:
    import hyperscan

    from irkit.scan.ruleset import IS

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[one.text.replace(IS, LOOSE).encode() for one in expressions],
        ids=[one.number for one in expressions],
        elements=len(expressions),
        flags=hyperscan.HS_FLAG_MULTILINE,
    )
    return hyperscan.dumpb(database)


def hyperscan_version() -> str:
    """Of the installed wheel; empty when there is none."""
    try:
        from hyperscan import _version
    except ImportError:
        return ""
    return str(_version.__version__)
