"""What a query finds in a record's texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from irkit.cloudtrail.query import Query, texts
from tests.cloudtrail.made import made

SHORT = st.text(alphabet="ab\0", max_size=3)


@given(values=st.lists(SHORT, max_size=4), asked=st.lists(SHORT, min_size=1, max_size=3))
def test_a_text_is_mentioned_where_it_stands_within_one_value(values: list[str], asked: list[str]) -> None:
    one = made("s3:GetObject", requestParameters={"list": values}, additionalEventData={"more": values[:1]})
    held = [*texts(one.params), *texts(one.extra)]
    expected = any(text in each for text in asked for each in held)
    assert Query(mentions=tuple(asked)).matches(one) == expected
