"""Drives the terminal UI in tests: ``await on(pilot).step("verdict").is_waiting().press("a").says("asks").go()``.

A driver only gathers what to do; ``go`` does it in order. Conditions are polled with a generous deadline.
"""

from __future__ import annotations

import asyncio
import difflib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from textual.pilot import Pilot

from irkit.engine.view import Mark
from irkit.tui.app import IrkitApp
from irkit.tui.capture import screen_text
from irkit.tui.look import Look
from irkit.tui.screens.incident import IncidentScreen
from irkit.tui.widgets.steps import StepList
from tests.patience import PATIENCE_S
from tests.tui.story import ScriptedDesk, ScriptedHome

WIDE = (120, 36)
NARROW = (80, 24)
_SNAPSHOTS = Path(__file__).parent / "snapshots"


def look(folder: Path, at: datetime, **more: object) -> Look:
    """Clocks stand still, and dialogs do not wait."""
    settled: dict[str, object] = {"type_ahead": timedelta(0), "now": lambda: at, **more}
    return Look(screens_folder=folder, **settled)  # type: ignore[arg-type]


@asynccontextmanager
async def running(
    home: ScriptedHome, look: Look, size: tuple[int, int], first: ScriptedDesk | None = None
) -> AsyncIterator[Pilot[str]]:
    app = IrkitApp(home, look, first)
    shown = app.notify
    # On a busy machine a notice may be over before the screen that has it is looked at.
    app.notify = lambda message, **more: shown(message, **{**more, "timeout": 10 * PATIENCE_S})  # type: ignore[method-assign]
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: first is None or _has_read(app))
        await pilot.pause()
        yield pilot


def _has_read(app: IrkitApp) -> bool:
    return isinstance(app.screen, IncidentScreen) and app.screen.board.reading is not None


async def until(pilot: Pilot[str], holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"it never came to hold; the screen was:\n{screen_text(pilot.app.screen)}")
        await pilot.pause()
        await asyncio.sleep(0.01)


class Driver:
    """One line of a story about an incident's screen."""

    def __init__(self, pilot: Pilot[str]) -> None:
        self._pilot = pilot
        self._acts: list[Callable[[], Awaitable[None]]] = []

    def _then(self, act: Callable[[], Awaitable[None]]) -> Driver:
        self._acts.append(act)
        return self

    @property
    def _incident(self) -> IncidentScreen:
        return next(screen for screen in self._pilot.app.screen_stack if isinstance(screen, IncidentScreen))

    def step(self, step: str) -> Driver:
        async def act() -> None:
            self._incident.query_one(StepList).choose(step)  # type: ignore[arg-type]
            await self._pilot.pause()

        return self._then(act)

    def marked(self, mark: Mark) -> Driver:
        async def act() -> None:
            reading = self._incident.board.reading
            assert reading is not None
            assert reading.view(self._incident.selected).mark is mark

        return self._then(act)

    def is_waiting(self) -> Driver:
        return self.marked(Mark.WAITS_FOR_YOU)

    def press(self, *keys: str) -> Driver:
        async def act() -> None:
            await self._pilot.press(*keys)
            await self._pilot.pause()

        return self._then(act)

    def types(self, text: str) -> Driver:
        return self.press(*("space" if c == " " else c for c in text))

    def says(self, text: str) -> Driver:
        async def act() -> None:
            await until(self._pilot, lambda: text.casefold() in screen_text(self._pilot.app.screen).casefold())

        return self._then(act)

    def told(self, text: str) -> Driver:
        """A message came up that goes away by itself."""

        async def act() -> None:
            await until(self._pilot, lambda: any(text in n.message for n in self._pilot.app._notifications))

        return self._then(act)

    def says_not(self, text: str) -> Driver:
        async def act() -> None:
            assert text.casefold() not in screen_text(self._pilot.app.screen).casefold()

        return self._then(act)

    def until(self, holds: Callable[[], bool]) -> Driver:
        return self._then(lambda: until(self._pilot, holds))

    async def go(self) -> None:
        for act in self._acts:
            await act()


def on(pilot: Pilot[str]) -> Driver:
    return Driver(pilot)


async def same_as_snapshot(pilot: Pilot[str], name: str) -> None:
    """The screen's text comes to be that of ``snapshots/<name>.txt``; ``IRKIT_SNAPSHOTS=write`` writes it instead."""
    path = _SNAPSHOTS / f"{name}.txt"
    if os.environ.get("IRKIT_SNAPSHOTS") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(await _settled(pilot), encoding="utf-8")
    kept = path.read_text(encoding="utf-8")
    deadline = time.monotonic() + PATIENCE_S
    while (text := screen_text(pilot.app.screen)) != kept and time.monotonic() < deadline:
        await pilot.pause(0.02)
    changed = "\n".join(difflib.unified_diff(kept.splitlines(), text.splitlines(), "kept", "drawn", lineterm=""))
    assert not changed, f"{path.name} changed; IRKIT_SNAPSHOTS=write keeps the new one\n{changed}"


async def _settled(pilot: Pilot[str]) -> str:
    """The screen's text once it has stayed the same for half a second; only for writing a snapshot."""
    text, since = screen_text(pilot.app.screen), time.monotonic()
    while time.monotonic() < since + 0.5:
        await pilot.pause(0.05)
        if (now := screen_text(pilot.app.screen)) != text:
            text, since = now, time.monotonic()
    return text
