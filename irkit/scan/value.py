"""Where one known value stands in a repository: plainly, encoded, in archives, in messages and in names.

The value makes a rule of its own, in memory alone: no argument, environment, file or cache ever holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from irkit.scan.detect.batch import Spans
from irkit.scan.detect.detector import Detector, Looked
from irkit.scan.detect.loading import parts_of
from irkit.scan.detect.looked import Told
from irkit.scan.finding import Sighting
from irkit.scan.objects.held import Scanned
from irkit.scan.objects.scan import scan_objects
from irkit.scan.repository import Repository
from irkit.scan.rule import Bounds, Confidence, Rule, Severity
from irkit.secret import Secret

_LITERAL = 12
"""Characters of a value that its encoded forms are looked for by, at the most; what is found is compared whole."""
_LEAST_LITERAL = 8
TEXT_FORMS = frozenset({"base64", "hex", "percent", "escaped"})
"""Encodings whose form in a text is itself a text without gaps."""
_RULE = "value_"
_NAMED = {
    "&": ["&amp;"],
    "<": ["&lt;"],
    ">": ["&gt;"],
    '"': ["&quot;"],
    "'": ["&apos;"],
    " ": [r"\+"],
    "\n": [r"\\n", r"\r\n"],
    "\t": [r"\\t"],
    "\r": [r"\\r"],
    "\b": [r"\\b"],
    "\f": [r"\\f"],
}
"""How some characters are spelt besides."""


class Standing(NamedTuple):
    """A value in an object of the repository. Of a tree it is in a name."""

    object_id: str
    kind: str
    number: int
    """Which of the values."""
    sighting: Sighting


class ValueDetector(Detector):
    """Sees given values wherever they stand, however their signs are spelt. A known secret is never dismissed."""

    def __init__(self, values: Sequence[Secret]) -> None:
        self._numbers: dict[bytes, int] = {}
        for number, value in enumerate(values):
            self._numbers[value.reveal().encode()] = number
        self._plain = list(self._numbers)
        quoted = [quote_from_bytes(plain, safe="").encode() for plain in self._plain]
        self._plain += [plain for plain, text in zip(self._plain, quoted, strict=True) if text != plain]
        texts = [*self._numbers, *(text for text in quoted if text not in self._numbers)]
        rules = [_rule(text, number) for number, text in enumerate(texts)]
        super().__init__(*parts_of(rules, keywords=()), rules_hash="")  # nothing of such a search is kept

    def look_at_each(self, texts: Sequence[tuple[bytes, Spans]], _: Told | None = None) -> dict[int, Looked]:
        """What stands in each of the texts; nothing is passed over."""
        found = super().look_at_each(texts).items()
        return {index: looked._replace(sightings=tuple(map(self._taken, looked.sightings))) for index, looked in found}

    def compile(self, rules: Iterable[int]) -> None:
        """Nothing: these expressions are the values themselves, which are not kept."""

    def number(self, sighting: Sighting) -> int:
        """Which of the values was seen."""
        return self._numbers[sighting.value]

    def _taken(self, sighting: Sighting) -> Sighting:
        plain, seen = self._plain[int(sighting.rule.removeprefix(_RULE))], sighting.value
        way = () if seen == plain else ("percent",) if unquote_to_bytes(seen) == plain else ("escaped",)
        return sighting._replace(value=plain, via=(*sighting.via, *way), dismissed="")


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


def _parts(text: str) -> tuple[str, ...]:
    """Two parts where it is long enough: in wrapped base64 a line can end within one of them."""
    half = min(_LITERAL, len(text) // 2)
    return (text,) if half < _LEAST_LITERAL else (text[:half], text[half : 2 * half])


def _rule(value: bytes, number: int) -> Rule:
    text = value.decode()
    pattern = "".join(map(_spelt, text))
    wide = ["".join(f"{sign}\0" for sign in part) for part in _parts(text) if part.isascii()]  # UTF-16, in base64
    return Rule(
        id=f"{_RULE}{number}",
        title="the value",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        pattern=f"(?P<value>{pattern})",
        anchor=pattern,
        bounds=Bounds.NONE,
        literals=(*_parts(text), *wide),
    )


def _spelt(sign: str) -> str:
    """An expression for a character as it may stand in a text: plain, or as URLs, JSON, HTML and programs spell it.

    Letters and digits are plain everywhere. Sources: RFC 3986 (2.1), RFC 8259 (7), HTML 5 (character references).
    """
    if sign.isascii() and sign.isalnum():
        return sign
    units = sign.encode("utf-16-be").hex()
    ways = [
        "".join(f"\\x{byte:02x}" for byte in sign.encode()),
        "".join(f"%{_digits(f'{byte:02x}')}" for byte in sign.encode()),
        "".join(rf"\\u{_digits(units[at : at + 4])}" for at in range(0, len(units), 4)),
        rf"&#0{{0,3}}{ord(sign)};",
        rf"&#[xX]0{{0,3}}{_digits(f'{ord(sign):x}')};",
    ]
    if sign.isascii():
        ways += [rf"\\\x{ord(sign):02x}", rf"\\x{_digits(f'{ord(sign):02x}')}"]
    return f"(?:{'|'.join([*ways, *_NAMED.get(sign, [])])})"


def _digits(hexadecimal: str) -> str:
    """An expression for hex digits of either case."""
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in hexadecimal)
