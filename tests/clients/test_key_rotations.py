"""How often a KMS key was rotated on demand: AWS lists what is completed, and says since when one is under way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from irkit.clients.kms import Kms, Rotations

if TYPE_CHECKING:
    from irkit.clients.aws import Aws

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


class Told:
    """AWS with these answers."""

    def __init__(self, since: datetime | None, listed: list[dict[str, object]]) -> None:
        self._since = since
        self._listed = listed

    def call(self, *_: object, **__: object) -> dict[str, Any]:
        return {"KeyRotationEnabled": False} | ({"OnDemandRotationStartDate": self._since} if self._since else {})

    def pages(self, *_: object, **__: object) -> Iterator[dict[str, Any]]:
        yield from ({"Rotations": [row]} for row in self._listed)


def row(at: datetime, kind: str = "ON_DEMAND") -> dict[str, object]:
    return {"RotationDate": at, "RotationType": kind}


@pytest.mark.parametrize(
    ("since", "listed", "expected"),
    [
        (None, [], Rotations(0, is_under_way=False)),
        (NOW, [], Rotations(0, is_under_way=True)),
        (NOW, [row(NOW - timedelta(days=9))], Rotations(1, is_under_way=True)),
        (None, [row(NOW - timedelta(days=9)), row(NOW, "AUTOMATIC")], Rotations(1, is_under_way=False)),
        (NOW, [row(NOW + timedelta(minutes=3))], Rotations(1, is_under_way=False)),
        (NOW, [row(NOW + timedelta(minutes=3), "AUTOMATIC")], Rotations(0, is_under_way=True)),
    ],
    ids=["none", "under way", "one before it", "automatic", "completed between the two questions", "automatic beside"],
)
def test_a_rotation_on_demand_counts_once(
    since: datetime | None, listed: list[dict[str, object]], expected: Rotations
) -> None:
    assert Kms(cast("Aws", Told(since, listed))).rotations("arn:aws:kms:eu-west-1:111122223333:key/x") == expected
