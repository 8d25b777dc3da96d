from __future__ import annotations

import json

import pytest

from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.reading import Reader
from irkit.cloudtrail.record import parsed
from tests.cloudtrail.made import body


@pytest.mark.parametrize("odd", ["lone \ud800 surrogate", 2**80, -(2**70), 1.5e300])
@pytest.mark.parametrize("form", ["eventbridge", "insights", "leading", "text"])
def test_a_record_within_something_else_may_hold_what_strict_writers_refuse(form: str, odd: object) -> None:
    first, second = body("ssm:PutInventory", requestParameters={"odd": odd}), body("iam:CreateUser")
    stored = json.dumps(
        {
            "eventbridge": [{"detail": first}, {"detail": second}],
            "insights": {"results": [{"x": 1}, {"body": [first, second]}]},
            "leading": {"at": 1, "Records": [first, second]},
            "text": [{"message": json.dumps(first)}, {"message": json.dumps(second)}],
        }[form]
    ).encode()
    parts = list(Reader(Query()).read(RawFile("logs/x", len(stored), "", stored)))
    found = [one for part in parts for one in part.records]
    assert [one.event_id for one in found] == [first["eventID"], second["eventID"]]
    assert parsed(found[0].text) == first
    assert [each for part in parts for each in part.skipped] == []
