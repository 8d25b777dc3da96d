"""A detector that sees one kind of made-up secret."""

from __future__ import annotations

import random
from functools import cache

from irkit.scan.detect.detector import Detector
from irkit.scan.detect.loading import detector
from irkit.scan.finding import Place
from irkit.scan.rule import Bounds, Confidence, Rule, Severity


@cache
def one_rule_detector() -> Detector:
    shape = "plant_[a-z0-9]{16}"
    rule = Rule(
        id="planted",
        title="Planted",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        pattern=f"(?P<value>{shape})",
        anchor=f"(?:{shape})",
        bounds=Bounds.NONE,
        literals=("plant_",),
    )
    return detector((rule,))


def value(number: int) -> bytes:
    dice = random.Random(number)
    return b"plant_" + "".join(dice.choices("bcdfghjklmnpqrstvwxz0123456789", k=16)).encode()


def first_of(place: Place) -> str:
    """The id of the commit that brought it, which must be known."""
    assert place.first is not None
    return place.first.id


def last_of(place: Place) -> str:
    """The id of the newest commit that held it, which must be known."""
    assert place.last is not None
    return place.last.id
