"""The first screen: open incidents, runbooks, and the way into both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from irkit.errors import IrkitError
from irkit.tui.desk import Desk, IncidentCard, RunbookCard
from irkit.tui.headline import MODE_STYLES, mode_word
from irkit.tui.keys import Place, bindings, keys
from irkit.tui.look import Look
from irkit.tui.messages import DeskFailed, HomeRead, OpenAsked, StartAsked, TrailAsked
from irkit.tui.printable import printable
from irkit.tui.screens.placed import PlacedScreen
from irkit.tui.screens.start import StartScreen
from irkit.tui.spans import since
from irkit.tui.widgets.footer import KeyFooter

_INCIDENT, _RUNBOOK = "incident-", "runbook-"


class HomeScreen(PlacedScreen):
    """Reads the desk in a thread whenever it comes into sight."""

    place = Place.HOME
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.HOME)

    def __init__(self, desk: Desk, look: Look) -> None:
        super().__init__(look)
        self._desk = desk
        self._incidents: Sequence[IncidentCard] = ()
        self._runbooks: Sequence[RunbookCard] = ()

    def compose(self) -> ComposeResult:
        """A header, two lists, the footer."""
        yield Static(Text(" irkit  incident response runbooks", "bold"), classes="title")
        yield OptionList(id="incidents", markup=False)
        yield OptionList(id="runbooks", markup=False)
        yield KeyFooter(keys(self.place))

    def on_mount(self) -> None:
        """Name the lists."""
        self.query_one("#incidents").border_title = "Open incidents"
        self.query_one("#runbooks").border_title = "Runbooks"

    def on_screen_resume(self) -> None:
        """Read again: an incident may have moved on."""
        self.run_worker(self._read, thread=True, group="home", exclusive=True)

    def _read(self) -> None:
        try:
            self.post_message(HomeRead(self._desk.incidents(), self._desk.runbooks()))
        except IrkitError as error:
            self.post_message(DeskFailed(error))

    @on(DeskFailed)
    def _failed(self, message: DeskFailed) -> None:
        self.refuse(f"{message.error.message}\n{message.error.hint}")

    @on(HomeRead)
    def _show(self, message: HomeRead) -> None:
        self._incidents, self._runbooks = message.incidents, message.runbooks
        incidents = [Option(_incident(c, self.look), id=_INCIDENT + c.incident) for c in self._incidents]
        _fill(self.query_one("#incidents", OptionList), incidents, "none: choose a runbook to start one")
        runbooks = [Option(_runbook(card), id=_RUNBOOK + card.runbook.name) for card in self._runbooks]
        _fill(self.query_one("#runbooks", OptionList), runbooks, "none: see irkit runbook list")
        self.query_one("#incidents" if incidents else "#runbooks").focus()
        self.query_one(KeyFooter).dim(self.off())

    def off(self) -> Mapping[str, str]:
        """With nothing listed there is nothing to open."""
        return {} if self._incidents or self._runbooks else {"home.open": "there is no incident and no runbook here"}

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._go(event.option.id or "")

    def action_open(self) -> None:
        """Open what is highlighted in the list that has the keyboard."""
        focused = self.focused
        if isinstance(focused, OptionList) and focused.highlighted is not None:
            self._go(focused.get_option_at_index(focused.highlighted).id or "")

    def action_trail(self) -> None:
        """The configured CloudTrail, of no incident."""
        self.say("opening the CloudTrail…")
        self.post_message(TrailAsked(self._desk.trail))

    def _go(self, option: str) -> None:
        for incident in self._incidents:
            if option == _INCIDENT + incident.incident:
                self.post_message(OpenAsked(incident.incident))
        for card in self._runbooks:
            if option == _RUNBOOK + card.runbook.name:
                self.app.push_screen(StartScreen(card), self._start)

    def _start(self, asked: StartAsked | None) -> None:
        if asked is not None:
            self.post_message(asked)


def _fill(listed: OptionList, options: list[Option], nothing: str) -> None:
    listed.clear_options()
    listed.add_options(options or [Option(Text(nothing, "dim"), disabled=True)])
    listed.highlighted = 0 if options else None


def _incident(card: IncidentCard, look: Look) -> Text:
    waits = (f"{card.waits} waits for you  ", "bold yellow") if card.waits else ""
    age = since(look.now() - card.opened_at)
    mode = (f" {mode_word(card.mode)} ", MODE_STYLES[card.mode])
    head = (f"{card.incident:<11} ", "bold")
    return Text.assemble(
        head, mode, f" {card.severity}  ", waits, (f"{card.words}  {age}  ", "dim"), printable(card.title)
    )


def _runbook(card: RunbookCard) -> Text:
    book = card.runbook
    origin = "" if card.origin == "shipped" else f"  replaces the shipped one: {card.origin}"
    facts = (f"{len(book.steps)} steps{printable(origin)}", "dim")
    return Text.assemble((f"{book.name:<22} ", "bold"), printable(book.title), "  ", facts)
