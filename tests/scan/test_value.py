"""A search for one value leaves nothing behind."""

from __future__ import annotations

import base64
import random
import re

import pytest

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


@pytest.mark.parametrize("size", [16, 20, 40])
def test_it_is_seen_wherever_a_line_of_wrapped_base64_ends_within_it(size: int) -> None:
    value = bytes(random.Random(size).choices(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=size))
    detector = ValueDetector([Secret(value.decode())])
    for before in range(57):
        text = base64.encodebytes(b"a" * before + value + b"b" * 60)
        assert [one.value for looked in detector.look_at_each([(text, None)]).values() for one in looked.sightings], (
            before
        )
