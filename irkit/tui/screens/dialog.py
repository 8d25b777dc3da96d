"""What the dialogs with facts share: when the facts are longer than the room, the arrows and page keys read on."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, ScreenResultType


class Dialog(ModalScreen[ScreenResultType]):
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
