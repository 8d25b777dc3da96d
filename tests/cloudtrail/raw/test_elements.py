from __future__ import annotations

import json
import random

import msgspec
import pytest

from irkit.cloudtrail.raw.elements import UNTOLD, Cutter, Elements, lines
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


LINES = [json.dumps(body("s3:GetObject", number, eventID=f"e{number}")).encode() for number in range(9)]


def ids(text: bytes) -> list[str]:
    """Of the lines' records; a question mark for what is no JSON."""
    found = []
    for element in lines(text, 7):
        assert text[element.offset - 7 :].startswith(element.text)
        try:
            found.append(json.loads(element.text)["eventID"])
        except ValueError:
            found.append("?")
    return found


@pytest.mark.parametrize("cut", [1, 5, 60, 101, 200, -2, -1])
def test_a_line_that_was_cut_off_costs_none_of_the_others(cut: int) -> None:
    text = b"\n".join((*LINES[:4], LINES[4][:cut], *LINES[5:])) + b"\n"
    assert ids(text) == ["e0", "e1", "e2", "e3", "?", "e5", "e6", "e7", "e8"]


def test_a_record_on_several_lines_is_one_among_records_of_one_line() -> None:
    several = json.dumps(json.loads(LINES[4]), indent=1).replace("\n", "\n\n").encode()
    assert ids(b"\n".join((*LINES[:4], several, *LINES[5:]))) == [f"e{number}" for number in range(9)]


def test_where_the_last_line_may_go_on_lines_are_not_told_apart() -> None:
    with pytest.raises(UNTOLD):
        lines(b"\n".join((*LINES[:4], LINES[4][:60])), 0)
