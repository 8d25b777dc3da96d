from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.forge import Forge, started_forge
from tests.rehearsal import raise_world, world

settings.register_profile("irkit", deadline=None)
settings.load_profile("irkit")  # what a test finds must not depend on how busy the machine is

__all__ = ["forge", "raise_world", "world"]


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    """A git server, a GitHub server and a Slack server with a leaked key planted, and an incident's clients."""
    with started_forge(tmp_path) as running:
        yield running
