"""List who decrypted what, with which KMS key and in which encryption context, and how often.

Decrypts that a service made are told with the key and the address of the caller they were made for: by access key alone
all of them would be missed. The raw records are kept as evidence.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.cloudtrail.inquiry import IAM, EventIds, Inquiry, Listing, inquire
from irkit.cloudtrail.questions.decrypts import DECRYPTS
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Row(Frozen):
    """Decrypts by one key from one address, with one KMS key in one context (JSON), that ended alike."""

    first_at: datetime
    last_at: datetime
    count: int
    who: str
    key_id: str
    ip: str
    kms_key: str
    context: str
    target: str
    via: str
    certainty: str
    error: str
    note: str
    event_ids: EventIds


class Result(Listing):
    """The first rows, how many there are, what was not seen, and the evidence that has the record of every row."""

    first: tuple[Row, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        more = " at least" if self.rows > len(self.first) else ""
        return f"{sum(one.count for one in self.first)} decrypts{more}, {self.rows} rows"


def read(clients: Clients, params: Inquiry) -> Result:
    """Look, and keep the records. Raises ``OutsideError`` when nothing of the source answers."""
    asked = inquire(clients, DECRYPTS, params)
    return Result.model_validate({**asked.found, "first": asked.told(Row)})


ACTION: Action[Clients, Inquiry, Result] = Action(
    params=Inquiry,
    result=Result,
    effect=Effect.READ,
    summary="List who decrypted what",
    read=read,
    iam=IAM,
)
