"""What asking a source may cost: small change is spent, more is asked about on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from irkit.errors import Refused

SMALL = 0.10
"""US dollars that may be spent since somebody agreed last, as on the command line."""


class Cost(Protocol):
    """What a statement is going to cost (``cloudtrail.athena.estimate.Estimate``)."""

    @property
    def text(self) -> str:
        """For whoever is asked."""

    @property
    def dollars(self) -> float:
        """At the list price."""

    @property
    def is_whole(self) -> bool:
        """Whether it costs no more than that."""


def _nobody(text: str) -> bool:  # noqa: ARG001 - there is no screen
    return False


class TrailConsent:
    """Hears each cost before it is spent, in the thread that asks. ``ask`` is the screen's: it waits for an answer."""

    def __init__(self) -> None:
        self.ask: Callable[[str], bool] = _nobody
        self._spent = 0.0

    def hear(self, cost: Cost) -> None:
        """Something is about to be spent. Raises ``Refused`` when nobody agrees."""
        self._spent += cost.dollars
        if self._spent <= SMALL and cost.is_whole:
            return
        self._spent = 0.0
        if not self.ask(cost.text):
            raise Refused("nothing was run, for nobody agreed to its cost", hint="a narrower time costs less: w, h")
