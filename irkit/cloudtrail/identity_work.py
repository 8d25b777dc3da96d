"""Whose daily work makes or changes identities: a freeze during an incident is to spare them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from irkit.clients.principal import PrincipalKind, principal
from irkit.clients.quarantine_policy import FROZEN, plain
from irkit.cloudtrail.inquiry import source_of, told_to
from irkit.cloudtrail.lineage import tree
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import in_order

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_WORK = re.compile("|".join(call.replace("*", ".*") for call in FROZEN))
_ASKED = ("iam:*", "kms:CreateGrant")
_DAILY = frozenset({PrincipalKind.USER, PrincipalKind.ROLE})


def usual_workers(clients: Clients, suspects: Sequence[str], since: datetime) -> tuple[tuple[str, ...], str]:
    """The ARNs of users and roles that did such work before the suspects did, and the coverage in words.

    Neither suspects nor what came of them. Raises ``OutsideError`` when nothing of the source answers.
    """
    source, now = source_of(clients), clients.now()
    windows = (Window(since, now),)
    told = told_to(clients, "of who makes identities")
    of_suspects = ask(source, ACTIVITY, Query(windows=windows, arns=tuple(suspects)), Follow.ALONE, told)
    of_all = ask(source, ACTIVITY, Query(windows=windows, calls=_ASKED), Follow.ALONE, told)
    records = in_order({one.event_id: one for one in (*of_suspects.records, *of_all.records)}.values())
    return workers(records, suspects), of_all.coverage.text


def workers(records: Sequence[Record], suspects: Iterable[str]) -> tuple[str, ...]:
    """Of records, oldest first, who did such work before the first of the suspects' own. Pure."""
    theirs = _of_suspects(records, suspects)
    work = [one for one in records if not one.error and _WORK.fullmatch(one.call)]
    first = next((one.at for one in work if actor(one) in theirs), None)
    found = {actor(one): None for one in work if first is None or one.at < first}
    return tuple(sorted(arn for arn in found if arn and arn not in theirs and _is_daily(arn)))


def actor(one: Record) -> str:
    """Who made a call, as ``aws:PrincipalArn`` tells it but without its path: of a session, its role."""
    found = principal(one.principal_arn)
    return plain(one.issuer_arn or found.policy_arn) if found else ""


def _of_suspects(records: Sequence[Record], suspects: Iterable[str]) -> frozenset[str]:
    """The suspects, and all that came of them: the roles they took on too, since they may do so again."""
    roots = tuple(suspects)
    of_roots = {one.key_id for one in records if one.key_id and one.principal_arn in roots}
    grown = tree((*roots, *sorted(of_roots)), records)
    arns = (*roots, *(one.arn for one in grown.births))
    found = (principal(arn) for arn in arns)
    return frozenset(plain(one.policy_arn) for one in found if one is not None)


def _is_daily(arn: str) -> bool:
    found = principal(arn)
    return found is not None and found.kind in _DAILY
