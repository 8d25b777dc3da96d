"""Records of a store's rows: native code makes those that Python makes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.record import Record, record
from irkit.cloudtrail.store import rows
from irkit.cloudtrail.store.columns import SEPARATOR, arns
from irkit.cloudtrail.store.rows import NotApart, Selected
from tests.cloudtrail.made import body

CALL, CALLER = rows._CALL, rows._CALLER
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=SEPARATOR), max_size=8)
MAPS = st.sampled_from(["", '{"a":"b"}', '{"a":"' + "x" * 2_000 + '"}', '{"Ä":[1]}'])


@st.composite
def a_row(draw: st.DrawFn) -> Selected:
    """As the engine gives it."""
    call, caller = (SEPARATOR.join([draw(TEXTS) for _ in names]) for names in (CALL, CALLER))
    place, at = draw(TEXTS), draw(st.sampled_from(["2026-11-21 12:00:00+00:00", "0002-01-01 00:00:00.000007+00:00"]))
    own = [draw(TEXTS), at, *[draw(TEXTS) for _ in range(3)], arns(draw(st.lists(TEXTS, max_size=2)))]
    own += [*[draw(MAPS) for _ in range(3)], place, str(draw(st.integers(-1, 1 << 60))), str(draw(st.integers(0, 9)))]
    return call, caller, SEPARATOR.join(own), ""


def tools() -> tuple[rows._Apart, rows._Apart, dict[str, str], rows._Tools]:
    """What one look holds."""
    return rows._Apart(CALL), rows._Apart(CALLER), {}, rows._TOOLS


@given(several=st.lists(a_row(), max_size=6))
@settings(max_examples=200, deadline=None)
def test_the_same_records_are_made(several: list[Selected]) -> None:
    made, told = rows.records(several, *tools()), rows.records_in_python(several, *tools())
    assert list(map(tuple, made)) == list(map(tuple, told))
    assert [(type(one), type(one.locator), one.at.tzinfo) for one in made] == [
        (Record, Locator, one.at.tzinfo) for one in told
    ]


def test_one_place_is_one_text() -> None:
    row = (SEPARATOR.join(CALL), SEPARATOR.join(CALLER), "", "")
    own = ["e", "2026-11-21 12:00:00+00:00", *[""] * 7, "s3://bucket/key", "5", "7"]
    one, other = rows.records([(*row[:2], SEPARATOR.join(own), "")] * 2, *tools())
    assert one.locator == Locator("s3://bucket/key", 5, 7)
    assert one.locator.place is other.locator.place


def test_an_odd_row_is_read_from_its_json_whatever_stands_in_its_place() -> None:
    place, told = f"a{SEPARATOR}b", body("iam:CreateUser", requestParameters={"userName": f"x{SEPARATOR}y"})
    odd = SEPARATOR.join(("3", "9", place, json.dumps(told)))
    for make in (rows.records, rows.records_in_python):
        assert make([("?", "?", "?", odd)], *tools()) == [record(json.dumps(told))]
        assert make([("?", "?", "?", odd)], *tools())[0].locator == Locator(place, 3, 9)


@pytest.mark.parametrize("wrong", [0, 1, 2])
@pytest.mark.parametrize("more", [SEPARATOR, None])
def test_texts_of_another_number_are_of_an_older_store(wrong: int, more: str | None) -> None:
    own = SEPARATOR.join(["e", "2026-11-21 12:00:00+00:00", *[""] * 7, "place", "5", "7"])
    row = [SEPARATOR.join(CALL), SEPARATOR.join(CALLER), own, ""]
    row[wrong] = row[wrong] + more if more else row[wrong].replace(SEPARATOR, "", 1)
    for make in (rows.records, rows.records_in_python):
        with pytest.raises(NotApart):
            make([(row[0], row[1], row[2], row[3])], *tools())


def test_what_raises_within_is_told() -> None:
    own = SEPARATOR.join(["e", "yesterday", *[""] * 7, "place", "5", "7"])
    for make in (rows.records, rows.records_in_python):
        with pytest.raises(ValueError, match="yesterday"):
            make([(SEPARATOR.join(CALL), SEPARATOR.join(CALLER), own, "")], *tools())
