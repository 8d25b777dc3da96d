from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from irkit.drill.world.settings import Membership, WorldSettings
from irkit.drill.world.world import World


@pytest.fixture(scope="session")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A cloud in no organization, whose responder may list users and do nothing else: change nothing in it."""
    may = {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}
    settings = WorldSettings(
        delivery_lag=timedelta(),
        membership=Membership.NONE,
        break_glass={"Version": "2012-10-17", "Statement": [may]},
    )
    own = World(tmp_path_factory.mktemp("lonely") / "world", settings)
    own.start()
    yield own
    own.stop()
