"""How far a question's looks must reach beyond what it asks for: to callers, and to what was made for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from irkit.cloudtrail.attribution import WITHIN, is_made_for, joined, spans, uses_keys
from irkit.cloudtrail.births import ASSUMING, MINTS, RUNS, SIGNS, Birth, Kind
from irkit.cloudtrail.family import bearer
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.record import Record

READS = (
    *("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"),
    *("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory"),
)
"""Calls that open secrets and parameters, and so make services decrypt."""
CAUSES = (*READS, "secretsmanager:*", "ssm:*", "s3:*", "lambda:*", "ec2:*", "rds:*", "dynamodb:*", "logs:*", "sqs:*")
"""Calls to services that use KMS keys with their callers' rights."""
_CAUSING = frozenset(each.partition(":")[0] for each in CAUSES)
_FORWARDING = frozenset({"cloudformation", "athena", "glue", "servicecatalog", "elasticbeanstalk", "health"})
"""Services that call others than KMS in their callers' names."""
_FORWARDS = tuple(f"{each}:*" for each in sorted(_FORWARDING))
_MOST_ARNS = 200
_LONGEST_SESSION = timedelta(hours=12)
"""Of a role (IAM user guide, "MaxSessionDuration")."""
_EVER = datetime.max.replace(tzinfo=UTC)


def names_origin(query: Query) -> bool:
    """Whether a query is by what service-made calls do not show of their callers."""
    return bool(query.keys or query.ips or query.agents or query.source_identities)


def names_caller(query: Query) -> bool:
    """Whether a query is by any mark of who called."""
    return names_origin(query) or bool(query.arns or query.users or query.sessions)


def of_anyone(query: Query) -> Query:
    """The same, whoever called."""
    return replace(query, keys=(), arns=(), users=(), sessions=(), source_identities=(), ips=(), agents=())


def whoever(query: Query) -> Query:
    """All calls of the same callers."""
    return replace(query, calls=(), mentions=(), outcome=Outcome.ANY)


def widened(query: Query, follow: Follow) -> Query:
    """All that the callers of a query did that can have caused what is asked for, or brought keys into being.

    By user, role or session what services made is found as it is, and its causes are looked for near it.
    """
    is_hidden = names_origin(query) if follow is Follow.MADE_FOR else names_caller(query)
    if not is_hidden or query.event_ids:
        return query
    more = (*_causes_of(query.calls), *(MINTS if follow is Follow.TREE else ()))
    calls = tuple(dict.fromkeys((*query.calls, *more))) if query.calls else ()
    return replace(query, calls=calls, mentions=(), outcome=Outcome.ANY)


def _causes_of(calls: Sequence[str]) -> tuple[str, ...]:
    kms = CAUSES if any(_of_kms(each) for each in calls) else ()
    return (*kms, *(() if all(_of_kms(each) for each in calls) else _FORWARDS))


def made_looks(query: Query, callers: Sequence[Record]) -> tuple[Query, ...]:
    """The looks for what services made for these calls, each in the callers' own windows and regions only."""
    if query.event_ids:
        return ()
    looks = []
    using = [one for one in callers if one.source in _CAUSING and uses_keys(one)]
    uses = tuple(each for each in query.calls if _of_kms(each))
    if using and (uses or not query.calls):
        looks.append(_near(query, using, (*(uses or ("kms:*",)), *CAUSES)))
    forwarding = [one for one in callers if one.source in _FORWARDING and not one.invoked_by]
    if forwarding and (not query.calls or len(uses) < len(query.calls)):
        looks.append(_near(query, forwarding, (*query.calls, *_FORWARDS) if query.calls else ()))
    return tuple(looks)


def cause_look(query: Query, made: Sequence[Record]) -> Query | None:
    """The look for the calls behind service-made ones; None when there is none to look for."""
    if query.event_ids:
        return None
    if query == Query(windows=query.windows, accounts=query.accounts, regions=query.regions, spare=query.spare):
        # Everything was looked at; only what is near a window's ends can have its cause outside.
        made = [one for one in made if any(_is_near_end(one.at, each) for each in query.windows)]
    if not made:
        return None
    return replace(
        of_anyone(query),
        windows=joined((one.at, one.at) for one in made),
        regions=_several(one.region for one in made),
        arns=_arns(made),
        calls=CAUSES if all(one.source == "kms" for one in made) else (),
        mentions=(),
        outcome=Outcome.ANY,
        accounts=(),
    )


def _is_near_end(at: datetime, window: Window) -> bool:
    return at - window.start <= WITHIN or window.end - at <= WITHIN


def tree_looks(query: Query, births: Iterable[Birth]) -> tuple[Query, ...]:
    """The looks for what was done with these keys and by these identities, each since it came into being."""
    several = list(births)
    if not several:
        return ()
    asked = _later(query, several)
    keys = tuple(one.id for one in several if one.kind in SIGNS)
    arns = tuple(one.id for one in several if one.kind in {Kind.ROLE, Kind.CONSOLE} or one.is_creation)
    # Who was there before and got a password: the record does not tell its path.
    users = _several(bearer(one.id).rpartition("/")[2] for one in several if one.kind is Kind.USER)
    sessions = tuple(one.id for one in several if one.kind in RUNS)
    return (
        *((replace(asked, keys=keys),) if keys else ()),
        *((replace(asked, arns=arns),) if arns else ()),
        *((replace(asked, users=users),) if users else ()),
        *((replace(asked, sessions=sessions),) if sessions else ()),
    )


def marked_look(query: Query, births: Iterable[Birth]) -> Query | None:
    """The look for what sessions did that bear a source identity which these were the first to be given."""
    several = [one for one in births if one.marks]
    marks = _several(one.source_identity for one in several)
    return replace(_later(query, several), source_identities=marks) if marks else None


def taken_look(query: Query, births: Iterable[Birth]) -> Query | None:
    """The look for what others made of these: keys for the users, sessions of the roles.

    And for who else was given a source identity, or the name of a session in the console, that one of these has.
    """
    several = [one for one in births if one.is_creation or one.marks or one.kind is Kind.CONSOLE]
    if not several:
        return None
    users = [one for one in several if one.kind is Kind.USER]
    calls = (*(("iam:CreateAccessKey",) if users else ()), *(ASSUMING if len(users) < len(several) else ()))
    # A role is assumed by its ARN; a user, or a session in the console, is named alone.
    named = _several(
        one.source_identity if one.marks else one.id if one.kind is Kind.ROLE else one.id.rpartition("/")[2]
        for one in several
    )
    asked = _later(query, several, _LONGEST_SESSION)
    return replace(asked, calls=calls, mentions=named, given_to=named, outcome=Outcome.SUCCEEDED)


def _later(query: Query, births: Sequence[Birth], back: timedelta = WITHIN) -> Query:
    """What a query asks for, by whomever, since the first of these; all time with it."""
    since = min(one.at for one in births) - back
    return replace(of_anyone(widened(query, Follow.TREE)), windows=_since(query.windows, since))


def _since(windows: Sequence[Window], since: datetime) -> tuple[Window, ...]:
    if not windows:
        return (Window(since, _EVER),)
    return tuple(Window(max(each.start, since), each.end) for each in windows if each.end > since)


def _near(query: Query, callers: Sequence[Record], calls: tuple[str, ...]) -> Query:
    return replace(
        of_anyone(query),
        windows=spans(callers),
        regions=_several(one.region for one in callers),
        accounts=query.accounts or _accounts(callers),
        arns=_arns(callers),
        calls=calls,
        mentions=(),
        outcome=Outcome.ANY,
    )


def together(queries: Sequence[Query]) -> Query:
    """What any of some queries asks for, as one; only files and stores can be asked so."""
    if len(queries) == 1:
        return queries[0]
    windows = {each for one in queries for each in one.windows} if all(one.windows for one in queries) else ()
    accounts = (each for one in queries for each in one.accounts) if all(one.accounts for one in queries) else ()
    regions = (each for one in queries for each in one.regions) if all(one.regions for one in queries) else ()
    return Query(tuple(sorted(windows)), accounts=_several(accounts), regions=_several(regions), any_of=tuple(queries))


def _several(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in words if each))


def _accounts(callers: Sequence[Record]) -> tuple[str, ...]:
    """Whose logs have what services made for these: the callers' own. Empty, for all, when a record does not say."""
    several = [one.caller_account or one.account for one in callers]
    return _several(several) if all(several) else ()


def _arns(records: Iterable[Record]) -> tuple[str, ...]:
    """Who called; where that are very many sessions, their roles; empty, for all, when these are too many too."""
    known = list(records)
    several = _several(one.principal_arn for one in known)
    if len(several) > _MOST_ARNS:
        several = _several(one.issuer_arn or one.principal_arn for one in known)
    return several if len(several) <= _MOST_ARNS else ()


def _of_kms(call: str) -> bool:
    source, colon, name = call.lower().rpartition(":")
    return source == "kms" or (not colon and name in {"*", "decrypt", "encrypt", "generatedatakey", "reencrypt"})


def made_for_callers(records: Iterable[Record]) -> list[Record]:
    """Those that services made in a caller's name."""
    return [one for one in records if one.invoked_by and is_made_for(one)]
