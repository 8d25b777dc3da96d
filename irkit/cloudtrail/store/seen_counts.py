"""First and last seen, counted by the store: the rows of ``questions.seen`` over the same records, none of them read.

Calls that services made count as their own (``Follow.ALONE``): who made them for whom takes the records to tell.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from irkit.cloudtrail.identity import is_place
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.seen import KINDS, Seen
from irkit.cloudtrail.store.counts import Asked, asked_of
from irkit.cloudtrail.store.seen_kept import SeenCounts, keep, kept
from irkit.errors import IrkitError

EVERYTHING = Query()
_MANY = 20_000
"""Fewer events are counted in a moment."""
MOST_VALUES = 10_000
"""Of one kind, the most frequent ones are told from a store."""

_TAIL = (
    "regexp_replace(CASE WHEN regexp_matches(principal_arn, '^([^:]*:){5}') "
    "THEN regexp_replace(principal_arn, '^([^:]*:){5}', '') "
    "ELSE string_split(principal_arn, ':')[-1] END, '^assumed-role/', '')"
)
_NAMED = "coalesce(nullif(principal, ''), nullif(on_behalf_of, ''), principal_id)"
_WHO = f"""CASE
  WHEN {_TAIL} <> '' THEN {_TAIL}
  WHEN principal_type = 'Root' THEN 'root'
  WHEN principal_type = 'AWSService' OR (invoked_by <> '' AND principal_type = '') THEN 'service/' || invoked_by
  WHEN principal_type = 'AWSAccount' THEN 'account/' || coalesce(nullif(caller_account, ''), {_NAMED})
  ELSE coalesce(nullif({_NAMED}, ''), 'nobody named') END"""
"""As ``identity.who``."""
_IDENTITY = "principal_arn, principal_type, principal, on_behalf_of, principal_id, caller_account, invoked_by"
_CALLER = f"{_IDENTITY}, key_id, ip, agent"
"""Columns that depend on each other: there are few combinations of them, and what is dear is told of these."""
_OWN_AGENT = "CASE WHEN invoked_by = '' THEN agent END"
_PLACE = "CASE WHEN ip <> 'AWS Internal' AND NOT ends_with(ip, '.amazonaws.com') THEN ip END"
"""As ``identity.is_place``."""
_VALUES = {"who": _WHO, "key": "key_id", "ip": "ip", "agent": _OWN_AGENT}
_OTHERS = {"call": "call", "region": "region", "account": "account"}
_SUMS = (
    "count(*) AS count, count(*) FILTER (error <> '') AS errors, count(*) FILTER (denied) AS denied, "
    "min(time) AS first, max(time) AS last"
)
_ADDED = (
    "sum(count)::BIGINT AS count, sum(errors)::BIGINT AS errors, sum(denied)::BIGINT AS denied, "
    "min(first) AS first, max(last) AS last"
)
_END = "arg_{0}((event_id, place, byte_at, byte_count), event_id) FILTER (time = {1})"

_Row = tuple[str, str, int, int, int, datetime, datetime, int, int]
_Place = tuple[str, str, int, int]
"""Event id, place, offset, length."""


def seen(folder: Path, query: Query, most: int) -> SeenCounts:
    """At most so many values of each kind, the most frequent ones. Raises ``NotFound`` for no store."""
    if query == EVERYTHING and (known := kept(folder, most)) is not None:
        return known
    with asked_of(folder, query) as asked:
        _count(asked, most + 1)
        rows: list[_Row] = asked.upon("SELECT * EXCLUDE (rank) FROM found WHERE rank <= ?", most)
        cut = [row[0] for row in asked.upon("SELECT what FROM found WHERE rank > ?", most)]
        ends = {(row[0], row[1]): (row[2], row[3]) for row in _ends(asked)}
    made = [_seen(row, *ends[row[0], row[1]]) for row in rows]
    made.sort(key=lambda row: (KINDS.index(row.what), -row.count, row.first_at, row.value))
    return SeenCounts(tuple(made), tuple(each for each in KINDS if each in cut))


def count_everything(folder: Path, events: int) -> None:
    """Keep what is seen in a store of so many events. Without room for it, it is counted each time it is asked for."""
    if events < _MANY or kept(folder, MOST_VALUES) is not None:
        return
    with suppress(IrkitError, OSError):
        keep(folder, MOST_VALUES, seen(folder, EVERYTHING, MOST_VALUES))


def _count(asked: Asked, most: int) -> None:
    """Make the table ``found``: a row a value."""
    asked.execute(
        f"CREATE TEMP TABLE combined AS {{}} SELECT {_CALLER}, {_SUMS} FROM asked GROUP BY {_CALLER}"  # noqa: S608
    )
    made = ", ".join(f"{text} AS {name}" for name, text in _VALUES.items() if text != name)
    asked.upon(
        f"CREATE TEMP TABLE callers AS SELECT {made}, ip, {_PLACE} AS place, "  # noqa: S608 own words
        "count, errors, denied, first, last FROM combined"
    )
    asked.upon(
        "CREATE TEMP TABLE found (what VARCHAR, value VARCHAR, count BIGINT, errors BIGINT, denied BIGINT, "
        "first TIMESTAMP, last TIMESTAMP, ips BIGINT, agents BIGINT, rank BIGINT)"
    )
    for kind in _VALUES:  # numbers of different values are dear: they are counted of the values that are given
        asked.upon(
            f"INSERT INTO found WITH top AS MATERIALIZED (SELECT {kind} AS value, {_ADDED} FROM callers "  # noqa: S608
            f"WHERE {kind} <> '' GROUP BY {kind} ORDER BY count DESC, value LIMIT {most:d}), "
            f"numbers AS (SELECT {kind} AS value, count(DISTINCT nullif(place, '')) AS ips, "
            f"count(DISTINCT nullif(agent, '')) AS agents FROM callers SEMI JOIN top ON {kind} = top.value "
            f"GROUP BY {kind}) SELECT '{kind}', value, count, errors, denied, first, last, ips, agents, "
            "row_number() OVER (ORDER BY count DESC, value) FROM top JOIN numbers USING (value)"
        )
    for kind, column in _OTHERS.items():
        asked.execute(
            f"INSERT INTO found {{}} SELECT '{kind}', {column}, {_SUMS}, "  # noqa: S608 own words
            f"count(DISTINCT nullif({_PLACE}, '')), count(DISTINCT nullif({_OWN_AGENT}, '')), "
            f"row_number() OVER (ORDER BY count(*) DESC, {column}) FROM asked WHERE {column} <> '' "
            f"GROUP BY {column} ORDER BY count DESC, {column} LIMIT {most:d}"
        )


def _ends(asked: Asked) -> list[tuple[str, str, _Place, _Place]]:
    """Kind and value, and the first and the last event of it: by time, then by id, as ``source.in_order``."""
    asked.execute(
        f"CREATE TEMP TABLE near AS {{}} SELECT {_CALLER}, {', '.join(_OTHERS.values())}, time, event_id, "  # noqa: S608
        "place, byte_at, byte_count FROM asked "
        "SEMI JOIN (SELECT first AS moment FROM found UNION SELECT last FROM found) AS ends ON time = moment"
    )
    return [
        row
        for kind, text in {**_VALUES, **_OTHERS}.items()
        for row in asked.upon(
            f"SELECT what, value, {_END.format('min', 'first')}, {_END.format('max', 'last')} "  # noqa: S608 own words
            f"FROM (SELECT {text} AS here, * FROM near) JOIN (FROM found WHERE what = '{kind}') "
            "ON here = value AND time IN (first, last) GROUP BY what, value"
        )
    ]


def _seen(row: _Row, first: _Place, last: _Place) -> Seen:
    what, value, count, errors, denied, first_at, last_at, ips, agents = row
    ends = (first,) if count == 1 else (first, last)
    return Seen(
        what="service address" if what == "ip" and not is_place(value) else what,
        value=value,
        count=count,
        errors=errors,
        denied=denied,
        first_at=first_at.replace(tzinfo=UTC),
        last_at=last_at.replace(tzinfo=UTC),
        ips=ips,
        agents=agents,
        event_ids=tuple(each[0] for each in ends),
        locators=tuple(Locator(*each[1:]).text for each in ends),
    )
