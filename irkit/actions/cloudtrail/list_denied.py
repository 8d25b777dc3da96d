"""List the calls that AWS refused for want of a permission: what somebody tried.

The raw records are kept as evidence.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.cloudtrail.inquiry import IAM, EventIds, Inquiry, Listing, inquire
from irkit.cloudtrail.questions.denied import DENIED
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Row(Frozen):
    """One call on one thing, refused to one key at one address, so many times."""

    first_at: datetime
    last_at: datetime
    count: int
    call: str
    error: str
    target: str
    who: str
    key_id: str
    ip: str
    region: str
    account: str
    message: str
    event_ids: EventIds


class Result(Listing):
    """The first rows, how many there are, what was not seen, and the evidence that has the record of every row."""

    first: tuple[Row, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        more = " at least" if self.rows > len(self.first) else ""
        return f"{sum(one.count for one in self.first)} refusals{more}, {self.rows} rows"


def read(clients: Clients, params: Inquiry) -> Result:
    """Look, and keep the records. Raises ``OutsideError`` when nothing of the source answers."""
    asked = inquire(clients, DENIED, params)
    return Result.model_validate({**asked.found, "first": asked.told(Row)})


ACTION: Action[Clients, Inquiry, Result] = Action(
    params=Inquiry,
    result=Result,
    effect=Effect.READ,
    summary="List what was refused",
    read=read,
    iam=IAM,
)
