"""What asks on the screen of a CloudTrail: the view that is held, the question under way, and the way back."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import partial

from textual import on
from textual.message import Message

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.tui.look import Look
from irkit.tui.screens.pick import Choice, PickScreen
from irkit.tui.screens.trail_timeline import TrailTimelineScreen
from irkit.tui.trail_asker import Asker, Done, Failed, Sofar, Told
from irkit.tui.trail_desk import TrailDesk
from irkit.tui.trail_loaded import Base, Loaded
from irkit.tui.trail_pool import Bounded, Pool
from irkit.tui.trail_shown import Shown, shown
from irkit.tui.trail_view import View

_OFTEN = 0.2
_STATES = 20
"""So many states can be gone back to."""


@dataclass(frozen=True)
class Held:
    """A view and what is known of it. ``asked`` is what all its rows are made of, conditions aside."""

    view: View
    asked: Asked | None = None
    rows: tuple[object, ...] = ()
    """All rows of ``asked``, conditions aside."""
    shown: Shown | None = None
    coverage: Coverage | None = None
    """None while the question is under way, and when the source failed."""
    notes: tuple[str, ...] = ()
    ended: str = ""
    """Why this is not all that matches."""
    seconds: float = 0.0
    cursor: tuple[int, int] = (0, 0)


class TrailTold(Message):
    """A question has come so far."""

    def __init__(self, asker: Asker, told: Told) -> None:
        super().__init__()
        self.asker = asker
        self.told = told


class TrailRedrawn(Message):
    """What is in memory, by another view."""

    def __init__(self, held: Held) -> None:
        super().__init__()
        self.held = held


class TrailAskingScreen(TrailTimelineScreen):
    """Holds what is looked at; each look elsewhere can be gone back from, without asking again."""

    def __init__(self, desk: TrailDesk, look: Look) -> None:
        super().__init__(desk, look)
        self.held = Held(desk.first)
        self.progress: Sofar | None = None
        """How far the question is that is under way."""
        self._pool = Pool(desk.source)
        self._loaded = Loaded()
        self._asker: Asker | None = None
        self._before: list[Held] = []
        self._is_first = True
        desk.consent.ask = self._agreed

    @property
    def view(self) -> View:
        """What is looked at."""
        return self.held.view

    @property
    def question(self) -> Question[object]:
        """The question of the table."""
        return self.desk.questions[self.view.question]

    @property
    def is_asking(self) -> bool:
        """Whether a question is under way."""
        return self._asker is not None

    @property
    def has_before(self) -> bool:
        """Whether there is a state to go back to."""
        return bool(self._before)

    # -- what the table has, for the state to come back to --------------------------------------------------------

    def cell(self) -> tuple[int, int]:
        """Where the cursor stands."""
        return 0, 0

    def draw(self) -> None:
        """Draw what is held."""

    def draw_progress(self) -> None:
        """Draw how far the question is."""

    def put_cell(self, cell: tuple[int, int]) -> None:
        """Put the cursor back; other rows than before are there."""

    # -- looking ---------------------------------------------------------------------------------------------------

    def look_at(self, view: View) -> None:
        """Look at something else; what was looked at can be gone back to."""
        if view == self.view:
            return
        if self.held.shown is not None:
            self._before = [*self._before[1 - _STATES :], replace(self.held, cursor=self.cell())]
        old = self.held
        if view.asks_as(old.view) and (self.is_asking or old.asked is not None):
            self.held = replace(old, view=view)
            if self._asker is not None:
                self._asker.look_as(view)
            self._make_again()
            return
        self.held = Held(view)
        base = self._loaded.base(self.question, view)
        if base is None:
            self.ask()
            return
        self._end_asker()
        self.put_cell((0, self.cell()[1]))
        narrow = partial(self._from_memory, base, self.question, view)
        self.in_thread(narrow, "redraw", exclusive=True)
        self.draw()

    def go_back(self) -> None:
        """To what was looked at before, as it was."""
        self._end_asker()
        self.held = self._before.pop()
        if self.held.asked is None or (self.held.coverage is None and not self.held.ended):
            self.ask()
            return
        self.put_cell(self.held.cursor)
        self.draw()

    def ask(self) -> None:
        """Ask the question of the view."""
        self._end_asker()
        self.put_cell((0, self.cell()[1]))
        whole = self.desk.whole if self.desk.raw is not None else self.desk.most
        bounded = Bounded(self._pool, self.desk.most, self.look.now, whole)
        asker = Asker(
            self.question, self.view, bounded, lambda told: self.post_message(TrailTold(asker, told)), self.look.now
        )
        self._asker = asker
        self.in_thread(asker.run, "asking")
        self.draw()

    def ask_again(self) -> None:
        """Ask the source, not what is loaded."""
        self._pool.forget()
        self._loaded.forget()
        self.held = Held(self.view)
        self.ask()

    def stop(self) -> None:
        """End the question under way; what was found stays, and is said to be not all."""
        if self._asker is not None:
            self._asker.stop()

    def on_unmount(self) -> None:
        """Nobody is left to hear an answer."""
        self._end_asker()

    def _end_asker(self) -> None:
        self.stop()
        self._asker, self.progress = None, None

    def _make_again(self) -> None:
        """Make the rows of what is loaded anew, in a thread."""
        if self.held.asked is not None:
            redraw = partial(self._redraw, self.question, self.held, self.held.asked)
            self.in_thread(redraw, "redraw", exclusive=True)
        self.draw()

    def _redraw(self, question: Question[object], held: Held, asked: Asked) -> None:
        self.post_message(TrailRedrawn(replace(held, shown=shown(question, asked, held.rows, held.view))))

    def _from_memory(self, base: Base, question: Question[object], view: View) -> None:
        begun = self.look.now()
        asked, rows = base.answer(question, view)
        made = shown(question, asked, rows, view)
        coverage, notes = base.covered(view.query), (*question.remarks(asked), "from what was loaded", *base.notes)
        self.post_message(
            TrailRedrawn(Held(view, asked, rows, made, coverage, notes, "", (self.look.now() - begun).total_seconds()))
        )

    # -- what the threads tell -------------------------------------------------------------------------------------

    @on(TrailRedrawn)
    def _redrawn(self, message: TrailRedrawn) -> None:
        if message.held.view == self.view:
            is_all_new = self.held.asked is None
            self.held = message.held if is_all_new else replace(self.held, shown=message.held.shown)
            self.draw()

    @on(TrailTold)
    def _heard(self, message: TrailTold) -> None:
        if message.asker is not self._asker:
            return
        match message.told:
            case Sofar() as sofar:
                self.progress = sofar
                if sofar.found is not None and sofar.view == self.view:
                    found = sofar.found
                    self.held = replace(self.held, asked=found.asked, rows=found.rows, shown=found.shown)
                    self.draw()
                self.draw_progress()
            case Done() as done:
                self._asker, self.progress = None, None
                self.held = _answered(self.view, done)
                if not done.ended:
                    self._loaded.keep(done.answer)
                self._work_behind(done)
            case Failed() as failed:
                self._asker, self.progress = None, None
                found, why = failed.found, failed.error.message
                self.held = Held(self.view, found.asked, found.rows, found.shown, ended=why)
                self.refuse(f"{failed.error.message}\n{failed.error.hint}".strip())
        if not self.is_asking:
            self._settle(message.told.view)

    def _work_behind(self, done: Done) -> None:
        if self._is_first and self.desk.behind is not None:
            self.in_thread(partial(self.desk.behind, done.answer.coverage), "behind")
        self._is_first = False

    def _agreed(self, cost: str) -> bool:
        """Ask whether to spend something, from the thread that waits for it; no when it is stopped."""
        asker, heard, said = self._asker, threading.Event(), []

        def hear(answer: str | None) -> None:
            said.append(answer == "yes")
            heard.set()

        choices = [Choice("no", "Do not run it", cost), Choice("yes", "Run it", cost)]
        self.app.call_from_thread(self.app.push_screen, PickScreen("This costs something", choices), hear)
        while not heard.wait(_OFTEN):
            if asker is None or asker is not self._asker:
                return False
        return bool(said and said[0])

    def _settle(self, view: View) -> None:
        """The question has ended; when it was looked at otherwise by then, the rows are made once more."""
        if view == self.view:
            self.draw()
        else:
            self._make_again()


def _answered(view: View, done: Done) -> Held:
    answer = done.answer
    return Held(view, answer.asked, answer.rows, done.shown, answer.coverage, answer.notes, done.ended, done.seconds)
