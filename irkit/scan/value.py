"""Where one known value stands in a repository: plainly, encoded, in archives, in messages and in names.

The value makes a rule of its own, in memory alone: no argument, environment, file or cache ever holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote_from_bytes

from irkit.scan.detect.batch import Spans
from irkit.scan.detect.detector import Detector, Looked
from irkit.scan.detect.loading import parts_of
from irkit.scan.detect.looked import PassedOver
from irkit.scan.finding import Sighting
from irkit.scan.objects.held import Scanned
from irkit.scan.objects.scan import scan_objects
from irkit.scan.repository import Repository
from irkit.scan.rule import Bounds, Confidence, Rule, Severity
from irkit.secret import Secret

_LITERAL = 12
"""Bytes of a value that its encoded forms are looked for by, at the most; what is found is compared whole."""
_LEAST_LITERAL = 8
TEXT_FORMS = frozenset({"base64", "hex", "percent"})
"""Encodings whose form in a text is itself a text without gaps."""


class Standing(NamedTuple):
    """A value in an object of the repository. Of a tree it is in a name."""

    object_id: str
    kind: str
    number: int
    """Which of the values."""
    sighting: Sighting


class ValueDetector(Detector):
    """Sees given values wherever they stand. What is known to be a secret is never dismissed."""

    def __init__(self, values: Sequence[Secret]) -> None:
        self._numbers: dict[bytes, int] = {}
        for number, value in enumerate(values):
            self._numbers[value.reveal().encode()] = number
        self._quoted = {quote_from_bytes(plain, safe="").encode(): plain for plain in self._numbers}
        rules = [_rule(text, number) for number, text in enumerate({**self._numbers, **self._quoted})]
        super().__init__(*parts_of(rules, keywords=()), rules_hash="")  # nothing of such a search is kept

    def look_at_each(
        self, texts: Sequence[tuple[bytes, Spans]], _: Container[PassedOver] | None = None
    ) -> dict[int, Looked]:
        """What stands in each of the texts; nothing is passed over."""
        found = super().look_at_each(texts).items()
        return {index: looked._replace(sightings=tuple(map(self._taken, looked.sightings))) for index, looked in found}

    def compile(self, rules: Iterable[int]) -> None:
        """Nothing: these expressions are the values themselves, which are not kept."""

    def number(self, sighting: Sighting) -> int:
        """Which of the values was seen."""
        return self._numbers[sighting.value]

    def _taken(self, sighting: Sighting) -> Sighting:
        plain = self._quoted.get(sighting.value, sighting.value)
        via = sighting.via if plain == sighting.value else (*sighting.via, "percent")
        return sighting._replace(value=plain, via=via, dismissed="")


def standings(
    repository: Repository, values: Sequence[Secret], jobs: int, told: Callable[[int, int], None]
) -> tuple[list[Standing], Scanned]:
    """Every place of the values in the repository's objects, and what was looked at. Raises ``ScanDied``."""
    seeing = ValueDetector(values)
    scanned = scan_objects(repository, seeing, cache=None, jobs=jobs, told=told)
    found = [
        Standing(object_id, kind, seeing.number(sighting), sighting)
        for object_id, kind, sightings in scanned.held
        for sighting in sightings
    ]
    return found, scanned


def _parts(value: bytes) -> tuple[bytes, ...]:
    """Two parts where it is long enough: in wrapped base64 a line can end within one of them."""
    half = min(_LITERAL, len(value) // 2)
    return (value,) if half < _LEAST_LITERAL else (value[:half], value[half : 2 * half])


def _rule(value: bytes, number: int) -> Rule:
    pattern = "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\x{byte:02x}" for byte in value)  # noqa: PLR2004 - ASCII
    return Rule(
        id=f"value_{number}",
        title="the value",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        pattern=f"(?P<value>{pattern})",
        anchor=pattern,
        bounds=Bounds.NONE,
        literals=tuple(part.decode("latin-1") for part in _parts(value)),
    )
