"""The dialog of a human step: one of several options, some of them, a confirmation, or a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import JsonValue
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from irkit.incident.events import Actor, StepId
from irkit.tui.desk import Question, QuestionKind
from irkit.tui.hanging import hanging
from irkit.tui.printable import printable
from irkit.tui.screens.dialog import Dialog
from irkit.tui.widgets.tick_list import TickList

_HINTS = {
    QuestionKind.CHOICE: "enter picks, enter again answers · pgdn reads on · esc cancels",
    QuestionKind.SEVERAL: "space ticks, enter goes on, again answers · pgdn reads on · esc cancels",
    QuestionKind.CONFIRM: "y confirms · esc cancels",
    QuestionKind.TEXT: "enter answers · esc cancels",
}
_WIDTH, _MOST, _EDGES = 78, 0.96, 5
"""The dialog's width and its share of the screen at most, as ``irkit.tcss`` has them; border, margins, scrollbar."""
_PICKED = "›"
"""Stands before the option that an answer would give."""
_LABELS = {
    QuestionKind.CHOICE: "Why",
    QuestionKind.SEVERAL: "Why",
    QuestionKind.CONFIRM: "Remark",
    QuestionKind.TEXT: "Answer",
}


@dataclass(frozen=True)
class Answer:
    """What a person answered: the human action's ``Result`` as JSON, and why."""

    result: dict[str, JsonValue]
    reason: str


class DecideScreen(Dialog[Answer | None]):
    """Gives the answer, or None. No option is taken before one is chosen, the recommended one is only marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("y", "confirm", "Confirm", show=False),
        Binding("pagedown", "read_on(8)", show=False, priority=True),
        Binding("pageup", "read_on(-8)", show=False, priority=True),
    ]

    def __init__(self, step: StepId, question: Question, me: Actor) -> None:
        super().__init__()
        self._step = step
        self._question = question
        self._me = me

    def compose(self) -> ComposeResult:
        """The question, the options if any, a field for the reason or the text."""
        kind = self._question.kind
        with Vertical(classes="dialog") as box:
            box.border_title = f"{self._step} asks"
            box.border_subtitle = _HINTS[kind]
            with VerticalScroll(classes="facts", can_focus=False):
                lines = [Text(printable(line)) for line in self._question.text.splitlines()]
                yield Static(hanging(lines, min(_WIDTH, int(self.app.size.width * _MOST)) - _EDGES, 2), markup=False)
            if kind is QuestionKind.CHOICE:
                yield OptionList(*(self._option(one) for one in self._question.options), id="options", markup=False)
            elif kind is QuestionKind.SEVERAL and self._question.options:
                yield TickList(self._question.options, self._question.proposed, "options")
            yield Static(_LABELS[kind], markup=False)
            yield Input(id="text")
            yield Static("", id="heard", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel")
                yield Button("Confirm [y]" if kind is QuestionKind.CONFIRM else "Answer", id="yes", variant="primary")

    def _option(self, option: str) -> Option:
        return Option(self._drawn(option, picked=""), id=option)

    def _drawn(self, option: str, picked: str) -> str:
        """What was picked carries a mark, not only a colour."""
        mark = "   (recommended)" if option == self._question.recommended else ""
        return f"{_PICKED if option == picked else ' '} {printable(option)}{mark}"

    def on_mount(self) -> None:
        """Begin at the options, or at Cancel when only a confirmation is asked."""
        if self._question.options:
            self.query_one("#options").focus()
        else:
            self.query_one("#cancel" if self._question.kind is QuestionKind.CONFIRM else "#text").focus()

    def action_confirm(self) -> None:
        """``y`` confirms, where only that is asked; a field that has the focus takes it as a letter."""
        if self._question.kind is QuestionKind.CONFIRM:
            self._send()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._mark(event.option_list, event.option.id or "")
        self.query_one("#text").focus()

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        """The highlighted option is the one that is sent: whoever moves on after picking has picked another."""
        self._mark(event.option_list, event.option.id or "")

    def _mark(self, listed: OptionList, picked: str) -> None:
        for one in self._question.options if self._question.kind is QuestionKind.CHOICE else ():
            listed.replace_option_prompt(one, self._drawn(one, picked))

    @on(Input.Submitted, "#text")
    @on(Button.Pressed, "#yes")
    def _send(self) -> None:
        text = self.query_one("#text", Input).value.strip()
        if self._question.kind is QuestionKind.CONFIRM:
            self.dismiss(Answer({"confirmed_by": self._me.name}, text))
        elif self._question.kind is QuestionKind.TEXT:
            self._send_text(text)
        elif self._question.kind is QuestionKind.SEVERAL:
            self._send_several(text)
        else:
            self._send_choice(text)

    def _send_text(self, text: str) -> None:
        if text:
            self.dismiss(Answer({"text": text}, ""))
        else:
            self._hear("an answer is needed")

    def _send_choice(self, reason: str) -> None:
        listed = self.query_one(OptionList)
        if listed.highlighted is None:
            self._hear("choose an option first")
            return
        choice = listed.get_option_at_index(listed.highlighted).id or ""
        if choice != self._question.recommended and not reason:
            self._hear(f"say why {choice}: it is not what was recommended")
            return
        self.dismiss(Answer({"choice": choice, "reason": reason}, reason))

    def _send_several(self, reason: str) -> None:
        picked = tuple(one for ticks in self.query(TickList) for one in ticks.ticked)
        if not reason and (not picked or set(picked) != set(self._question.proposed)):
            self._hear("say why these: it is not what was recommended" if picked else "none is ticked: say why")
            return
        self.dismiss(Answer({"picked": [*picked], "reason": reason}, reason))

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)

    def _hear(self, text: str) -> None:
        self.query_one("#heard", Static).update(text)
