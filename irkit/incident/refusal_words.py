"""Who tried to approve what against the rules, and why it was refused, in words. Pure."""

from __future__ import annotations

from typing import NamedTuple

from irkit.incident.events import OrderRefused, Recorded, StepId
from irkit.incident.state import IncidentState


class Refusal(NamedTuple):
    """One refused approval: of which step, by whom (with the login), what became of it, and the journal's record."""

    step: StepId
    who: str
    what: str
    record: Recorded

    def __str__(self) -> str:
        return f"{self.who} {self.what} (step {self.step})"


def refused(event: OrderRefused) -> str:
    """``tried to approve plan 1f2e3d4c5b6a: refused, kim has approved already``."""
    return f"tried to approve plan {event.plan_hash[:12] or 'of no hash'}: refused, {event.why}"


def refusals(state: IncidentState, step: StepId | None = None) -> tuple[Refusal, ...]:
    """The refused approvals, in order: all, or those of one step."""
    found = []
    for record in state.refused:
        event, by = record.event, record.actor
        if isinstance(event, OrderRefused) and step in {None, event.step}:
            who = f"{by.name} ({by.login})" if by.login else by.name
            found.append(Refusal(event.step, who, refused(event), record))
    return tuple(found)
