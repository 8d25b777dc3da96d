"""The turns in the lives of credentials, in words: for the activity, and for the alarm. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from irkit.incident.life import GREEN, Life, Stage, Turn
from irkit.incident.life_words import clock_time
from irkit.incident.lives import Lives
from irkit.tui.activity import ActivityLine, Tone


def life_lines(lives: Lives, after: int) -> Mapping[int, tuple[ActivityLine, ...]]:
    """The turns since event ``after`` as lines of activity, by the event that tells them.

    That a credential came to be known is no turn.
    """
    lines: dict[int, tuple[ActivityLine, ...]] = {}
    for life in lives:
        for turn in life.turns[1:]:
            if turn.seq > after:
                line = ActivityLine(turn.at, "", f"{life.name}: {turn.stage} ({turn.why})", _tone(turn.stage))
                lines[turn.seq] = (*lines.get(turn.seq, ()), line)
    return lines


def alarms(old: Lives | None, new: Lives) -> list[str]:
    """What came to life again since ``old``, each time in words; without it, what is alive again now."""
    if old is None:
        return [_alarm(life, life.rises[-1]) for life in new.risen()]
    known = {(life.credential.kind, life.credential.id): len(life.rises) for life in old}
    return [
        _alarm(life, turn)
        for life in new
        for turn in life.rises[known.get((life.credential.kind, life.credential.id), 0) :]
    ]


def _alarm(life: Life, turn: Turn) -> str:
    """Short, since it lies above the screen; what accepted it stands in its life and in the activity."""
    return f"ALIVE AGAIN: {life.name}: accepted at {clock_time(turn.at)} (c tells its life)"


def _tone(stage: Stage) -> Tone:
    if stage is Stage.ALIVE_AGAIN:
        return Tone.BAD
    return Tone.GOOD if stage in GREEN else Tone.PLAIN
