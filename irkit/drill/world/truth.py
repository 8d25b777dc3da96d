"""``vault/truth.json``: what really happened, for the judges of a drill and nobody else.

``events`` are the ids of all the adversary's calls that CloudTrail holds (and of what services did on his behalf),
``decrypts`` those that opened something, ``deeds`` all of them with time, caller, call, outcome and since when the log
has them, ``after_alarm`` those since the alarm.
``credentials`` is all he holds or held, ``doors`` what he left behind so as to come in again and whether it is open,
``bystanders`` how the innocent jobs fared, ``harmless`` whether nothing had to be cut.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from irkit.drill.world.access_files import VAULT, write_private
from irkit.drill.world.adversaries.adversary import INTRUDER, Adversary
from irkit.drill.world.adversaries.nobody import NOBODY
from irkit.drill.world.bystanders import Bystanders
from irkit.drill.world.event_store import EventStore, Stored
from irkit.drill.world.json_shape import Json, JsonObject, mapping
from irkit.drill.world.principals import shown_name
from irkit.drill.world.scenarios.scenario import Foothold


@dataclass(frozen=True)
class Truth:
    """Where the truth of one world comes from."""

    scenario: str
    adversary_name: str
    seed: int
    alarm_at: datetime
    foothold: Foothold
    adversary: Adversary
    bystanders: Bystanders
    events: EventStore

    def told(self) -> JsonObject:
        """The truth as it is now; looks at every door, so not for every second."""
        own = [stored for stored in self.events.everything() if stored.actor == INTRUDER]
        held = [one.told() for one in self.adversary.loot.held.values()]
        given: list[Json] = [
            {"name": name, "id": keys.key_id, "kind": "session" if keys.session_token else "access key"}
            for name, keys in self.foothold.keys.items()
        ]
        keys = {keys.key_id for keys in self.foothold.keys.values()}
        keys |= {one.keys.key_id for one in self.adversary.loot.held.values()}
        return {
            "scenario": self.scenario,
            "adversary": self.adversary_name,
            "seed": self.seed,
            "alarm_at": self.alarm_at.isoformat(),
            "suspects": list(self.foothold.suspects),
            "harmless": self.adversary_name == NOBODY and not self.foothold.must_fall,
            "keys": list[Json](sorted(keys)),
            "tokens": list[Json](self.foothold.tokens),
            "credentials": [*given, *held],
            "events": list[Json](stored.event_id for stored in own),
            "decrypts": list[Json](stored.event_id for stored in own if _opened(stored)),
            "deeds": [_deed(stored) for stored in own],
            "after_alarm": [_deed(stored) for stored in own if stored.event_at >= self.alarm_at],
            "doors": [
                {"kind": door.kind, "name": door.name, "open": door.is_open()} for door in self.adversary.loot.doors
            ],
            "bystanders": self.bystanders.told(),
        }

    def write(self, folder: Path) -> JsonObject:
        """Writes it into the world's vault; what was written."""
        told = self.told()
        write_private(folder / VAULT / "truth.json", json.dumps(told, indent=1))
        return told


def _opened(stored: Stored) -> bool:
    return stored.record.get("eventName") == "Decrypt" and "errorCode" not in stored.record


def _deed(stored: Stored) -> Json:
    record = stored.record
    call = f"{str(record.get('eventSource')).partition('.')[0]}:{record.get('eventName')}"
    return {
        "id": stored.event_id,
        "at": stored.event_at.isoformat(),
        "seen_from": stored.seen_from.isoformat(),
        "by": shown_name(mapping(record.get("userIdentity"))),
        "call": call,
        "error": record.get("errorCode") or "",
    }
