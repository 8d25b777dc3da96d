"""That a flood of lines cannot hold up the keyboard: by batches, bounds and drawing what is seen."""

from __future__ import annotations

import threading
from datetime import timedelta

from textual.pilot import Pilot

from irkit.contract import Effect
from irkit.errors import JournalBroken, Unreachable
from irkit.incident.events import StepId, StepStarted
from irkit.incident.state import IncidentState
from irkit.tui.board import RING
from irkit.tui.desk import ProgressLine
from irkit.tui.messages import DeskFailed, DeskRead
from irkit.tui.reader import Reader
from irkit.tui.widgets.activity import ActivityPane
from irkit.tui.widgets.steps import StepList
from tests.tui.conftest import Play
from tests.tui.driving import WIDE, on, until
from tests.tui.story import START, ScriptedDesk, Story, halfway

STEP = StepId("hunt_persistence")


def lines(count: int) -> list[ProgressLine]:
    return [ProgressLine(START, STEP, f"line {n}") for n in range(count)]


class Collected:
    """Takes the reader's messages in place of a screen."""

    def __init__(self, desk: ScriptedDesk) -> None:
        self.messages: list[DeskRead | DeskFailed] = []
        self.reader = Reader(desk, self.messages.append, lambda: desk.story.at + timedelta(seconds=1))

    def look(self) -> Collected:
        self.reader._look()
        return self


def test_ten_thousand_lines_between_two_looks_are_one_message_of_at_most_a_ring() -> None:
    desk = ScriptedDesk(halfway())
    desk.stream(lines(10_000))
    (message,) = Collected(desk).look().messages
    assert isinstance(message, DeskRead)
    assert len(message.lines) == RING
    assert message.lines[-1].text == "… line 9999"


def test_nothing_new_is_no_message() -> None:
    collected = Collected(ScriptedDesk(halfway())).look().look().look()
    assert len(collected.messages) == 1


def test_the_reader_waits_until_the_screen_took_the_last_batch() -> None:
    desk = ScriptedDesk(halfway())
    collected = Collected(desk)
    thread = threading.Thread(target=collected.reader.run)
    thread.start()
    try:
        _wait(lambda: len(collected.messages) == 1)
        seen = desk.reads
        desk.stream(lines(10))
        assert not collected.reader.stopped.wait(0.3)
        assert (len(collected.messages), desk.reads) == (1, seen)
        first = collected.messages[0]
        assert isinstance(first, DeskRead)
        first.taken.set()
        _wait(lambda: len(collected.messages) == 2)
        second = collected.messages[1]
        assert isinstance(second, DeskRead)
        assert len(second.lines) == 10
    finally:
        collected.reader.stopped.set()
        thread.join()


def _wait(holds: object) -> None:
    assert callable(holds)
    turn = threading.Event()
    for _ in range(2000):
        if holds():
            return
        turn.wait(0.01)
    raise AssertionError("it never came to hold")


def test_each_event_is_worded_once_even_when_the_state_lags_behind_the_records() -> None:
    class Racing(ScriptedDesk):
        """Another process appends between the fold and the reading of the records."""

        def refresh(self) -> IncidentState:
            state = super().refresh()
            if len(self.story.records) < 60:
                self.story.read("open_channel")
            return state

    desk = Racing(halfway())
    collected = Collected(desk)
    for _ in range(40):
        collected.look()
    worded = [line for m in collected.messages if isinstance(m, DeskRead) for line in m.lines]
    assert len([line for line in worded if line.text == "reading"]) == sum(
        isinstance(r.event, StepStarted) and r.event.effect is Effect.READ for r in desk.story.records
    )


def test_a_desk_that_fails_is_told_once_and_read_again() -> None:
    class Failing(ScriptedDesk):
        broken = True

        def refresh(self) -> IncidentState:
            if self.broken:
                raise JournalBroken("event 7 does not verify", hint="irkit verify says more")
            return super().refresh()

    desk = Failing(halfway())
    collected = Collected(desk).look().look()
    (told,) = collected.messages
    assert isinstance(told, DeskFailed)
    desk.broken = False
    assert isinstance(collected.look().messages[-1], DeskRead)


def test_a_desk_that_fails_shows_its_error_and_the_screen_stays(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        def fail() -> IncidentState:
            raise Unreachable("the disk is gone", hint="mount it")

        desk.refresh = fail  # type: ignore[method-assign]
        await on(pilot).told("the disk is gone\nmount it").press("up").says("aws.issue_access_key").go()

    play(desk, WIDE, scene)


def test_only_lines_in_sight_are_drawn(play: Play) -> None:
    desk = ScriptedDesk(halfway())
    drawn: list[int] = []

    async def scene(pilot: Pilot[str]) -> None:
        pane = pilot.app.screen.query_one(ActivityPane)
        render, seen = pane.render_line, pane.count
        pane.render_line = lambda y: (drawn.append(y), render(y))[1]  # type: ignore[method-assign, func-returns-value]
        desk.stream(lines(10_000))
        await until(pilot, lambda: pane.count > seen)
        await on(pilot).says("line 9999").go()
        assert pane.count == RING

    play(desk, WIDE, scene)
    assert 0 < len(drawn) < 200
    assert max(drawn) < 36


def test_the_cursor_moves_while_lines_stream_in(play: Play) -> None:
    desk = ScriptedDesk(halfway())
    stop = threading.Event()

    def flood() -> None:
        while not stop.wait(0.001):
            desk.stream(lines(20))

    async def scene(pilot: Pilot[str]) -> None:
        writer = threading.Thread(target=flood)
        writer.start()
        try:
            for _ in range(5):
                before = pilot.app.screen.query_one(StepList).cursor
                await pilot.press("up")
                assert pilot.app.screen.query_one(StepList).cursor == before - 1
        finally:
            stop.set()
            writer.join()

    play(desk, WIDE, scene)


def test_moving_the_cursor_draws_two_rows_and_not_all(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        steps = pilot.app.screen.query_one(StepList)
        drawn: list[int] = []
        render = steps.render_line
        steps.render_line = lambda y: (drawn.append(y), render(y))[1]  # type: ignore[method-assign, func-returns-value]
        await pilot.press("up")
        await until(pilot, lambda: len(drawn) > 0)
        assert sorted(set(drawn)) == [steps.cursor, steps.cursor + 1]

    play(ScriptedDesk(Story().opened().planned("postmortem")), WIDE, scene)


def test_a_reader_who_scrolled_up_keeps_their_place_while_the_ring_drops_old_lines(play: Play) -> None:
    desk = ScriptedDesk(halfway())
    desk.stream(lines(RING))

    async def scene(pilot: Pilot[str]) -> None:
        pane = pilot.app.screen.query_one(ActivityPane)
        await on(pilot).says("line 4999").press("3", "pageup", "pageup").until(lambda: not pane.following).go()
        before = pane.render_line(0).text
        desk.stream(lines(100))
        await on(pilot).says("+100 new lines").go()
        assert pane.count == RING
        assert pane.render_line(0).text == before

    play(desk, WIDE, scene)
