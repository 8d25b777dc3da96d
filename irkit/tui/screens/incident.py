"""The screen of one incident: every step, the selected one, what waits for you, what is going on."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content

from irkit.engine.view import StepView
from irkit.incident.events import Mode, StepId
from irkit.runbook.graph import decisions, graph
from irkit.tui.board import Board, Reading
from irkit.tui.headline import is_over, reached
from irkit.tui.keys import Place, bindings, keys
from irkit.tui.lanes import lanes
from irkit.tui.life_lines import alarms
from irkit.tui.life_rows import life_tally
from irkit.tui.messages import DeskFailed, DeskRead, LeaveAsked, OrderTaken, TrailAsked, UsualRead
from irkit.tui.reader import Reader
from irkit.tui.screens.contain import ContainScreen
from irkit.tui.screens.credentials import CredentialsScreen
from irkit.tui.screens.leave import LeaveScreen
from irkit.tui.screens.log import LogScreen
from irkit.tui.screens.ordering import OrderingScreen
from irkit.tui.screens.pick import Choice, PickScreen
from irkit.tui.screens.step import StepScreen
from irkit.tui.tidings import notes_since, refused_since
from irkit.tui.widgets.activity import ActivityPane
from irkit.tui.widgets.brief import Brief
from irkit.tui.widgets.credentials import CredentialsPane
from irkit.tui.widgets.detail import StepDetail
from irkit.tui.widgets.footer import KeyFooter
from irkit.tui.widgets.frontier import FrontierPane
from irkit.tui.widgets.headline import Headline
from irkit.tui.widgets.steps import StepList
from irkit.tui.widgets.waits import WaitsPane

_ALARM_SECONDS = 20
_REFUSAL_SECONDS = 8
"""It covers part of the screen; the activity and the approval's page keep it."""


class IncidentScreen(OrderingScreen):
    """Reads the desk by a thread of its own while it is mounted."""

    place = Place.INCIDENT
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.INCIDENT)

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._reader = Reader(board.desk, self.post_message, board.look.now)
        self._answered: StepId | None = None
        """The step that was answered last, until it no longer waits and the cursor has gone on."""

    def compose(self) -> ComposeResult:
        """All panes of both sizes; the style sheet shows those that fit."""
        runbook = self.board.desk.runbook
        yield Headline(self.board)
        with Horizontal(id="top"):
            yield StepList(lanes(graph(runbook)), decisions(runbook), id="steps")
            yield FrontierPane(self.board, id="frontier")
            yield StepDetail(self.board.desk.source, id="detail")
        yield WaitsPane(self.board, id="waits")
        yield CredentialsPane(self.board, id="credentials")
        yield ActivityPane(id="activity")
        yield Brief(self.board)
        yield KeyFooter(keys(self.place))

    def on_mount(self) -> None:
        """Name the panes and start reading."""
        self.query_one("#steps").border_title = "Steps"
        self.query_one("#activity").border_title = "Activity  all steps"
        self.query_one("#steps").focus()
        self.run_worker(self._reader.run, thread=True, group="reader", exit_on_error=True)
        self.run_worker(lambda: self.post_message(UsualRead(self.board.desk.usual())), thread=True, group="usual")
        self.set_interval(1, self._tick)

    def on_resize(self) -> None:
        """What stands on the frames depends on the width."""
        self.call_after_refresh(self._show)

    def on_unmount(self) -> None:
        """Stop reading."""
        self._reader.stopped.set()

    @property
    def selected(self) -> StepId:
        """The step under the cursor."""
        return self.query_one(StepList).chosen

    # -- what the reader tells --------------------------------------------------------------------------------------

    @on(DeskRead)
    def _read(self, message: DeskRead) -> None:
        old, new = self.board.reading.state if self.board.reading else None, message.reading.state
        self.board.take(message.reading, message.lines)
        self._alarm(alarms(old.lives if old else None, new.lives), _ALARM_SECONDS)
        self._alarm(refused_since(old, new, self.board.desk.me), _REFUSAL_SECONDS)
        for text in notes_since(old, new, self.board.desk.me):
            self.notify(text, timeout=_REFUSAL_SECONDS, markup=False)
        self.query_one(ActivityPane).add(message.lines)
        self._lead(message.reading)
        self._show()
        for screen in self.app.screen_stack:
            if isinstance(screen, StepScreen | LogScreen | ContainScreen | CredentialsScreen):
                screen.take(message.lines)
        message.taken.set()

    def _alarm(self, told: list[str], seconds: int) -> None:
        """What came to life again, or was tried against the rules, is rung for, and stays for a while on any screen."""
        for text in told:
            self.app.bell()
            self.notify(text, severity="error", timeout=seconds, markup=False)

    def _lead(self, reading: Reading) -> None:
        """Until the user moves the cursor or a step that waits is selected, select what matters most.

        When the selected step was answered and waits no more, go on to the next that does, now or later: unless the
        user has moved meanwhile, or reads the step's page.
        """
        steps = self.query_one(StepList)
        waiting = reading.waiting()
        if self._answered is not None and self._answered not in {view.step for view in waiting}:
            stays = self._answered == self.selected and self.focused is not self.query_one("#detail")
            if stays and waiting:
                self.action_next_waiting()
            if waiting or not stays:
                self._answered = None
        if not steps.touched and (waiting or reading.running()):
            steps.choose((waiting or reading.running())[0].step)
            steps.touched = bool(waiting)

    @on(UsualRead)
    def _expect(self, message: UsualRead) -> None:
        """It comes once, and is drawn at once."""
        self.board.usual = message.usual
        if self.board.reading is not None:
            self.board.take(self.board.reading, ())
            self._show()

    @on(OrderTaken)
    def _remember(self, message: OrderTaken) -> None:
        self._answered = message.answered or self._answered

    @on(DeskFailed)
    def _failed(self, message: DeskFailed) -> None:
        self.refuse(f"{message.error.message}\n{message.error.hint}")

    def _tick(self) -> None:
        self.query_one(Headline).refresh()

    def _show(self) -> None:
        """Draw the board's newest reading everywhere."""
        reading = self.board.reading
        if reading is None:
            return
        steps = self.query_one(StepList)
        steps.show(reading.views)
        narrow, runbook = self.has_class("-narrow"), self.board.desk.runbook
        count = reached(runbook, reading.state, reading.views) if narrow else f"{len(reading.views)} steps"
        steps.border_subtitle = count
        self._show_lives(reading)
        self.query_one(FrontierPane).show()
        self.query_one(WaitsPane).show()
        self.query_one(Headline).refresh()
        if reading.state.opened is not None:
            for mode in Mode:
                self.set_class(reading.state.opened.mode is mode, f"-{mode.value}")
        self._show_selected()

    def _show_lives(self, reading: Reading) -> None:
        """Rows on a wide screen; on a narrow one they are counted in the frame of the steps."""
        lives = reading.state.lives
        self.set_class(len(lives) > 0, "-credentials")
        self.query_one(CredentialsPane).show()
        title = Content("Steps")
        if self.has_class("-narrow") and len(lives):
            title = Content("Steps  ").append(Content.from_rich_text(life_tally(lives)))
        self.query_one("#steps").border_title = title

    @on(StepList.Chosen)
    def _show_selected(self) -> None:
        reading = self.board.reading
        if reading is None:
            return
        self.query_one(StepDetail).show(self.subject(reading))
        self.query_one(Brief).show(self.selected)
        self.query_one(KeyFooter).dim(self.off())

    # -- keys ------------------------------------------------------------------------------------------------------

    def action_detail(self) -> None:
        """The step's page: a screen of its own when there is no room beside the steps."""
        if self.has_class("-narrow"):
            self.app.push_screen(StepScreen(self.board, self.selected))
        else:
            self.query_one("#detail").focus()

    def action_pane(self, name: str) -> None:
        """Move to a pane; on a narrow screen to the screen that shows it."""
        if self.query_one(f"#{name}").display:
            self.query_one(f"#{name}").focus()
        elif name == "detail":
            self.action_detail()
        elif name == "activity":
            self.action_log()

    def action_next_tab(self) -> None:
        """Turn to the next page."""
        self.query_one(StepDetail).turn(1)

    def action_last_tab(self) -> None:
        """Turn to the previous page."""
        self.query_one(StepDetail).turn(-1)

    def action_tail(self) -> None:
        """Follow the activity's end."""
        self.query_one(ActivityPane).tail()

    def action_credentials(self) -> None:
        """Every credential with its whole life."""
        self.app.push_screen(CredentialsScreen(self.board))

    def action_log(self) -> None:
        """The activity on the whole screen."""
        self.app.push_screen(LogScreen(self.board))

    def action_contain(self) -> None:
        """Every planned, reversible step of the containment on one screen."""
        self.app.push_screen(ContainScreen(self.board), self._after_contain)

    def _after_contain(self, _: None) -> None:
        """What the cursor stood on may be over: it goes where it matters, now or later, until the user moves it."""
        reading = self.board.reading
        if reading and is_over(reading.view(self.selected)):
            self.query_one(StepList).touched = False
            self._lead(reading)

    def action_trail(self) -> None:
        """The CloudTrail of the incident's time and key."""
        self.say("opening the CloudTrail…")
        self.post_message(TrailAsked(self.board.desk.trail))

    def action_focus_view(self) -> None:
        """From the graph to what matters now, and back."""
        self.toggle_class("-focus")
        self.query_one("#steps").focus()

    def action_back(self) -> None:
        """Out of the focus view, back to the steps, or to home."""
        if self.has_class("-focus"):
            self.remove_class("-focus")
        elif not self.query_one(StepList).has_focus:
            self.query_one(StepList).focus()
        else:
            self._once_sure("Back to the list of incidents?", super().action_back)

    def action_find(self) -> None:
        """Choose a step by typing some of its name."""
        choices = [Choice(view.step, f"{view.step:<18}  {view.title}", view.mark.value) for view in self._views()]

        def found(step: str | None) -> None:
            if step is not None:
                self.query_one(StepList).choose(StepId(step))

        self.app.push_screen(PickScreen("Find a step", choices), found)

    def action_answer(self) -> None:
        """Answer what the selected step waits for; from one that is over go to the next that waits, and ask nothing."""
        reading = self.board.reading
        view = reading.view(self.selected) if reading else None
        if reading is None or view is None or not reading.waiting() or view in reading.waiting() or not is_over(view):
            super().action_answer()
            return
        over = self.selected
        self.action_next_waiting()
        self.say(f"{over} is over; this one waits: [a] answers")

    def action_next_waiting(self) -> None:
        """Select the next step that waits for a human, after the selected one, round and round."""
        views = list(self._views())
        at = next((at for at, view in enumerate(views) if view.step == self.selected), 0)
        waiting = {view.step for view in (self.board.reading.waiting() if self.board.reading else ())}
        chosen = next((view.step for view in views[at + 1 :] + views[: at + 1] if view.step in waiting), None)
        if chosen is None:
            self.say("nothing waits for you")
        else:
            self.query_one(StepList).choose(chosen)

    def action_leave(self) -> None:
        """Leave irkit; asks only while something runs."""
        self._once_sure("Leave irkit?", lambda: self.post_message(LeaveAsked(self.words)))

    def _once_sure(self, asks: str, then: Callable[[], object]) -> None:
        running = self.board.reading.running() if self.board.reading else ()
        if not running:
            then()
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual hands it so
            if yes:
                then()

        self.app.push_screen(LeaveScreen(", ".join(view.step for view in running), asks), answered)

    def _views(self) -> tuple[StepView, ...]:
        return self.board.reading.views if self.board.reading else ()
