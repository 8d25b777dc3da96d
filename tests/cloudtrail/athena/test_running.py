from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from irkit.clients.athena import Athena, Execution, State, Where
from irkit.cloudtrail.athena.running import failure, run
from irkit.errors import Denied, IrkitError, NotFound, OutsideError, Refused, Throttled

WHERE = Where("irkit", "default")


class Scripted(Athena):
    """An Athena whose statement goes through given states."""

    def __init__(self, states: Iterable[tuple[State, str]]) -> None:
        self._states: Iterator[tuple[State, str]] = iter(states)
        self.stopped: list[str] = []

    def start(self, *_: object) -> str:
        return "id-1"

    def execution(self, query_id: str, *_: str) -> Execution:
        state, reason = next(self._states)
        return Execution(query_id, state, reason, 12_000_000, "")

    def stop(self, query_id: str, *_: str) -> None:
        self.stopped.append(query_id)


def _ended(athena: Athena, pauses: list[float]) -> Execution:
    running = run(athena, "SELECT 1", WHERE, pauses.append)
    while True:
        try:
            next(running)
        except StopIteration as end:
            execution: Execution = end.value
            return execution


def test_a_statement_is_watched_with_growing_pauses_until_it_has_ended() -> None:
    pauses: list[float] = []
    athena = Scripted([*[(State.QUEUED, "")] * 3, *[(State.RUNNING, "")] * 9, (State.SUCCEEDED, "")])
    assert _ended(athena, pauses).state is State.SUCCEEDED
    assert len(pauses) == 12
    assert pauses == sorted(pauses)
    assert pauses[0] < 0.2
    assert pauses[-1] == 3.0
    assert athena.stopped == []


def test_a_statement_whose_reader_leaves_is_stopped() -> None:
    athena = Scripted([(State.RUNNING, "")] * 9)
    running = run(athena, "SELECT 1", WHERE, lambda _: None)
    next(running)
    running.close()
    assert athena.stopped == ["id-1"]


def test_a_statement_is_stopped_by_an_interrupt() -> None:
    athena = Scripted([(State.RUNNING, "")] * 9)

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    running = run(athena, "SELECT 1", WHERE, interrupt)
    next(running)
    with pytest.raises(KeyboardInterrupt):
        next(running)
    assert athena.stopped == ["id-1"]


@pytest.mark.parametrize(
    ("reason", "kind", "hint"),
    [
        ("Query cancelled! : Bytes scanned limit was exceeded", Refused, "raise the workgroup's limit"),
        ("Access Denied (Service: Amazon S3; Status Code: 403)", Denied, "s3:GetObject"),
        ("... is not authorized to perform: kms:Decrypt on the resource", Denied, "kms:Decrypt"),
        ("Insufficient Lake Formation permission(s) on cloudtrail", Denied, "glue:GetTable"),
        ("TABLE_NOT_FOUND: line 1:15: Table 'x' does not exist", NotFound, "the table"),
        ("COLUMN_NOT_FOUND: line 4:5: Column 'sharedeventid' cannot be resolved", OutsideError, "check the table"),
        ("HIVE_CURSOR_ERROR: incorrect header check", OutsideError, "ask the bucket itself"),
        (
            "CONSTRAINT_VIOLATION: For the injected projected partition column account",
            OutsideError,
            "name the accounts",
        ),
        ("Query exhausted resources at this scale factor", OutsideError, "shorter time"),
        ("SlowDown: Please reduce your request rate", Throttled, "retry"),
        ("something new", OutsideError, "id-1"),
        ("", OutsideError, "id-1"),
    ],
)
def test_a_failure_says_what_to_do(reason: str, kind: type[IrkitError], hint: str) -> None:
    athena = Scripted([(State.RUNNING, ""), (State.FAILED, reason)])
    with pytest.raises(kind) as failed:
        _ended(athena, [])
    assert type(failed.value) is kind
    assert hint in failed.value.hint
    assert reason in failed.value.message
    assert athena.stopped == []


def test_a_query_that_somebody_else_stopped_is_no_refusal() -> None:
    cancelled = failure(Execution("id-1", State.CANCELLED, "Query was cancelled by user", 0, ""), WHERE)
    assert "was cancelled" in cancelled.message
    limit = failure(Execution("id-1", State.CANCELLED, "Bytes scanned limit was exceeded", 12_000_000, ""), WHERE)
    assert isinstance(limit, Refused)
    assert "12,000,000 scanned" in limit.message
