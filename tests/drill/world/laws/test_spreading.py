"""Writes that are seen at once and bind later, against the plainest model of it."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from irkit.drill.world.laws.spreading import Spreading

THINGS = ("deny", "key", "trust")


@dataclass(frozen=True)
class Write:
    thing: str
    value: int
    """0 takes the thing away."""
    after: int
    delay: int


WRITES = st.lists(
    st.builds(Write, st.sampled_from(THINGS), st.integers(0, 2), st.integers(0, 3), st.integers(0, 4)), max_size=25
)


def model(writes: list[tuple[int, Write]], thing: str, now: int) -> tuple[int, int]:
    """What a read shows at ``now``, and what binds then: a write that is overtaken before it is due never does."""
    written = bound = 0
    pending: tuple[int, int] | None = None
    for at, write in [*writes, (now, None)]:
        if pending is not None and pending[0] <= at:
            bound, pending = pending[1], None
        if write is not None and write.thing == thing and write.value != written:
            written = write.value
            pending = (at + write.delay, write.value)
            if write.delay == 0:
                bound, pending = write.value, None
    return written, bound


@given(WRITES, st.integers(0, 10))
def test_reads_show_a_write_at_once_and_what_binds_is_the_last_that_was_not_overtaken(
    writes: list[Write], later: int
) -> None:
    spreading: Spreading[str, int] = Spreading()
    done: list[tuple[int, Write]] = []
    state: dict[str, int] = {}
    now = 0
    for write in writes:
        now += write.after
        state = {**state, write.thing: write.value} if write.value else _without(state, write.thing)
        spreading.write(state, now, lambda write=write: write.delay)
        done.append((now, write))
        _agree(spreading, done, now)
    _agree(spreading, done, now + later)


def _agree(spreading: Spreading[str, int], done: list[tuple[int, Write]], now: int) -> None:
    bound = spreading.bound(now)
    for thing in THINGS:
        assert (spreading.written().get(thing, 0), bound.get(thing, 0)) == model(done, thing, now)


def _without(state: dict[str, int], thing: str) -> dict[str, int]:
    return {name: value for name, value in state.items() if name != thing}


@given(WRITES)
def test_settling_lets_everything_written_bind(writes: list[Write]) -> None:
    spreading: Spreading[str, int] = Spreading()
    state: dict[str, int] = {}
    for at, write in enumerate(writes):
        state = {**state, write.thing: write.value}
        spreading.write(state, at, lambda: 100)
    spreading.settle()
    assert spreading.bound(len(writes)) == spreading.written() == state
    assert spreading.is_settled(len(writes))


def test_a_deny_that_is_taken_away_before_it_binds_never_binds() -> None:
    spreading: Spreading[str, int] = Spreading()
    spreading.write({"deny": 1}, 0, lambda: 2)
    assert spreading.written() == {"deny": 1}
    spreading.write({}, 1.9, lambda: 2)
    assert [dict(spreading.bound(at)) for at in (1.9, 2, 3.8, 4, 9)] == [{}] * 5


def test_the_same_write_again_does_not_put_it_off() -> None:
    spreading: Spreading[str, int] = Spreading()
    for at in (0, 1):
        spreading.write({"deny": 1}, at, lambda: 2)
    assert spreading.bound(2) == {"deny": 1}


def test_another_thing_written_later_does_not_put_it_off() -> None:
    spreading: Spreading[str, int] = Spreading()
    spreading.write({"deny": 1}, 0, lambda: 2)
    spreading.write({"deny": 1, "key": 1}, 1, lambda: 2)
    assert (dict(spreading.bound(2)), dict(spreading.bound(3))) == ({"deny": 1}, {"deny": 1, "key": 1})


def test_what_binds_has_a_number_that_changes_with_it() -> None:
    spreading: Spreading[str, int] = Spreading()
    spreading.write({"deny": 1}, 0, lambda: 2)
    before, after = spreading.changes(1), spreading.changes(2)
    assert before != after
    assert spreading.changes(3) == after
