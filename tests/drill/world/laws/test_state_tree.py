"""A state as its smallest parts, and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from irkit.drill.world.laws.state_tree import parts, tree

NAMES = st.text("abc", min_size=1, max_size=3)
LEAVES = st.one_of(st.text(max_size=4), st.integers(), st.booleans(), st.none())
VALUES = st.recursive(
    st.one_of(LEAVES, st.lists(NAMES, max_size=3, unique=True)),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_the_parts_of_a_state_make_it_again(state: dict[str, object]) -> None:
    assert tree(parts(state)) == state


def test_two_attachments_are_two_parts() -> None:
    one = parts({"users": {"eve": {"Attached": ["a"]}}})
    two = parts({"users": {"eve": {"Attached": ["a", "b"]}}})
    assert two.keys() - one.keys() == {("users", "eve", "Attached", "b")}


def test_what_is_made_from_parts_can_be_changed_without_changing_them() -> None:
    found = parts({"users": {"eve": {"Tags": [{"Key": "a"}]}}})
    made = tree(found)
    made["users"]["eve"]["Tags"][0]["Key"] = "b"  # type: ignore[index]
    assert tree(found) == {"users": {"eve": {"Tags": [{"Key": "a"}]}}}


def test_a_part_whose_whole_is_missing_is_left_out() -> None:
    found = parts({"users": {"eve": {"Arn": "x"}}})
    assert tree({path: value for path, value in found.items() if path != ("users", "eve")}) == {"users": {}}
