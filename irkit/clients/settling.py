"""``Settling``: when a change that AWS has acknowledged counts as binding.

IAM and Organizations are eventually consistent: a read may show a change before it binds, and whoever watches may take
it back in between. A change is proven when it is seen in place after the settling time, by AWS's own clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from irkit.clients.aws import AwsMoment
from irkit.contract import Proof, Verdict


@dataclass(frozen=True)
class Settling:
    """``now`` is AWS's clock; ``span`` is ``aws.settle_s``."""

    now: Callable[[], AwsMoment]
    span: timedelta

    def verdict(self, written_at: datetime | None, stands: Stands) -> Verdict:
        """Not yet before the time is over; after it, proven when the change stands, refuted when somebody undid it.

        ``written_at`` is AWS's clock right after the write; None for one that no time is known of: then it is not yet.
        """
        if written_at is None:
            return Verdict(proof=Proof.NOT_YET, seen=f"{stands.seen}; since when is not known")
        over = written_at + self.span
        moment = self.now()
        now = moment.at
        # Both times are cut to whole seconds: without the uncertainty, a second of the settling time could be missing.
        if now - moment.uncertainty < over:
            return Verdict(proof=Proof.NOT_YET, seen=f"{stands.seen}; it counts from {over:%H:%M:%SZ} on")
        if not stands.in_place:
            undone = f"{stands.seen}; it was written at {written_at:%H:%M:%SZ}, so somebody undid it"
            return Verdict(proof=Proof.REFUTED, seen=undone)
        waited = int((now - written_at).total_seconds())
        return Verdict(proof=Proof.PROVEN, seen=f"{stands.seen}; still in place {waited} s after the write")


def stood(stands: Stands) -> Verdict:
    """Of a step that had nothing to write, since all was in place when it was planned: whether it still is."""
    proof = Proof.PROVEN if stands.in_place else Proof.REFUTED
    said = "it stood so before this step" if stands.in_place else "it stood otherwise before this step"
    return Verdict(proof=proof, seen=f"{stands.seen}; {said}")


@dataclass(frozen=True)
class Stands:
    """What a look has just shown: whether the change is in place, and that in words."""

    in_place: bool
    seen: str
