"""List which secrets and parameters were read, by whom, and how often; refused tries apart.

The raw records are kept as evidence.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.cloudtrail.inquiry import IAM, EventIds, Inquiry, Listing, inquire
from irkit.cloudtrail.questions.secrets import SECRETS
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Row(Frozen):
    """One secret or parameter, read (or tried, see ``outcome``) with one key from one address."""

    secret: str
    kind: str
    outcome: str
    count: int
    decrypts: int
    first_at: datetime
    last_at: datetime
    who: str
    key_id: str
    ip: str
    versions: tuple[str, ...]
    calls: tuple[str, ...]
    region: str
    account: str
    event_ids: EventIds


class Result(Listing):
    """The first rows, how many there are, what was not seen, and the evidence that has the record of every row."""

    first: tuple[Row, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        more = " at least" if self.rows > len(self.first) else ""
        return f"{sum(one.outcome.startswith('read') for one in self.first)} secrets read{more}, {self.rows} rows"


def read(clients: Clients, params: Inquiry) -> Result:
    """Look, and keep the records. Raises ``OutsideError`` when nothing of the source answers."""
    asked = inquire(clients, SECRETS, params)
    return Result.model_validate({**asked.found, "first": asked.told(Row)})


ACTION: Action[Clients, Inquiry, Result] = Action(
    params=Inquiry,
    result=Result,
    effect=Effect.READ,
    summary="List the secrets that were read",
    read=read,
    iam=IAM,
)
