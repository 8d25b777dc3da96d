"""Find what is new against the 14 days before: callers, roles, keys, addresses, user agents, calls, regions, accounts.

The raw records are kept as evidence.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.cloudtrail.inquiry import IAM, EventIds, Inquiry, Listing, inquire
from irkit.cloudtrail.questions.news import NEWS
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Row(Frozen):
    """One value that was not there before; of few records (``against``), little can be said."""

    what: str
    value: str
    count: int
    errors: int
    first_at: datetime
    last_at: datetime
    who: tuple[str, ...]
    calls: tuple[str, ...]
    against: int
    event_ids: EventIds


class Result(Listing):
    """The first rows, how many there are, what was not seen, and the evidence that has the record of every row."""

    first: tuple[Row, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.rows} new values"


def read(clients: Clients, params: Inquiry) -> Result:
    """Look, and keep the records. Raises ``OutsideError`` when nothing of the source answers."""
    asked = inquire(clients, NEWS, params)
    return Result.model_validate({**asked.found, "first": asked.told(Row)})


ACTION: Action[Clients, Inquiry, Result] = Action(
    params=Inquiry,
    result=Result,
    effect=Effect.READ,
    summary="Find what is new",
    read=read,
    iam=IAM,
)
