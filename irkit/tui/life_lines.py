"""The turns in the lives of credentials, in words: for the activity, and for the alarm. Pure."""

from __future__ import annotations

from irkit.incident.events import Recorded
from irkit.incident.life import GREEN, Stage
from irkit.incident.lives import Lives
from irkit.tui.activity import ActivityLine, Tone


def alarms(old: Lives, new: Lives) -> list[str]:
    """What came to life again since ``old``, each time in words."""
    known = {(life.credential.kind, life.credential.id): len(life.rises) for life in old}
    return [
        f"ALIVE AGAIN: {life.name}: accepted at {turn.at:%H:%M:%SZ}: {turn.why}"
        for life in new
        for turn in life.rises[known.get((life.credential.kind, life.credential.id), 0) :]
    ]


def life_lines(lives: Lives, record: Recorded) -> tuple[ActivityLine, ...]:
    """The turns that one event brought about, as lines of activity; that a credential is known is no turn."""
    return tuple(
        ActivityLine(turn.at, "", f"{life.name}: {turn.stage} ({turn.why})", _tone(turn.stage))
        for life in lives
        for turn in life.turns[1:]
        if turn.seq == record.seq
    )


def _tone(stage: Stage) -> Tone:
    if stage is Stage.ALIVE_AGAIN:
        return Tone.BAD
    return Tone.GOOD if stage in GREEN else Tone.PLAIN
