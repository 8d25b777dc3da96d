from __future__ import annotations

import json
import random

import msgspec
import pytest

from irkit.cloudtrail.raw.elements import UNTOLD, Cutter, Elements
from tests.cloudtrail.made import body
from tests.cloudtrail.store.logs import aws_form

FAKE = {"eventVersion": "1.08", **body("iam:CreateUser", eventID="fake")}
NESTED = body("s3:PutObject", 5, eventID="nested", requestParameters={"items": [{"a": 1}, FAKE, FAKE, {"b": FAKE}]})


def test_what_is_cut_out_at_some_places_is_what_stands_there() -> None:
    text = aws_form(body("s3:GetObject", number, eventID=f"{number}") for number in range(40))
    dice = random.Random(7)
    within = range(text.index(b'"eventVersion"'), len(text) - 2)
    for places in [[place] for place in within] + [sorted(dice.sample(within, 4)) for _ in range(50)]:
        assert Cutter().cut(text, 9, places) == list(Elements(text, 9).at(places))


def test_a_record_within_another_ones_parameters_is_never_cut_out() -> None:
    text = aws_form([body("s3:GetObject", eventID="first"), NESTED, body("s3:GetObject", 9, eventID="last")])
    for place in range(text.index(b'"eventVersion"'), len(text) - 2):
        try:
            found = Cutter().cut(text, 0, [place])
        except UNTOLD:
            continue
        assert found == list(Elements(text).at([place]))
        assert json.loads(found[0].text)["eventID"] != "fake"


@pytest.mark.parametrize("wrong", [b'{"eventVersion":"1"', b"nonsense", b'"text'])
def test_what_stands_behind_something_that_is_no_value_is_not_cut_out(wrong: bytes) -> None:
    text = aws_form([body("s3:GetObject", eventID="first"), body("s3:GetObject", 9, eventID="last")])
    broken = text.replace(b'},{"eventVersion"', b"}," + wrong + b',{"eventVersion"').replace(
        b',{"eventVersion"', b'},{"eventVersion"'
    )
    with pytest.raises((ValueError, msgspec.MsgspecError)):
        Cutter().cut(broken, 0, [broken.index(b"last")])
