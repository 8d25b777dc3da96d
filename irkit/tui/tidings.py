"""What others did that the person at the screen should hear of at once, since the last reading. Pure."""

from __future__ import annotations

from irkit.incident.events import Actor, ActorKind, NoteAdded
from irkit.incident.refusal_words import refusals
from irkit.incident.state import IncidentState


def refused_since(old: IncidentState | None, new: IncidentState, me: Actor) -> list[str]:
    """The last approval that somebody else tried against the rules since ``old``, or ever at the first reading."""
    told = refusals(new)[len(old.refused) if old else 0 :]
    return [f"REFUSED: {one}" for one in told if one.record.actor != me][-1:]


def notes_since(old: IncidentState | None, new: IncidentState, me: Actor) -> list[str]:
    """Notes of other people since ``old``; none at the first reading."""
    return [
        f"Note by {record.actor.name}: {record.event.text}"
        for record in (new.notes[len(old.notes) :] if old else ())
        if isinstance(record.event, NoteAdded) and record.actor != me and record.actor.kind is not ActorKind.IRKIT
    ]
