from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.cloudtrail.raw.splitter import LONGEST, Element, NoLog, Splitter, TooLong

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(['"', "\\", "{[", "]}", '\\"}', "},{"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), max_size=5)


def split(text: bytes, sizes: list[int]) -> tuple[list[Element], Splitter]:
    """The objects of a text that is fed in blocks of some sizes."""
    splitter = Splitter()
    found: list[Element] = []
    at = 0
    for size in [*sizes, len(text)]:
        found += splitter.feed(text[at : at + size])
        at += size
    found += splitter.close()
    return found, splitter


@given(
    OBJECTS,
    st.sampled_from(["array", "Records", "Events", "lines", "glued", "wrapped later"]),
    st.sampled_from([None, 1]),
    st.lists(st.integers(1, 40), max_size=30),
)
def test_every_object_is_found_where_it_stands_whatever_holds_it(
    objects: list[dict[str, object]], form: str, indent: int | None, sizes: list[int]
) -> None:
    texts = [json.dumps(each, indent=indent, ensure_ascii=False) for each in objects]
    joined = ", ".join(texts)
    text = {
        "array": f"[{joined}]",
        "Records": f'{{"Records": [{joined}]}}',
        "Events": f' {{ "Events" : [{joined}], "NextToken": "]}}{{["}}',
        "lines": "\n".join(texts),
        "glued": "".join(texts),
        "wrapped later": f'{{"more": 1, "Records": [{joined}]}}',
    }[form].encode()
    found, splitter = split(text, sizes)
    assert splitter.junk == -1
    assert splitter.rest == -1
    assert all(text[each.offset : each.offset + len(each.text)] == each.text for each in found)
    if form == "wrapped later":
        assert [json.loads(each.text)["Records"] for each in found] == [objects]
    else:
        assert [json.loads(each.text) for each in found] == objects


@given(OBJECTS, st.integers(0, 300))
def test_a_cut_loses_the_object_that_it_is_in_and_no_other(objects: list[dict[str, object]], cut: int) -> None:
    texts = [json.dumps(each) for each in objects]
    whole = ('{"Records":[' + ",".join(texts) + "]}").encode()
    found, _ = split(whole[:cut], [])
    ends = [len('{"Records":[' + ",".join(texts[: number + 1])) for number in range(len(texts))]
    assert len(found) == sum(end <= cut for end in ends)


@pytest.mark.parametrize("text", [b"hello", b"{} hello {}", b"\x00\x01\x02", b'INFO {"a":1}', b"null", b'"{}"'])
def test_what_is_no_json_between_objects_is_told(text: bytes) -> None:
    _, splitter = split(text, [])
    assert splitter.junk >= 0


def test_lists_within_a_list_stand_on_their_own() -> None:
    found, _ = split(b'[[{"a":1},{"b":2}],[{"c":3}]]', [])
    assert [each.text for each in found] == [b'[{"a":1},{"b":2}]', b'[{"c":3}]']


def test_an_object_without_end_is_left() -> None:
    splitter = Splitter()
    list(splitter.feed(b'{"Records":[{"a":"' + b"x" * (LONGEST - 100)))
    with pytest.raises(TooLong):
        list(splitter.feed(b"x" * 1000))


def test_brackets_without_end_are_left() -> None:
    splitter = Splitter()
    with pytest.raises(NoLog, match="nested more than 65,536 levels"):
        list(splitter.feed(b"[" * 100_000))


def test_blanks_without_end_take_no_memory_and_other_text_is_left() -> None:
    splitter = Splitter()
    for _ in range(40):
        assert list(splitter.feed(b" " * (1 << 20))) == []
        assert splitter._held == b""
    assert splitter.junk == -1
    with pytest.raises(TooLong):
        list(splitter.feed(b'"' + b"x" * LONGEST))
