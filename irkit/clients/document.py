"""``Document``: one policy document that an action plans, writes and proves, wherever it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import AwareDatetime

from irkit.clients.aws import AwsMoment
from irkit.clients.holder import Holder
from irkit.clients.settling import Settling, Stands, stood
from irkit.contract import Change, Frozen, Plan, Probe, Receipt, Standing, Verdict
from irkit.errors import PlanStale


class Rewrite(Frozen):
    """What a plan does to one document, as its details keep it: from one text to another, empty for none."""

    holder: Holder
    before: str
    after: str
    written_at: AwareDatetime | None = None
    """Of receipts alone: AWS's clock right after the write, or when it was found in place."""


W = TypeVar("W", bound=Rewrite)
Result = Callable[[W, datetime | None], Frozen]
"""An action's result of a write, from AWS's clock right after; None when it was found in place."""


@dataclass(frozen=True)
class Document(ABC):
    """A document of ``holder``: canonical JSON text, empty for none.

    ``meaning`` says in words what a document does, and is empty for one that it does not know.
    """

    holder: Holder
    name: str
    meaning: Callable[[str], str]

    @property
    @abstractmethod
    def target(self) -> str:
        """What a plan calls it."""

    @property
    @abstractmethod
    def looked_at(self) -> str:
        """The call that reads it."""

    @abstractmethod
    def written_by(self, document: str) -> str:
        """The call that writes such a document."""

    @abstractmethod
    def read(self) -> str:
        """The document that stands now."""

    @abstractmethod
    def set(self, document: str) -> str:
        """Write the document, or take it away when it is empty; the request id."""

    def words(self, document: str) -> str:
        """A document in words."""
        if not document:
            return "absent"
        return self.meaning(document) or f"another document: {document}"

    def undo(self, before: str) -> str:
        """What an undo would do, in words."""
        return f"put back: {self.words(before)}" if before else f"take {self.name} away again"

    def told(self, document: str) -> str:
        """That this place holds a document, in words."""
        return f"{self.name} of {self.holder.name}: {self.words(document)}"

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """The change from one document to another; empty when they are the same."""
        change = Change(target=self.target, before=self.words(before), after=self.words(after))
        return () if before == after else (change,)

    def standing(self, work: Rewrite, receipt: Receipt) -> Probe:
        """Where it stands against a plan; with the receipt when it is in place."""
        now = self.read()
        if now == work.after:
            return Probe(standing=Standing.IN_PLACE, seen=self.told(now), receipt=receipt)
        return Probe(standing=Standing.UNTOUCHED if now == work.before else Standing.BETWEEN, seen=self.told(now))

    def refuse_moved(self, before: str) -> None:
        """Raise ``PlanStale`` when another document stands than the plan shows."""
        now = self.read()
        if now != before:
            msg = f"{self.name} of {self.holder.name} is now: {self.words(now)}"
            raise PlanStale(msg, hint="look at the new plan")

    def plan(self, work: Rewrite, summary: str, blast: str, why: str = "") -> Plan:
        """A plan that makes the document what ``work`` says."""
        return Plan(
            summary=summary,
            changes=self.changes(work.before, work.after),
            blast=blast,
            undo=self.undo(work.before),
            why=why,
            details=work.model_dump(mode="json"),
        )

    def carry_out(self, work: W, result: Result[W], now: Callable[[], AwsMoment]) -> Receipt:
        """Write what a plan shows; ``now`` is AWS's clock. Raises ``PlanStale`` when it is not as the plan shows."""
        self.refuse_moved(work.before)
        request_id = self.set(work.after)
        at = now().at
        return self.receipt(work, result(work, at), at, request_id)

    def receipt(self, work: Rewrite, result: Frozen, written_at: datetime, *request_ids: str) -> Receipt:
        """The receipt of ``set``; without a request id, of a document that was found in place."""
        return Receipt(
            summary=f"{self.written_by(work.after)} {self.holder.name} {self.name}",
            result=result.model_dump(mode="json"),
            details=work.model_copy(update={"written_at": written_at}).model_dump(mode="json"),
            request_ids=request_ids,
        )

    def verdict(self, work: Rewrite, settling: Settling) -> Verdict:
        """Whether the document stands, and stood through the settling time: by looking at it alone."""
        now = self.read()
        stands = Stands(now == work.after, f"{self.looked_at}: {self.told(now)}")
        return stood(stands) if work.before == work.after else settling.verdict(work.written_at, stands)
