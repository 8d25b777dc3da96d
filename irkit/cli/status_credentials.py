"""The lives of an incident's credentials in text and for programs. Pure."""

from __future__ import annotations

from irkit.incident.life import GREEN, Life, Stage
from irkit.incident.life_words import life_words
from irkit.incident.lives import Lives
from irkit.tui.printable import printable

_WIDTH = max(map(len, Stage))


def alarms(lives: Lives) -> list[str]:
    """One line for each credential that is alive again."""
    return [f"ALIVE AGAIN: {life.name}: {life_words(life)}" for life in lives.risen()]


def status_credentials(lives: Lives) -> str:
    """One line a credential; empty when there is none."""
    rows = [f"  {life.stage:<{_WIDTH}}  {life.name}  {life_words(life)}".rstrip() for life in lives]
    return "\n".join(map(printable, ["credentials:", *rows])) if rows else ""


def credentials_json(lives: Lives) -> list[dict[str, object]]:
    """The same for programs, with the history and the events behind it."""
    return [_as_json(life) for life in lives]


def _as_json(life: Life) -> dict[str, object]:
    since = life.since()
    return {
        "kind": life.credential.kind.value,
        "id": life.credential.id,
        "label": life.credential.label,
        "stage": life.stage.value,
        "is_proven_denied": life.stage in GREEN,
        "liveness": life.liveness.value,
        "since": since.at.isoformat() if since else None,
        "clock": since.clock if since else None,
        "by": life.by.value if life.by else None,
        "words": life_words(life),
        "events": list(life.events),
        "history": [
            {"stage": turn.stage.value, "at": turn.at.isoformat(), "clock": turn.clock, "event": turn.seq}
            for turn in life.turns
        ],
    }
