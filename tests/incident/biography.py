"""Tells the events of one credential, for the tests of its life."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from irkit.contract import (
    Change,
    Credential,
    CredentialKind,
    Effect,
    Means,
    Plan,
    Proof,
    Receipt,
    Seen,
    Sighting,
    Standing,
)
from irkit.incident import events as ev
from irkit.incident.events import Actor, ActorKind, Direction, PlanHash, Recorded, StepId
from irkit.incident.life import Life, Stage
from irkit.incident.lives import lives

START = datetime(2026, 1, 7, 6, 0, tzinfo=UTC)
IRKIT = Actor(name="irkit", kind=ActorKind.IRKIT)
KEY = Credential(kind=CredentialKind.ACCESS_KEY, id="key-1", label="key …WXYZ of svc-deploy")
CUT, PROOF = StepId("deactivate_key"), StepId("prove_dead")


def sighting(seen: Seen, at: float, by: Means = Means.PROBE, credential: Credential = KEY) -> Sighting:
    """A look at ``at`` seconds after the start."""
    return Sighting(
        credential=credential, seen=seen, by=by, at=START + timedelta(seconds=at), says=f"{seen} at {at:g} s by {by}"
    )


@dataclass
class Biography:
    """Each event is a second later than the one before, unless told otherwise; ``settle_s`` is 15."""

    records: list[Recorded] = field(default_factory=list)
    now: float = 0

    def tell(self, event: ev.Event, at: float | None = None) -> Biography:
        self.now = self.now + 1 if at is None else at
        when, seq = START + timedelta(seconds=self.now), len(self.records) + 1
        self.records.append(
            Recorded(
                seq=seq, event=event, actor=IRKIT, at=when, at_source="this machine", at_uncertainty_ms=0,
                recorded_at=when, runbook_sha256="", previous=f"{seq - 1:064x}", hash=f"{seq:064x}",
            )
        )  # fmt: skip
        return self

    def planned(self, *cuts: Credential, revives: tuple[Credential, ...] = (), step: StepId = CUT,
                direction: Direction = Direction.DO) -> Biography:  # fmt: skip
        plan = Plan(
            summary="cut it", changes=(Change(target="key", before="Active", after="Inactive"),), blast="", undo="",
            cuts=cuts, revives=revives,
        )  # fmt: skip
        effect = Effect.REVERSIBLE
        self.tell(ev.StepStarted(step=step, attempt=1, effect=effect, direction=direction))
        return self.tell(
            ev.StepPlanned(
                step=step, attempt=1, effect=effect, plans=(plan,), plan_hash=PlanHash("a" * 64), direction=direction
            )
        )

    def intended(self, step: StepId = CUT, direction: Direction = Direction.DO, at: float | None = None) -> Biography:
        return self.tell(
            ev.EffectIntended(step=step, attempt=1, plan_hash=PlanHash("a" * 64), runner="r1", direction=direction), at
        )

    def done(self, step: StepId = CUT, direction: Direction = Direction.DO, at: float | None = None,
             provider_at: float | None = None) -> Biography:  # fmt: skip
        told = {} if provider_at is None else {"at": (START + timedelta(seconds=provider_at)).isoformat()}
        receipt = Receipt(summary="iam:UpdateAccessKey Inactive", result=told)
        return self.tell(ev.EffectDone(step=step, attempt=1, receipt=receipt, direction=direction), at)

    def failed(self, standing: Standing | None, step: StepId = CUT, direction: Direction = Direction.DO) -> Biography:
        return self.tell(
            ev.EffectFailed(step=step, attempt=1, error="E", message="no", standing=standing, direction=direction)
        )

    def verified(self, *sightings: Sighting, step: StepId = CUT) -> Biography:
        return self.tell(
            ev.EffectVerified(step=step, attempt=1, proof=Proof.PROVEN, seen="", looks=1, sightings=sightings)
        )

    def looked(self, *sightings: Sighting, step: StepId = PROOF) -> Biography:
        """A reading step, begun now, that tells these."""
        self.tell(ev.StepStarted(step=step, attempt=1, effect=Effect.READ))
        result = {"sightings": [each.model_dump(mode="json") for each in sightings]}
        return self.tell(ev.StepDone(step=step, attempt=1, results=(result,), summary=""))

    def cut(self, at: float = 10) -> Biography:
        """Planned, intended, and acknowledged at ``at``."""
        return self.planned(KEY).intended(at=at - 1).done(at=at)

    def stage(self) -> Stage:
        return self.life.stage

    @property
    def life(self) -> Life:
        found = lives(self.records).get(KEY.kind, KEY.id)
        assert found is not None
        return found
