"""First and last seen, counted by the engine: one scan, one row a value, whatever the number of records.

The rows are those of ``questions.seen`` over the same records, calls that services made counted as their own
(``Follow.ALONE``): who made them for whom cannot be told without the records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from irkit.cloudtrail.athena.literal import identifier, literal, remark
from irkit.cloudtrail.athena.narrowing import TABLE, denied, failed, narrowed
from irkit.cloudtrail.athena.partitions import partitions
from irkit.cloudtrail.athena.shape import RowPath, Shape, TimeKind
from irkit.cloudtrail.athena.statement import LONGEST, Statement, answers, header, notes, refuse_lacking, refuse_long
from irkit.cloudtrail.identity import is_place
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.seen import KINDS, Seen
from irkit.errors import UsageError

_KINDS = {
    "caller": "who",
    "key_id": "key",
    "address": "ip",
    "agent": "agent",
    "called": "call",
    "region": "region",
    "account": "account",
}
"""The statement's columns (no word of SQL among them), and what ``Seen`` calls them."""
_NO_PATH = "?"

_ARN = "useridentity.arn"
_TAIL = f"""regexp_replace(
      coalesce(
        nullif(regexp_extract({_ARN}, '^(?:[^:]*:){{5}}(.*)$', 1), ''),
        regexp_extract({_ARN}, '[^:]*$'),
        ''
      ),
      '^assumed-role/',
      ''
    )"""
_NAMED = """coalesce(
      nullif(useridentity.username, ''),
      nullif(useridentity.sessioncontext.sessionissuer.username, ''),
      nullif(useridentity.onbehalfof.userid, ''),
      nullif(useridentity.principalid, ''),
      'nobody named'
    )"""
_WHO = """CASE
      WHEN tail <> '' THEN tail
      WHEN kind = 'Root' THEN 'root'
      WHEN kind = 'AWSService' OR (made_by <> '' AND kind = '') THEN concat('service/', made_by)
      WHEN kind = 'AWSAccount' THEN concat('account/', coalesce(nullif(owner, ''), nullif(named, 'nobody named'), ''))
      ELSE named
    END"""
"""As ``identity.who``."""
_PLACE = "address <> 'AWS Internal' AND address NOT LIKE '%.amazonaws.com'"
"""As ``identity.is_place``."""
_READS = frozenset({
    *("useridentity.arn", "useridentity.type", "useridentity.username", "useridentity.invokedby", "errorcode"),
    *("useridentity.accountid", "useridentity.principalid", "useridentity.onbehalfof.userid", "awsregion"),
    *("useridentity.sessioncontext.sessionissuer.username", "useridentity.accesskeyid", "sourceipaddress"),
    *("useragent", "recipientaccountid"),
})  # fmt: skip


def seen_statement(query: Query, shape: Shape, today: date) -> Statement:
    """The SQL whose rows ``seen_rows`` reads.

    Raises ``UsageError`` when SQL alone cannot decide the query (it mentions a text, or cuts a second), and as
    ``statement.statement`` does.
    """
    narrowing = narrowed(query, TABLE._replace(answers=answers(shape)))
    if not narrowing.is_exact or shape.times is not TimeKind.TEXT:
        msg = "this cannot be counted by SQL alone: it needs a look into each record"
        raise UsageError(msg, hint="leave texts that are mentioned out of it, or ask for the records")
    refuse_lacking(narrowing._replace(reads=narrowing.reads | _READS), shape)
    within = partitions(query, shape, today)
    head = (*header(query, shape, within), remark("It counts each event once, by its id."))
    text = "\n".join((*head, *_lines(shape, (*within, *narrowing.conditions))))
    refuse_long(text, LONGEST)
    return Statement(text, notes(shape))


def seen_rows(rows: Iterator[Mapping[str, str | None]]) -> tuple[Seen, ...]:
    """The rows of the answer, in the order of ``questions.seen``."""
    found = [one for row in rows if (one := _seen(row)) is not None]
    return tuple(sorted(found, key=lambda row: (KINDS.index(row.what), -row.count, row.first_at, row.value)))


def _lines(shape: Shape, conditions: tuple[str, ...]) -> Iterator[str]:
    ended = TABLE._replace(answers=answers(shape) or ())
    path = '"$path"' if shape.path is RowPath.KNOWN else literal(_NO_PATH)
    yield "WITH calls AS ("
    yield "  SELECT"
    yield "    eventid,"
    yield f"    concat(eventtime, ' ', eventid, ' ', {path}) AS moment,"
    yield "    coalesce(useridentity.type, '') AS kind,"
    yield "    coalesce(useridentity.invokedby, '') AS made_by,"
    yield "    useridentity.accountid AS owner,"
    yield f"    {_TAIL} AS tail,"
    yield f"    {_NAMED} AS named,"
    yield "    nullif(useridentity.accesskeyid, '') AS key_id,"
    yield "    nullif(sourceipaddress, '') AS address,"
    yield "    nullif(useragent, '') AS tool,"
    yield "    concat(regexp_replace(coalesce(eventsource, ''), '\\.amazonaws\\.com$', ''), ':', eventname) AS called,"
    yield "    nullif(awsregion, '') AS region,"
    yield "    coalesce(nullif(recipientaccountid, ''), nullif(useridentity.accountid, '')) AS account,"
    yield f"    CASE WHEN {failed(ended)} THEN eventid END AS failed,"
    yield f"    CASE WHEN {denied(ended)} THEN eventid END AS denied"
    yield f"  FROM {identifier(shape.database)}.{identifier(shape.table)}"
    yield "  WHERE " + "\n  AND ".join((*conditions, "eventid <> ''"))
    yield "), events AS ("
    yield "  SELECT eventid, moment, failed, denied, key_id, address, called, region, account,"
    yield f"    {_WHO} AS caller,"
    yield "    CASE WHEN made_by = '' THEN tool END AS agent,"
    yield "    CASE WHEN made_by = '' THEN tool END AS own_tool,"
    yield f"    CASE WHEN {_PLACE} THEN address END AS place"
    yield "  FROM calls"
    yield ")"
    yield f"SELECT {', '.join(_KINDS)},"
    yield "  count(DISTINCT eventid) AS events, count(DISTINCT failed) AS errors, count(DISTINCT denied) AS denials,"
    yield "  count(DISTINCT place) AS places, count(DISTINCT own_tool) AS tools,"
    yield "  min(moment) AS earliest, max(moment) AS latest"
    yield "FROM events"
    yield f"GROUP BY GROUPING SETS ({', '.join(f'({each})' for each in _KINDS)})"


def _seen(row: Mapping[str, str | None]) -> Seen | None:
    """A row has one value, that which it is grouped by; none for the records that have no such value."""
    what, value = next(((kind, found) for name, kind in _KINDS.items() if (found := row[name])), ("", ""))
    if not what:
        return None
    first, last = (_moment(row[each] or "") for each in ("earliest", "latest"))
    count = int(row["events"] or 0)
    ends = (first,) if count == 1 else (first, last)
    return Seen(
        what="service address" if what == "ip" and not is_place(value) else what,
        value=value,
        count=count,
        errors=int(row["errors"] or 0),
        denied=int(row["denials"] or 0),
        first_at=first[0],
        last_at=last[0],
        ips=int(row["places"] or 0),
        agents=int(row["tools"] or 0),
        event_ids=tuple(each[1] for each in ends),
        locators=tuple("" if each[2] == _NO_PATH else each[2] for each in ends),
    )


def _moment(text: str) -> tuple[datetime, str, str]:
    """Time, event id and file of ``moment``."""
    at, event_id, path = text.split(" ", maxsplit=2)
    return datetime.fromisoformat(at).astimezone(UTC), event_id, path
