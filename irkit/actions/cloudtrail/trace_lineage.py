"""Trace the keys, sessions, users and roles that came of a key, and of those, as a tree.

Each row names the call that proves it. The raw records of the whole tree are kept as evidence.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.cloudtrail.inquiry import IAM, EventIds, Inquiry, Listing, inquire
from irkit.cloudtrail.questions.lineage import LINEAGE
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Row(Frozen):
    """One key, session, user or role (a key's id, or an ARN), how it came into being, and what it was used for."""

    depth: int
    id: str
    kind: str
    of: str
    joined_by: str
    call: str
    identity: str
    at: datetime | None
    until: datetime | None
    source_identity: str
    calls: int
    errors: int
    first_at: datetime | None
    last_at: datetime | None
    ips: tuple[str, ...]
    event_ids: EventIds


class Result(Listing):
    """The first rows, how many there are, what was not seen, and the evidence that has the record of every row."""

    first: tuple[Row, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        more = " at least" if self.rows > len(self.first) else ""
        return f"{sum(one.depth > 0 for one in self.first)} came of it{more}"


def read(clients: Clients, params: Inquiry) -> Result:
    """Look, and keep the records. Raises ``OutsideError`` when nothing of the source answers."""
    asked = inquire(clients, LINEAGE, params)
    return Result.model_validate({**asked.found, "first": asked.told(Row)})


ACTION: Action[Clients, Inquiry, Result] = Action(
    params=Inquiry,
    result=Result,
    effect=Effect.READ,
    summary="Trace what came of a key",
    read=read,
    iam=IAM,
)
