"""Keys and sessions that were given to others, by whom they were given to: kept beside a store's parts.

A tree asks for what was made, by whomever, for each user and role in it. To find that among all records is to go
through the store; here it is read by name, and takes as long as there is of it. What is kept is what ``births.told``
says of a part's records, so that the same comes of it as of the records themselves.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from irkit.cloudtrail.births import GIVING, Birth, Kind, told
from irkit.cloudtrail.given_to import given_to
from irkit.cloudtrail.query import Outcome, Query
from irkit.cloudtrail.record import parsed
from irkit.cloudtrail.source import Progress
from irkit.cloudtrail.store.columns import EPOCH, microseconds
from irkit.cloudtrail.store.entries import Part, path_of
from irkit.cloudtrail.store.manifest import Manifest, unwritable
from irkit.cloudtrail.store.rows import SELECTED, Reader

if TYPE_CHECKING:
    import duckdb

    from irkit.cloudtrail.record import Record
    from irkit.cloudtrail.store.holdings import Holdings

NAME = "given.db"
_VERSION = 1
_WAIT_S = 10.0
_NAMED = ", ".join(f"'{each.partition(':')[2]}'" for each in GIVING)
_GAVE = f"name IN ({_NAMED}) AND error = '' AND odd = ''"
_ROWS = 2_000
_TABLES = """
CREATE TABLE parts (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE births (number INTEGER PRIMARY KEY, part TEXT NOT NULL, place BLOB NOT NULL, told TEXT NOT NULL);
CREATE TABLE names (
    name BLOB NOT NULL, at INTEGER NOT NULL, birth INTEGER NOT NULL, PRIMARY KEY (name, at, birth)) WITHOUT ROWID;
"""
_NEEDED = "SELECT * REPLACE ('' AS request_id, '' AS message, '' AS extra) FROM read_parquet(?)"
"""Nothing of a birth is told by these, and to read the first takes as long as all else."""
_LAST = 2**63 - 1
_encoded = json.JSONEncoder(separators=(",", ":")).encode


def births_given(holdings: Holdings, query: Query) -> tuple[Birth, ...] | None:
    """What the records of a query tell of births, each by itself and in no order.

    None when that is not kept of each part that may hold any, and for a query that asks for anything else: then it must
    be looked for.
    """
    rest = replace(query, windows=(), calls=(), mentions=(), given_to=(), accounts=(), regions=(), outcome=Outcome.ANY)
    is_of_it = bool(query.given_to and query.calls) and set(query.calls) <= set(GIVING) and rest == Query()
    is_kept = query.outcome is Outcome.SUCCEEDED and set(query.mentions) <= set(query.given_to)
    at = holdings.folder / NAME
    if not is_of_it or not is_kept or not at.is_file():
        return None
    parts = {part.name for part in holdings.touched(query)}
    try:
        with closing(sqlite3.connect(f"{at.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)) as database:
            if not _is_known(database) or not parts <= _parts(database):
                return None
            found = tuple(_read(database, query))
    except sqlite3.DatabaseError:
        return None  # the parts themselves tell it, in more time
    gone = holdings.gone
    return tuple(
        birth for part, place, birth in found if part in parts and (part, place) not in gone and _is_asked(birth, query)
    )


def _is_known(database: sqlite3.Connection) -> bool:
    """Whether it is one of ours, of this version."""
    try:
        return bool(database.execute("PRAGMA user_version").fetchone() == (_VERSION,))
    except sqlite3.OperationalError:
        raise  # it is locked, or the disk refuses it
    except sqlite3.DatabaseError:
        return False


def _parts(database: sqlite3.Connection) -> set[str]:
    return {name for (name,) in database.execute("SELECT name FROM parts")}


def _is_asked(one: Birth, query: Query) -> bool:
    return (
        (not query.windows or any(each.holds(one.at) for each in query.windows))
        and one.call in query.calls
        and (not query.accounts or one.account in query.accounts)
        and (not query.regions or one.region in query.regions)
    )


def _read(database: sqlite3.Connection, query: Query) -> Iterator[tuple[str, str, Birth]]:
    """Part, place and birth of all that was given to those of a query, in the span of its windows."""
    span = query.span
    first, last = (-_LAST, _LAST) if span is None else map(microseconds, span)
    found = {
        number: (part, place.decode("utf-8", "surrogatepass"), _birth(text))
        for name in query.given_to
        for number, part, place, text in database.execute(
            "SELECT number, part, place, told FROM names JOIN births ON number = birth "
            "WHERE name = ? AND at >= ? AND at < ?",
            (_blob(name), first, last),
        )
    }
    yield from found.values()


def _blob(name: str) -> bytes:
    """Of a text that may be no Unicode."""
    return name.encode("utf-8", "surrogatepass")


# --------------------------------------------------------------------------------------------------------------- writes


def keeping_given(folder: Path, manifest: Manifest) -> Generator[Progress, None, None]:
    """Keep what was given by the records of the parts of which it is not kept yet; how far it is comes after each part.

    Only the builder does this. Raises ``StoreUnwritable`` for what the disk refuses.
    """
    parts = manifest.parts()
    try:
        with closing(_opened(folder / NAME)) as database:
            known = _parts(database)
            _forget(database, known - {part.name for part in parts})
            wanted = [part for part in parts if part.name not in known]
            yield from _kept(database, folder, wanted)
    except (OSError, sqlite3.Error) as error:
        raise unwritable(folder, str(error)) from error


def _opened(at: Path) -> sqlite3.Connection:
    """To write; made anew when it is none, or of another version. It holds nothing that the parts do not."""
    database = sqlite3.connect(at, timeout=_WAIT_S)
    if _is_known(database):
        return database
    database.close()
    at.unlink(missing_ok=True)
    database = sqlite3.connect(at, timeout=_WAIT_S)
    database.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;")
    return database


def _forget(database: sqlite3.Connection, parts: set[str]) -> None:
    """Parts that are no more."""
    if not parts:
        return
    several = [(name,) for name in sorted(parts)]
    with database:
        database.executemany("DELETE FROM names WHERE birth IN (SELECT number FROM births WHERE part = ?)", several)
        database.executemany("DELETE FROM births WHERE part = ?", several)
        database.executemany("DELETE FROM parts WHERE name = ?", several)


def _kept(database: sqlite3.Connection, folder: Path, parts: list[Part]) -> Generator[Progress, None, None]:
    if not parts:
        return
    from irkit.cloudtrail.store.duck import duckdb  # a question looks here before it needs that
    from irkit.cloudtrail.store.part import writing_engine

    last: int = database.execute("SELECT ifnull(max(number), 0) FROM births").fetchone()[0]
    with closing(writing_engine()) as engine:
        for number, part in enumerate(parts, 1):
            try:
                with database:
                    database.execute("INSERT INTO parts VALUES (?)", (part.name,))
                    for records in _giving(engine, folder, part):
                        last = _keep(database, part.name, records, last)
            except duckdb.Error as error:
                raise unwritable(folder, str(error).partition("\n")[0]) from error
            yield Progress("parts looked through", number, len(parts))


def _giving(engine: duckdb.DuckDBPyConnection, folder: Path, part: Part) -> Iterator[list[Record]]:
    """The records of a part that gave a key or a session, some at a time."""
    reader = Reader()
    for condition in (_GAVE, *(("odd <> ''",) if part.odd else ())):
        statement = f"SELECT {SELECTED} FROM ({_NEEDED}) WHERE {condition}"  # noqa: S608 own words
        engine.execute(statement, [str(path_of(folder, part))])
        while held := engine.fetchmany(_ROWS):
            yield [one for one in reader.records(held) if one.call in GIVING]


def _keep(database: sqlite3.Connection, part: str, records: Iterable[Record], last: int) -> int:
    """Keep what is told of records, numbered from the last number on; the last number then."""
    births: list[tuple[int, str, bytes, str]] = []
    names: list[tuple[bytes, int, int]] = []
    for one in records:
        for birth in told((one,)):
            last += 1
            births.append((last, part, _blob(one.locator.place), _text(birth)))
            names += [(_blob(name), microseconds(birth.at), last) for name in given_to(one)]
    database.executemany("INSERT INTO births VALUES (?, ?, ?, ?)", births)
    database.executemany("INSERT INTO names VALUES (?, ?, ?)", names)
    return last


_KIND, _AT, _UNTIL = (Birth._fields.index(name) for name in ("kind", "at", "until"))
_KINDS = {each.value: each for each in Kind}


def _text(birth: Birth) -> str:
    """As JSON: the fields; times in microseconds since 1970."""
    held: list[object] = list(birth)
    held[_AT] = microseconds(birth.at)
    held[_UNTIL] = None if birth.until is None else microseconds(birth.until)
    return _encoded(held)


def _birth(text: str) -> Birth:
    """Of its text."""
    held = cast("list[object]", parsed(text))
    held[_KIND] = _KINDS[str(held[_KIND])]
    for place in (_AT, _UNTIL):
        if held[place] is not None:
            held[place] = EPOCH + timedelta(microseconds=cast("int", held[place]))
    return Birth._make(held)
