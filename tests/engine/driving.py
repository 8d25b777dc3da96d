"""Open an incident on the switchboard, run it, and look."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from irkit.engine.executor import Executor, Outcome, Until
from irkit.engine.orders import Orders
from irkit.incident import events as ev
from irkit.incident.events import Actor, ActorKind, IncidentId, Mode, StepId
from irkit.incident.journal import SqliteJournal
from irkit.incident.state import StepState
from irkit.runbook.load import loads
from tests.engine.switchboard import CATALOG, Board, opener

KIM = Actor(name="kim", kind=ActorKind.HUMAN)
SAM = Actor(name="sam", kind=ActorKind.HUMAN)

HEADER = "runbook: lamps\ntitle: Lamps\nseverity: SEV3\nsummary: Lamps.\ninputs: {}\nsteps:\n"


class Drive:
    """One incident on a board, with orders by name."""

    def __init__(self, folder: Path, steps: str, mode: Mode = Mode.LIVE, quorum: int = 2) -> None:
        self.board = Board()
        self.catalog = dict(CATALOG)
        self.runbook = loads(HEADER + steps, "lamps.yaml")
        self.path = folder / "journal.db"
        self.journal = SqliteJournal(self.path)
        if self.journal.state().opened is None:
            self.journal.append(self._opened(mode, quorum), actor=KIM)

    def _opened(self, mode: Mode, quorum: int) -> ev.IncidentOpened:
        return ev.IncidentOpened(
            incident=IncidentId("INC-0001"),
            title="Lamps",
            severity="SEV3",
            mode=mode,
            runbook=self.runbook.name,
            runbook_text=self.runbook.text,
            runbook_path=self.runbook.path,
            runbook_sha256=self.runbook.sha256,
            inputs={},
            account="",
            acting_as="tester",
            quorum=quorum,
            irkit_version="0",
        )

    def orders(self, actor: Actor = KIM) -> Orders:
        return Orders(self.journal, self.runbook, actor)

    def executor(self) -> Executor:
        return Executor(self.journal, self.runbook, self.catalog.__getitem__, opener(self.board))

    def run(self) -> Outcome:
        return self.executor().run(Until.NOTHING_READY)

    def step(self, step: str) -> StepState:
        return self.journal.state().step(StepId(step))

    def approve(self, step: str, actor: Actor = KIM, phrase: str = "") -> None:
        self.orders(actor).approve(StepId(step), self.step(step).plan_hash or ev.PlanHash(""), phrase)

    def kinds(self, step: str) -> list[str]:
        return [r.event.kind for r in self.journal.records() if getattr(r.event, "step", None) == step]

    @contextmanager
    def running(self) -> Iterator[None]:
        executor = self.executor()
        thread = threading.Thread(target=executor.run, args=(Until.TOLD,))
        thread.start()
        try:
            yield
        finally:
            executor.stop()
            thread.join()
