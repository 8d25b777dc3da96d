"""Who made each user and role, as CloudTrail tells it: for those that were held before it told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.quarantine_policy import plain
from irkit.cloudtrail.births import births
from irkit.cloudtrail.identity_work import actor
from irkit.cloudtrail.inquiry import source_of, told_to
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Follow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from irkit.clients.clients import Clients

_MAKING = ("iam:CreateUser", "iam:CreateRole")


@dataclass(frozen=True)
class Maker:
    """Who made one: ``name`` is an ARN without its path, of a session its role's; ``arns`` are all of the caller's."""

    name: str
    arns: frozenset[str]


def makers(clients: Clients, back: timedelta) -> Mapping[str, Maker]:
    """By ARN without path, of what was made within ``back``; of one that was made again, who did so last.

    What the log does not tell yet is left out. Raises ``OutsideError``.
    """
    now = clients.now()
    windows = (Window(now - back, now + timedelta(minutes=1)),)
    answer = ask(
        source_of(clients),
        ACTIVITY,
        Query(windows=windows, calls=_MAKING),
        Follow.ALONE,
        told_to(clients, "of who made them"),
    )
    by_event = {one.event_id: one for one in answer.records}
    found: dict[str, Maker] = {}
    for born in births(sorted(answer.records, key=lambda one: one.at)):
        one = by_event.get(born.event_id)
        if born.is_creation and one is not None and (name := actor(one)):
            arns = frozenset({name, one.principal_arn, plain(one.principal_arn)} - {""})
            found[plain(born.arn)] = Maker(name, arns)
    return found
