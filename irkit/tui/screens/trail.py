"""The screen of a CloudTrail: questions as tables, over bars of when, with filters, coverage and progress in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Click
from textual.widgets import Static

from irkit.cloudtrail.record import Record
from irkit.tui.keys import Place, bindings, keys
from irkit.tui.look import Look
from irkit.tui.screens.trail_coverage import CoverageScreen
from irkit.tui.screens.trail_filtering import TrailFilteringScreen, moment
from irkit.tui.screens.trail_record import RecordScreen
from irkit.tui.screens.trail_timeline import NO_INCIDENT
from irkit.tui.trail_cells import words
from irkit.tui.trail_desk import TrailDesk
from irkit.tui.trail_lines import chip_at, chips, counts, covered, finished, headline, nothing, progress, tabs
from irkit.tui.trail_narrowing import records_of
from irkit.tui.trail_shown import event_ids
from irkit.tui.trail_view import Direction
from irkit.tui.widgets.footer import KeyFooter
from irkit.tui.widgets.trail_strip import TrailStrip
from irkit.tui.widgets.trail_table import TrailTable


class TrailScreen(TrailFilteringScreen):
    """Asks in a thread of its own; rows come in as they are found."""

    place = Place.TRAIL
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.TRAIL)
    DEFAULT_CSS = """
    TrailScreen Static { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    TrailScreen #bars { height: 4; }
    TrailScreen.-narrow #bars { height: 2; }
    TrailScreen #rows { height: 1fr; border: round $foreground 40%; }
    TrailScreen #rows:focus { border: round $primary; }
    """

    def __init__(self, desk: TrailDesk, look: Look) -> None:
        super().__init__(desk, look)
        self._marked: dict[tuple[str, ...], tuple[Record, ...]] = {}
        """The records of marked rows, by the rows' event ids."""

    def compose(self) -> ComposeResult:
        """What is looked at, when it was, the tables, what it covers."""
        yield Static(id="source", markup=False)
        yield Static(id="chips", markup=False)
        yield TrailStrip(id="bars")
        yield Static(id="tabs", markup=False)
        yield TrailTable(id="rows")
        yield Static(id="covered", markup=False)
        yield Static(id="told", markup=False)
        yield KeyFooter(keys(self.place))

    def on_mount(self) -> None:
        """Ask the first question."""
        self.query_one(TrailTable).focus()
        self.ask()

    def on_resize(self) -> None:
        """The tabs stand closer on a narrow screen."""
        self.call_after_refresh(self.draw)

    @property
    def words(self) -> str:
        """How to come back to the incident this was opened from."""
        return f"Come back with: irkit resume {self.desk.incident}" if self.desk.incident else ""

    @property
    def row(self) -> object | None:
        """The row under the cursor."""
        return self.query_one(TrailTable).row

    @property
    def column(self) -> str:
        """The column under the cursor."""
        return self.query_one(TrailTable).column_name

    def cell(self) -> tuple[int, int]:
        """Where the cursor stands."""
        table = self.query_one(TrailTable)
        return table.cursor, table.column

    def put_cell(self, cell: tuple[int, int]) -> None:
        """Put the cursor back, over what is held now."""
        made = self.held.shown
        self.query_one(TrailTable).put(self.question.columns, made.rows if made else (), self.view.order, cell)

    def off(self) -> Mapping[str, str]:
        """Why keys are off now."""
        off: dict[str, str] = {}
        if self.row is None:
            ids = ("open", "pivot", "only", "exclude", "mark", "copy", "sort")
            off |= {
                f"trail.{each}": "there is no row" for each in (*ids, *(() if self._marked else ("add", "add_why")))
            }
        if self.held.shown is None or not self.held.shown.loaded:
            off |= {f"trail.{each}": "nothing is loaded" for each in ("pick", "find", "histogram")}
        if self.desk.add_to_timeline is None:
            off |= {"trail.add": NO_INCIDENT, "trail.add_why": NO_INCIDENT}
        if not self.view.chips:
            off["trail.drop"] = "there is no filter"
        if self.held.coverage is None:
            off["trail.coverage"] = "the coverage is known when the question has ended"
        off |= {
            f"trail.question_{number}": f"there are {len(self.desk.questions)} tables"
            for number in range(len(self.desk.questions) + 1, 10)
        }
        return off

    # -- drawing ---------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw what is held."""
        if not self.is_mounted:
            return
        made, view = self.held.shown, self.view
        table = self.query_one(TrailTable)
        table.empty = nothing(self.held.coverage, self.held.ended, made)
        table.show(self.question.columns, made.rows if made else (), view.order)
        table.border_title = self.question.title
        self.query_one(TrailStrip).show(made.asked.records if made else (), view.query.span)
        self.query_one("#source", Static).update(headline(self.desk.source.label, self.desk.incident, view))
        self.query_one("#chips", Static).update(chips(view.chips))
        self.query_one("#tabs", Static).update(Text("", no_wrap=True).join(self._tabs()))
        self._draw_counts()
        self.draw_progress()

    def draw_progress(self) -> None:
        """Draw how far the question is, or what came of it."""
        told, line = self.query_one("#told", Static), self.query_one("#covered", Static)
        held = self.held
        if self.progress is not None:
            told.update(progress(self.progress))
        elif self.is_asking:
            told.update(Text(" asking…", "cyan"))
        elif held.coverage is not None:
            told.update(finished(held.coverage, held.notes, held.seconds))
        else:
            told.update(Text(" there was no whole answer; r asks again", "bold red"))
        if held.coverage is not None:
            line.update(covered(held.coverage, held.ended))
        elif self.is_asking:
            line.update(Text(" what it covers is known when the question has ended", "dim"))
        else:
            line.update(Text(f" ✗ NOT ALL: {words(held.ended)}", "bold red"))

    def _tabs(self) -> tuple[Text, ...]:
        return tabs(self.desk.questions, self.view.question, self.size.width)

    def _draw_counts(self) -> None:
        self.query_one(TrailTable).border_subtitle = counts(self.held.shown, self.held.ended, len(self._marked))
        self.query_one(KeyFooter).dim(self.off())

    @on(TrailTable.Moved)
    def _moved(self) -> None:
        self.query_one(TrailStrip).point(moment(self.row))
        self._draw_counts()

    @on(TrailStrip.Narrowed)
    def _narrowed(self, message: TrailStrip.Narrowed) -> None:
        self.query_one(TrailTable).focus()
        self.look_at(self.view.within(message.window))

    @on(Click, "#tabs")
    def _turned(self, event: Click) -> None:
        ends = accumulate(each.cell_len for each in self._tabs())
        number = next((at for at, end in enumerate(ends, start=1) if event.x < end), None)
        if number is not None:
            self.action_question(number)

    @on(Click, "#chips")
    def _clicked(self, event: Click) -> None:
        if (chip := chip_at(self.view.chips, event.x)) is not None:
            self.look_at(chip.rest)

    # -- keys ------------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """The records behind the row."""
        if self.row is None or (made := self.held.shown) is None:
            self.refuse("there is no row")
            return
        records = records_of(self.row, made.asked)
        if not records:
            self.refuse("this row rests on no record that is loaded")
            return
        self.app.push_screen(RecordScreen(self.desk, self.look, records, made.asked.caller))

    def action_question(self, number: int) -> None:
        """Another table over the same filters."""
        if number > len(self.desk.questions):
            self.refuse(f"there are {len(self.desk.questions)} tables")
            return
        self._turn_to(list(self.desk.questions)[number - 1])

    def action_turn(self, by: int) -> None:
        """The next table, or the one before."""
        several = list(self.desk.questions)
        self._turn_to(several[(several.index(self.view.question) + by) % len(several)])

    def _turn_to(self, question: str) -> None:
        if question != self.view.question:
            self.query_one(TrailTable).start_over()
            self.look_at(self.view.of(question))

    def action_sort(self) -> None:
        """By the column under the cursor."""
        if self.row is not None:
            is_number = isinstance(getattr(self.row, self.column), int)
            first = Direction.DOWN if is_number else Direction.UP
            self.look_at(self.view.sorted_by(self.column, first))

    def action_mark(self) -> None:
        """Mark the row's records for the timeline, or no longer, and go on; marks stay whatever is looked at."""
        if self.row is None or (made := self.held.shown) is None:
            self.refuse("there is no row")
            return
        records = records_of(self.row, made.asked)
        if not records:
            self.refuse("this row rests on no record that is loaded")
        elif self._marked.pop(event_ids(self.row), None) is None:
            self._marked[event_ids(self.row)] = records
        self._draw_marks()
        self.query_one(TrailTable).action_move(1)

    def _draw_marks(self) -> None:
        self.query_one(TrailTable).mark(self._marked.keys())
        self._draw_counts()

    def action_histogram(self) -> None:
        """To the bars, or back to the table."""
        strip = self.query_one(TrailStrip)
        (self.query_one(TrailTable) if strip.has_focus else strip).focus()

    def action_coverage(self) -> None:
        """All that was looked at, and all that was not."""
        if self.held.coverage is None:
            self.refuse("the coverage is known when the question has ended")
            return
        self.app.push_screen(CoverageScreen(self.look, self.view, self.held.coverage, self.held.notes))

    def action_again(self) -> None:
        """Ask the source again."""
        self.ask_again()

    def action_copy(self) -> None:
        """Send the cell's value to the terminal."""
        if self.row is not None:
            text = words(getattr(self.row, self.column))
            self.app.copy_to_clipboard(text)
            self.say(f"sent to terminal: {text}")

    def action_back(self) -> None:
        """Stop what is under way; else out of the bars; else to what was looked at before; else to where this began."""
        if self.is_asking and self.progress is not None:
            self.stop()
            self.say("stopping; what was found stays")
        elif not self.query_one(TrailTable).has_focus:
            self.query_one(TrailTable).focus()
        elif self.has_before:
            self.go_back()
        else:
            super().action_back()

    # -- the timeline ----------------------------------------------------------------------------------------------

    def to_add(self) -> Sequence[Record]:
        """The records of the marked rows; without any, of the selected one."""
        here = records_of(self.row, self.held.shown.asked) if self.row is not None and self.held.shown else ()
        several = self._marked.values() or (here,)
        return list({one.event_id: one for each in several for one in each}.values())

    def added(self) -> None:
        """Nothing is marked any more."""
        self._marked.clear()
        self._draw_marks()
