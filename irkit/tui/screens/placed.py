"""What every full screen of irkit shares: its keys from the table, help, palette, saving, leaving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events, on
from textual.screen import Screen

from irkit.tui import marks
from irkit.tui.capture import save_screen
from irkit.tui.keys import Key, Place, keys
from irkit.tui.look import Look
from irkit.tui.messages import LeaveAsked
from irkit.tui.screens.pick import Choice, PickScreen
from irkit.tui.widgets.small import Small, small_words

_DRAWS_STEPS = frozenset({Place.INCIDENT, Place.STEP, Place.CONTAIN})


class PlacedScreen(Screen[None]):
    """A screen with a place in the action table. Subclasses set ``place`` and ``BINDINGS``."""

    place: ClassVar[Place]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual's own declaration

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look

    @on(events.Resize)
    async def _say_small(self, event: events.Resize) -> None:
        """Say when there is too little room."""
        if not self.query(Small) and small_words(*event.size):
            await self.mount(Small())
        for one in self.query(Small):
            one.fit(event)

    @property
    def words(self) -> str:
        """What to print when irkit is left from here."""
        return ""

    def off(self) -> Mapping[str, str]:
        """Why keys are off now, by the key's id."""
        return {}

    def say(self, text: str) -> None:
        """Tell the user something that goes away by itself."""
        self.notify(text, markup=False, timeout=3)

    def refuse(self, text: str) -> None:
        """Tell the user why not."""
        self.notify(text, severity="warning", markup=False)

    async def press_key(self, key: Key) -> None:
        """Do what a key of the table does here; says why when it is off."""
        if reason := self.off().get(key.id):
            self.refuse(f"{key.shown} {key.label}: {reason}")
            return
        await self.app.run_action(key.action, default_namespace=self)

    def action_help(self) -> None:
        """All keys of this screen; the chosen one is run."""
        off = self.off()
        entries = keys(self.place)
        choices = [Choice(key.id, f"{key.shown:<6} {key.title}", key.says, off.get(key.id, "")) for key in entries]
        legend = marks.legend() if self.place in _DRAWS_STEPS else ""
        self.app.push_screen(PickScreen("Help: type to filter, enter runs it", choices, legend), self._run_chosen)

    async def _run_chosen(self, chosen: str | None) -> None:
        for key in keys(self.place):
            if key.id == chosen:
                await self.press_key(key)

    def action_palette(self) -> None:
        """The command palette."""
        self.app.action_command_palette()

    def action_save(self) -> None:
        """Write the screen's text to a file."""
        try:
            path = save_screen(self, self.look.screens_folder, self.look.now())
        except OSError as error:
            self.refuse(f"not saved: {error.strerror}: {self.look.screens_folder}")
        else:
            self.say(f"saved {path}")

    def action_leave(self) -> None:
        """Leave irkit. Screens that may lose something ask first."""
        self.post_message(LeaveAsked(self.words))

    def action_back(self) -> None:
        """One screen back; the last one stays."""
        if len(self.app.screen_stack) > 2:  # noqa: PLR2004 - Textual's own blank screen lies at the bottom
            self.dismiss()
