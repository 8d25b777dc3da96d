"""The facts of an incident, in the past tense. A correction is a new event; nothing is edited.

Every event is a closed, immutable model with a literal ``kind``. ``AnyEvent`` is their tagged union and ``parse`` reads
one back from its JSON. ``step`` is a step id of the runbook, ``item`` the index in a ``for_each`` (None without one)
and ``attempt`` counts from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, NewType

from pydantic import Field, JsonValue, TypeAdapter

from irkit.contract import Effect, Frozen, Plan, Proof, Receipt, Sighting, Standing
from irkit.runbook.model import StepId as StepId  # noqa: PLC0414 - told on: events name steps

IncidentId = NewType("IncidentId", str)
PlanHash = NewType("PlanHash", str)
"""SHA-256 in hex over the canonical JSON of the step's plans and what gates them."""


class Mode(StrEnum):
    """How an incident runs; fixed when it opens."""

    LIVE = "live"
    DRY_RUN = "dry-run"
    DRILL = "drill"


class Direction(StrEnum):
    """Whether an attempt does a step or undoes it."""

    DO = "do"
    UNDO = "undo"


class ActorKind(StrEnum):
    """Who acts: a person, irkit by itself, or a scripted person of a drill."""

    HUMAN = "human"
    IRKIT = "irkit"
    SIMULATED = "simulated"


class Actor(Frozen):
    """Who made an event come about. ``login`` is whom the operating system took them for: ``kim@laptop``."""

    name: str
    kind: ActorKind
    login: str = ""

    def is_same_person(self, other: Actor) -> bool:
        """Whether two actors are, as far as anyone can tell here, one person: by name, or by login."""
        return self.name == other.name or (bool(self.login) and self.login == other.login)


class Resolution(StrEnum):
    """What a human made of an effect in doubt, after irkit probed."""

    WAS_DONE = "was_done"
    WAS_NOT_DONE = "was_not_done"
    PLAN_AGAIN = "plan_again"


class Call(Frozen):
    """One call to the outside, in words for a report, with the outside's own id for it."""

    at: datetime
    text: str
    request_id: str = ""
    error: str = ""


class IncidentOpened(Frozen):
    """The first event. Holds the runbook's own bytes, so that a resumed incident runs the plan it started with."""

    kind: Literal["incident_opened"] = "incident_opened"
    incident: IncidentId
    title: str
    severity: str
    mode: Mode
    runbook: str
    runbook_text: str
    runbook_path: str
    runbook_sha256: str
    inputs: Mapping[str, JsonValue]
    account: str
    """The account acted on, for the header: ``prod 111143211234``; empty when not known."""
    acting_as: str
    """The identity irkit acts as, for the header."""
    quorum: int
    """How many different people must approve an irreversible plan."""
    irkit_version: str
    settle_s: int = 15
    """Seconds that a change needs to bind everywhere (``aws.settle_s``): what is accepted until then is no alarm."""


class RunnerStarted(Frozen):
    """A process took the incident's runner lock. What a former runner left open is then in doubt or lost."""

    kind: Literal["runner_started"] = "runner_started"
    runner: str
    pid: int
    host: str


class RunnerStopped(Frozen):
    """The runner let go in good order."""

    kind: Literal["runner_stopped"] = "runner_stopped"
    runner: str
    reason: str


class StepStarted(Frozen):
    """A step's reading or planning began."""

    kind: Literal["step_started"] = "step_started"
    step: StepId
    attempt: int
    direction: Direction = Direction.DO
    effect: Effect
    items: int | None = None
    """How many items a ``for_each`` resolved to; None without one."""


class StepPlanned(Frozen):
    """What would be done is known, and shown. One plan an item; one without ``for_each``."""

    kind: Literal["step_planned"] = "step_planned"
    step: StepId
    attempt: int
    direction: Direction = Direction.DO
    effect: Effect
    plans: tuple[Plan, ...]
    plan_hash: PlanHash
    can_revert: bool = False
    """Whether the action has a revert that works from the receipt."""


class ApprovalGiven(Frozen):
    """A person approved one plan, by its hash."""

    kind: Literal["approval_given"] = "approval_given"
    step: StepId
    plan_hash: PlanHash
    phrase_typed: bool = False


class OrderRefused(Frozen):
    """Somebody, the event's actor, tried to approve a plan in a way that the rules do not allow. Nothing came of it.

    Of one try that is repeated word for word, the first is kept.
    """

    kind: Literal["order_refused"] = "order_refused"
    step: StepId
    plan_hash: PlanHash
    """Which plan they said they approve; not always the one that is planned."""
    why: str


class EffectIntended(Frozen):
    """On disk before the effect. Without a receipt after a crash, the effect is in doubt."""

    kind: Literal["effect_intended"] = "effect_intended"
    step: StepId
    attempt: int
    item: int | None = None
    direction: Direction = Direction.DO
    plan_hash: PlanHash
    runner: str


class EffectDone(Frozen):
    """The receipt of an effect. ``recovered`` when it was written after a probe found the effect in place."""

    kind: Literal["effect_done"] = "effect_done"
    step: StepId
    attempt: int
    item: int | None = None
    direction: Direction = Direction.DO
    receipt: Receipt
    recovered: bool = False


class EffectFailed(Frozen):
    """The effect was tried and an error came back. ``standing`` is what a probe right after it saw."""

    kind: Literal["effect_failed"] = "effect_failed"
    step: StepId
    attempt: int
    item: int | None = None
    direction: Direction = Direction.DO
    error: str
    message: str
    standing: Standing | None


class EffectVerified(Frozen):
    """What looking again showed. The step is green only when ``proof`` is proven for every item."""

    kind: Literal["effect_verified"] = "effect_verified"
    step: StepId
    attempt: int
    item: int | None = None
    direction: Direction = Direction.DO
    proof: Proof
    seen: str
    looks: int
    request_ids: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    """What the look showed of credentials (``irkit.incident.life``)."""


class DoubtProbed(Frozen):
    """irkit looked where the world stands against an intent that has no receipt."""

    kind: Literal["doubt_probed"] = "doubt_probed"
    step: StepId
    attempt: int
    item: int | None = None
    direction: Direction = Direction.DO
    standing: Standing | None
    """None when the probe itself failed: unknown."""
    seen: str
    receipt: Receipt | None = None


class DoubtResolved(Frozen):
    """A human said how to go on with an effect in doubt."""

    kind: Literal["doubt_resolved"] = "doubt_resolved"
    step: StepId
    attempt: int
    item: int | None = None
    direction: Direction = Direction.DO
    resolution: Resolution


class CallsMade(Frozen):
    """The calls a step made to the outside, one event a phase."""

    kind: Literal["calls_made"] = "calls_made"
    step: StepId
    calls: tuple[Call, ...]


class EvidenceKept(Frozen):
    """Bulk evidence went to a file of the incident; this is its hash, its size and what it does not cover."""

    kind: Literal["evidence_kept"] = "evidence_kept"
    step: StepId
    path: str
    """Relative to the incident's folder."""
    sha256: str
    size: int
    what: str
    count: int
    coverage: str
    """What was looked at and what was not; empty when the question does not arise."""


class StepDone(Frozen):
    """A step is green: read, answered, or its effect proven. ``results`` is one ``Result`` an item, dumped to JSON."""

    kind: Literal["step_done"] = "step_done"
    step: StepId
    attempt: int
    results: tuple[Mapping[str, JsonValue], ...]
    summary: str


class StepPreviewed(Frozen):
    """A dry run stops at the plan."""

    kind: Literal["step_previewed"] = "step_previewed"
    step: StepId
    attempt: int


class StepFailed(Frozen):
    """A step failed; what needs it waits until a human retries, skips or aborts."""

    kind: Literal["step_failed"] = "step_failed"
    step: StepId
    attempt: int
    direction: Direction = Direction.DO
    error: str
    message: str
    hint: str = ""


class StepPostponed(Frozen):
    """A notice could not be delivered; it is tried again from ``again_at`` on."""

    kind: Literal["step_postponed"] = "step_postponed"
    step: StepId
    attempt: int
    message: str
    again_at: datetime


class StepSkipped(Frozen):
    """A human left a step out, with a reason."""

    kind: Literal["step_skipped"] = "step_skipped"
    step: StepId
    reason: str
    direction: Direction = Direction.DO
    """``UNDO``: what was given up is its undo, so what was done stands."""


class StepOmitted(Frozen):
    """A ``when`` did not hold (or, in a dry run, a value does not exist), so the step is left out."""

    kind: Literal["step_omitted"] = "step_omitted"
    step: StepId
    because: str


class StepUndone(Frozen):
    """The undo of a step is proven."""

    kind: Literal["step_undone"] = "step_undone"
    step: StepId
    attempt: int


class RetryAsked(Frozen):
    """A human wants a failed, previewed, skipped or stale step tried again."""

    kind: Literal["retry_asked"] = "retry_asked"
    step: StepId
    reason: str = ""


class UndoAsked(Frozen):
    """A human wants a done step undone; the undo is planned and gated like any effect."""

    kind: Literal["undo_asked"] = "undo_asked"
    step: StepId
    reason: str = ""


class DecisionGiven(Frozen):
    """A human answered a human step."""

    kind: Literal["decision_given"] = "decision_given"
    step: StepId
    answer: Mapping[str, JsonValue]
    reason: str = ""
    head_seen: str = ""
    """Hash of the last event on the screen when deciding: what was known then."""


class CitedRecord(Frozen):
    """A CloudTrail record that a person put into the timeline, as far as it is told; ``sha256`` is of its raw text."""

    event_id: str
    call: str
    who: str
    key_id: str = ""
    ip: str = ""
    agent: str = ""
    error: str = ""
    account: str = ""
    region: str = ""
    target: str = ""
    locator: str = ""
    """Where the raw record lies, as ``irkit trail show`` takes it."""
    sha256: str = ""
    """Empty when the raw text was not at hand."""


class NoteAdded(Frozen):
    """A person wrote something down; of a ``cited`` record the event's time is CloudTrail's."""

    kind: Literal["note_added"] = "note_added"
    text: str
    step: StepId | None = None
    cited: CitedRecord | None = None


class IncidentAborted(Frozen):
    """A human stopped the runbook; nothing runs any more."""

    kind: Literal["incident_aborted"] = "incident_aborted"
    reason: str


class IncidentClosed(Frozen):
    """Every step has ended."""

    kind: Literal["incident_closed"] = "incident_closed"
    outcome: str


Event = (
    IncidentOpened
    | RunnerStarted
    | RunnerStopped
    | StepStarted
    | StepPlanned
    | ApprovalGiven
    | OrderRefused
    | EffectIntended
    | EffectDone
    | EffectFailed
    | EffectVerified
    | DoubtProbed
    | DoubtResolved
    | CallsMade
    | EvidenceKept
    | StepDone
    | StepPreviewed
    | StepFailed
    | StepPostponed
    | StepSkipped
    | StepOmitted
    | StepUndone
    | RetryAsked
    | UndoAsked
    | DecisionGiven
    | NoteAdded
    | IncidentAborted
    | IncidentClosed
)
AnyEvent = Annotated[Event, Field(discriminator="kind")]

_ADAPTER: TypeAdapter[Event] = TypeAdapter(AnyEvent)


def parse(body: JsonValue) -> Event:
    """Read an event back from its JSON; raises ``pydantic.ValidationError`` when it is none."""
    return _ADAPTER.validate_python(body, strict=False)


class Recorded(Frozen):
    """An event as the journal keeps it.

    ``at`` is when it happened, by ``at_source``'s clock and to within ``at_uncertainty_ms``; ``recorded_at`` is when
    the journal wrote it, by this machine's clock. Both are aware and in UTC.
    """

    seq: int
    event: AnyEvent
    actor: Actor
    at: datetime
    at_source: str
    at_uncertainty_ms: int
    recorded_at: datetime
    runbook_sha256: str
    previous: str
    hash: str
