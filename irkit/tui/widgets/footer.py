"""The footer: the most important keys of the screen, those that are off dimmed but never hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.events import Click
from textual.widget import Widget

from irkit.tui.keys import Key, fitted


class KeyFooter(Widget):
    """Draws the keys of one screen in one line; a click on one presses it."""

    DEFAULT_CSS = "KeyFooter { dock: bottom; height: 1; }"

    def __init__(self, entries: Sequence[Key]) -> None:
        super().__init__()
        self._entries = entries
        self._off: Mapping[str, str] = {}

    def dim(self, off: Mapping[str, str]) -> None:
        """Show these keys (by id) as off."""
        if off != self._off:
            self._off = off
            self.refresh()

    def render(self) -> Text:
        """One line."""
        line = Text()
        for entry in fitted(self._entries, self.size.width):
            line.pad_right(max(0, entry.x - line.cell_len))
            off = entry.key.id in self._off
            line.append(entry.key.shown, "dim" if off else "bold cyan")
            line.append(f" {entry.key.label}", "dim" if off else "")
        return line

    async def on_click(self, event: Click) -> None:
        """Press the key under the mouse."""
        for entry in fitted(self._entries, self.size.width):
            if entry.x <= event.x < entry.x + len(entry.text):
                await self.app.run_action(entry.key.action, default_namespace=self.screen)
