"""What an action promises.

An action is one file under ``irkit/actions``; its id is its module path. A *reading* action has ``read`` alone. An
*effect* has an ``Operation``: ``plan`` (reads only), ``probe`` (where does the world stand against this plan?),
``apply`` (does exactly what the plan says) and ``verify`` (proves the effect by looking again, never from the exit
code of the act). It may have a second operation, ``revert``, that works from the receipt. The engine knows nothing more
of an action than what stands on this page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, NewType, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

ActionId = NewType("ActionId", str)
"""``aws.deactivate_keys``: the module path below ``irkit.actions``."""


class Frozen(BaseModel):
    """Base of the values that cross the contract: immutable, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Effect(StrEnum):
    """What an action does to the world, from harmless to final. The gate follows from it."""

    READ = "read"
    """Runs at once."""
    HUMAN = "human"
    """A person answers; nothing in the world changes."""
    NOTICE = "notice"
    """Tells people something. Runs at once, is journalled and proven like an effect, and may arrive late."""
    REVERSIBLE = "reversible"
    """Needs one approval of this very plan."""
    IRREVERSIBLE = "irreversible"
    """Needs a typed phrase and a quorum for this very plan."""


class CredentialKind(StrEnum):
    """What sort of thing lets somebody in."""

    ACCESS_KEY = "access key"
    SESSION = "session"
    USER = "user"
    """Everything that acts as an IAM user: all its keys, its sessions, its password."""
    ROLE = "role"
    """Everything that acts as a role: all its sessions, present and to come."""
    PASSWORD = "password"  # noqa: S105 -- a kind's name
    GRANT = "grant"
    TOKEN = "token"  # noqa: S105 -- a kind's name


class Credential(Frozen):
    """Something that lets somebody in. ``id`` is public: a key id, an ARN, a grant id, or a keyed fingerprint."""

    kind: CredentialKind
    id: str
    label: str = ""
    """For people, where the id says little: ``GitHub token …a1b2 in api.log``."""


class Seen(StrEnum):
    """What one look at a credential showed. ``UNKNOWN`` is an answer of its own, never taken for dead."""

    ALIVE = "alive"
    """A call with it was accepted, at ``Sighting.at``."""
    DENIED = "denied"
    """A call with it was refused, and would have been accepted while it was alive."""
    QUIET = "quiet"
    """The log, from the cut until later than its lag, holds no accepted call."""
    UNKNOWN = "unknown"
    """It could not be asked, or the answer says nothing of it."""


class Means(StrEnum):
    """How it was looked at, the strongest first."""

    PROBE = "probe"
    """A call signed with it, or its provider asked about it."""
    ATTEMPT = "attempt"
    """What the log shows of somebody else's own calls with it."""
    LOG = "log"
    """What the log does not show."""
    SIMULATION = "simulation"
    """The provider's own evaluation of its policies, after they have settled."""


class Sighting(Frozen):
    """One look at one credential. A reading action's ``Result`` tells them in a field named ``sightings``."""

    credential: Credential
    seen: Seen
    by: Means
    at: datetime
    """When it was so: the time of the call, or of the look. Aware, UTC."""
    says: str
    """In words that a stranger can check: ``sts:GetCallerIdentity refused 3 times: InvalidClientTokenId``."""


class Change(Frozen):
    """One thing that will differ: what it is, what it is now, what it will be. Never a secret value."""

    target: str
    before: str
    after: str


class Plan(Frozen):
    """Exactly what ``apply`` will do. An approval is of the hash of one plan, so it holds no time of reading.

    ``details`` is what ``apply``, ``probe`` and ``verify`` work from: JSON values only, never a secret.
    ``changes`` empty means that there is nothing to do: the world already stands as wanted.
    """

    summary: str
    """What is to happen, in one line: ``deactivate AKIA…WXYZ of svc-deploy``."""
    changes: tuple[Change, ...]
    blast: str
    """What else feels it: who and how many."""
    undo: str
    """How it can be undone, or that it cannot."""
    why: str = ""
    phrase: str = ""
    """What must be typed to approve an irreversible plan; names the target."""
    cuts: tuple[Credential, ...] = ()
    """The credentials that this takes the life of; their life is told from here on (``irkit.incident.life``)."""
    revives: tuple[Credential, ...] = ()
    """The credentials that this gives life back to, on purpose: an undo, or a new key."""
    details: Mapping[str, JsonValue] = {}


class Receipt(Frozen):
    """What ``apply`` did: the result for later steps, what ``revert`` and ``verify`` need, the outside's ids."""

    summary: str
    """In words one could paste into a report: ``iam:UpdateAccessKey AKIA…WXYZ Inactive``."""
    result: Mapping[str, JsonValue] = {}
    """The action's ``Result``, dumped to JSON."""
    details: Mapping[str, JsonValue] = {}
    request_ids: tuple[str, ...] = ()


class Standing(StrEnum):
    """Where the world stands against a plan."""

    UNTOUCHED = "untouched"
    """Every target is as the plan's ``before`` says."""
    IN_PLACE = "in_place"
    """Every target is as the plan's ``after`` says."""
    BETWEEN = "between"
    """Something else: half done, or someone moved it."""


class Probe(Frozen):
    """What ``probe`` saw.

    ``receipt`` is given when the effect is in place, so that a lost receipt can be written; and in between, where an
    effect is made of several calls, as that of the whole: an undo gives back what the first part took, too.
    """

    standing: Standing
    seen: str
    receipt: Receipt | None = None


class Proof(StrEnum):
    """Whether an effect is proven."""

    PROVEN = "proven"
    NOT_YET = "not_yet"
    """Not seen yet; looking again may help (propagation, a rollout under way)."""
    REFUTED = "refuted"
    """Seen not to hold; looking again will not help."""


class Verdict(Frozen):
    """What ``verify`` saw, in words that a stranger can check."""

    proof: Proof
    seen: str
    request_ids: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    """What the look showed of credentials, where it showed something."""


C = TypeVar("C")
P = TypeVar("P", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)
Given = TypeVar("Given", bound=BaseModel)


@dataclass(frozen=True)
class Operation(Generic[C, Given]):
    """The four functions of one effect. ``Given`` is the action's ``Params``, or a ``Receipt`` for a revert.

    ``settle`` is how long ``verify`` may answer *not yet* before the step fails, ``every`` how often to look.
    ``joined`` makes one result of an effect that was carried out in parts, by plans made one after the other: of the
    receipt of an earlier part and the last one's. Without it, the last one's result stands for all.
    """

    plan: Callable[[C, Given], Plan]
    probe: Callable[[C, Plan], Probe]
    apply: Callable[[C, Plan], Receipt]
    verify: Callable[[C, Receipt], Verdict]
    settle: timedelta = timedelta(seconds=60)
    every: timedelta = timedelta(seconds=1)
    joined: Callable[[Receipt, Receipt], Receipt] | None = None


@dataclass(frozen=True)
class Action(Generic[C, P, R]):
    """One thing irkit can do. Exactly one of ``read`` and ``operation`` is set, or neither for a human step.

    ``iam`` lists the AWS permissions that all its functions need (``iam:UpdateAccessKey``), for the break-glass policy.
    ``dynamic`` names result fields whose values a step's own parameters decide (``human.decide``: ``{"choice":
    "options"}``).
    """

    params: type[P]
    result: type[R]
    effect: Effect
    summary: str
    read: Callable[[C, P], R] | None = None
    operation: Operation[C, P] | None = None
    revert: Operation[C, Receipt] | None = None
    iam: tuple[str, ...] = ()
    dynamic: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        acts = self.effect in {Effect.NOTICE, Effect.REVERSIBLE, Effect.IRREVERSIBLE}
        if (self.operation is not None) != acts or (self.read is not None) != (self.effect is Effect.READ):
            msg = f"an action whose effect is {self.effect} must have {'an operation' if acts else 'what fits it'}"
            raise TypeError(msg)
        if self.revert is not None and self.effect is Effect.IRREVERSIBLE:
            msg = "an irreversible action has no revert"
            raise TypeError(msg)


AnyAction = Action[Any, Any, Any]
