"""What the store holds: its parts, the files that are in them, and what could not be read. One SQLite file.

A part counts from the moment its row is committed here, with those of its files; a Parquet file that is not named here
is a leftover of a build that was killed. Readers never wait for more than a commit.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from irkit.cloudtrail.coverage import LAG, Skipped
from irkit.cloudtrail.layout import SLACK
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.store.entries import Part, Registration, Scope, Swap, Totals, Unread
from irkit.errors import IrkitError, OutsideError

VERSION = "3"
NAME = "manifest.db"
_WAIT_S = 10.0
_NONE = "[]"
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE parts (
    name TEXT PRIMARY KEY, size INTEGER NOT NULL, rows INTEGER NOT NULL, odd INTEGER NOT NULL,
    first INTEGER, last INTEGER, settled INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE files (
    place TEXT PRIMARY KEY, stamp TEXT NOT NULL, size INTEGER NOT NULL, part TEXT NOT NULL, events INTEGER NOT NULL,
    first INTEGER, last INTEGER, delivered TEXT NOT NULL, doubles INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX files_of_part ON files (part);
CREATE TABLE scopes (
    part TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, PRIMARY KEY (part, account, region)) WITHOUT ROWID;
CREATE TABLE skipped (
    place TEXT NOT NULL, byte_at INTEGER NOT NULL, byte_count INTEGER NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (place, byte_at)) WITHOUT ROWID;
CREATE TABLE retired (part TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (part, place)) WITHOUT ROWID;
CREATE TABLE stands_for (kept TEXT NOT NULL, left_out TEXT NOT NULL, PRIMARY KEY (kept, left_out)) WITHOUT ROWID;
"""
_UNREAD = """
CREATE TABLE IF NOT EXISTS unread (place TEXT PRIMARY KEY, stamp TEXT NOT NULL, told TEXT NOT NULL) WITHOUT ROWID
"""
"""Not among ``_TABLES``, for a store of this version may have been made without it."""

_MARKS = """
CREATE TABLE IF NOT EXISTS marks (
    kind TEXT NOT NULL, part TEXT NOT NULL, sums BLOB NOT NULL, PRIMARY KEY (kind, part)) WITHOUT ROWID
"""
"""As ``_UNREAD``."""


class StoreBroken(OutsideError):
    """A store cannot be used as it is. It holds nothing that the raw files do not."""


class StoreUnwritable(IrkitError):
    """The store cannot be written: no room, or no right. Questions are answered from the raw files."""


class Manifest:
    """The manifest of one store. One object is used by one thread; any number of processes may have one."""

    def __init__(self, folder: Path, database: sqlite3.Connection) -> None:
        self._folder = folder
        self._database = database

    @classmethod
    def opened(cls, folder: Path) -> Manifest | None:
        """To read; None when there is no store yet. Raises ``StoreBroken`` for one of another version, or no store."""
        at = folder / NAME
        if not at.is_file():
            return None
        with _in_words(folder):
            database = sqlite3.connect(f"{at.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)
            one = cls(folder, database)
            one._check_version()
        return one

    @classmethod
    def created(cls, folder: Path) -> Manifest:
        """To write; made when there is none. Raises ``StoreUnwritable`` and ``StoreBroken``."""
        with _in_words(folder):
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise unwritable(folder, error.strerror or str(error)) from error
            database = sqlite3.connect(folder / NAME, timeout=_WAIT_S, isolation_level=None)
            database.execute("PRAGMA synchronous = FULL")
            database.execute("BEGIN IMMEDIATE")
            if not database.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in _TABLES.split(";\n"):
                    database.execute(statement)
                database.execute("INSERT INTO meta VALUES ('version', ?)", (VERSION,))
            database.execute(_UNREAD)
            database.execute(_MARKS)
            database.execute("COMMIT")
            one = cls(folder, database)
            one._check_version()
        return one

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _check_version(self) -> None:
        row = self._database.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        if row is None or row[0] != VERSION:
            raise StoreBroken(
                f"the store under {self._folder} is of another version of irkit",
                hint="delete the folder: it is made again from the raw files",
            )

    @contextmanager
    def _written(self) -> Iterator[None]:
        with _in_words(self._folder):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    # ---------------------------------------------------------------------------------------------------------- reads

    def parts(self) -> tuple[Part, ...]:
        """All parts, by their first event."""
        return tuple(
            Part(*row)
            for row in self._rows("SELECT name, size, rows, odd, first, last, settled FROM parts ORDER BY first, name")
        )

    def stamps(self) -> dict[str, str]:
        """Of each file in the store, by its place."""
        return dict(self._rows("SELECT place, stamp FROM files"))

    def places_in(self, parts: Iterable[str]) -> frozenset[str]:
        """The files whose rows are in some parts."""
        found = (self._rows("SELECT place FROM files WHERE part = ?", (part,)) for part in parts)
        return frozenset(place for rows in found for (place,) in rows)

    def resting_on(self, places: Iterable[str]) -> frozenset[str]:
        """Files whose rows are not all there without those of these places, which hold the same events; and these."""
        held: dict[str, list[str]] = {}
        for kept, left_out in self._rows("SELECT kept, left_out FROM stands_for"):
            held.setdefault(kept, []).append(left_out)
        found: set[str] = set()
        waiting = list(places)
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += held.get(place, [])
        return frozenset(found)

    def neighbours(self) -> tuple[Part, ...]:
        """All parts by account and region, then by their first event."""
        scopes = {part: (account, region) for part, account, region in self._rows(
            "SELECT part, min(account), min(region) FROM scopes GROUP BY part"
        )}  # fmt: skip
        return tuple(sorted(self.parts(), key=lambda part: scopes.get(part.name, ("", ""))))

    def parts_of(self, places: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """The part each place's rows are in, and the place."""
        wanted = "SELECT part, place FROM files WHERE place = ? AND part <> ''"
        return tuple(row for place in places for row in self._rows(wanted, (place,)))

    def retired(self) -> tuple[tuple[str, str], ...]:
        """Parts and the places in them whose rows no longer count: the file has changed."""
        return tuple(self._rows("SELECT part, place FROM retired"))

    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read while the store was built."""
        found = self._rows("SELECT place, byte_at, byte_count, why FROM skipped ORDER BY place, byte_at")
        return tuple(Skipped(Locator(place, at, count), why) for place, at, count, why in found)

    def unread(self) -> dict[str, Unread]:
        """By its place, each file of which nothing could be read, and would not be the next time."""
        if not self._has("unread"):
            return {}
        rows = self._rows("SELECT place, stamp, told FROM unread")
        return {
            place: Unread(
                place, stamp, tuple(Skipped(Locator(place, at, count), why) for at, count, why in json.loads(told))
            )
            for place, stamp, told in rows
        }

    def marks(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """Of each part that is marked, the sums of the values of one kind (``store.marks``)."""
        if self._has("marks"):
            yield from self._rows("SELECT part, sums FROM marks WHERE kind = ?", (kind,))

    def unmarked(self, kind: str) -> tuple[Part, ...]:
        """The parts whose values of one kind are not known."""
        marked = {part for (part,) in self._rows("SELECT part FROM marks WHERE kind = ?", (kind,))}
        return tuple(part for part in self.parts() if part.name not in marked)

    def scopes(self) -> tuple[Scope, ...]:
        """Accounts and regions that there are events of."""
        return tuple(Scope(*row) for row in self._rows("SELECT DISTINCT account, region FROM scopes ORDER BY 1, 2"))

    def totals(self, after: str, before: str, latest: str, apart: Iterable[str], without: Iterable[str]) -> Totals:
        """Of the files that were delivered between two times, by their names (ISO 8601), or at no known time.

        ``apart`` are places of which nothing is asked, ``without`` those that do not count at all. A delivery after
        ``latest`` cannot be.
        """
        values = {"after": after, "before": before, "latest": latest}
        values |= {"apart": json.dumps(sorted(apart)), "without": json.dumps(sorted(without))}
        touches = "(delivered = '' OR (delivered > :after AND delivered < :before))"
        if values["apart"] != _NONE:
            touches += " AND place NOT IN (SELECT value FROM json_each(:apart))"
        counted = "true" if values["without"] == _NONE else "place NOT IN (SELECT value FROM json_each(:without))"
        sums = ", ".join(f"ifnull(sum({name} * touches), 0)" for name in ("size", "events", "doubles"))
        rows = self._rows(
            "WITH told AS MATERIALIZED (SELECT size, events, doubles, first, last, delivered, "  # noqa: S608 own words
            f"({touches}) AS touches FROM files WHERE {counted}) "
            f"SELECT ifnull(sum(touches), 0), ifnull(sum(NOT touches), 0), {sums}, "
            "min(first), max(last), ifnull(max(delivered) FILTER (WHERE delivered <= :latest), '') FROM told",
            values,
        )
        return Totals(*next(rows))

    def misnamed(self) -> tuple[str, ...]:
        """Files with an event that is not of the time which their names say (``layout.Named.span``)."""
        earlier, later = (int(each.total_seconds()) for each in (LAG + SLACK, SLACK))
        rows = self._rows(
            "WITH told AS MATERIALIZED (SELECT place, first, last, CAST(strftime('%s', delivered) AS INTEGER) AS named "  # noqa: S608
            f"FROM files WHERE delivered <> '') SELECT place FROM told WHERE first < (named - {earlier}) * 1000000 "
            f"OR last >= (named + {later}) * 1000000 ORDER BY place"
        )
        return tuple(place for (place,) in rows)

    def _has(self, table: str) -> bool:
        return bool(list(self._rows("SELECT 1 FROM sqlite_master WHERE name = ?", (table,))))

    def _rows(self, statement: str, values: tuple[str, ...] | Mapping[str, str] = ()) -> Iterator[tuple]:  # type: ignore[type-arg]
        with _in_words(self._folder):
            yield from self._database.execute(statement, values)

    # --------------------------------------------------------------------------------------------------------- writes

    def register(self, one: Registration) -> None:
        """Add a part and its files. A file that was there before is then read from the new part alone."""
        with self._written():
            self._retire(file.place for file in one.files)
            execute, many = self._database.execute, self._database.executemany
            if one.part is not None:
                execute("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)", one.part)
                many("INSERT INTO scopes VALUES (?, ?, ?)", ((one.part.name, *scope) for scope in one.scopes))
            many("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", one.files)
            many("DELETE FROM skipped WHERE place = ?", {(each.at.place,) for each in one.skipped})
            many(
                "INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?)",
                ((each.at.place, each.at.offset, each.at.length, each.why) for each in one.skipped),
            )
            many("INSERT OR REPLACE INTO unread VALUES (?, ?, ?)", map(_unread_row, one.unread))

    def swap(self, one: Swap) -> None:
        """Let a new part count instead of old ones."""
        old = ", ".join("?" * len(one.old))
        with self._written():
            execute, many = self._database.execute, self._database.executemany
            new = one.new.name if one.new is not None else ""
            if one.new is not None:
                execute("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)", one.new)
                many(
                    "INSERT OR IGNORE INTO scopes SELECT ?, account, region FROM scopes WHERE part = ?",
                    [(new, name) for name in one.old],
                )
            execute(f"UPDATE files SET part = ? WHERE part IN ({old})", (new, *one.old))  # noqa: S608
            for table, column in (("scopes", "part"), ("retired", "part"), ("marks", "part"), ("parts", "name")):
                execute(f"DELETE FROM {table} WHERE {column} IN ({old})", one.old)  # noqa: S608
            many("UPDATE files SET doubles = doubles + ?2 WHERE place = ?1", one.doubles)
            many("INSERT OR IGNORE INTO stands_for VALUES (?, ?)", one.stands_for)

    def mark(self, part: str, sums: Mapping[str, bytes]) -> None:
        """Note the sums of a part's values, by their kind."""
        with self._written():
            rows = ((kind, part, each) for kind, each in sums.items())
            self._database.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", rows)

    def mark_settled(self) -> None:
        """No event is in two parts."""
        with self._written():
            self._database.execute("UPDATE parts SET settled = 1")

    def forget(self, places: Iterable[str]) -> None:
        """Files that are no longer in the store: their rows do not count from now on."""
        with self._written():
            self._retire(places)

    def swept(self) -> tuple[Part, ...]:
        """The parts that are left after those were taken away that no file is in any more."""
        gone = "SELECT name FROM parts WHERE name NOT IN (SELECT part FROM files)"
        with self._written():
            for table in ("scopes", "retired", "marks"):
                self._database.execute(f"DELETE FROM {table} WHERE part IN ({gone})")  # noqa: S608 irkit's own words
            self._database.execute("DELETE FROM parts WHERE name NOT IN (SELECT part FROM files)")
        return self.parts()

    def _retire(self, places: Iterable[str]) -> None:
        """Their rows, and the files whose events they stood for, which must be read again."""
        many = self._database.executemany
        gone = [(place,) for place in self.resting_on(places)]
        many("INSERT OR IGNORE INTO retired SELECT part, place FROM files WHERE place = ? AND part <> ''", gone)
        many("DELETE FROM files WHERE place = ?", gone)
        many("DELETE FROM skipped WHERE place = ?", gone)
        many("DELETE FROM stands_for WHERE kept = ?1 OR left_out = ?1", gone)
        many("DELETE FROM unread WHERE place = ?", gone)


def _unread_row(one: Unread) -> tuple[str, str, str]:
    return one.place, one.stamp, json.dumps([(each.at.offset, each.at.length, each.why) for each in one.told])


def unwritable(folder: Path, why: str) -> StoreUnwritable:
    """The error of a store that cannot be written."""
    return StoreUnwritable(
        f"the store under {folder} cannot be written: {why}",
        hint="make room, or name a folder that you may write; questions are answered from the raw files meanwhile",
    )


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if any(word in str(error) for word in ("full", "readonly", "unable to open", "disk I/O", "locked")):
            raise unwritable(folder, str(error)) from error
        raise _broken(folder, error) from error
    except sqlite3.DatabaseError as error:
        raise _broken(folder, error) from error


def _broken(folder: Path, error: sqlite3.Error) -> StoreBroken:
    return StoreBroken(
        f"the store under {folder} cannot be read: {error}",
        hint="delete the folder: it is made again from the raw files",
    )
