from __future__ import annotations

from irkit.scan.detect.looked import Looked
from irkit.scan.finding import Sighting
from irkit.scan.objects.gathered import Gathered
from irkit.scan.rule import Confidence


def _sighting(start: int, dismissed: str = "") -> Sighting:
    return Sighting("rule", b"value", start, start + 5, 1, start + 1, (), Confidence.LOW, b"%d" % start, dismissed)


def test_a_line_passed_over_stays_told_when_all_of_its_object_is_looked_at() -> None:
    gathered = Gathered()
    passed, found, other = _sighting(0, "an example"), _sighting(10), _sighting(20, "an example")
    gathered.keep(1, "blob", Looked((passed,)))
    gathered.keep_anew(1, "blob", Looked((passed, found, other)))
    assert gathered.held == {1: ("blob", (passed, found, other))}
    gathered.keep_anew(1, "blob", Looked(()))
    assert gathered.held == {1: ("blob", (passed, other))}
