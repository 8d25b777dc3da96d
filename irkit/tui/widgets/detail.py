"""The selected step, on four pages: Plan, Output, Approvals, Code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from irkit.engine.view import Mark
from irkit.errors import IrkitError
from irkit.incident.events import StepId
from irkit.tui.pages import Subject, Tab, page

_TABS = tuple(Tab)


class StepDetail(VerticalScroll, can_focus=True):
    """Shows a subject's current page. ``source`` gives the Code page's text; it is asked in a thread, once a step."""

    DEFAULT_CSS = "StepDetail { padding: 0 1; scrollbar-size: 0 1; } StepDetail > Static { width: 1fr; height: auto; }"

    class SourceRead(Message):
        """The text of a Code page is there."""

        def __init__(self, step: StepId, text: str) -> None:
            super().__init__()
            self.step = step
            self.text = text

    def __init__(self, source: Callable[[StepId], str], *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.tab = Tab.PLAN
        self._source = source
        self._sources: dict[StepId, str] = {}
        self._subject: Subject | None = None
        self._drawn: Text | None = None
        self._static = Static(markup=False)

    def compose(self) -> ComposeResult:
        """One text."""
        yield self._static

    def on_mount(self) -> None:
        """Name the pages in the frame."""
        self._title_pages()

    def show(self, subject: Subject) -> None:
        """Draw a subject; another step begins at the top of its page, one that waits for a person at its plan."""
        other = self._subject is None or self._subject.view.step != subject.view.step
        self._subject = subject
        if other and subject.view.mark in {Mark.WAITS_FOR_YOU, Mark.IN_DOUBT} and self.tab is not Tab.PLAN:
            self.tab = Tab.PLAN
            self._title_pages()
        self._draw()
        if other:
            self.scroll_home(animate=False, immediate=True)

    def turn(self, by: int) -> None:
        """Turn to another page, round and round."""
        self.tab = _TABS[(_TABS.index(self.tab) + by) % len(_TABS)]
        self._title_pages()
        self._draw()
        self.scroll_home(animate=False, immediate=True)

    def _draw(self) -> None:
        if self._subject is None:
            return
        step = self._subject.view.step
        if self.tab is Tab.CODE and step not in self._sources:
            self._sources[step] = ""
            self.run_worker(partial(self._read, step), thread=True, group="source")
        text = page(self.tab, replace(self._subject, source=self._sources.get(step, "")))
        if self._drawn is None or text != self._drawn:
            self._drawn = text
            self._static.update(text)

    def _read(self, step: StepId) -> None:
        try:
            text = self._source(step)
        except IrkitError as error:
            text = f"not readable: {error.message}"
        self.post_message(self.SourceRead(step, text))

    @on(SourceRead)
    def _put(self, message: SourceRead) -> None:
        self._sources[message.step] = message.text
        self._draw()

    def _title_pages(self) -> None:
        """``Step  › Plan   Output   Approvals   Code``: the current one carries a mark, not only a colour."""
        names = "  ".join(f"[bold]› {tab}[/]" if tab is self.tab else f"  {tab}" for tab in _TABS)
        self.border_title = f"Step {names}"
