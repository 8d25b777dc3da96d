"""Find everything that a KMS key opens: the blast radius of its misuse, as a list of values to rotate, with owners.

Secrets Manager by ``KmsKeyId``, Parameter Store by ``KeyId`` (secure strings), buckets whose default encryption is this
key, SOPS files in the given repositories whose metadata names it, old versions too. What else can be under a KMS key
(EBS, RDS, DynamoDB, SQS, logs, objects encrypted one by one) is named in the coverage: it was not looked at. No value
is read. An owner is who a tag names, else the last writer by the log, else nobody, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from irkit.clients.sops_files import sops_files
from irkit.clients.ssm import SECURE
from irkit.cloudtrail.inquiry import IAM, missed, source_of
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.source import found
from irkit.cloudtrail.writers import WRITES, Writer, last_writers, tagged_owner
from irkit.contract import Action, Effect, Frozen
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_KEPT = timedelta(days=90)
_NEVER = (
    "NOT LOOKED AT: EBS volumes and snapshots, RDS, DynamoDB, SQS, SNS, log groups, objects encrypted one by one, "
    "ciphertexts that programs hold themselves, other accounts, repositories that were not given"
)


class Kind(StrEnum):
    """What holds the value."""

    SECRET = "secret"  # noqa: S105 -- a kind's name
    PARAMETER = "parameter"
    BUCKET = "bucket"
    FILE = "file"


class Params(Frozen):
    """``names`` are all that the key is called: ARN, id, aliases. ``repositories`` are addresses to clone from."""

    key: str
    names: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class OwnerBy(StrEnum):
    """How an owner is known."""

    TAG = "tag"
    LAST_WRITER = "last writer"
    NOBODY = "nobody"


class Value(Frozen):
    """Something that the key opens. ``id`` is an ARN, or a repository's address and a path."""

    kind: Kind
    id: str
    name: str
    owner: str
    owner_by: OwnerBy
    changed_at: datetime | None
    where: str


class Result(Frozen):
    """Everything found, by kind and name. ``ownerless`` are names that nobody answers for."""

    key: str
    values: tuple[Value, ...]
    ownerless: tuple[str, ...]
    not_seen: tuple[str, ...]
    coverage: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        counts = {kind: sum(one.kind is kind for one in self.values) for kind in Kind}
        words = ", ".join(f"{count} {kind}s" for kind, count in counts.items() if count) or "nothing"
        return f"it opens {words}; {len(self.ownerless)} without an owner"


class _Raw(Frozen):
    kind: Kind
    id: str
    name: str
    tags: Mapping[str, str] = {}
    changed_at: datetime | None
    where: str
    writer: str = ""


def read(clients: Clients, params: Params) -> Result:
    """Look in each place; one that refuses is named. Raises ``OutsideError`` when all of AWS's refuse."""
    names = frozenset(params.names or (params.key, params.key.rpartition("/")[2]))
    region = params.key.split(":")[3]
    looks: dict[str, Callable[[], Iterable[_Raw]]] = {
        "Secrets Manager": lambda: _secrets(clients, names, region),
        "Parameter Store": lambda: _parameters(clients, names, region),
        "S3": lambda: _buckets(clients, names),
        **{address: partial(_files, clients, names, address) for address in params.repositories},
    }
    raws: list[_Raw] = []
    failed: dict[str, OutsideError] = {}
    for place, look in looks.items():
        try:
            raws += look()
        except OutsideError as error:
            failed[place] = error
        clients.progress(f"{place}: {len(raws)} values under the key so far")
    if failed.keys() >= {"Secrets Manager", "Parameter Store", "S3"}:
        raise failed["Secrets Manager"]
    writers, seen, missing = _writers(clients, params, raws)
    values = tuple(sorted((_value(one, writers) for one in raws), key=lambda one: (one.kind, one.name)))
    gone = tuple(f"{place}: {error.message}" for place, error in failed.items())
    where = f"{', '.join(place for place in looks if place not in failed)} in {region}; repositories: whole history"
    return Result(
        key=params.key,
        values=values,
        ownerless=tuple(one.name for one in values if one.owner_by is OwnerBy.NOBODY),
        not_seen=(*gone, *missing),
        coverage="; ".join((where, *(f"NOT SEEN: {each}" for each in gone), _NEVER, seen)),
    )


def _secrets(clients: Clients, names: frozenset[str], region: str) -> Iterator[_Raw]:
    for one in clients.secretsmanager.listed(region):
        if one.key in names:
            yield _Raw(
                kind=Kind.SECRET, id=one.arn, name=one.name, tags=one.tags, changed_at=one.changed_at,
                where=f"Secrets Manager, {region}",
            )  # fmt: skip


def _parameters(clients: Clients, names: frozenset[str], region: str) -> Iterator[_Raw]:
    for one in clients.ssm.parameters(region):
        if one.kind == SECURE and one.key in names:
            yield _Raw(
                kind=Kind.PARAMETER, id=one.arn or one.name, name=one.name, tags=clients.ssm.tags(one.name, region),
                changed_at=one.written_at, where=f"Parameter Store, {region}", writer=one.writer,
            )  # fmt: skip


def _buckets(clients: Clients, names: frozenset[str]) -> Iterator[_Raw]:
    for bucket in clients.s3.buckets():
        if clients.s3.default_key(bucket) in names:
            yield _Raw(
                kind=Kind.BUCKET, id=f"arn:aws:s3:::{bucket}", name=bucket, tags=clients.s3.bucket_tags(bucket),
                changed_at=None, where="S3, default encryption of new objects",
            )  # fmt: skip


def _files(clients: Clients, names: frozenset[str], address: str) -> Iterator[_Raw]:
    with clients.git.mirror(address) as mirror:
        for one in sops_files(mirror, names):
            yield _Raw(
                kind=Kind.FILE, id=f"{address}#{one.path}", name=one.path, changed_at=one.at, writer=one.author,
                where=f"{address}, {one.versions} versions, {one.values} values in the newest, "
                f"on {', '.join(one.refs[:3])}",
            )  # fmt: skip


def _writers(clients: Clients, params: Params, raws: Iterable[_Raw]) -> tuple[dict[str, Writer], str, tuple[str, ...]]:
    """Who wrote those that neither a tag nor their store gives an owner."""
    if not any(not tagged_owner(one.tags) and not one.writer for one in raws):
        return {}, "every value has an owner without asking the log", ()
    now = clients.now()
    looked = found(source_of(clients, params.sources), Query(windows=(Window(now - _KEPT, now),), calls=WRITES))
    return last_writers(looked.records), f"last writers: {looked.coverage.text}", missed(looked.coverage)


def _value(one: _Raw, writers: Mapping[str, Writer]) -> Value:
    tagged = tagged_owner(one.tags)
    written = one.writer or (writers[one.name].who if one.name in writers else "")
    owner_by = OwnerBy.TAG if tagged else OwnerBy.LAST_WRITER if written else OwnerBy.NOBODY
    return Value(
        kind=one.kind,
        id=one.id,
        name=one.name,
        owner=tagged or written or "nobody",
        owner_by=owner_by,
        changed_at=one.changed_at,
        where=one.where,
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find what a KMS key opens",
    read=read,
    iam=(
        *IAM,
        *("secretsmanager:ListSecrets", "ssm:DescribeParameters", "ssm:ListTagsForResource"),
        *("s3:ListAllMyBuckets", "s3:GetEncryptionConfiguration", "s3:GetBucketTagging"),
    ),
)
