"""How much of an answer stands between accounts or was made by services, and how sure that is; in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from irkit.cloudtrail.attribution import Certainty
from irkit.cloudtrail.questions.question import Attributed
from irkit.cloudtrail.record import Record

_UNSURE = (Certainty.SEVERAL, Certainty.UNCLEAR, Certainty.RESOURCE, Certainty.SERVICE)


class Unknown(StrEnum):
    """Where the service-made calls are whose cause is not known."""

    LEFT_OUT = "not in the answer"
    KEPT = "in the answer as the service's own"


@dataclass
class Tally:
    """Counts of one look, or of several that have no record in common."""

    twice: int = 0
    """Calls between accounts that stand in the logs of both."""
    joined: Counter[Certainty] = field(default_factory=Counter)
    other_keys: int = 0
    unknown: int = 0

    def add(self, kept: Iterable[Record], told: Attributed) -> None:
        """Count the records of an answer, and what is known of those that services made."""
        shared = Counter(one.shared_id for one in kept if one.shared_id)
        self.twice += sum(each > 1 for each in shared.values())
        self.joined.update(each.certainty for each in told.causes.values())
        self.other_keys += len(told.other_keys)
        self.unknown += len(told.unknown)

    def told(self, unknown: Unknown) -> Iterator[str]:
        """In words, for whom it matters."""
        if self.twice:
            yield f"{self.twice} calls between accounts stand in the logs of both: each has two records here"
        if count := self.joined.total():
            yield f"{count} calls that services made are told with their callers' key and address"
        for certainty in _UNSURE:
            if count := self.joined[certainty]:
                yield f"{count} of them joined less surely: {certainty}"
        if self.other_keys:
            yield f"{self.other_keys} more were made for the same identity, other key or address: not in the answer"
        if self.unknown:
            yield f"{self.unknown} were made for the same identity, and the causing call is not known: {unknown}"
