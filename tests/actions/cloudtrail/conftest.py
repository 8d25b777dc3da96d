from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bench import Bench, bench

if TYPE_CHECKING:
    from irkit.drill.world.world import World


@pytest.fixture
def on(world: World, tmp_path: Path) -> Bench:
    """An incident of one's own in the shared world."""
    return bench(world, tmp_path)
