"""When all that was cut was proven dead: by the lives of the credentials, never by an acknowledgement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from irkit.incident.life import GREEN, Life, Stage
from irkit.incident.life_words import life_words
from irkit.incident.lives import Lives
from irkit.report.credentials import masked
from irkit.report.milestone import Mark, Milestone

_NAMED = 6


def death(lives: Lives) -> Milestone | None:
    """The instant of death, between the last refusal and the last silence; None when nothing was looked at since a cut.

    Of all credentials but those that were given life on purpose. While one of them is not proven dead there is no such
    instant, and the source says which, and what is missing.
    """
    cut = [life for life in lives if life.given is None]
    if not any(life.denial or life.quiet or (life.alive and life.standing) for life in cut):
        return None
    events = tuple(sorted({seq for life in cut for seq in life.events}))
    open_ones = [life for life in cut if life.stage is not Stage.PROVEN_DEAD]
    refused = all(life.stage in GREEN for life in cut)
    denied_at = max((life.denial.first.sighting.at for life in cut if life.denial), default=None)
    if open_ones:
        source = f"not proven: {_listed(open_ones)}; {len(cut) - len(open_ones)} of {len(cut)} are proven dead"
        return Milestone(mark=Mark.DEAD, earliest=denied_at if refused else None, source=source, events=events)
    quiet_at = max((at for at in map(_died_at, cut) if at), default=None)
    means = ", ".join(dict.fromkeys(str(life.by) for life in cut if life.by))
    source = f"{len(cut)} credentials were each denied (by {means}) and quiet in the log until after its lag"
    return Milestone(
        mark=Mark.DEAD, earliest=_lower(denied_at, quiet_at), latest=quiet_at, source=source, events=events
    )


def _died_at(life: Life) -> datetime | None:
    """When it became proven dead, the last time; that a later look saw it dead still moves nothing."""
    return next((turn.at for turn in reversed(life.turns) if turn.stage is Stage.PROVEN_DEAD), None)


def _lower(denied_at: datetime | None, quiet_at: datetime | None) -> datetime | None:
    """A quiet log can be asked before the last refusal is seen; then both are one instant."""
    return denied_at if denied_at is None or quiet_at is None else min(denied_at, quiet_at)


def _listed(lives: Sequence[Life]) -> str:
    told = [masked(f"{life.name} is {life.stage} ({life_words(life)})") for life in lives[:_NAMED]]
    return "; ".join([*told, *([f"and {len(lives) - _NAMED} more"] if len(lives) > _NAMED else [])])
