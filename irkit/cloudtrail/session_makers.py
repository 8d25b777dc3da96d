"""Who made the sessions among a key's callers, in all regions: a session can be made anywhere."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from irkit.cloudtrail.identity import who
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.source import Source, found
from irkit.contract import Frozen

_ASSUMING = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")


class Maker(Frozen):
    """Who made a session that used the key."""

    session: str
    principal: str
    who: str
    ip: str
    agent: str
    at: datetime
    event_id: str


def session_makers(source: Source, sessions: Collection[str], window: Window) -> tuple[tuple[Maker, ...], str]:
    """Who made these sessions (ARNs), and what the look for it did not see. Raises ``OutsideError``."""
    if not sessions:
        return (), "no session of a role among the callers from elsewhere"
    looked = found(source, Query(windows=(window,), calls=_ASSUMING))
    makers = tuple(
        Maker(
            session=made, principal=one.principal_arn, who=who(one), ip=one.ip, agent=one.agent, at=one.at,
            event_id=one.event_id,
        )
        for one in looked.records
        if (made := one.answered("assumedRoleUser", "arn")) in sessions
    )  # fmt: skip
    return makers, f"who made the sessions: {looked.coverage.text}"
