"""A list of which any number can be ticked, with space; none is at first, and what is recommended is only marked.

What stands before the last colon of all options, where it is the same (of ARNs the account's part), is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from irkit.tui.printable import printable


class TickList(OptionList):
    """``ticked`` are the ids of the ticked options, in the list's order."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "tick", "Tick", show=False)]

    def __init__(self, options: Sequence[str], recommended: Collection[str], name: str) -> None:
        self._all = tuple(options)
        self._recommended = frozenset(recommended)
        self._on: set[str] = set()
        heads = {one.rpartition(":")[0] for one in self._all}
        self._same = len(heads.pop()) + 1 if len(heads) == 1 and "" not in heads else 0
        super().__init__(*(Option(self._row(one), id=one) for one in self._all), id=name, markup=False)

    @property
    def ticked(self) -> tuple[str, ...]:
        """What is ticked."""
        return tuple(one for one in self._all if one in self._on)

    def action_tick(self) -> None:
        """Tick what the cursor is on, or take its tick away."""
        if self.highlighted is not None:
            self._on ^= {self._all[self.highlighted]}
            self.replace_option_prompt_at_index(self.highlighted, self._row(self._all[self.highlighted]))

    def _row(self, option: str) -> str:
        mark = "   (recommended)" if option in self._recommended else ""
        return f"[{'x' if option in self._on else ' '}] {printable(option[self._same :])}{mark}"
