"""Which secrets and parameters were read, by whom; refused tries apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from irkit.cloudtrail.attribution import Certainty
from irkit.cloudtrail.identity import who
from irkit.cloudtrail.query import Query, texts
from irkit.cloudtrail.questions.gathering import Gathering
from irkit.cloudtrail.questions.group import agents, grouped, ids, locators, once
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.questions.reach import READS
from irkit.cloudtrail.questions.target import plain
from irkit.cloudtrail.record import Record, part, word

_DECRYPT = "kms:Decrypt"
_SURE = frozenset({Certainty.ONE, Certainty.SEVERAL, Certainty.UNCLEAR})


@dataclass(frozen=True)
class Opened:
    """One secret or parameter, read (or tried) with one key from one address, so many times."""

    secret: str
    """Its name; ``name*`` for all below a path, ``filter …`` where the record names none."""
    kind: str
    """``secret`` or ``parameter``."""
    outcome: str
    """``read``, ``read, not decrypted``, ``read, by its decrypt alone``, ``denied``, or the error."""
    count: int
    """Of reads; 0 when none is recorded, and a decrypt alone tells of it."""
    decrypts: int
    """How many decrypts of it services made for these reads."""
    first_at: datetime
    last_at: datetime
    who: str
    key_id: str
    ip: str
    agents: tuple[str, ...]
    versions: tuple[str, ...]
    """Ids, stages or numbers, as far as the records tell."""
    calls: tuple[str, ...]
    region: str
    account: str
    event_ids: tuple[str, ...]
    """Of the reads, and of their decrypts."""
    locators: tuple[str, ...]


def secrets(asked: Asked) -> tuple[Opened, ...]:
    """What was read first, then what was refused; each in the order of the first."""
    deciphered = _deciphered(asked)
    groups: dict[tuple[str, ...], list[tuple[Record, list[Record]]]] = {}
    for one in asked.records:
        if one.call not in READS:
            continue
        made = deciphered.get(one.event_id, {})
        for name in _names(one, made):
            key = (name, _outcome(one), who(one), one.key_id, one.ip, one.region, one.account)
            groups.setdefault(key, []).append((one, made.get(name, [])))
    rows = [_row(asked, key[0], several) for key, several in groups.items()]
    told = {event_id for row in rows for event_id in row.event_ids}
    rows += [_unread(asked, several) for several in _unexplained(asked, told).values()]
    return tuple(sorted(rows, key=_place))


def _place(row: Opened) -> tuple[bool, datetime, str]:
    return not row.outcome.startswith("read"), row.first_at, row.secret


def _rank(row: Opened) -> tuple[object, ...]:
    """Of rows in one place, those of reads come first, each in the order of its first record."""
    return *_place(row), not row.count, row.event_ids[0]


def _shelf(asked: Asked, one: Record) -> str:
    """A read's own key: that of the caller of its decrypts."""
    return asked.caller(one).key_id if one.call == _DECRYPT else one.key_id


def _unexplained(asked: Asked, told: Collection[str]) -> dict[tuple[str, ...], list[Record]]:
    """Decrypts of secrets whose read is not among the records, by secret, caller and key: they were opened as well.

    A decrypt that a known call caused which reads nothing (a secret changed) is none.
    """
    lost = []
    for one in asked.records:
        cause = asked.causes.get(one.event_id)
        is_known = cause is not None and cause.certainty in _SURE
        if one.call == _DECRYPT and one.invoked_by and _arn(one) and one.event_id not in told and not is_known:
            lost.append(one)
    return grouped(lost, lambda one: (_arn(one), who(one), asked.caller(one).key_id, one.error))


def _arn(one: Record) -> str:
    held = part(one.params, "encryptionContext")
    return word(held, "SecretARN") or word(held, "PARAMETER_ARN")


def _unread(asked: Asked, made: list[Record]) -> Opened:
    first, last = made[0], made[-1]
    caller = asked.caller(first)
    return Opened(
        secret=plain(_arn(first)),
        kind="secret" if ":secret:" in _arn(first) else "parameter",
        outcome=first.error or "read, by its decrypt alone",
        count=0,
        decrypts=len(made),
        first_at=first.at,
        last_at=last.at,
        who=who(first),
        key_id=caller.key_id,
        ip=caller.ip,
        agents=agents(asked, made),
        versions=once(_versions([], made)),
        calls=(_DECRYPT,),
        region=first.region,
        account=first.account,
        event_ids=ids(made),
        locators=locators(made),
    )


def _deciphered(asked: Asked) -> dict[str, dict[str, list[Record]]]:
    """The decrypts that each read caused, by the read's event id and by the secret's name."""
    found: dict[str, dict[str, list[Record]]] = {}
    for one in asked.records:
        cause = asked.causes.get(one.event_id)
        if one.call == _DECRYPT and cause is not None and (arn := _arn(one)):
            found.setdefault(cause.call.event_id, {}).setdefault(plain(arn), []).append(one)
    return found


def _names(one: Record, made: Mapping[str, object]) -> Iterator[str]:
    """Each secret that a read asked for; those that its decrypts name where it asked for all below a path."""
    named = [plain(each) for each in _asked(one)]
    if not named:
        named = list(made)
        path = one.param("path")
        named = named or [f"{path.rstrip('/')}/*" if path else f"filter {', '.join(texts(one.params.get('filters')))}"]
    yield from dict.fromkeys(named)


def _asked(one: Record) -> Iterator[str]:
    for name in ("secretId", "name"):
        if single := one.param(name):
            yield single
    for name in ("names", "secretIdList"):
        several = one.params.get(name)
        if isinstance(several, list):
            yield from (each for each in several if isinstance(each, str))


def _outcome(one: Record) -> str:
    if one.denied:
        return "denied"
    if one.error:
        return one.error
    closed = one.source == "ssm" and one.params.get("withDecryption") is not True
    return "read, not decrypted" if closed else "read"


def _versions(reads: list[Record], made: list[Record]) -> Iterator[str]:
    for one in made:
        yield word(part(one.params, "encryptionContext"), "SecretVersionId")
    for one in reads:
        yield one.param("versionId") or one.param("versionStage")


def _row(asked: Asked, name: str, several: list[tuple[Record, list[Record]]]) -> Opened:
    reads = [one for one, _ in several]
    made = list({one.event_id: one for _, decrypts in several for one in decrypts}.values())
    first, last = reads[0], reads[-1]
    return Opened(
        secret=name,
        kind="secret" if first.source == "secretsmanager" else "parameter",
        outcome=_outcome(first),
        count=len(reads),
        decrypts=len(made),
        first_at=first.at,
        last_at=last.at,
        who=who(first),
        key_id=first.key_id,
        ip=first.ip,
        agents=agents(asked, reads),
        versions=once(_versions(reads, made)),
        calls=once(one.call for one in reads),
        region=first.region,
        account=first.account,
        event_ids=ids([*reads, *made]),
        locators=locators([*reads, *made]),
    )


def _needs(query: Query) -> Query:
    return replace(query, calls=(*(query.calls or READS), _DECRYPT))


SECRETS = Question(
    id="secrets",
    title="Which secrets were read",
    says="one row a secret or parameter, key and address; refused tries apart",
    row=Opened,
    columns=(
        *("secret", "outcome", "count", "decrypts", "first_at", "last_at", "who", "key_id", "ip", "versions"),
        *("calls", "region", "account"),
    ),
    needs=_needs,
    rows=secrets,
    wide=lambda: Gathering(rows=secrets, rank=_rank, shelf=_shelf),
)
