"""Begin a drill: a rehearsal cloud, and an incident in it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from random import Random

from pydantic import JsonValue

from irkit.actions import catalog
from irkit.config import Config
from irkit.contract import Effect, Frozen
from irkit.drill.inject import Inject
from irkit.drill.mishaps import Asked, ask
from irkit.drill.rehearsal import Rehearsal, begun
from irkit.drill.world.adversaries.cast import ADVERSARIES
from irkit.drill.world.scenarios.shelf import SCENARIOS
from irkit.drill.world.settings import Membership, WorldSettings
from irkit.errors import IrkitError, UsageError
from irkit.incident.events import Mode
from irkit.runbook.model import Runbook
from irkit.runbook.policy import document, permissions, policy
from irkit.runbook.shelf import taken
from irkit.wiring.incidents import link_world
from irkit.wiring.inputs import given
from irkit.wiring.scripted_answers import keep_answers
from irkit.wiring.second_incident import RUNBOOK as SECOND
from irkit.wiring.session import Session, incidents_root, opened_session


class Tempo(StrEnum):
    """How quickly the rehearsed CloudTrail answers and delivers."""

    REAL = "real"
    """Two questions a second and region, as AWS has it; records show after two seconds."""
    QUICK = "quick"
    """Twenty, after one second, and no time to spare in settling: where nobody looks on, and many drills are fought."""


class Terms(Frozen):
    """On what terms a drill is fought. ``adversary`` is one of ``drill.world.adversaries.cast``; empty: he has gone."""

    adversary: str = ""
    iam_delay: timedelta = timedelta()
    """How long a write of IAM takes to bind at most; one of an SCP takes half to all of it."""
    membership: Membership = Membership.MEMBER
    """Where the account stands in an organization, and so whether an SCP can bind."""
    tempo: Tempo = Tempo.REAL
    injects: tuple[Inject, ...] = ()
    """What is to go wrong beside the adversary."""
    unknown: tuple[str, ...] = ()
    """Inputs of the runbook that whoever raised the alarm does not know."""
    answers: Mapping[str, tuple[str, ...]] = {}
    """What the scripted responder answers to human steps; what irkit recommends to those not in it."""


def begin(settings: Config, name: str, seed: int, terms: Terms | None = None) -> tuple[Session, Rehearsal]:
    """Begin a rehearsal cloud whose responder has exactly the runbook's permissions, and open the incident in it.

    A runbook that no scenario is made for is rehearsed in that of ``key_leak``.

    Raises:
        IrkitError: there is no such adversary.
        UsageError: an unknown input is none of the runbook's or is needed, an answer is to no human step.
    """
    terms = terms or Terms()
    if terms.adversary not in ADVERSARIES:
        named = ", ".join(name for name in ADVERSARIES if name)
        raise IrkitError(f"there is no adversary {terms.adversary!r}", hint=f"one of: {named}")
    runbook = taken(name, settings.runbooks_folder)
    _fit(runbook, terms)
    worlds = incidents_root(settings, Mode.DRILL) / "worlds"
    asked = WorldSettings(
        seed=seed,
        break_glass=_permissions(settings, runbook, terms),
        iam_delay=terms.iam_delay,
        scp_delay=_scp_delay(seed, terms.iam_delay),
        membership=terms.membership,
        scenario=name if name in SCENARIOS else "key_leak",
        adversary=terms.adversary,
    )
    if terms.tempo is Tempo.QUICK:
        asked = asked.model_copy(update=_QUICK)
    rehearsal = begun(worlds / secrets.token_hex(6), asked)
    ask(rehearsal.folder, Asked(seed=seed, injects=terms.injects))
    keep_answers(rehearsal.folder, terms.answers)
    try:
        told = {name: value for name, value in rehearsal.inputs().items() if name not in terms.unknown}
        known = {name: value for name, value in told.items() if name in runbook.inputs}
        session = opened_session(rehearsal.config(settings), runbook, given(runbook, known), Mode.DRILL)
    except BaseException:
        rehearsal.stop()
        raise
    link_world(session.folder, rehearsal.folder)
    return session, rehearsal


def _fit(runbook: Runbook, terms: Terms) -> None:
    """Raises ``UsageError`` for terms that are not of this runbook."""
    optional = [one.name for one in runbook.inputs.values() if not one.required]
    if wrong := [name for name in terms.unknown if name not in optional]:
        hint = f"it can do without {', '.join(optional) or 'none'}"
        raise UsageError(f"{runbook.name} needs or has no input {', '.join(wrong)}", hint=hint)
    human = [step.id for step in runbook.steps if catalog.ACTIONS[step.uses].effect is Effect.HUMAN]
    if wrong := [step for step in terms.answers if step not in human]:
        raise UsageError(f"{runbook.name} has no human step {', '.join(wrong)}", hint=f"it has {', '.join(human)}")


def _permissions(settings: Config, runbook: Runbook, terms: Terms) -> Mapping[str, JsonValue]:
    """Those of the runbook, and of that for a second leak when there is to be one."""
    if Inject.SECOND_LEAK not in terms.injects or runbook.name == SECOND:
        return policy(runbook, catalog)
    second = taken(SECOND, settings.runbooks_folder)
    return document((*permissions(runbook, catalog), *permissions(second, catalog)))


def _scp_delay(seed: int, iam_delay: timedelta) -> timedelta:
    """From half of that of IAM to all of it: an SCP takes its own time."""
    return iam_delay * (Random(seed).randrange(50, 100) / 100)  # noqa: S311  dice of a rehearsal


_QUICK = {"lookups_per_second": 20, "delivery_lag": timedelta(seconds=1), "settle_spare": timedelta()}
"""Settings of the cloud in quick tempo. Settling counts the uncertainty of AWS's clock, a second, by itself."""
