"""What stands beside a credential's stage, in words: what was seen, by what means, and what is missing. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from irkit.contract import Means, Seen
from irkit.incident.life import Life, Liveness, Stage

_REFUSED = {Means.PROBE: "refused to a probe", Means.ATTEMPT: "refused in the log"}


def life_words(life: Life) -> str:
    """``refused to a probe at 06:12:03Z; the log is not quiet yet``; empty where there is no more to say."""
    return "; ".join(filter(None, (_seen(life), _uncut(life), _unknown(life), _rose(life))))


def clock_time(at: datetime) -> str:
    """``06:11:58Z``: the time of day in UTC, to the second."""
    return at.astimezone(UTC).strftime("%H:%M:%SZ")


def _seen(life: Life) -> str:
    match life.stage:
        case Stage.LIVE:
            return _live(life)
        case Stage.REVOKE_SENT:
            return "whether it took is not known"
        case Stage.ACKNOWLEDGED:
            return _still_accepted(life) or "no refusal seen yet"
        case Stage.QUIET:
            return "no refusal seen; the log shows no accepted call since"
        case Stage.DENIED:
            return f"{_refused(life)}; the log is not quiet yet"
        case Stage.PROVEN_DEAD:
            return f"{_refused(life)}, and the log shows no accepted call since"
        case Stage.ALIVE_AGAIN:
            told = life.risen.sighting if life.risen else None
            return f"accepted at {clock_time(told.at)}: {told.says}" if told else ""


def _live(life: Life) -> str:
    given = "given on purpose" if life.given is not None else ""
    if life.asked is None or life.liveness is Liveness.UNKNOWN or life.asked.seq < (life.given or 0):
        return given
    active = "accepted" if life.liveness is Liveness.ACTIVE else "refused"
    return "; ".join(filter(None, (given, f"{active} at {clock_time(life.asked.sighting.at)}")))


def _still_accepted(life: Life) -> str:
    return f"still accepted at {clock_time(life.alive.sighting.at)}" if life.alive else ""


def _refused(life: Life) -> str:
    """A simulation is told as one: no call was seen refused."""
    if life.denial is None:
        return ""
    best = life.denial.best.sighting
    if best.by is Means.SIMULATION:
        return f"denied in a simulation at {clock_time(best.at)}, no call seen refused"
    return f"{_REFUSED.get(best.by, f'refused by {best.by}')} at {clock_time(best.at)}"


def _uncut(life: Life) -> str:
    return "no step cut it by name" if life.is_uncut and life.denial else ""


def _unknown(life: Life) -> str:
    """Told only while it is the last that was heard of it."""
    asked = life.asked
    if asked is None or asked.sighting.seen is not Seen.UNKNOWN:
        return ""
    return f"unknown at {clock_time(asked.sighting.at)}: {asked.sighting.says}"


def _rose(life: Life) -> str:
    if life.stage is Stage.ALIVE_AGAIN or not life.rises:
        return ""
    return f"was alive again at {', '.join(clock_time(turn.at) for turn in life.rises)}"
