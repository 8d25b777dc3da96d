"""Find everything that a KMS key opens: the blast radius of its misuse, as a list of values to rotate, with owners.

Secrets Manager by ``KmsKeyId``, Parameter Store by ``KeyId`` (secure strings), buckets whose default encryption is this
key, SOPS files in the given repositories whose metadata names it, old versions too. What else can be under a KMS key
(EBS, RDS, DynamoDB, SQS, logs, objects encrypted one by one) is named in the coverage: it was not looked at. No value
is read. An owner is who a tag names, else the last writer by the log, else nobody, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from irkit.clients.sops_files import sops_files
from irkit.cloudtrail.inquiry import IAM
from irkit.cloudtrail.stored_values import Kind, Stored, Value, counted, owned, parameters, secrets
from irkit.contract import Action, Effect, Frozen
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_OF_AWS = ("Secrets Manager", "Parameter Store", "S3")
_NEVER = (
    "NOT LOOKED AT: EBS volumes and snapshots, RDS, DynamoDB, SQS, SNS, log groups, objects encrypted one by one, "
    "ciphertexts that programs hold themselves, other accounts, repositories that were not given"
)
_SHOWN = 3


class Params(Frozen):
    """``names`` are all that the key is called: ARN, id, aliases. ``repositories`` are addresses to clone from."""

    key: str
    names: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Result(Frozen):
    """Everything found, by kind and name. ``ownerless`` are names that nobody answers for."""

    key: str
    values: tuple[Value, ...]
    names: tuple[str, ...]
    ownerless: tuple[str, ...]
    not_seen: tuple[str, ...]
    coverage: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"it opens {counted(self.values)}; {len(self.ownerless)} without an owner"


def read(clients: Clients, params: Params) -> Result:
    """Look in each place; one that refuses is named. Raises ``OutsideError`` when all of AWS's refuse."""
    names = frozenset(params.names or (params.key, params.key.rpartition("/")[2]))
    region = params.key.split(":")[3]
    looks: dict[str, Callable[[], Iterable[Stored]]] = {
        "Secrets Manager": lambda: (one for one in secrets(clients, region) if one.key in names),
        "Parameter Store": lambda: (one for one in parameters(clients, region) if one.key in names),
        "S3": lambda: _buckets(clients, names),
        **{address: partial(_files, clients, names, address) for address in params.repositories},
    }
    several: list[Stored] = []
    failed: dict[str, OutsideError] = {}
    for place, look in looks.items():
        try:
            several += look()
        except OutsideError as error:
            failed[place] = error
        clients.progress(f"{place}: {len(several)} values under the key so far")
    if failed.keys() >= set(_OF_AWS):
        raise failed[_OF_AWS[0]]
    found = owned(clients, several, params.sources)
    gone = tuple(f"{place}: {error.message}" for place, error in failed.items())
    where = f"{', '.join(place for place in looks if place not in failed)} in {region}; repositories: whole history"
    return Result(
        key=params.key,
        values=found.values,
        names=tuple(one.name for one in found.values),
        ownerless=found.ownerless,
        not_seen=(*gone, *found.not_seen),
        coverage="; ".join((where, *(f"NOT SEEN: {each}" for each in gone), _NEVER, found.coverage)),
    )


def _buckets(clients: Clients, names: frozenset[str]) -> Iterator[Stored]:
    for bucket in clients.s3.buckets():
        if clients.s3.default_key(bucket) in names:
            yield Stored(
                kind=Kind.BUCKET,
                id=f"arn:aws:s3:::{bucket}",
                name=bucket,
                tags=clients.s3.bucket_tags(bucket),
                where="S3, default encryption of new objects",
            )


def _files(clients: Clients, names: frozenset[str], address: str) -> Iterator[Stored]:
    with clients.git.mirror(address) as mirror:
        for one in sops_files(mirror, names):
            refs = ", ".join(one.refs[:_SHOWN]) + (" and more" if len(one.refs) > _SHOWN else "")
            yield Stored(
                kind=Kind.FILE,
                id=f"{address}#{one.path}",
                name=one.path,
                changed_at=one.at,
                writer=one.author,
                where=f"{address}: {one.versions} versions, {one.values} values in the newest, on {refs}",
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
