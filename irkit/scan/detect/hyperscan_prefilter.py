"""The prefilter on Hyperscan: one database of all expressions, one pass over a buffer."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from irkit.scan.detect.prefilter import Expression, ExpressionRefused, Hit
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

_PACKAGE = "hyperscan"

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
        hyperscan = _part("_hs_ext")
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
        return str(_part("_version").__version__)
    except ImportError:
        return ""


def _part(name: str) -> ModuleType:
    """A module of the package, without what its ``__init__`` loads for a class that is not used here: 4 ms.

    Raises ``ImportError``.
    """
    whole = f"{_PACKAGE}.{name}"
    if _PACKAGE in sys.modules or whole in sys.modules:
        return __import__(whole, fromlist=(name,))
    spec = next((found for finder in sys.meta_path if (found := finder.find_spec(_PACKAGE, None))), None)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"no package {_PACKAGE}", name=_PACKAGE)
    stand_in = type(sys)(_PACKAGE)
    stand_in.__path__ = spec.submodule_search_locations
    sys.modules[_PACKAGE] = stand_in
    try:
        return __import__(whole, fromlist=(name,))
    finally:
        del sys.modules[_PACKAGE]  # who imports it after this gets all of it
