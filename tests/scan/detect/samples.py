"""Rules and values for the tests of the detector; every value is made, none written out."""

from __future__ import annotations

import random
import string

from irkit.scan.detect.detector import Detector, Text
from irkit.scan.detect.engine import Engine
from irkit.scan.detect.loading import detector
from irkit.scan.finding import Sighting
from irkit.scan.rule import Bounds, Confidence, Rule, Severity

BASE62 = string.ascii_letters + string.digits
_dice = random.Random(5)


def some(count: int, letters: str = BASE62) -> str:
    return "".join(_dice.choice(letters) for _ in range(count))


TOKEN = f"tst_{some(30)}"
PASSWORD = f"{some(9)}#4x{some(6)}"
KEY = "-----BEGIN TEST " + f"KEY-----\n{some(64)}\n{some(64)}\n{some(20)}\n-----END TEST " + "KEY-----"

PREFIXED = Rule(
    "prefixed",
    "Prefixed token",
    Severity.HIGH,
    Confidence.HIGH,
    r"(?P<value>tst_[A-Za-z0-9]{30})",
    r"tst_[A-Za-z0-9]{30}",
    literals=("tst_",),
)
ASSIGNED = Rule(
    "assigned",
    "Assigned password",
    Severity.MEDIUM,
    Confidence.LOW,
    r"(?i:password)[ \t]{0,4}[=:][ \t]{0,4}(?P<value>[^\s\"']{8,60})",
    r"(?i:password)[ \t]{0,4}[=:][ \t]{0,4}[^\s\"']{8}",
    bounds=Bounds.NONE,
)
BLOCK = Rule(
    "block",
    "Test key",
    Severity.CRITICAL,
    Confidence.HIGH,
    r"(?P<value>-----BEGIN TEST KEY-----[A-Za-z0-9+/=\s]{20,900}-----END TEST KEY-----)",
    r"-----BEGIN TEST KEY-----",
    bounds=Bounds.NONE,
    reach=4096,
    literals=("-----BEGIN TEST KEY",),
)
BESIDE = Rule(
    "beside",
    "Secret beside its id",
    Severity.HIGH,
    Confidence.MEDIUM,
    r"\bsec (?P<value>[A-Za-z0-9]{20})",
    r"\bsec [A-Za-z0-9]{20}",
    near=r"TSTID[0-9]{4}",
    reach=100,
)
RULES = (PREFIXED, ASSIGNED, BLOCK, BESIDE)
DETECTORS = {engine: detector(RULES, engine) for engine in (Engine.HYPERSCAN, Engine.RE2)}
DETECTOR = DETECTORS[Engine.HYPERSCAN]


def seen(text: bytes | str, found_by: Detector = DETECTOR) -> list[Sighting]:
    return list(found_by.look(text.encode() if isinstance(text, str) else text).sightings)


def values(text: bytes | str, found_by: Detector = DETECTOR) -> list[str]:
    """The values that are findings."""
    return [one.value.decode("utf-8", "replace") for one in seen(text, found_by) if not one.dismissed]


def spanned(body: bytes, *spans: tuple[int, int]) -> list[Sighting]:
    looked = DETECTOR.look_at_each((Text(body, spans),))
    return list(looked[0].sightings) if looked else []
