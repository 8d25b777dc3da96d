from __future__ import annotations

from datetime import UTC, datetime

from irkit.cloudtrail.layout import named
from irkit.cloudtrail.raw.peeking import outside
from irkit.cloudtrail.raw.sights import Sights

PLACE = "logs/111122223333/CloudTrail/eu-west-1/2026/11/21/111122223333_CloudTrail_eu-west-1_20261121T1405Z_x.json.gz"


def test_an_event_that_is_not_of_the_time_a_name_tells_is_found_and_no_name_is_remembered_for_it() -> None:
    named.cache_clear()
    assert outside(PLACE, Sights("2026-11-21T14:00:00Z", "2026-11-21T14:04:00Z")) is None
    early = Sights("2026-11-20T14:00:00Z", "2026-11-21T14:04:00Z")
    assert outside(PLACE, early) == datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert outside("export.json", early) is None
    assert named.cache_info().currsize == 0
