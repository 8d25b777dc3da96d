"""What the dialogs share: each answers once; where the facts are longer than the room, arrows and page keys read on."""

from __future__ import annotations

from typing import ClassVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, ScreenResultType


class Modal(ModalScreen[ScreenResultType]):
    """A dialog that answers once: a key pressed twice, over a slow line, must not close what lies below it too."""

    _answered = False

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close with an answer; does nothing when it was given one already."""
        if self._answered:
            return AwaitComplete()
        self._answered = True
        return super().dismiss(result)


class Dialog(Modal[ScreenResultType]):
    """A dialog; its facts are in a container of class ``facts``, which never takes the focus from the answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "read_on(1)", show=False),
        Binding("up", "read_on(-1)", show=False),
        Binding("pagedown", "read_on(8)", show=False),
        Binding("pageup", "read_on(-8)", show=False),
    ]

    def action_read_on(self, rows: int) -> None:
        """Scroll the facts by some rows."""
        for facts in self.query(".facts"):
            facts.scroll_relative(y=rows, animate=False)
