"""AWS Athena: statements started, watched, stopped and read; workgroups and their limits.

Shapes and states: Athena API reference, StartQueryExecution, GetQueryExecution, GetQueryResults, GetWorkGroup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from irkit.clients.aws import Aws, Noted, Tries
from irkit.clients.page_tokens import PageTokens
from irkit.errors import NotFound, OutsideError

PAGE = 1000
"""Rows a page of results (GetQueryResults)."""


class State(StrEnum):
    """How far a statement is. Athena may put a failed one back to ``QUEUED`` and try again."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


ENDED = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})


class Execution(NamedTuple):
    """One statement as it stands."""

    id: str
    state: State
    reason: str
    """Why it failed or was cancelled, in Athena's words."""
    scanned: int
    """Bytes read so far, which is what is paid for."""
    output: str
    """Where the result lies: ``s3://bucket/folder/ID.csv``."""


class WorkGroup(NamedTuple):
    """A workgroup's limits. ``cutoff`` is the most bytes one statement may scan, None for no limit."""

    name: str
    is_enabled: bool
    cutoff: int | None
    output: str
    """Where results are put when a statement does not say; empty when the workgroup has no place."""
    is_enforced: bool
    """Whether the workgroup's settings win over a statement's."""
    engine: str = ""
    """``Athena engine version 3``; empty when AWS does not tell."""


class Where(NamedTuple):
    """Where statements run. ``output`` is an S3 folder for results; empty for the workgroup's own."""

    workgroup: str
    database: str
    output: str = ""
    region: str = ""


Row = tuple[str | None, ...]


class Athena:
    """Athena as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def start(self, statement: str, where: Where) -> str:
        """Start a statement; its id. Raises ``Denied``, ``OutsideError`` when Athena refuses it as it stands."""
        output: dict[str, Any] = {"ResultConfiguration": {"OutputLocation": where.output}} if where.output else {}
        # The SDK sends a token of its own with each statement: a try again does not start a second one.
        answer = self._call(
            "start_query_execution",
            where.region,
            QueryString=statement,
            QueryExecutionContext={"Database": where.database},
            WorkGroup=where.workgroup,
            **output,
        )
        return str(answer["QueryExecutionId"])

    def execution(self, query_id: str, region: str = "") -> Execution:
        """How far a statement is."""
        told = self._call("get_query_execution", region, Noted.FAILURES, QueryExecutionId=query_id)["QueryExecution"]
        status = told.get("Status", {})
        error = status.get("AthenaError", {}).get("ErrorMessage", "")
        return Execution(
            query_id,
            State(status["State"]),
            str(status.get("StateChangeReason") or error),
            int(told.get("Statistics", {}).get("DataScannedInBytes") or 0),
            str(told.get("ResultConfiguration", {}).get("OutputLocation", "")),
        )

    def stop(self, query_id: str, region: str = "") -> None:
        """Cancel a statement; one that has ended stays as it is."""
        self._call("stop_query_execution", region, QueryExecutionId=query_id)

    def results(self, query_id: str, region: str = "") -> Iterator[tuple[tuple[str, ...], tuple[Row, ...]]]:
        """Pages of the result: the columns' names, and up to ``PAGE`` rows of texts (None for NULL).

        Raises ``OutsideError`` when a page is pointed to again.
        """
        token: dict[str, Any] = {}
        seen = PageTokens(f"athena:GetQueryResults {query_id}")
        while True:
            page = self._call(
                "get_query_results", region, Noted.FAILURES, QueryExecutionId=query_id, MaxResults=PAGE, **token
            )
            found = page["ResultSet"]
            names = tuple(str(each["Name"]) for each in found["ResultSetMetadata"]["ColumnInfo"])
            rows = tuple(tuple(one.get("VarCharValue") for one in row["Data"]) for row in found["Rows"])
            # The first page of a SELECT begins with the names.
            yield names, rows[1:] if not token and rows and rows[0] == names else rows
            if not page.get("NextToken"):
                return
            token = {"NextToken": seen.next(page["NextToken"])}

    def workgroup(self, name: str, region: str = "") -> WorkGroup:
        """A workgroup's settings. Raises ``NotFound`` when there is none of that name."""
        try:
            told = self._call("get_work_group", region, WorkGroup=name)["WorkGroup"]
        except OutsideError as error:
            if "not found" in error.message:
                raise NotFound(error.message, hint="look at the workgroup's name and the region") from error
            raise
        settings = told.get("Configuration", {})
        return WorkGroup(
            name,
            told.get("State", "ENABLED") == "ENABLED",
            int(cutoff) if (cutoff := settings.get("BytesScannedCutoffPerQuery")) else None,
            str(settings.get("ResultConfiguration", {}).get("OutputLocation", "")),
            bool(settings.get("EnforceWorkGroupConfiguration", True)),
            str(settings.get("EngineVersion", {}).get("EffectiveEngineVersion", "")),
        )

    def create_workgroup(self, one: WorkGroup, region: str = "") -> None:
        """Make a workgroup with these limits."""
        limits = {
            "ResultConfiguration": {"OutputLocation": one.output},
            "EnforceWorkGroupConfiguration": one.is_enforced,
            "PublishCloudWatchMetricsEnabled": False,
            **({"BytesScannedCutoffPerQuery": one.cutoff} if one.cutoff else {}),
        }
        self._aws.call(
            "athena",
            "create_work_group",
            region=region,
            tries=Tries.ONCE,
            Name=one.name,
            Configuration=limits,
            Description="CloudTrail questions of irkit; each statement's scan is limited",
        )

    def _call(self, operation: str, region: str, noted: Noted = Noted.EACH, **asked: Any) -> Mapping[str, Any]:
        return self._aws.call("athena", operation, region=region, noted=noted, **asked)
