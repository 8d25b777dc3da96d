"""The journal: what happened, in order, on disk when ``append`` returns, and not to be altered afterwards.

One SQLite file an incident (WAL, ``synchronous=FULL``: the commit is fsynced). The database itself refuses UPDATE,
DELETE and any insert that does not continue the chain. Any number of processes may append: the write lock gives one
total order, and a ``guard`` is asked under that lock, with the state as of that very moment.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from irkit.errors import JournalBroken, JournalUnwritable
from irkit.incident.readable import is_writable, readable
from irkit.incident.record import GENESIS, read, written
from irkit.incident.state import IncidentState, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from irkit.incident.events import Actor, Event, Recorded

Guard = Callable[[IncidentState], None]
"""Asked under the write lock; raises to keep the event out."""

_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_fork BEFORE INSERT ON events
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
  OR json_extract(NEW.record, '$.seq') IS NOT NEW.seq
  OR json_extract(NEW.record, '$.previous') IS NOT
     coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1),
     '0000000000000000000000000000000000000000000000000000000000000000')
BEGIN SELECT RAISE(ABORT, 'the event does not continue the chain'); END;
COMMIT;
"""
_BUSY_SECONDS = 30.0
_KEEP_A_COPY = "is it an irkit journal? keep a copy of the file before anything else"


class Happened(NamedTuple):
    """When an event happened: the time (aware, UTC), whose clock said so, and to within what."""

    at: datetime
    source: str = "this machine"
    uncertainty_ms: int = 0


class Journal(Protocol):
    """An append-only record of one incident, shared by any number of processes."""

    def append(
        self, event: Event, *, actor: Actor, happened: Happened | None = None, guard: Guard | None = None
    ) -> Recorded:
        """Write an event; it is on disk when this returns.

        Raises:
            JournalUnwritable: nothing was written (disk full, read-only, lock not had in 30 s).
            JournalBroken: what is there does not verify.
            Whatever ``guard`` raises, with nothing written.
        """

    def state(self) -> IncidentState:
        """The fold of all events, those of other processes included."""

    def records(self, after: int = 0) -> Sequence[Recorded]:
        """The events with a sequence number above ``after``, those of other processes included."""

    def close(self) -> None:
        """Let go of the file."""


class SqliteJournal:
    """The journal in one SQLite file. Safe to use from many threads and many processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._records: list[Recorded] = []
        self._state = IncidentState()
        self._data_version = -1
        try:
            uri = path.resolve().as_uri() if is_writable(path) else readable(path)
            self._db = sqlite3.connect(
                uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._prepare()
        except sqlite3.OperationalError as error:
            msg = f"cannot open the journal {path}: {error}"
            raise JournalUnwritable(msg, hint="is the folder there, writable, and the disk not full?") from error
        except sqlite3.Error as error:
            raise JournalBroken(f"cannot read the journal {path}: {error}", hint=_KEEP_A_COPY) from error

    def _prepare(self) -> None:
        """Set the file up; a file of somebody else's is left as it is."""
        there = {str(name) for (name,) in self._db.execute("SELECT name FROM sqlite_master")}
        if there and "events" not in there:
            raise JournalBroken(f"{self.path} is no irkit journal", hint=_KEEP_A_COPY)
        if there and not is_writable(self.path):
            return
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA wal_autocheckpoint=200")
        if "no_fork" not in there:
            self._db.executescript(_SCHEMA)

    def append(
        self, event: Event, *, actor: Actor, happened: Happened | None = None, guard: Guard | None = None
    ) -> Recorded:
        """See ``Journal.append``."""
        with self._lock, self._writing():
            self._catch_up()
            if guard is not None:
                guard(self._state)
            now = datetime.now(UTC)
            moment = happened or Happened(now)
            opened = event if event.kind == "incident_opened" else self._state.opened
            text, digest = written(
                event,
                seq=self._state.seq + 1,
                previous=self._state.head or GENESIS,
                actor=actor,
                at={
                    "at": moment.at.isoformat(),
                    "at_source": moment.source,
                    "at_uncertainty_ms": moment.uncertainty_ms,
                    "recorded_at": now.isoformat(),
                },
                runbook_sha256=opened.runbook_sha256 if opened else "",
            )
            self._db.execute("INSERT INTO events VALUES (?, ?, ?)", (self._state.seq + 1, digest, text))
        with self._lock:
            self._catch_up()
            return self._records[-1] if self._records[-1].hash == digest else self._by_hash(digest)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            msg = f"the journal could not be written, so nothing was done: {error}"
            raise JournalUnwritable(msg, hint=f"free the disk or the lock on {self.path}, then resume") from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):  # after a failed BEGIN there is nothing to roll back
            self._db.execute("ROLLBACK")

    def state(self) -> IncidentState:
        """See ``Journal.state``."""
        with self._lock:
            self._look()
            return self._state

    def records(self, after: int = 0) -> Sequence[Recorded]:
        """See ``Journal.records``."""
        with self._lock:
            self._look()
            return self._records[after:]

    def close(self) -> None:
        """See ``Journal.close``."""
        with self._lock:
            self._db.close()

    def _look(self) -> None:
        """Catch up when another connection has committed since the last look that held (``PRAGMA data_version``)."""
        version = int(self._query("PRAGMA data_version")[0][0])
        if version != self._data_version:
            self._catch_up()
            self._data_version = version

    def _query(self, sql: str, *values: int) -> list[tuple[int, str, str]]:
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            msg = f"cannot read the journal {self.path}: {error}"
            raise JournalBroken(msg, hint=_KEEP_A_COPY) from error

    def _catch_up(self) -> None:
        rows = self._query("SELECT seq, hash, record FROM events WHERE seq > ? ORDER BY seq", self._state.seq)
        for seq, digest, text in rows:
            at = self._state.seq + 1
            if seq != at:
                msg = f"event {at}: missing"
                raise JournalBroken(msg)
            record = read(text, seq=seq, previous=self._state.head or GENESIS, stored_hash=digest)
            self._state = fold([record], self._state)
            self._records.append(record)

    def _by_hash(self, digest: str) -> Recorded:
        return next(record for record in reversed(self._records) if record.hash == digest)
