from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cloudtrail.athena.cloud import Cloud, laid, root
from tests.cloudtrail.athena.log_files import log_files

if TYPE_CHECKING:
    from irkit.drill.world.world import World


@pytest.fixture(scope="session")
def cloud(world: World, tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """Real and odd records in a bucket of the rehearsal cloud, and irkit's table over them."""
    folder: Path = tmp_path_factory.mktemp("athena")
    return laid(root(world, folder), log_files())
