"""Whose daily work makes or changes identities: a freeze during an incident is to spare them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from irkit.clients.principal import PrincipalKind, principal
from irkit.clients.quarantine_policy import FROZEN, plain
from irkit.cloudtrail.inquiry import source_of, told_to
from irkit.cloudtrail.kin import kin
from irkit.cloudtrail.lineage import Tree, tree
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


@dataclass(frozen=True)
class Surroundings:
    """ARNs of whose daily work makes identities, of who came of the suspects, and the coverage in words."""

    workers: tuple[str, ...]
    kin: tuple[str, ...]
    coverage: str


def surroundings(
    clients: Clients, suspects: Sequence[str], since: datetime, account: str, is_contained: Callable[[str], bool]
) -> Surroundings:
    """Who did such work before the suspects did, and who came of the suspects, by the log as far as it tells already.

    The workers are neither suspects nor came of them, nor of who is contained already. Raises ``OutsideError`` when
    nothing of the source answers.
    """
    source, now = source_of(clients), clients.now()
    windows = (Window(since, now),)
    told = told_to(clients, "of who makes identities")
    asked = tuple(dict.fromkeys((*suspects, *map(plain, suspects))))
    of_suspects = ask(source, ACTIVITY, Query(windows=windows, arns=asked), Follow.TREE, told)
    of_all = ask(source, ACTIVITY, Query(windows=windows, calls=_ASKED), Follow.ALONE, told)
    records = in_order({one.event_id: one for one in (*of_suspects.records, *of_all.records)}.values())
    theirs = kin(of_suspects.tree or Tree(tuple(suspects)), suspects, account, now)
    return Surroundings(free_workers(records, suspects, is_contained), theirs, of_all.coverage.text)


def free_workers(
    records: Sequence[Record], suspects: Iterable[str], is_contained: Callable[[str], bool]
) -> tuple[str, ...]:
    """The ``workers`` of whom none is contained: who is, is a suspect like those given, and so is what came of it."""
    bad = tuple(suspects)
    while True:
        found = workers(records, bad)
        contained = tuple(arn for arn in found if is_contained(arn))
        if not contained:
            return found
        bad = (*bad, *contained)


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
