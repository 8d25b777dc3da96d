from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.driving import look, running
from tests.tui.story import ScriptedDesk, ScriptedHome, Story

Scene = Callable[[Pilot[str]], Coroutine[object, object, None]]
Play = Callable[..., None]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Plays a scene on the screen of a story's incident; the clock stands 14 seconds after its last event."""

    def run(desk: ScriptedDesk, size: tuple[int, int], scene: Scene, **more: object) -> None:
        async def main() -> None:
            at = desk.story.at + timedelta(seconds=14)
            async with running(ScriptedHome(desk), look(tmp_path, at, **more), size, desk) as pilot:
                await scene(pilot)

        asyncio.run(main())

    return run


@pytest.fixture
def play_home(tmp_path: Path) -> Play:
    """Plays a scene that begins at home."""

    def run(home: ScriptedHome, size: tuple[int, int], scene: Scene, **more: object) -> None:
        async def main() -> None:
            at = home.desk.story.at + timedelta(seconds=14)
            async with running(home, look(tmp_path, at, **more), size) as pilot:
                await scene(pilot)

        asyncio.run(main())

    return run


@pytest.fixture
def begun() -> Story:
    """An incident that has just been opened."""
    return Story().opened()
