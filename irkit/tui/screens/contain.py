"""CONTAIN NOW: every planned, reversible step of the containment on one screen; enter starts them all.

What is approved is exactly what is drawn: each plan by its hash, through the same orders as one approval. A plan that
comes up while the screen is open is drawn first and asked for by another enter; for a moment after something new is
drawn, enter starts nothing, so that a second press meant for the last plans cannot reach the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from irkit.engine.contain_now import ContainNow, Offered, contain_now
from irkit.errors import IrkitError
from irkit.incident.events import PlanHash, StepId
from irkit.tui.activity import ActivityLine
from irkit.tui.board import Board
from irkit.tui.contain_page import contain_page, contain_title
from irkit.tui.hanging import hanging
from irkit.tui.keys import Place, bindings, keys
from irkit.tui.messages import OrderRefused, OrderTaken
from irkit.tui.screens.credentials import CredentialsScreen
from irkit.tui.screens.log import LogScreen
from irkit.tui.screens.ordering import OrderingScreen
from irkit.tui.widgets.footer import KeyFooter
from irkit.tui.widgets.headline import Headline

Shown = tuple[tuple[StepId, PlanHash], ...]


class ContainScreen(OrderingScreen):
    """The incident's screen below goes on reading and hands its readings up."""

    place = Place.CONTAIN
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.CONTAIN)

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._now = ContainNow()
        self._shown: Shown = ()
        self._shown_at = 0.0
        self._sent: set[tuple[StepId, PlanHash]] = set()
        """Approved from here, until the journal says so."""
        self._lines = 0
        """Of the page, as broken to the pane's width."""

    @property
    def selected(self) -> StepId:
        """The first step that enter would start; of the runbook when there is none."""
        return self._now.offered[0].step if self._now.offered else self.board.desk.runbook.steps[0].id

    def compose(self) -> ComposeResult:
        """Header, plans, footer."""
        yield Headline(self.board)
        with VerticalScroll(id="contain"):
            yield Static(markup=False)
        yield KeyFooter(keys(self.place))

    def on_mount(self) -> None:
        """Show what is known already."""
        pane = self.query_one("#contain")
        pane.focus()
        self.watch(pane, "scroll_y", self._tell_below, init=False)
        self._show()

    def take(self, lines: Iterable[ActivityLine]) -> None:  # noqa: ARG002 - the log shows them
        """A new reading is on the board."""
        if self.is_mounted:
            self._show()

    def off(self) -> dict[str, str]:
        """Enter is off while there is nothing to start."""
        return {} if self._pending() else {"contain.start": contain_title(self._now)}

    def _pending(self) -> tuple[Offered, ...]:
        return tuple(each for each in self._now.offered if (each.step, each.plan_hash) not in self._sent)

    def _show(self) -> None:
        reading, desk = self.board.reading, self.board.desk
        if reading is None:
            return
        self._now = contain_now(desk.runbook, reading.state, desk.me, desk.reversible, desk.irreversible)
        shown = tuple((each.step, each.plan_hash) for each in self._now.offered)
        pane = self.query_one("#contain")
        if set(shown) - set(self._shown):
            self._shown_at = monotonic()
            pane.scroll_home(animate=False)
        self._shown = shown
        self._sent &= set(shown)
        pane.border_title = contain_title(self._now)
        self._draw()
        self.query_one(Headline).refresh()
        self.query_one(KeyFooter).dim(self.off())

    def _draw(self) -> None:
        """Broken to the width of the pane; the frame says when there is more below."""
        reading, pane = self.board.reading, self.query_one("#contain")
        if reading is None or not pane.scrollable_content_region.width:
            return
        rows = contain_page(self._now, {view.step: view for view in reading.views})
        text = hanging(rows, pane.scrollable_content_region.width)
        pane.query_one(Static).update(text)
        self._lines = len(text.plain.splitlines())
        self._tell_below()

    def _tell_below(self) -> None:
        pane = self.query_one("#contain")
        more = self._lines - pane.scrollable_content_region.height - round(pane.scroll_y)
        pane.border_subtitle = f"more below: {more}" if more > 0 else ""

    def on_resize(self) -> None:
        """Another width breaks the rows elsewhere."""
        self.call_after_refresh(self._draw)

    def action_start(self) -> None:
        """Approve what is drawn, each plan by its own hash; says why when it starts nothing."""
        pending = self._pending()
        if not pending:
            self.refuse(contain_title(self._now))
        elif timedelta(seconds=monotonic() - self._shown_at) < self.look.type_ahead:
            self.refuse("these plans have only just come up: look, then press enter again")
        else:
            self._sent |= {(each.step, each.plan_hash) for each in pending}
            self.run_worker(partial(self._approve_each, pending), thread=True, group="orders")

    def _approve_each(self, pending: tuple[Offered, ...]) -> None:
        """One order a plan: a refused one holds no other back."""
        started: list[StepId] = []
        for each in pending:
            try:
                self.board.desk.orders.approve(each.step, each.plan_hash, "")
            except IrkitError as error:
                self.post_message(OrderRefused(f"approve {each.step}", error))
            else:
                started.append(each.step)
        if started:
            self.post_message(OrderTaken(f"approved {', '.join(started)}", started[0]))

    @on(OrderRefused)
    def _let_try_again(self) -> None:
        self._sent.clear()

    def action_credentials(self) -> None:
        """Every credential with its whole life."""
        self.app.push_screen(CredentialsScreen(self.board))

    def action_log(self) -> None:
        """The activity on the whole screen."""
        self.app.push_screen(LogScreen(self.board))
