"""List what CI jobs did with the roles they take on, one row a run: subject, session, what it opened and decrypted.

The run's number is known only when the session's name or a customised subject holds it. The raw records are kept as
evidence.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.cloudtrail.inquiry import IAM, EventIds, Inquiry, Listing, inquire
from irkit.cloudtrail.questions.ci import CI
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Row(Frozen):
    """One session of a CI role: who took it on, from where, and what it opened."""

    first_at: datetime
    last_at: datetime
    until: datetime | None
    role: str
    session: str
    subject: str
    repository: str
    repository_ids: str
    of: str
    issuer: str
    audience: str
    taken_from: str
    ips: tuple[str, ...]
    calls: int
    errors: int
    opened: tuple[str, ...]
    decrypted: tuple[str, ...]
    note: str
    key_id: str
    account: str
    event_ids: EventIds


class Result(Listing):
    """The first rows, how many there are, what was not seen, and the evidence that has the record of every row."""

    first: tuple[Row, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.rows} runs"


def read(clients: Clients, params: Inquiry) -> Result:
    """Look, and keep the records. Raises ``OutsideError`` when nothing of the source answers."""
    asked = inquire(clients, CI, params)
    return Result.model_validate({**asked.found, "first": asked.told(Row)})


ACTION: Action[Clients, Inquiry, Result] = Action(
    params=Inquiry,
    result=Result,
    effect=Effect.READ,
    summary="List what CI runs did",
    read=read,
    iam=IAM,
)
