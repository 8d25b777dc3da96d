"""What narrows and widens on the screen of a CloudTrail: pivots, pickers with counts, texts, times, chips."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from rich.text import Text
from textual import on
from textual.message import Message

from irkit.cloudtrail.query import Window
from irkit.cloudtrail.questions.question import Follow, Question
from irkit.tui.screens.pick import Choice, PickScreen
from irkit.tui.screens.reason import Asking, Need, ReasonScreen
from irkit.tui.screens.trail_asking import TrailAskingScreen
from irkit.tui.screens.trail_values import Picked, ValuesScreen
from irkit.tui.trail_cells import counted, words
from irkit.tui.trail_fields import FIELDS
from irkit.tui.trail_lines import FOLLOWED
from irkit.tui.trail_narrowing import Cell, alone, excluded, narrowed
from irkit.tui.trail_shown import Shown, counts
from irkit.tui.trail_view import Sense, View


class FieldsCounted(Message):
    """The values of each field, with their counts."""

    def __init__(self, by_field: Mapping[str, tuple[tuple[str, int], ...]]) -> None:
        super().__init__()
        self.by_field = by_field


class TrailFilteringScreen(TrailAskingScreen):
    """Every filter makes a new view."""

    @property
    def row(self) -> object | None:
        """The row under the cursor."""
        return None

    @property
    def column(self) -> str:
        """The column under the cursor."""
        return ""

    # -- pivots ----------------------------------------------------------------------------------------------------

    def action_pivot(self) -> None:
        """Only the value under the cursor, beside the filters there are."""
        self._with_value(partial(self._narrow, self.view))

    def action_pivot_alone(self) -> None:
        """Only the value under the cursor, in the place of all filters but the time."""
        self._with_value(partial(self._narrow, alone(self.view)))

    def action_exclude(self) -> None:
        """Without the value under the cursor."""
        self._with_value(self._exclude)

    def _narrow(self, view: View, cell: Cell) -> None:
        if self.held.asked is not None:
            self.look_at(narrowed(view, cell, self.held.asked))

    def _exclude(self, cell: Cell) -> None:
        if self.held.asked is not None:
            self.look_at(excluded(self.view, cell, self.held.asked))

    def _with_value(self, then: Callable[[Cell], None]) -> None:
        """The value of the cell; of several, the one that is chosen."""
        if self.row is None:
            self.refuse("there is no row")
            return
        column, row = self.column, self.row
        held = getattr(row, column)
        several = tuple(held) if isinstance(held, tuple | frozenset) else ()
        if len(several) <= 1:
            then(Cell(column, several[0] if several else held, row))
            return
        choices = [Choice(str(at), words(each)) for at, each in enumerate(several)]

        def chosen(at: str | None) -> None:
            if at is not None:
                then(Cell(column, several[int(at)], row))

        self.app.push_screen(PickScreen("Which of its values", choices), chosen)

    # -- pickers ---------------------------------------------------------------------------------------------------

    def action_pick(self) -> None:
        """Count the values of every field, in a thread, then let one be chosen."""
        if (made := self.held.shown) is not None:
            self.in_thread(partial(self._count, self.question, made), "counts", exclusive=True)

    def _count(self, question: Question[object], made: Shown) -> None:
        names = [*FIELDS, *(each for each in question.columns if each not in FIELDS and _is_counted(made, each))]
        self.post_message(FieldsCounted({name: counts(made, name) for name in names}))

    @on(FieldsCounted)
    def _show_fields(self, message: FieldsCounted) -> None:
        several = {name: found for name, found in message.by_field.items() if any(text for text, _ in found)}
        here = [name for name in (self.column,) if name in several]
        order = [*here, *(name for name in several if name not in here)]
        choices = [Choice(name, _field_row(name, several[name])) for name in order]

        def chosen(name: str | None) -> None:
            if name is not None:
                self._show_values(name, several[name])

        self.app.push_screen(PickScreen("Filter by which field", choices), chosen)

    def _show_values(self, name: str, found: tuple[tuple[str, int], ...]) -> None:
        def picked(pick: Picked | None) -> None:
            if pick is not None and pick.sense is Sense.NOT:
                self._exclude(Cell(name, pick.value))
            elif pick is not None:
                self._narrow(self.view, Cell(name, pick.value))

        self.app.push_screen(ValuesScreen(label(name), found), picked)

    # -- texts, chips, times, following ------------------------------------------------------------------------------

    def action_find(self) -> None:
        """Ask for a text that rows must hold."""
        facts = Text("of the loaded rows, those that hold it in any column; empty shows all again", "dim")
        asking = Asking("Show only rows that hold", facts, "Text", "Show", Need.OPTIONAL)

        def found(text: str | None) -> None:
            if text is not None:
                self.look_at(replace(self.view, text=text))

        self.app.push_screen(ReasonScreen(asking), found)

    def action_drop(self) -> None:
        """Take the only filter away, or the one that is chosen."""
        chips = self.view.chips
        if not chips:
            self.refuse("there is no filter")
        elif len(chips) == 1:
            self.look_at(chips[0].rest)
        else:
            rests = [*(chip.rest for chip in chips), self.view.bare()]
            choices = [Choice(str(at), chip.text) for at, chip in enumerate(chips)]
            choices.append(Choice(str(len(chips)), "all of them", "everything the source has"))
            self._pick_view("Take which filter away", choices, rests)

    def action_follow(self) -> None:
        """Choose how far beyond the matching calls to go."""
        several = list(Follow)
        choices = [
            Choice(str(at), f"{each.value:<10} {FOLLOWED[each.value]}", "now" if each is self.view.follow else "")
            for at, each in enumerate(several)
        ]
        self._pick_view("How far to follow", choices, [replace(self.view, follow=each) for each in several])

    def action_window(self) -> None:
        """Choose another span of time."""
        spans = self._spans()
        choices = [Choice(str(at), title) for at, (title, _) in enumerate(spans)]
        self._pick_view("Which time", choices, [self.view.within(window) for _, window in spans])

    def _spans(self) -> list[tuple[str, Window | None]]:
        span = self.view.query.span
        spans: list[tuple[str, Window | None]] = []
        at = moment(self.row)
        if at is not None:
            around = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=12))
            spans += [(f"{_told(each)} around {words(at)}", Window(at - each, at + each)) for each in around]
        if span is not None:
            length = span.end - span.start
            spans.append(("three times as long as now, around it", Window(span.start - length, span.end + length)))
        first = self.desk.first.query.span
        if first is not None and first != span:
            spans.append(("the time this began with", first))
        now = self.look.now()
        days = (timedelta(days=1), timedelta(days=7), timedelta(days=90))
        spans += [(f"the last {_told(each)}", Window(now - each, now)) for each in days]
        return [*spans, ("all time", None)]

    def _pick_view(self, title: str, choices: list[Choice], views: list[View]) -> None:
        def chosen(at: str | None) -> None:
            if at is not None:
                self.look_at(views[int(at)])

        self.app.push_screen(PickScreen(title, choices), chosen)


def moment(row: object | None) -> datetime | None:
    """When a row's events were, or began; None where it does not say."""
    at = getattr(row, "at", None) or getattr(row, "first_at", None)
    return at if isinstance(at, datetime) else None


def label(name: str) -> str:
    """What a field or a column is called."""
    return FIELDS[name].label if name in FIELDS else name.replace("_", " ")


def _field_row(name: str, found: tuple[tuple[str, int], ...]) -> str:
    text, count = next(((text, count) for text, count in found if text), ("", 0))
    return f"{label(name):<18} {counted(len(found), 'value'):>14}   most: {words(text)} ({count:,})"


def _is_counted(made: Shown, column: str) -> bool:
    """Whether a column holds texts, not times, numbers or places of records."""
    held = getattr(made.rows[0], column) if made.rows else None
    return isinstance(held, str | tuple) and column not in {"event_ids", "locator", "locators"}


def _told(length: timedelta) -> str:
    hours = length // timedelta(hours=1)
    if hours < 1:
        return counted(length // timedelta(minutes=1), "minute")
    return counted(length.days, "day") if length.days else counted(hours, "hour")
