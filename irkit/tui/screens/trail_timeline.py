"""What the screens of a CloudTrail share: putting records into an incident's timeline, in a thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from rich.text import Text
from textual import on

from irkit.cloudtrail.record import Record
from irkit.errors import IrkitError
from irkit.tui.look import Look
from irkit.tui.messages import OrderRefused, OrderTaken
from irkit.tui.screens.pick import Choice, PickScreen
from irkit.tui.screens.placed import PlacedScreen
from irkit.tui.screens.reason import Asking, Need, ReasonScreen
from irkit.tui.trail_cells import counted
from irkit.tui.trail_desk import TrailDesk

_MANY = 20
"""More events than this are added only after a question."""
NO_INCIDENT = "no incident is open: irkit trail view --incident INC looks in an incident's name"


class TrailTimelineScreen(PlacedScreen):
    """Knows the desk."""

    def __init__(self, desk: TrailDesk, look: Look) -> None:
        super().__init__(look)
        self.desk = desk

    def in_thread(self, work: Callable[[], object], group: str, *, exclusive: bool = False) -> None:
        """Do work in a thread; ``exclusive``: in the place of what its group is at.

        It is described by its group. Textual describes what has no description by its ``repr``, here and now: that of
        all records it is about takes a second.
        """
        self.run_worker(work, thread=True, group=group, exclusive=exclusive, description=group)

    def to_add(self) -> Sequence[Record]:
        """The records that the keys are for."""
        return ()

    def added(self) -> None:
        """They are in the timeline."""

    def action_add(self) -> None:
        """Put them into the incident's timeline."""
        self._once_sure("")

    def action_add_why(self) -> None:
        """The same, with some words on what they mean."""
        if reason := self.off().get("trail.add"):
            self.refuse(reason)
            return
        facts = Text(f"{counted(len(self.to_add()), 'event')} for the timeline of {self.desk.incident}", "dim")
        asking = Asking("What it means", facts, "In a few words", "Add", Need.OPTIONAL)
        self.app.push_screen(ReasonScreen(asking), lambda why: None if why is None else self._once_sure(why))

    def _once_sure(self, why: str) -> None:
        if reason := self.off().get("trail.add"):
            self.refuse(reason)
            return
        records = self.to_add()
        if not records:
            self.refuse("this rests on no record that is loaded")
        elif len(records) > _MANY:
            title = f"Add {counted(len(records), 'event')} to the timeline of {self.desk.incident}?"
            choices = [Choice("no", "No"), Choice("yes", f"Add all {len(records):,}")]
            sure = PickScreen(title, choices)
            self.app.push_screen(sure, lambda said: self._add(records, why) if said == "yes" else None)
        else:
            self._add(records, why)

    def _add(self, records: Sequence[Record], why: str) -> None:
        self.in_thread(partial(self._send, records, why), "timeline")

    def _send(self, records: Sequence[Record], why: str) -> None:
        if self.desk.add_to_timeline is None:
            return
        try:
            new = self.desk.add_to_timeline(records, why)
        except IrkitError as error:
            self.post_message(OrderRefused("add to the timeline", error))
        else:
            old = f", {len(records) - new:,} were there already" if new < len(records) else ""
            said = f"{counted(new, 'event')} added to the timeline of {self.desk.incident}{old}"
            self.post_message(OrderTaken(said))

    @on(OrderTaken)
    def _taken(self, message: OrderTaken) -> None:
        self.added()
        self.say(message.words)

    @on(OrderRefused)
    def _refused(self, message: OrderRefused) -> None:
        self.refuse(f"{message.words}: {message.error.message}\n{message.error.hint}".strip())
