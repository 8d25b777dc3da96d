"""How columns share the room of a table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from irkit.tui.trail_widths import GAP, natural, shared

LONG, TIME = 44, 20


def in_sight(widths: tuple[int, ...], room: int) -> int:
    """How many columns are in sight whole."""
    return sum(sum(widths[: at + 1]) + GAP * at <= room for at in range(len(widths)))


def test_a_few_values_do_not_widen_a_column_that_is_mostly_empty() -> None:
    assert natural(6, [*([0] * 99), 30], LONG) == 14
    assert natural(6, [*([0] * 99), 12], LONG) == 12
    assert natural(6, [11, 11, 29], LONG) == 29
    assert natural(6, [80], LONG) == LONG
    assert natural(6, [], LONG) == 6


def test_long_columns_give_way_so_that_more_are_in_sight() -> None:
    assert in_sight((TIME, LONG, LONG, LONG, 14, 18), 117) == 3
    assert in_sight(shared((TIME, LONG, LONG, LONG, 14, 18), 117), 117) == 5
    assert in_sight(shared((14, 30, 14, LONG, 14, 18), 74), 74) == 4


def test_with_room_enough_nothing_is_cut() -> None:
    assert shared((TIME, LONG, 18), 200) == (TIME, LONG, 18)
    assert shared((), 80) == ()


@given(st.lists(st.integers(1, LONG), min_size=1, max_size=14), st.integers(20, 250))
def test_no_column_is_wider_than_it_wants_nor_hidden_without_need(wanted: list[int], room: int) -> None:
    widths = shared(wanted, room)
    assert widths[0] == wanted[0]
    assert all(1 <= width <= want for width, want in zip(widths, wanted, strict=True))
    assert in_sight(widths, room) >= in_sight(tuple(wanted), room)
