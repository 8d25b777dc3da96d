from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from irkit.clients import cloudtrail
from irkit.clients.cloudtrail import Attribute, CloudTrail, Pace
from irkit.errors import Throttled

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


class Slow:
    """AWS as it is when somebody else of the account asks a lot: so many refusals, then a page."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.asked = 0

    def call(self, _service: str, _operation: str, **_params: object) -> Mapping[str, Any]:
        self.asked += 1
        if self.asked <= self.refusals:
            raise Throttled("slow down")
        return {"Events": [{"CloudTrailEvent": "{}"}]}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloudtrail, "PAUSES", (timedelta(),) * 4)


def looked_up(aws: Slow) -> list[str]:
    trail = CloudTrail(aws, Pace(per_second=1e9))  # type: ignore[arg-type]
    return list(trail.lookup("eu-west-1", Attribute.EVENT_NAME, "Decrypt", NOW - timedelta(hours=1), NOW))


def test_a_page_is_asked_for_again_while_aws_says_to_slow_down() -> None:
    aws = Slow(refusals=4)
    assert looked_up(aws) == ["{}"]
    assert aws.asked == 5


def test_a_region_that_goes_on_refusing_is_throttled_in_the_end() -> None:
    with pytest.raises(Throttled):
        looked_up(Slow(refusals=5))
