"""The raw records behind a row, one at a time, on the whole screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Static

from irkit.cloudtrail.record import Record
from irkit.errors import IrkitError
from irkit.tui.keys import Place, bindings, keys
from irkit.tui.look import Look
from irkit.tui.screens.trail_timeline import NO_INCIDENT, TrailTimelineScreen
from irkit.tui.trail_desk import TrailDesk
from irkit.tui.trail_fields import Caller
from irkit.tui.trail_page import page
from irkit.tui.widgets.footer import KeyFooter
from irkit.tui.widgets.trail_text import TrailText


class RawRead(Message):
    """A record's raw text was read."""

    def __init__(self, one: Record, text: str) -> None:
        super().__init__()
        self.one = one
        self.text = text


class RecordScreen(TrailTimelineScreen):
    """Begins with the first; a text that is not in memory is read in a thread."""

    place = Place.RECORD
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.RECORD)
    DEFAULT_CSS = """
    RecordScreen #title { height: 1; text-style: bold; }
    RecordScreen #text { height: 1fr; border: round $foreground 40%; }
    """

    def __init__(self, desk: TrailDesk, look: Look, records: Sequence[Record], caller: Caller) -> None:
        super().__init__(desk, look)
        self._records = records
        self._caller = caller
        self._at = 0

    def compose(self) -> ComposeResult:
        """A title, the text, the footer."""
        yield Static(id="title", markup=False)
        yield TrailText(id="text")
        yield KeyFooter(keys(self.place))

    def on_mount(self) -> None:
        """Show the first."""
        self.query_one(TrailText).focus()
        self._show()

    def off(self) -> Mapping[str, str]:
        """Why keys are off now."""
        off: dict[str, str] = {}
        if len(self._records) == 1:
            off |= dict.fromkeys(("trail.next_record", "trail.last_record"), "the row has this record alone")
        if self.desk.add_to_timeline is None:
            off |= {"trail.add": NO_INCIDENT, "trail.add_why": NO_INCIDENT}
        return off

    @property
    def _one(self) -> Record:
        return self._records[self._at]

    def _show(self) -> None:
        many = f"  record {self._at + 1:,} of {len(self._records):,}" if len(self._records) > 1 else "  record"
        self.query_one("#title", Static).update(f" irkit trail{many}")
        self.query_one(TrailText).border_title = "As CloudTrail wrote it"
        self.query_one(KeyFooter).dim(self.off())
        if self._one.text:
            self._put(self._one.text)
        else:
            self._put("reading it where it lies…")
            self.in_thread(partial(self._read, self._one), "raw")

    def _put(self, text: str) -> None:
        one = self._one
        self.query_one(TrailText).show(list(page(one, self._caller(one), text)))

    def _read(self, one: Record) -> None:
        if self.desk.raw is None:
            self.post_message(RawRead(one, "its raw text is not held, and cannot be read again from here"))
            return
        try:
            text = self.desk.raw(one.locator)
        except IrkitError as error:
            text = f"it could not be read again: {error.message}"
        self.post_message(RawRead(one, text))

    @on(RawRead)
    def _was_read(self, message: RawRead) -> None:
        if message.one is self._one:
            self._put(message.text)

    def action_turn(self, by: int) -> None:
        """The next record, or the one before."""
        at = self._at + by
        if 0 <= at < len(self._records):
            self._at = at
            self._show()
        else:
            self.refuse("there is no further record behind this row")

    def action_copy(self) -> None:
        """Send the event's id and place to the terminal."""
        text = f"{self._one.event_id} {self._one.locator.text}".strip()
        self.app.copy_to_clipboard(text)
        self.say(f"sent to terminal: {text}")

    def to_add(self) -> Sequence[Record]:
        """The record on the page."""
        return (self._one,)
