"""Columns that DuckDB reads without pyarrow."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.cloudtrail.store import arrow
from irkit.cloudtrail.store.arrow import Chunk, Column, Rows, chunk

COLUMNS = (Column("text", "u"), Column("number", "l"), Column("time", "tsu:"))


def read(
    chunks: Iterator[Chunk], statement: str = "SELECT text, number, epoch_us(time) FROM given"
) -> list[tuple[object, ...]]:
    rows = Rows(COLUMNS, chunks)
    with duckdb.connect() as engine:
        engine.register("given", rows)
        try:
            return engine.execute(statement).fetchall()
        except duckdb.Error:
            if rows.failure is not None:
                raise rows.failure from None
            raise


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
numbers = st.integers(-(2**62), 2**62)
times = st.integers(-(10**15), 10**17)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.tuples(texts, numbers, times), min_size=1, max_size=9), max_size=4))
def test_all_values_come_through(groups: list[list[tuple[str, int, int]]]) -> None:
    given_rows = [row for group in groups for row in group]
    got = read(chunk(list(zip(*group, strict=True))) for group in groups)
    assert sorted(got) == sorted(given_rows)


def test_what_fails_while_rows_are_made_is_raised_to_the_reader() -> None:
    def chunks() -> Iterator[Chunk]:
        yield chunk([["a"], [1], [2]])
        raise KeyError("the file is gone")

    with pytest.raises(KeyError, match="the file is gone"):
        read(chunks())


def test_nothing_is_held_when_all_is_read() -> None:
    read(chunk([["a"] * 100, list(range(100)), [0] * 100]) for _ in range(50))
    assert arrow._held_arrays == {}


def test_a_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        chunk([["\ud800"], [1], [2]])
