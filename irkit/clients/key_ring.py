"""``KeyRing``: the access keys of a user, as an action plans, sets and proves their status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from irkit.clients.aws import masked_key
from irkit.clients.holder import access_key
from irkit.clients.iam import KeyStatus
from irkit.clients.settling import Stands
from irkit.clients.sts import KeyAnswer, described_probe
from irkit.contract import Change, Means, Proof, Seen, Sighting, Verdict

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

Statuses = Mapping[str, KeyStatus]
"""By key id."""


@dataclass(frozen=True)
class KeyRing:
    """The keys of ``user``; ``only`` some of them when it is not empty."""

    clients: Clients
    user: str
    only: tuple[str, ...] = ()

    def read(self) -> dict[str, KeyStatus]:
        """The status of each. Raises ``NotFound`` for a user, or one of ``only``, that is not there."""
        if self.only:
            return {each: self.clients.iam.access_key(self.user, each).status for each in self.only}
        return {key.key_id: key.status for key in self.clients.iam.access_keys(self.user)}

    def changes(self, before: Statuses, after: Statuses) -> tuple[Change, ...]:
        """One change a key that is not yet as wanted."""
        return tuple(
            Change(target=f"access key {masked_key(key_id)} of {self.user}", before=before[key_id], after=status)
            for key_id, status in after.items()
            if before[key_id] != status
        )

    def set(self, before: Statuses, after: Statuses) -> tuple[str, ...]:
        """Write each status that differs; the request ids."""
        wanted = {key_id: status for key_id, status in after.items() if before[key_id] != status}
        return tuple(self.clients.iam.set_key_status(self.user, *each) for each in wanted.items())

    def told(self, statuses: Statuses) -> str:
        """In words."""
        keys = ", ".join(f"{masked_key(key_id)} {status}" for key_id, status in statuses.items())
        return f"{self.user}: {keys or 'no keys'}"

    def verdict(self, after: Statuses, written_at: datetime | None) -> Verdict:
        """Whether all keys stand as wanted after the settling time; a key that was made meanwhile refutes it.

        Where a key's secret is known here, a call signed with it must be refused (taken, when it is to be active).
        """
        now = self.read()
        fresh = sorted(set(now) - set(after))
        seen = f"iam:ListAccessKeys: {self.told(now)}" + (f"; {len(fresh)} made meanwhile" if fresh else "")
        verdict = self.clients.settling.verdict(written_at, Stands(now == dict(after), seen))
        if verdict.proof is not Proof.PROVEN:
            return verdict
        sightings = tuple(self._sighting(key_id, status) for key_id, status in after.items())
        open_ones = [one for one, status in zip(sightings, after.values(), strict=True) if _differs(one, status)]
        words = "; ".join((verdict.seen, *(one.says for one in sightings)))
        return Verdict(proof=Proof.NOT_YET if open_ones else Proof.PROVEN, seen=words, sightings=sightings)

    def _sighting(self, key_id: str, status: KeyStatus) -> Sighting:
        """One look at one key: a signed call where its secret is known, else what IAM lists."""
        at, about = self.clients.aws_now().at, access_key(key_id, self.user)
        secret = self.clients.known_secrets.get(key_id)
        if secret is None:
            listed = Seen.DENIED if status is not KeyStatus.ACTIVE else Seen.UNKNOWN
            says = f"{masked_key(key_id)} is {status} by IAM's list; its secret is not known here, so it was not tried"
            return Sighting(credential=about, seen=listed, by=Means.SIMULATION, at=at, says=says)
        answer = self.clients.sts.probe_key(key_id, secret)
        found = {KeyAnswer.ACCEPTED: Seen.ALIVE, KeyAnswer.REFUSED: Seen.DENIED}.get(answer.answer, Seen.UNKNOWN)
        return Sighting(credential=about, seen=found, by=Means.PROBE, at=at, says=described_probe(key_id, answer))


def _differs(one: Sighting, status: KeyStatus) -> bool:
    """Whether a signed call was answered otherwise than the status says."""
    if one.by is not Means.PROBE:
        return False
    return one.seen is (Seen.DENIED if status is KeyStatus.ACTIVE else Seen.ALIVE)
