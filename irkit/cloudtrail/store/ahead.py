"""An engine that is connected while its process does other work.

To load DuckDB and to connect one takes 40 ms, a tenth of an answer from a store, and most of that is not Python's.
"""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


class Ahead:
    """A thread that connects one engine. Close it."""

    def __init__(self) -> None:
        self._engine: duckdb.DuckDBPyConnection | None = None
        self._error: Exception | None = None
        self._thread = Thread(target=self._connect, name="connecting", daemon=True)
        self._thread.start()

    def _connect(self) -> None:
        try:
            from irkit.cloudtrail.store.engine import connected

            self._engine = connected()
        except Exception as error:  # noqa: BLE001 who takes it is told
            self._error = error

    def settle(self) -> None:
        """Wait until it is connected: who forks a process should have no thread that is at work."""
        self._thread.join()

    def taken(self) -> duckdb.DuckDBPyConnection:
        """The engine, which is the taker's from now on; another one the next time. Raises what connecting it raised."""
        from irkit.cloudtrail.store.engine import connected

        self.settle()
        error, self._error = self._error, None
        if error is not None:
            raise error
        engine, self._engine = self._engine, None
        return engine if engine is not None else connected()

    def close(self) -> None:
        """Let go of an engine that nobody took."""
        self.settle()
        if self._engine is not None:
            self._engine.close()
            self._engine = None
