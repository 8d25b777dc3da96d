"""A search for one value leaves nothing behind."""

from __future__ import annotations

import re

from irkit.scan.value import ValueDetector
from irkit.secret import Secret
from tests.scan.detect.samples import some


def test_the_expression_of_a_value_is_not_compiled_where_it_would_be_kept() -> None:
    value = some(30)
    detector = ValueDetector([Secret(value)])
    re.purge()
    detector.compile([0])
    assert not any(value in str(pattern) for _, pattern, _ in vars(re)["_cache"])
    assert [one.value.decode() for one in detector.look(f"x {value}".encode()).sightings] == [value]
    assert any(value in str(pattern) for _, pattern, _ in vars(re)["_cache"]), "else nothing was tested"
    re.purge()
