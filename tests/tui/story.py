"""A scripted incident: real events, folded by the real fold, handed out by a desk that a test drives."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import JsonValue

from irkit.contract import Change, Effect, Plan, Proof, Receipt
from irkit.engine.approval import plan_hash
from irkit.errors import IrkitError, OutsideError
from irkit.incident import events as ev
from irkit.incident.events import Actor, ActorKind, Direction, IncidentId, Mode, PlanHash, Recorded, StepId
from irkit.incident.state import IncidentState, fold
from irkit.runbook.load import loads
from irkit.runbook.model import Runbook
from irkit.secret import Secret
from irkit.tui.desk import IncidentCard, ProgressLine, Question, QuestionKind, RunbookCard
from irkit.tui.trail_desk import TrailDesk

START = datetime(2026, 1, 7, 6, 6, 0, tzinfo=UTC)
ALICE = Actor(name="alice", kind=ActorKind.HUMAN)
BOB = Actor(name="bob", kind=ActorKind.HUMAN)
IRKIT = Actor(name="irkit", kind=ActorKind.IRKIT)

RUNBOOK = (Path(__file__).parent / "key_leak_story.yaml").read_text(encoding="utf-8")

KEY = "AKIA…WXYZ"


def runbook() -> Runbook:
    return loads(RUNBOOK, "runbooks/key_leak.yaml")


def plan_of(step: str, count: int = 1, phrase: str = "") -> Plan:
    return Plan(
        summary=f"{step}: {count} changes",
        changes=tuple(Change(target=f"secret prod/app{n}/aws", before=KEY, after="AKIA…5TUV") for n in range(count)),
        blast="api, batch, etl: 14 tasks restart",
        undo="cannot be undone" if phrase else "put back the previous secret versions",
        why="consumers still hold the dead key",
        phrase=phrase,
    )


@dataclass
class Story:
    """Tells events one after the other; ``at`` moves by a second with each unless told otherwise."""

    mode: Mode = Mode.LIVE
    at: datetime = START
    records: list[Recorded] = field(default_factory=list)

    def tell(self, event: ev.Event, by: Actor = IRKIT, after: float = 1) -> Story:
        self.at += timedelta(seconds=after)
        seq = len(self.records) + 1
        self.records.append(
            Recorded(
                seq=seq, event=event, actor=by, at=self.at, at_source="this machine", at_uncertainty_ms=50,
                recorded_at=self.at, runbook_sha256="0" * 64, previous=f"{seq - 1:064x}", hash=f"{seq:064x}",
            )
        )  # fmt: skip
        return self

    def opened(self) -> Story:
        book = runbook()
        return self.tell(
            ev.IncidentOpened(
                incident=IncidentId("INC-0042"), title="AWS access key published", severity="SEV1", mode=self.mode,
                runbook=book.name, runbook_text=book.text, runbook_path=book.path, runbook_sha256=book.sha256,
                inputs={},
                account="prod 1111-4321", quorum=2, irkit_version="0.1.0",
                acting_as="arn:aws:sts::111143210000:assumed-role/ir-responder/alice",
            ),
            ALICE,
            0,
        ).tell(ev.RunnerStarted(runner="r1", pid=4242, host="war-room"), after=0)  # fmt: skip

    def started(self, step: str, effect: Effect, after: float = 1) -> Story:
        return self.tell(ev.StepStarted(step=StepId(step), attempt=1, effect=effect), after=after)

    def read(self, step: str, summary: str = "", seconds: float = 2) -> Story:
        self.started(step, Effect.READ)
        return self.done(step, summary, seconds)

    def done(self, step: str, summary: str = "", seconds: float = 2) -> Story:
        done = ev.StepDone(step=StepId(step), attempt=1, results=({"outcome": summary or "ok"},), summary=summary)
        return self.tell(done, after=seconds)

    def limits(self, step: str, limits: Sequence[str]) -> Story:
        self.started(step, Effect.READ)
        done = ev.StepDone(step=StepId(step), attempt=1, results=({"limits": list(limits)},), summary="")
        return self.tell(done)

    def planned(
        self,
        step: str,
        effect: Effect = Effect.REVERSIBLE,
        count: int = 3,
        phrase: str = "",
        direction: Direction = Direction.DO,
    ) -> Story:
        plans = (plan_of(step, count, phrase),)
        hashed = plan_hash(StepId(step), direction, effect, plans)
        self.tell(ev.StepStarted(step=StepId(step), attempt=1, effect=effect, direction=direction))
        return self.tell(
            ev.StepPlanned(
                step=StepId(step),
                attempt=1,
                effect=effect,
                plans=plans,
                plan_hash=hashed,
                direction=direction,
                can_revert=effect is Effect.REVERSIBLE,
            )
        )

    def approved(self, step: str, by: Actor = ALICE, phrase: str = "") -> Story:
        hashed = fold(self.records).step(StepId(step)).plan_hash or PlanHash("")
        return self.tell(ev.ApprovalGiven(step=StepId(step), plan_hash=hashed, phrase_typed=bool(phrase)), by)

    def intended(self, step: str) -> Story:
        hashed = fold(self.records).step(StepId(step)).plan_hash or PlanHash("")
        return self.tell(ev.EffectIntended(step=StepId(step), attempt=1, plan_hash=hashed, runner="r1"))

    def carried_out(self, step: str, summary: str) -> Story:
        self.planned(step, count=1).approved(step).intended(step)
        receipt = Receipt(summary=summary, request_ids=("7c1e-req",))
        self.tell(ev.EffectDone(step=StepId(step), attempt=1, receipt=receipt))
        self.tell(
            ev.EffectVerified(step=StepId(step), attempt=1, proof=Proof.PROVEN, seen="listed as Inactive", looks=1)
        )
        return self.done(step, summary)


def halfway(mode: Mode = Mode.LIVE) -> Story:
    """The incident as screens.md draws it: nine done, one running, one waits, five to come."""
    story = Story(mode).opened()
    story.read("identify_key", "svc-deploy", 4)
    story.read("open_channel", "#inc-0042", 2)
    story.carried_out("deactivate_key", f"iam:UpdateAccessKey {KEY} Inactive")
    story.carried_out("deny_policy", "iam:PutUserPolicy svc-deploy IrkitDenyAll")
    story.read("query_cloudtrail", "412 events", 101)
    story.read("verify_dead", "dead", 20)
    story.read("verdict", "abused", 1)
    story.carried_out("revoke_sessions", "iam:PutUserPolicy svc-deploy IrkitRevokeOlderSessions")
    story.started("hunt_persistence", Effect.READ)
    story.tell(
        ev.CallsMade(
            step=StepId("hunt_persistence"),
            calls=(
                ev.Call(at=story.at, text="iam:ListUsers  1 user made by the leaked key: svc-backup2", request_id="q1"),
            ),
        )
    )
    story.carried_out("issue_new_key", "iam:CreateAccessKey svc-deploy  AKIA…5TUV")
    return story.planned("update_consumers")


@dataclass
class ScriptedOrders:
    """Writes down what was ordered; ``refuse`` makes the next one fail."""

    given: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    refuse: IrkitError | None = None

    def _give(self, name: str, *what: object) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.given.append((name, what))

    def approve(self, step: StepId, plan_hash: PlanHash, phrase: str = "") -> None:
        self._give("approve", step, plan_hash, phrase)

    def decide(self, step: StepId, answer: Mapping[str, JsonValue], reason: str = "") -> None:
        self._give("decide", step, dict(answer), reason)

    def skip(self, step: StepId, reason: str) -> None:
        self._give("skip", step, reason)

    def retry(self, step: StepId, reason: str = "") -> None:  # noqa: ARG002
        self._give("retry", step)

    def undo(self, step: StepId, reason: str = "") -> None:
        self._give("undo", step, reason)

    def note(self, text: str, step: StepId | None = None) -> None:
        self._give("note", text, step)

    def resolve(self, step: StepId, item: int, resolution: ev.Resolution) -> None:
        self._give("resolve", step, item, resolution)

    def abort(self, reason: str) -> None:
        self._give("abort", reason)


class ScriptedDesk:
    """One incident, from a story that may go on while the screen looks."""

    def __init__(self, story: Story, me: Actor = ALICE) -> None:
        self.story = story
        self.me = me
        self.runbook = runbook()
        self.irreversible = frozenset({StepId("purge_history"), StepId("force_push")})
        self.reversible = frozenset(map(StepId, ("deactivate_key", "deny_policy", "revoke_sessions")))
        self.orders = ScriptedOrders()
        self.asks = Question(QuestionKind.CHOICE, "Was the key abused?", ("abused", "not_abused"), "abused")
        self.closed = threading.Event()
        self.trails: TrailDesk | None = None
        self.reads = 0
        self.usually: Mapping[StepId, timedelta] = {}
        self._state = IncidentState()
        self._lines: list[ProgressLine] = []
        self._lock = threading.Lock()

    def refresh(self) -> IncidentState:
        self.reads += 1
        new = self.story.records[self._state.seq :]
        self._state = fold(new, self._state)
        return self._state

    def records_since(self, seq: int) -> Sequence[Recorded]:
        return self.story.records[seq:]

    def stream(self, lines: Sequence[ProgressLine]) -> None:
        with self._lock:
            self._lines.extend(lines)

    def progress(self) -> Sequence[ProgressLine]:
        with self._lock:
            lines, self._lines = self._lines, []
        return lines

    def usual(self) -> Mapping[StepId, timedelta]:
        return self.usually

    def source(self, step: StepId) -> str:
        return f"irkit/actions/aws/{step}.py:12\n\ndef plan(clients, params):\n    return Plan()\n"

    def question(self, step: StepId) -> Question:  # noqa: ARG002
        return self.asks

    def trail(self) -> TrailDesk:
        if self.trails is None:
            raise OutsideError("no credentials", hint="log in first")
        return self.trails

    def close(self) -> None:
        self.closed.set()


class ScriptedHome:
    """The desk of all incidents, with one of them."""

    def __init__(self, desk: ScriptedDesk, cards: Sequence[IncidentCard] = ()) -> None:
        self.desk = desk
        self.cards = cards
        self.started: list[tuple[str, Mapping[str, JsonValue | Secret], Mode]] = []
        self.refuse: IrkitError | None = None

    def incidents(self) -> Sequence[IncidentCard]:
        return self.cards

    def runbooks(self) -> Sequence[RunbookCard]:
        return [RunbookCard(runbook(), "shipped", (Mode.DRILL, Mode.DRY_RUN, Mode.LIVE))]

    def trail(self) -> TrailDesk:
        return self.desk.trail()

    def open(self, incident: IncidentId) -> ScriptedDesk:  # noqa: ARG002
        return self.desk

    def start(self, runbook: str, inputs: Mapping[str, JsonValue | Secret], mode: Mode) -> ScriptedDesk:
        if self.refuse is not None:
            raise self.refuse
        self.started.append((runbook, inputs, mode))
        return self.desk
