"""Begin a drill: a rehearsal cloud, and an incident in it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from random import Random

from irkit.actions import catalog
from irkit.config import Config
from irkit.drill.rehearsal import Rehearsal, begun
from irkit.drill.world.adversaries.cast import ADVERSARIES
from irkit.drill.world.scenarios.shelf import SCENARIOS
from irkit.drill.world.settings import WorldSettings
from irkit.errors import IrkitError
from irkit.incident.events import Mode
from irkit.runbook.policy import policy
from irkit.runbook.shelf import taken
from irkit.wiring.incidents import link_world
from irkit.wiring.inputs import given
from irkit.wiring.session import Session, incidents_root, opened_session


def begin(
    settings: Config, name: str, seed: int, iam_delay: timedelta = timedelta(), adversary: str = ""
) -> tuple[Session, Rehearsal]:
    """Begin a rehearsal cloud whose responder has exactly the runbook's permissions, and open the incident in it.

    ``adversary`` is one of ``drill.world.adversaries.cast``; empty for one who has gone. A runbook that no scenario is
    made for is rehearsed in that of ``key_leak``.

    Raises:
        IrkitError: there is no such adversary.
    """
    if adversary not in ADVERSARIES:
        named = ", ".join(name for name in ADVERSARIES if name)
        raise IrkitError(f"there is no adversary {adversary!r}", hint=f"one of: {named}")
    runbook = taken(name, settings.runbooks_folder)
    worlds = incidents_root(settings, Mode.DRILL) / "worlds"
    permissions = policy(runbook, catalog)
    asked = WorldSettings(
        seed=seed,
        break_glass=permissions,
        iam_delay=iam_delay,
        scp_delay=_scp_delay(seed) if iam_delay else timedelta(),
        scenario=name if name in SCENARIOS else "key_leak",
        adversary=adversary,
    )
    rehearsal = begun(worlds / secrets.token_hex(6), asked)
    try:
        known = {name: value for name, value in rehearsal.inputs().items() if name in runbook.inputs}
        session = opened_session(rehearsal.config(settings), runbook, given(runbook, known), Mode.DRILL)
    except BaseException:
        rehearsal.stop()
        raise
    link_world(session.folder, rehearsal.folder)
    return session, rehearsal


def _scp_delay(seed: int) -> timedelta:
    """From one second to two: an SCP takes its own time, which is not that of IAM."""
    return timedelta(milliseconds=Random(seed).randrange(1000, 2000))  # noqa: S311  dice of a rehearsal
