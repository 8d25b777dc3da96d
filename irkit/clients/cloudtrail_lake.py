"""AWS CloudTrail Lake: statements on an event data store started, watched, cancelled and read.

Shapes: CloudTrail API reference, StartQuery, DescribeQuery, GetQueryResults, CancelQuery, GetEventDataStore.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from irkit.clients.aws import Aws, Noted, Tries
from irkit.clients.page_tokens import PageTokens
from irkit.clients.trails import SelectorsTold
from irkit.errors import OutsideError

PAGE = 1000
"""Rows a page of results (GetQueryResults)."""
LONGEST = 10_000
"""Characters of one statement (StartQuery)."""
_ODD = "CloudTrail's answer is not what it documents: ask again"


class LakeState(StrEnum):
    """How far a statement is."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"


RUNNING = frozenset({LakeState.QUEUED, LakeState.RUNNING})


class LakeQuery(NamedTuple):
    """One statement as it stands. ``scanned`` is in bytes, which is what is paid for."""

    id: str
    state: LakeState
    reason: str
    scanned: int
    matched: int


class LakeStore(NamedTuple):
    """One event data store."""

    arn: str
    name: str
    status: str
    """``ENABLED``, or why it takes no queries."""
    created_at: datetime | None
    is_multi_region: bool
    selectors: SelectorsTold


class Lake:
    """CloudTrail Lake as one step sees it. ``region`` is the event data store's."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def store(self, store: str, region: str = "") -> LakeStore:
        """A store by its ARN or id. Raises ``NotFound``, ``Denied``."""
        told = self._call("get_event_data_store", region, EventDataStore=store)
        created = told.get("CreatedTimestamp")
        return LakeStore(
            str(told.get("EventDataStoreArn", store)),
            str(told.get("Name", "")),
            str(told.get("Status", "")),
            created.astimezone(UTC) if isinstance(created, datetime) else None,
            bool(told.get("MultiRegionEnabled", False)),
            SelectorsTold.model_validate({"AdvancedEventSelectors": told.get("AdvancedEventSelectors", ())}),
        )

    def start(self, statement: str, region: str = "") -> str:
        """Start a statement; its id. It is sent once: a lost answer must not be paid for twice."""
        answer = self._aws.call("cloudtrail", "start_query", region=region, tries=Tries.ONCE, QueryStatement=statement)
        return str(answer["QueryId"])

    def query(self, query_id: str, region: str = "") -> LakeQuery:
        """How far a statement is. Raises ``OutsideError`` for a state that is none."""
        told = self._call("describe_query", region, Noted.FAILURES, QueryId=query_id)
        counted = told.get("QueryStatistics", {})
        state = told["QueryStatus"]
        if state not in tuple(LakeState):
            raise OutsideError(f"cloudtrail:DescribeQuery {query_id}: {state!r} is no state of a query", hint=_ODD)
        return LakeQuery(
            query_id,
            LakeState(state),
            str(told.get("ErrorMessage", "")),
            int(counted.get("BytesScanned") or 0),
            int(counted.get("EventsMatched") or 0),
        )

    def cancel(self, query_id: str, region: str = "") -> None:
        """Cancel a statement that has not ended."""
        self._call("cancel_query", region, QueryId=query_id)

    def results(self, query_id: str, region: str = "") -> Iterator[tuple[Mapping[str, str], ...]]:
        """Pages of up to ``PAGE`` rows, each a map of column to text.

        Raises ``OutsideError`` when a page is pointed to again, or fewer rows came than there are.
        """
        token: dict[str, Any] = {}
        seen, given = PageTokens(f"cloudtrail:GetQueryResults {query_id}"), 0
        while True:
            page = self._call(
                "get_query_results", region, Noted.FAILURES, QueryId=query_id, MaxQueryResults=PAGE, **token
            )
            rows = tuple(_row(row) for row in page.get("QueryResultRows", ()))
            given += len(rows)
            yield rows
            if not page.get("NextToken"):
                break
            token = {"NextToken": seen.next(page["NextToken"])}
        total = int(page.get("QueryStatistics", {}).get("TotalResultsCount") or given)
        if given < total:
            raise OutsideError(f"cloudtrail:GetQueryResults {query_id}: {given:,} of {total:,} rows came", hint=_ODD)

    def _call(self, operation: str, region: str, noted: Noted = Noted.EACH, **asked: Any) -> Mapping[str, Any]:
        return self._aws.call("cloudtrail", operation, region=region, noted=noted, **asked)


def _row(cells: list[Mapping[str, str]]) -> Mapping[str, str]:
    """A row is a list of maps of one column each."""
    return {name: value for cell in cells for name, value in cell.items()}
