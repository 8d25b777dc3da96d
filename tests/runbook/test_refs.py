"""Resolving references against the results there are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from irkit.runbook.finding import Place
from irkit.runbook.model import (
    InputName,
    InputRef,
    ItemRef,
    ListOf,
    Literal,
    MapOf,
    Ref,
    StepId,
    StepRef,
    Test,
    Value,
    When,
)
from irkit.runbook.refs import Lack, Missing, embedded, holds, ref_of, refs_in, resolve

HERE = Place(1, 1)
RESULTS: dict[StepId, JsonValue] = {
    StepId("one"): {"name": "n", "none": None, "deep": {"er": [1, 2]}, "flag": True},
    StepId("many"): [{"name": "a", "ports": [1]}, {"name": "b", "ports": [2, 3]}, {"ports": []}],
    StepId("zero"): [],
}
INPUTS: dict[InputName, JsonValue] = {InputName("key"): "k", InputName("empty"): None}


def ref(text: str) -> Ref:
    found = ref_of(text, HERE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$one.name", "n"),
        ("$one.deep", {"er": [1, 2]}),
        ("$one.deep.er", [1, 2]),
        ("$many.name", ["a", "b"]),
        ("$many.ports", [[1], [2, 3], []]),
        ("$zero.name", []),
        ("$inputs.key", "k"),
        ("$item", {"door": "front"}),
        ("$item.door", "front"),
    ],
)
def test_a_reference_resolves_to_what_it_names(text: str, value: JsonValue) -> None:
    assert resolve(ref(text), RESULTS, INPUTS, {"door": "front"}) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$gone.name", "gone has no result"),
        ("$one.none", "$one.none is empty"),
        ("$one.none.deeper", "$one.none.deeper is empty"),
        ("$one.other", "$one.other is empty"),
        ("$inputs.empty", "the input empty was not given"),
        ("$inputs.other", "the input other was not given"),
        ("$item.roof", "$item.roof is empty"),
    ],
)
def test_a_reference_without_a_value_is_missing_and_says_why(text: str, why: str) -> None:
    found = resolve(ref(text), RESULTS, INPUTS, {"door": "front"})
    assert isinstance(found, Missing)
    assert (found.why, str(found.ref)) == (why, text)


def test_a_list_leaves_its_missing_members_out() -> None:
    torn = MapOf({"x": ref("$gone.name")}, HERE)
    members = (Literal("x", HERE), ref("$gone.name"), ref("$one.none"), torn, ref("$one.name"))
    assert resolve(ListOf(members, HERE), RESULTS, INPUTS) == ["x", "n"]


def test_a_map_keeps_an_empty_member_as_null() -> None:
    value = MapOf({"none": ref("$one.none"), "input": ref("$inputs.empty"), "here": ref("$inputs.key")}, HERE)
    assert resolve(value, RESULTS, INPUTS) == {"none": None, "input": None, "here": "k"}


def test_a_map_is_missing_when_a_member_lacks_its_result() -> None:
    value = MapOf({"here": ref("$inputs.key"), "deep": MapOf({"gone": ref("$gone.name")}, HERE)}, HERE)
    found = resolve(value, RESULTS, INPUTS)
    assert isinstance(found, Missing)
    assert (str(found.ref), found.why, found.lack) == ("$gone.name", "gone has no result", Lack.MEMBER)


def test_a_written_null_stays_null() -> None:
    assert resolve(Literal(None, HERE), {}, {}) is None


@pytest.mark.parametrize(
    ("text", "test", "value", "outcome"),
    [
        ("$one.name", Test.IS, "n", True),
        ("$one.name", Test.IS, "m", False),
        ("$one.name", Test.IS_NOT, "n", False),
        ("$one.name", Test.IS_NOT, "m", True),
        ("$one.flag", Test.IS, True, True),
        ("$one.flag", Test.IS_NOT, True, False),
        ("$one.flag", Test.IS, "True", False),
    ],
)
def test_a_when_holds_or_not(text: str, test: Test, value: str | bool, outcome: bool) -> None:  # noqa: FBT001
    tested = ref(text)
    assert isinstance(tested, StepRef)
    assert holds(When(tested, test, value, HERE), RESULTS) is outcome


@pytest.mark.parametrize("test", list(Test))
def test_a_when_on_a_step_without_result_is_missing_either_way(test: Test) -> None:
    found = holds(When(StepRef(StepId("gone"), ("name",), HERE), test, "n", HERE), RESULTS)
    assert isinstance(found, Missing)


@pytest.mark.parametrize(
    "text", ["$", "$1", "$a", "$a.", "$a..b", "$A.b", "$inputs", "$inputs.a.b", "$a.b c", "a.b", ""]
)
def test_what_is_no_reference_is_none(text: str) -> None:
    assert ref_of(text, HERE) is None


@pytest.mark.parametrize(("text", "inner"), [("id $a.b!", "$a.b"), ("the $item", "$item"), ("costs $5", ""), ("$", "")])
def test_a_reference_within_a_text_is_found(text: str, inner: str) -> None:
    assert embedded(text) == inner


names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
refs = st.one_of(
    st.builds(InputRef, names.map(InputName), st.just(HERE)),
    st.builds(ItemRef, st.lists(names, max_size=3).map(tuple), st.just(HERE)),
    st.builds(
        StepRef,
        names.filter(lambda n: n not in {"item", "inputs"}).map(StepId),
        st.lists(names, min_size=1, max_size=3).map(tuple),
        st.just(HERE),
    ),
)


@given(found=refs)
def test_a_reference_reads_back_from_its_text(found: Ref) -> None:
    assert ref_of(str(found), HERE) == found


values: st.SearchStrategy[Value] = st.recursive(
    refs | st.builds(Literal, st.text(max_size=3), st.just(HERE)),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda m: ListOf(tuple(m), HERE))
        | st.dictionaries(names, inner, max_size=3).map(lambda m: MapOf(m, HERE))
    ),
    max_leaves=12,
)


@given(value=values)
def test_what_is_missing_is_one_of_the_references_within(value: Value) -> None:
    found = resolve(value, {}, {})
    if isinstance(found, Missing):
        assert found.ref in list(refs_in(value))
        assert not isinstance(value, Literal | ListOf)
        assert (found.lack is Lack.MEMBER) == isinstance(value, MapOf)
