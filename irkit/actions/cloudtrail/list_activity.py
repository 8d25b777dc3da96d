"""List everything that a key, session, role, user or address did, oldest first, from any source of CloudTrail records.

What services did for the callers is told with the callers' key and address. The raw records are kept as evidence.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.cloudtrail.inquiry import IAM, Inquiry, Listing, inquire
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Row(Frozen):
    """One call."""

    at: datetime
    call: str
    tactic: str
    error: str
    who: str
    key_id: str
    ip: str
    agent: str
    region: str
    account: str
    target: str
    via: str
    event_id: str
    locator: str


class Result(Listing):
    """The first rows, how many there are, what was not seen, and the evidence that has the record of every row."""

    first: tuple[Row, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.rows} calls"


def read(clients: Clients, params: Inquiry) -> Result:
    """Look, and keep the records. Raises ``OutsideError`` when nothing of the source answers."""
    asked = inquire(clients, ACTIVITY, params)
    return Result.model_validate({**asked.found, "first": asked.told(Row)})


ACTION: Action[Clients, Inquiry, Result] = Action(
    params=Inquiry,
    result=Result,
    effect=Effect.READ,
    summary="List everything that was done",
    read=read,
    iam=IAM,
)
