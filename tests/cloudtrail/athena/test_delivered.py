from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from irkit.cloudtrail.athena.delivered import last_delivered, words
from irkit.cloudtrail.athena.estimate import Estimate
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.source import found
from tests.cloudtrail.athena.cloud import Cloud
from tests.cloudtrail.athena.log_files import BOTH

AT = datetime(2026, 11, 21, tzinfo=UTC)
DAY = Window(AT, AT + timedelta(hours=12))
NOW = AT + timedelta(days=2)


def counted(hours: float, files: int = 9) -> Estimate:
    return Estimate(9, files, newest_of={"111122223333/eu-west-1": AT + timedelta(hours=hours)} if files else {})


@pytest.mark.parametrize(
    ("listed", "until", "said"),
    [
        (counted(13), NOW, ""),
        (counted(9), AT + timedelta(hours=9), "NO LOG FILE came after 2026-11-21T09:00:00Z"),
        (counted(0, files=0), AT, "NO LOG FILE lies where the table looks"),
        (Estimate(9, 9, is_whole=False), NOW, "whether log files came"),
        (None, NOW, "whether log files came"),
    ],
)
def test_where_files_stopped_coming_nothing_is_trusted_beyond(
    listed: Estimate | None, until: datetime, said: str
) -> None:
    assert last_delivered(listed, DAY, NOW) == until
    assert "; ".join(words(listed, Query(windows=(DAY,)), DAY, NOW)).startswith(said)
    assert bool(said) == any(words(listed, Query(windows=(DAY,)), DAY, NOW))


def test_an_answer_says_until_when_files_came(cloud: Cloud) -> None:
    after = Query(windows=(*BOTH, Window(BOTH[-1].end, BOTH[-1].end + timedelta(days=3))))
    asked = found(cloud.athena(lambda _: None), after).coverage
    assert "NO LOG FILE came after 2026-11-" in asked.text
    assert asked.trusted_until < BOTH[-1].end
    assert "was not looked at" in found(cloud.athena(), after).coverage.text
