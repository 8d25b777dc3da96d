"""Values that lie in stores, and who answers for each: by its tags, else by who wrote it last. None is ever read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.ssm import SECURE
from irkit.cloudtrail.inquiry import missed, source_of
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.source import found
from irkit.cloudtrail.writers import Writer, last_writers, tagged_owner
from irkit.contract import Frozen
from irkit.counted import counted as number

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_KEPT = timedelta(days=90)
_PARTS = 5
NOBODY = "nobody"


class Kind(StrEnum):
    """What holds a value."""

    SECRET = "secret"  # noqa: S105 -- a kind's name
    PARAMETER = "parameter"
    BUCKET = "bucket"
    FILE = "file"


WRITES: Mapping[Kind, tuple[str, ...]] = {
    Kind.SECRET: (
        *("secretsmanager:CreateSecret", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"),
        "secretsmanager:RotateSecret",
    ),
    Kind.PARAMETER: ("ssm:PutParameter",),
    Kind.BUCKET: ("s3:CreateBucket",),
    Kind.FILE: (),
}
"""Calls that make or change a stored value, or the bucket that holds objects."""


class OwnerBy(StrEnum):
    """How an owner is known."""

    TAG = "tag"
    LAST_WRITER = "last writer"
    NOBODY = "nobody"


class Value(Frozen):
    """A stored value. ``id`` is an ARN, or a repository's address and a path; ``where`` is for people."""

    kind: Kind
    id: str
    name: str
    owner: str
    owner_by: OwnerBy
    changed_at: datetime | None
    where: str


class Stored(Frozen):
    """A stored value as its store tells of it. ``key`` is how its KMS key is named, empty for AWS's own."""

    kind: Kind
    id: str
    name: str
    key: str = ""
    tags: Mapping[str, str] = {}
    changed_at: datetime | None = None
    where: str
    writer: str = ""


class Owned(Frozen):
    """The values with their owners, what of the log was not seen for it, and that in words."""

    values: tuple[Value, ...]
    not_seen: tuple[str, ...]
    coverage: str

    @property
    def ownerless(self) -> tuple[str, ...]:
        """The names that nobody answers for."""
        return tuple(one.name for one in self.values if one.owner_by is OwnerBy.NOBODY)


def secrets(clients: Clients, region: str) -> Iterator[Stored]:
    """Every secret of a region (secretsmanager:ListSecrets)."""
    for one in clients.secretsmanager.listed(region):
        yield Stored(
            kind=Kind.SECRET,
            id=one.arn,
            name=one.name,
            key=one.key,
            tags=one.tags,
            changed_at=one.changed_at,
            where=f"Secrets Manager, {region}",
        )


def parameters(clients: Clients, region: str) -> Iterator[Stored]:
    """Every secure parameter of a region (ssm:DescribeParameters, ssm:ListTagsForResource)."""
    for one in clients.ssm.parameters(region):
        if one.kind == SECURE:
            yield Stored(
                kind=Kind.PARAMETER,
                id=one.arn or one.name,
                name=one.name,
                key=one.key,
                tags=clients.ssm.tags(one.name, region),
                changed_at=one.written_at,
                where=f"Parameter Store, {region}",
                writer=one.writer,
            )


def owned(clients: Clients, several: Sequence[Stored], sources: Sequence[str] = ()) -> Owned:
    """Give each its owner; the log is asked only where a tag or the store does not tell.

    Raises ``OutsideError`` when nothing of the log answers.
    """
    writers: Mapping[str, Writer] = {}
    not_seen: tuple[str, ...] = ()
    coverage = "every value has an owner without asking the log"
    if nobodys := [one for one in several if not tagged_owner(one.tags) and not one.writer]:
        looked = found(source_of(clients, sources), _writing(nobodys, clients.now()))
        writers = last_writers(looked.records)
        not_seen, coverage = missed(looked.coverage), f"last writers: {looked.coverage.text}"
    values = sorted((_value(one, writers) for one in several), key=lambda one: (one.kind, one.name))
    return Owned(values=tuple(values), not_seen=not_seen, coverage=coverage)


def _writing(several: Sequence[Stored], now: datetime) -> Query:
    """The calls that can have written these, in the regions that their ARNs name; all regions for those without."""
    calls = dict.fromkeys(call for one in several for call in WRITES[one.kind])
    regions = {parts[3] if len(parts := one.id.split(":")) > _PARTS and parts[0] == "arn" else "" for one in several}
    return Query(
        windows=(Window(now - _KEPT, now),), calls=tuple(calls), regions=() if "" in regions else tuple(sorted(regions))
    )


def counted(values: Iterable[Value]) -> str:
    """``2 secrets, 1 parameter``; ``nothing``."""
    kinds = [one.kind for one in values]
    return ", ".join(number(kinds.count(kind), kind) for kind in Kind if kind in kinds) or "nothing"


def _value(one: Stored, writers: Mapping[str, Writer]) -> Value:
    tagged = tagged_owner(one.tags)
    written = one.writer or (writers[one.name].who if one.name in writers else "")
    owner_by = OwnerBy.TAG if tagged else OwnerBy.LAST_WRITER if written else OwnerBy.NOBODY
    return Value(
        kind=one.kind,
        id=one.id,
        name=one.name,
        owner=tagged or written or NOBODY,
        owner_by=owner_by,
        changed_at=one.changed_at,
        where=one.where,
    )
