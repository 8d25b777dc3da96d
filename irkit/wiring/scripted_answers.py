"""What the scripted responder of a drill answers to human steps, where that is not what irkit recommends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

from irkit.drill.world.access_files import VAULT, write_private
from irkit.engine.orders import Orders
from irkit.incident.events import Actor, StepId
from irkit.incident.journal import Journal
from irkit.runbook.model import Runbook
from irkit.wiring.session import Session

Answers = Mapping[str, tuple[str, ...]]
"""By step; more than one where several can be picked."""
_FILE = "answers.json"
_WHY = "so it was asked for this rehearsal"
_ADAPTER: TypeAdapter[Answers] = TypeAdapter(Answers)


def keep_answers(world: Path, answers: Answers) -> None:
    """Write them down in a cloud's vault, so that a drill that is resumed has them."""
    write_private(world / VAULT / _FILE, json.dumps({step: [*several] for step, several in answers.items()}))


def answers_of(world: Path) -> Answers:
    """What was asked of the cloud in a folder; nothing where nothing was."""
    file = world / VAULT / _FILE
    return _ADAPTER.validate_json(file.read_bytes()) if file.is_file() else {}


@dataclass(frozen=True)
class Answering:
    """An incident as the scripted responder sees it: its own answers stand for the recommended ones."""

    session: Session
    answers: Answers

    @property
    def journal(self) -> Journal:
        """Its journal."""
        return self.session.journal

    @property
    def runbook(self) -> Runbook:
        """Its runbook."""
        return self.session.runbook

    def orders_of(self, actor: Actor) -> Orders:
        """The orders of a person."""
        return self.session.orders_of(actor)

    def recommended(self, step: StepId) -> Mapping[str, JsonValue]:
        """The answer that was asked for; the recommended one to other steps. Raises ``UsageError`` for no option."""
        given = self.answers.get(step)
        return self.session.answer(step, *given, reason=_WHY) if given else self.session.recommended(step)
