"""A CloudTrail Lake of a test: the documented JSON protocol on loopback, its SQL run by DuckDB over Lake's columns.

Shapes: CloudTrail API reference; columns: CloudTrail user guide, "Supported SQL schemas for event data stores".
"""

from __future__ import annotations

import json
import tempfile
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import duckdb

from tests.cloudtrail.athena.as_athena_reads import TYPES

STORE = "11111111-2222-3333-4444-555555555555"
ARN = f"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/{STORE}"
PAGE = 7
_MAPS = ("requestparameters", "responseelements", "additionaleventdata", "serviceeventdetails")
_LEFT_OUT = ("account", "region", "day", "$path")
LAKE_TYPES = {
    name: "TIMESTAMP" if name == "eventtime" else "MAP(VARCHAR, VARCHAR)" if name in _MAPS else kind
    for name, kind in TYPES.items()
    if name not in _LEFT_OUT
}


@dataclass
class Lake:
    """What the server holds and heard. ``states`` are told before the answer of each query."""

    rows: duckdb.DuckDBPyConnection
    url: str = ""
    status: str = "ENABLED"
    states: tuple[tuple[str, str], ...] = (("QUEUED", ""), ("RUNNING", ""), ("FINISHED", ""))
    selectors: Sequence[Mapping[str, Any]] = ()
    statements: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    refuses: Mapping[str, str] = field(default_factory=dict)
    """The errors that calls are answered with, by name; of results, that of the second page."""
    fails_first: dict[str, int] = field(default_factory=dict)
    """How many tries of a call are throttled before it is answered."""
    points_back: bool = False
    keeps_back: int = 0
    """So many rows more are said to be there than are given."""
    _asked: dict[str, int] = field(default_factory=dict)

    def answer(self, action: str, asked: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        """One call: HTTP status and body."""
        if action in self.fails_first and self.fails_first[action] > 0:
            self.fails_first[action] -= 1
            return 400, {"__type": "ThrottlingException", "message": "as the test told"}
        if action in self.refuses and (action != "GetQueryResults" or "NextToken" in asked):
            return 400, {"__type": self.refuses[action], "message": "as the test told"}
        match action:
            case "GetEventDataStore" if asked["EventDataStore"] == STORE:
                return 200, {
                    "EventDataStoreArn": ARN,
                    "Name": "org-events",
                    "Status": self.status,
                    "MultiRegionEnabled": True,
                    "RetentionPeriod": 366,
                    "CreatedTimestamp": 1_700_000_000,
                    "AdvancedEventSelectors": list(self.selectors),
                }
            case "GetEventDataStore":
                return 400, {"__type": "EventDataStoreNotFoundException", "message": "no such event data store"}
            case "StartQuery":
                return 200, {"QueryId": self._started(asked["QueryStatement"])}
            case "DescribeQuery":
                return 200, self._described(asked["QueryId"])
            case "CancelQuery":
                self.cancelled.append(asked["QueryId"])
                return 200, {"QueryId": asked["QueryId"], "QueryStatus": "CANCELLED"}
            case "GetQueryResults":
                return 200, self._page(int(asked.get("NextToken", "0")))
        return 400, {"__type": "UnsupportedOperationException", "message": action}

    def _started(self, statement: str) -> str:
        self.statements.append(statement)
        return str(uuid.uuid4())

    def _described(self, query_id: str) -> Mapping[str, Any]:
        number = self._asked.get(query_id, 0)
        self._asked[query_id] = number + 1
        state, error = self.states[min(number, len(self.states) - 1)]
        counted = {"BytesScanned": 2_000_000, "EventsScanned": 99, "EventsMatched": 9}
        return {"QueryId": query_id, "QueryStatus": state, "ErrorMessage": error, "QueryStatistics": counted}

    def _page(self, start: int) -> Mapping[str, Any]:
        told = self.rows.cursor().execute(self.statements[-1].replace(STORE, "store"))
        names = [each[0] for each in told.description or ()]
        every = told.fetchall()
        cells = [
            [{name: str(value)} for name, value in zip(names, row, strict=True) if value is not None]
            for row in every[start : start + PAGE]
        ]
        after = start if self.points_back and start else start + PAGE
        more = {"NextToken": f"{after:06}"} if after < len(every) else {}
        counted = {"ResultsCount": len(cells), "TotalResultsCount": len(every) + self.keeps_back}
        return {"QueryStatus": "FINISHED", "QueryResultRows": cells, "QueryStatistics": counted, **more}


@contextmanager
def serving(records: Sequence[Mapping[str, Any]]) -> Iterator[Lake]:
    """A Lake of these records."""
    lake = Lake(_table(records))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, told = lake.answer(self.headers["X-Amz-Target"].rpartition(".")[2], asked)
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Not on a test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    lake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield lake
    finally:
        server.shutdown()
        server.server_close()
        lake.rows.close()


def as_lake_keeps(one: Mapping[str, Any]) -> dict[str, Any]:
    """A record whose numbers and truths among the parameters are texts, as they are in maps of texts."""
    changed = dict(one)
    for name in ("requestParameters", "responseElements", "additionalEventData"):
        if isinstance(one.get(name), dict):
            changed[name] = {key: _text(value) for key, value in one[name].items()}
    return changed


def _text(value: object) -> object:
    return value if isinstance(value, str | dict | list) else json.dumps(value)


def _table(records: Sequence[Mapping[str, Any]]) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    engine.execute("CREATE MACRO json_format(value) AS CAST(value AS varchar)")
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as lines:
        lines.writelines(json.dumps(_row(one)) + "\n" for one in records)
        lines.flush()
        engine.read_json(lines.name, format="newline_delimited", columns=LAKE_TYPES).create("store")
    return engine


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    row = {name.lower(): value for name, value in one.items()}
    row["useridentity"] = _small(row.get("useridentity"))
    row["resources"] = [_small(each) for each in row["resources"]] if row.get("resources") else None
    row["eventtime"] = str(row["eventtime"]).replace("T", " ").removesuffix("Z")
    for name in _MAPS:
        held = row.get(name)
        row[name] = {key: _flat(value) for key, value in held.items()} if isinstance(held, dict) else None
    return {name: row.get(name) for name in LAKE_TYPES}


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _small(value: object) -> object:
    return {name.lower(): _small(inner) for name, inner in value.items()} if isinstance(value, dict) else value
