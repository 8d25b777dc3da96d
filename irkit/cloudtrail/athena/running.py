"""A statement run to its end: watched with growing pauses, stopped when its reader leaves, its failure put in words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import suppress

from irkit.clients.athena import ENDED, Athena, Execution, State, Where
from irkit.cloudtrail.ask_again import ask_again
from irkit.errors import Denied, IrkitError, NotFound, OutsideError, Refused, Throttled

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 3.0
_GROWTH = 1.6


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def run(
    athena: Athena, statement: str, where: Where, pause: Callable[[float], None] = _pause
) -> Generator[Execution, None, Execution]:
    """Start a statement and give how far it is, each time that was asked; in the end, the execution that succeeded.

    Closing the generator, or an interrupt, stops the statement: what is not read is not paid for. Raises what
    ``failure`` says.
    """
    query_id = athena.start(statement, where)
    ended = False
    wait = _FIRST_PAUSE
    try:
        while True:
            one = ask_again(lambda: athena.execution(query_id, where.region), pause)
            ended = one.state in ENDED
            if ended:
                break
            yield one
            pause(wait)
            wait = min(wait * _GROWTH, _LONGEST_PAUSE)
    finally:
        if not ended:
            # That it failed stands among the calls; what made us leave is to be told.
            with suppress(OutsideError):
                athena.stop(query_id, where.region)
    if one.state is not State.SUCCEEDED:
        raise failure(one, where)
    return one


def failure(one: Execution, where: Where) -> IrkitError:
    """Why a statement gave no answer, and what to do."""
    told = " ".join(one.reason.split()) or f"Athena says no more than {one.state}"
    low = told.lower()
    if "bytes scanned limit" in low or "scanned limit was exceeded" in low:
        msg = (
            f"Athena ended the query at workgroup {where.workgroup}'s limit of bytes ({one.scanned:,} scanned): {told}"
        )
        return Refused(msg, hint="ask for a shorter time, fewer accounts or regions, or raise the workgroup's limit")
    if one.state is State.CANCELLED:
        return OutsideError(f"the query was cancelled: {told}", hint="somebody stopped it; ask again")
    for words, kind, hint in _FAILURES:
        if any(word in low for word in words):
            return kind(f"Athena could not answer: {told}", hint=hint)
    return OutsideError(f"Athena could not answer: {told}", hint=f"the statement's id is {one.id}")


_NEEDS_KMS = "the role needs kms:Decrypt on the key that the trail's files, or the results, are encrypted with"
_NEEDS = (
    "the role needs s3:GetObject and s3:ListBucket on the trail's bucket, s3:PutObject on the results' folder, and "
    "glue:GetTable and glue:GetPartitions"
)
_UNREADABLE = (
    "a file cannot be read, and Athena then gives no answer at all: ask the bucket itself (s3://...), which names and "
    "skips it"
)
_TOO_MUCH = "ask for a shorter time, or for one account or region after the other"
_FAILURES: tuple[tuple[tuple[str, ...], type[OutsideError], str], ...] = (
    (("kms",), Denied, _NEEDS_KMS),
    (("access denied", "accessdenied", "insufficient permissions", "not authorized", "lake formation"), Denied, _NEEDS),
    (("injected projected partition",), OutsideError, "name the accounts: the table's projection is of type injected"),
    (("column_not_found", "cannot be resolved", "binder error"), OutsideError, "check the table, or make irkit's own"),
    (
        ("does not exist", "table_not_found", "schema_not_found"),
        NotFound,
        "look at the database, the table, the region",
    ),
    (("hive_bad_data", "hive_cursor_error", "hive_cannot_open_split", "malformed"), OutsideError, _UNREADABLE),
    (("exhausted resources", "query timeout", "exceeded the time limit"), OutsideError, _TOO_MUCH),
    (("slow down", "slowdown", "too many requests", "throttl", "rate exceeded"), Throttled, "retry in a minute"),
)
"""Words of Athena's reasons (Athena user guide, "Troubleshooting"), what they mean, and what to do."""
