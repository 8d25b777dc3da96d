"""The prefilter on Hyperscan: two databases, one for all of a buffer and one for the parts of it with long runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from operator import itemgetter

from irkit.scan.detect.batch import give_back
from irkit.scan.detect.prefilter import Expression, ExpressionRefused, Hit
from irkit.scan.detect.runs import IS_QUICK, beside_runs
from irkit.scan.quick import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from types import ModuleType

    class _Database(Protocol):
        """As much of Hyperscan's as is used here."""

        def scan(self, text: bytes, *, match_event_handler: Callable[[int, int, int, int, object], None]) -> None: ...


_PACKAGE = "hyperscan"

LOOSE = r"""[\s\w.\-\[\]"'`)}\\,=:>(|?+@$]{0,140}"""
"""What ``${is}`` of the rules is searched for as: a run of its characters, which is quicker to compile and to search.

That may only be done where every end of every match is told, so that the one beside the value is among them.
"""

_NUMBERS, _APART = (1 << 20) - 1, 1 << 11
"""The bits of an expression's number, and how many of one number are told apart above them.

Of thousands of texts with one number (what encoded values begin with) Hyperscan compares each with each: 9 s to compile
where it takes 2 if no two have the same. Matches are then told for each, and kept once.
"""


class DatabaseUnusable(Exception):
    """A database made on another machine or by another version."""


class HyperscanPrefilter:
    """Finds every end of every match. Not to be shared between threads; a forked child may use it."""

    def __init__(self, databases: tuple[bytes, ...]) -> None:
        """From what ``compiled()`` made. Raises ``DatabaseUnusable``."""
        self._anywhere, self._beside_runs = map(_loaded, databases)

    def hits(self, buffer: bytes) -> list[Hit]:
        """All hits in a buffer, in the order of their ends."""
        found = _hits(self._anywhere, buffer)
        parts, pieces = beside_runs(buffer) if IS_QUICK else (buffer, b"")
        more = _hits(self._beside_runs, parts)
        if not more:
            return found
        if IS_QUICK:
            by_text: dict[int, list[Hit]] = {}
            give_back(more, pieces, by_text)
            more = by_text.get(0, [])
        return sorted([*found, *more], key=itemgetter(1))


def _loaded(database: bytes) -> _Database | None:
    hyperscan = _part("_hs_ext")
    if not database:
        return None
    try:
        loaded = hyperscan.loadb(database, hyperscan.HS_MODE_BLOCK)
        loaded.scratch = hyperscan.Scratch(loaded)
    except hyperscan.error as error:
        raise DatabaseUnusable(str(error)) from None
    return cast("_Database", loaded)


def _hits(database: _Database | None, buffer: bytes) -> list[Hit]:
    found: list[Hit] = []
    add = found.append

    def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
        add((number & _NUMBERS, end))

    if database is not None and buffer:
        database.scan(buffer, match_event_handler=on_match)
    return list(dict.fromkeys(found))


def compiled(expressions: Sequence[Expression]) -> tuple[bytes, bytes]:
    """Databases of these expressions, for this machine: of those that need no long run, and of those that do.

    Empty where there are none. Raises ``ExpressionRefused``.
    """
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


def _compiled(expressions: Sequence[Expression]) -> tuple[bytes, bytes]:
    from irkit.scan.detect.long_runs import needs_run
    from irkit.scan.ruleset import IS

    texts = [(one.number, one.text.replace(IS, LOOSE)) for one in expressions]
    needing = [one.is_in_run or needs_run(text) for one, (_, text) in zip(expressions, texts, strict=True)]
    anywhere = _database([one for one, needs in zip(texts, needing, strict=True) if not needs])
    beside_runs = _database([one for one, needs in zip(texts, needing, strict=True) if needs])
    return anywhere, beside_runs


def _database(texts: Sequence[tuple[int, str]]) -> bytes:
    """One for these expressions, each with its number; empty for none."""
    from collections import Counter  # whoever compiles loads more than that

    import hyperscan

    if not texts:
        return b""
    before: Counter[int] = Counter()
    ids = []
    for number, _ in texts:
        ids.append(number | before[number] % _APART << 20)
        before[number] += 1
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[text.encode() for _, text in texts],
        ids=ids,
        elements=len(texts),
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
