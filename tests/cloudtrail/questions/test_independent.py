"""The answers agree with another reading of the same real records."""

from __future__ import annotations

import pytest

from tests.cloudtrail.held import DATA
from tests.cloudtrail.questions.independent import busiest, compare, decrypts_for, read

RECORDS = read([DATA / "invictus.jsonl", DATA / "stratus.jsonl"])
KEY = busiest(one for one in RECORDS if one["eventVersion"] == "1.08" and "10.20" in one["sourceIPAddress"])


@pytest.mark.parametrize(
    ("name", "ours", "theirs"), [pytest.param(*each, id=each[0]) for each in compare(RECORDS, KEY)]
)
def test_what_is_counted_is_what_another_reading_counts(name: str, ours: object, theirs: object) -> None:
    assert ours == theirs


def test_there_is_something_to_count() -> None:
    assert len(decrypts_for(RECORDS, KEY)) == 12
