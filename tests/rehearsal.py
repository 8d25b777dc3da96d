"""The rehearsal cloud as fixtures. Imports stay inside, so that a test without a world pays nothing for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from irkit.drill.world.settings import WorldSettings
    from irkit.drill.world.world import World
    from tests.bench import Bench


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A rehearsal cloud that a whole session shares: make things of your own in it, change nothing it came with."""
    from datetime import timedelta

    from irkit.drill.world.settings import WorldSettings
    from irkit.drill.world.world import World

    shared = World(tmp_path_factory.mktemp("world") / "shared", WorldSettings(delivery_lag=timedelta()))
    shared.start()
    yield shared
    shared.stop()


@pytest.fixture
def on(world: World, tmp_path: Path) -> Bench:
    """An incident of one's own in the shared world."""
    from tests.bench import bench

    return bench(world, tmp_path)


@pytest.fixture
def raise_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[WorldSettings], World]]:
    """Raises a rehearsal cloud of one's own with given settings; it is taken down after the test."""
    from irkit.drill.world.world import World

    raised: list[World] = []

    def up(settings: WorldSettings) -> World:
        own = World(tmp_path_factory.mktemp("world") / "own", settings)
        raised.append(own)
        own.start()
        return own

    yield up
    for own in raised:
        own.stop()
