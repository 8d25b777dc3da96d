"""A query as conditions of SQL. They narrow: they leave out no record that ``Query.matches`` would take.

Only what Trino (Athena, Lake) and DuckDB both understand is used, so that the same text runs on all of them: no
``json_extract_scalar`` and no lambda.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import MAXYEAR, datetime, timedelta
from typing import NamedTuple

from irkit.cloudtrail.athena.days import joined
from irkit.cloudtrail.athena.literal import is_one_of, literal
from irkit.cloudtrail.query import Outcome, Query
from irkit.cloudtrail.record import DENIALS, FAILURE, SIGN_IN

MOST_WINDOWS = 100
MOST_CALLS = 2000
_VERB = re.compile(r"[A-Z]?[a-z]+", re.ASCII)
_SECOND = timedelta(seconds=1)
_PLAIN = re.compile(r"[ !#-\[\]-~]+")
"""What stands in JSON as it is: printable ASCII but for the quote and the backslash."""
_AWS = ".amazonaws.com"
_ISSUER = "useridentity.sessioncontext.sessionissuer"


class Narrowing(NamedTuple):
    """``conditions`` must all hold; and one of ``said``, which speak of the columns of ``SAID``.

    ``is_exact`` when they say just what ``Query.matches`` does: then SQL may count, not only narrow.
    """

    conditions: tuple[str, ...]
    said: tuple[str, ...]
    is_exact: bool
    reads: frozenset[str]
    """The columns that are looked at."""


class Dialect(NamedTuple):
    """What differs between engines: the word and the separator of a time's literal, the texts of a record."""

    word: str
    separator: str
    said: tuple[str, ...]
    resources: str = "resources"
    """The column of the resources; empty for a table without."""
    answers: tuple[str, ...] | None = ("responseelements", "serviceeventdetails")
    """Texts that tell how a sign-in ended; None where they are no texts: then each is given, and judged after."""
    most_windows: int = MOST_WINDOWS
    """More are joined: a statement has an end."""
    most_calls: int = MOST_CALLS
    """Of more, their services and how their names begin is asked for: more is given, and judged after."""


TABLE = Dialect("", "T", ("requestparameters", "responseelements", "additionaleventdata"))
"""In a CloudTrail table the time is a text: ``2026-11-21T12:00:00Z``. Bounds are written without the Z, so that a text
with a fraction of a second is on the right side too."""
CONVERTED = TABLE._replace(word="TIMESTAMP ", separator=" ")
"""A table where the time is a timestamp."""
_LOOKED_INTO = 3
"""So many resources; a record with more is given whatever is asked, and judged after."""
_LEFT = ("strpos(said, '\\u') > 0", "strpos(said, '\\/') > 0", "one_more IS NOT NULL")
"""Records whose texts may be written in another way: irkit looks into them."""


def narrowed(query: Query, dialect: Dialect = TABLE) -> Narrowing:
    """The conditions of a query; the partitions' are ``partitions.partitions``."""
    found = tuple(_conditions(query, dialect))
    reads = frozenset(name for names, _ in found for name in names.split())
    said = tuple(_said(each) for each in query.mentions)
    if said:
        reads |= {"requestparameters"}
    narrowing = (*said, *_LEFT) if said and all(said) else ()
    is_told = dialect.answers is not None or query.outcome is Outcome.ANY
    is_whole = not query.mentions and not query.given_to and len(query.calls) <= dialect.most_calls
    exact = is_told and is_whole and _is_exact(query)
    return Narrowing(tuple(each for _, each in found), narrowing, exact, reads)


def said_columns(dialect: Dialect = TABLE) -> tuple[str, ...]:
    """``said``: all texts of parameters, answer and resources in one; ``one_more``: a resource that is not in it."""
    name = dialect.resources
    resources = [f"TRY({name}[{place}].arn)" for place in range(1, _LOOKED_INTO + 1)] if name else []
    return (
        f"concat_ws(' ', {', '.join((*dialect.said, *resources))}) AS said",
        f"{f'TRY({name}[{_LOOKED_INTO + 1}])' if name else 'NULL'} AS one_more",
    )


def _is_exact(query: Query) -> bool:
    """Whether no window was widened or cut to whole seconds, and no record without a session is asked for."""
    whole = all(not at.microsecond for window in query.windows for at in window)
    return whole and "" not in query.sessions and len(joined(query.windows, len(query.windows) + 1)) <= MOST_WINDOWS


def _conditions(query: Query, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """The columns, and the condition on them."""
    if query.windows:
        yield "eventtime", _windows(query, dialect)
    yield from _callers(query)
    for column, values in (
        ("sourceipaddress", query.ips),
        ("useragent", query.agents),
        ("awsregion", query.regions),
        ("eventid", query.event_ids),
    ):
        if values:
            yield column, is_one_of(column, values)
    if query.accounts:
        account = is_one_of("coalesce(nullif(recipientaccountid, ''), useridentity.accountid)", query.accounts)
        yield "recipientaccountid useridentity.accountid", account
    if query.calls:
        calls = _calls(query.calls) if len(query.calls) <= dialect.most_calls else _verbs(query.calls)
        yield "eventsource eventname", calls
    if query.outcome is not Outcome.ANY:
        yield "errorcode", _ended(query.outcome, dialect)


def _callers(query: Query) -> Iterator[tuple[str, str]]:
    if query.keys:
        yield "useridentity.accesskeyid", is_one_of("useridentity.accesskeyid", query.keys)
    if query.arns:
        either = (is_one_of("useridentity.arn", query.arns), is_one_of(f"{_ISSUER}.arn", query.arns))
        yield f"useridentity.arn {_ISSUER}.arn", f"({' OR '.join(either)})"
    if query.users:
        name = f"coalesce(nullif(useridentity.username, ''), {_ISSUER}.username)"
        yield f"useridentity.username {_ISSUER}.username", is_one_of(name, query.users)
    if query.sessions and "" not in query.sessions:
        name = is_one_of("regexp_extract(useridentity.arn, '[^/]*$')", query.sessions)
        yield "useridentity.arn", f"useridentity.arn LIKE '%:assumed-role/%' AND {name}"
    if query.source_identities:
        column = "useridentity.sessioncontext.sourceidentity"
        yield column, is_one_of(column, query.source_identities)


def _windows(query: Query, dialect: Dialect) -> str:
    spans = [
        f"(eventtime >= {_stamp(start, dialect)} AND eventtime < {_stamp(_whole(end), dialect)})"
        for start, end in joined(query.windows, dialect.most_windows)
    ]
    return spans[0] if len(spans) == 1 else "(" + "\n    OR ".join(spans) + ")"


def _whole(at: datetime) -> datetime:
    """The next whole second, itself when it is one or the last there is."""
    return at + _SECOND if at.microsecond and at.year < MAXYEAR else at


def _stamp(at: datetime, dialect: Dialect) -> str:
    text = at.replace(tzinfo=None).isoformat(dialect.separator, "seconds")  # %Y writes the year 900 with three digits
    return f"{dialect.word}'{text}'"


def _calls(calls: tuple[str, ...]) -> str:
    """Grouped by service: ``(lower(eventsource) = 'kms.amazonaws.com' AND lower(eventname) = 'decrypt')``."""
    by_source: dict[str, list[str]] = {}
    for each in calls:
        source, _, name = each.lower().rpartition(":")
        by_source.setdefault(source, []).append(name)
    texts = []
    for source, names in by_source.items():
        parts = [is_one_of("lower(eventsource)", (source, source + _AWS))] if source else []
        if "*" not in names:
            parts.append(is_one_of("lower(eventname)", names))
        texts.append(" AND ".join(parts) or "eventname IS NOT NULL")
    return texts[0] if len(texts) == 1 else "(\n    (" + ")\n    OR (".join(texts) + ")\n  )"


def _verbs(calls: tuple[str, ...]) -> str:
    """What many calls have in common, in few words: their services, and how their names begin. None is left out."""
    named = [each.rpartition(":") for each in calls]
    sources = dict.fromkeys(source.lower() for source, _, _ in named)
    names = {name: found[0] for _, _, name in named if (found := _VERB.match(name))}
    often = Counter(names.values())
    words = dict.fromkeys((verb if often[verb] > 1 else name).lower() for name, verb in names.items())
    parts = [] if "" in sources else [is_one_of("lower(eventsource)", (*sources, *(f"{x}{_AWS}" for x in sources)))]
    if all(name.isalnum() and name in names for _, _, name in named):
        parts.append("(" + " OR ".join(f"lower(eventname) LIKE '{word}%'" for word in words) + ")")
    return " AND ".join(parts) or "eventname IS NOT NULL"


def _ended(outcome: Outcome, dialect: Dialect) -> str:
    if outcome is Outcome.SUCCEEDED:
        less = f" AND NOT {sign_in_failed(dialect)}" if dialect.answers is not None else ""
        return f"coalesce(errorcode, '') = ''{less}"
    return failed(dialect) if outcome is Outcome.FAILED else denied(dialect)


def failed(dialect: Dialect) -> str:
    """That a call ended with any error, a sign-in with ``FAILURE``."""
    return f"(errorcode <> '' OR {sign_in_failed(dialect)})"


def denied(dialect: Dialect) -> str:
    """As ``Record.denied`` has it."""
    words = (f"strpos(errorcode, {literal(each)}) > 0" for each in DENIALS)
    return f"({' OR '.join((*words, sign_in_failed(dialect)))})"


def sign_in_failed(dialect: Dialect) -> str:
    """As ``record.failure`` has it, of records without an error code: the call's name and the word behind it."""
    here = f"coalesce(eventsource, '') = {literal(SIGN_IN)} AND coalesce(errorcode, '') = ''"
    if dialect.answers is None:
        return f"({here})"
    name = f"concat('\"', eventname, '\":\"{FAILURE}\"')"
    told = " OR ".join(f"strpos(coalesce({each}, ''), {name}) > 0" for each in dialect.answers)
    return f"({here} AND ({told or 'false'}))"


def _said(text: str) -> str:
    """That a text's plain parts stand in a record; empty when it has none, which narrows nothing.

    What JSON may write in another way is left out.
    """
    parts = [f"strpos(said, {literal(each)}) > 0" for each in _PLAIN.findall(text)]
    return parts[0] if len(parts) == 1 else "(" + " AND ".join(parts) + ")" if parts else ""
