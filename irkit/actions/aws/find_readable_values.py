"""Find every stored value that a user could read before it was cut off: what must be rotated when a person leaves.

The user's own policies are evaluated by IAM without irkit's denies, and those of each role that the user may take on.
Secrets under a customer's KMS key count only where that key may be used too, or its policy or a grant names the reader.
Resource policies of secrets that name the user count as well. Nothing is read. What cannot be told this way is named:
roles taken on from roles, values in other stores, conditions (the simulation knows no addresses, tags or times).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from irkit.clients.what_if import READING, Documents, is_let_in, role, user
from irkit.cloudtrail.inquiry import IAM
from irkit.cloudtrail.stored_values import Kind, Stored, Value, counted, owned, parameters, secrets
from irkit.contract import Action, Effect, Frozen
from irkit.errors import NotFound, OutsideError, UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_READS = {Kind.SECRET: ("secretsmanager:GetSecretValue",), Kind.PARAMETER: ("ssm:GetParameter",)}
_ALIAS = "alias/"
_NEVER = (
    "NOT LOOKED AT: roles taken on from other roles, other accounts, objects in S3, databases, repositories, what "
    "conditions on addresses, tags or times would forbid or allow"
)


class Params(Frozen):
    """The ``user`` who leaves, or a ``role`` that was taken over. ``regions``: the configured, else the home one."""

    user: str = ""
    role: str = ""
    regions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Way(Frozen):
    """A role that the user may take on, and how its trust lets it."""

    role: str
    arn: str
    how: str


class Result(Frozen):
    """What could be read; ``where`` of each says as whom. ``roles`` are those that the user could take on."""

    user: str
    """The user's or the role's name."""
    values: tuple[Value, ...]
    names: tuple[str, ...]
    ownerless: tuple[str, ...]
    roles: tuple[Way, ...]
    role_arns: tuple[str, ...]
    not_seen: tuple[str, ...]
    coverage: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        by_role = f", {len(self.roles)} roles to take on" if self.roles else ""
        return f"{self.user} could read {counted(self.values)}{by_role}; {len(self.ownerless)} without an owner"


def read(clients: Clients, params: Params) -> Result:
    """Look. Raises ``NotFound`` for no such user, ``Denied``."""
    if bool(params.user) is bool(params.role):
        raise UsageError("it is asked about a user or about a role", hint="give one of them in the step's with")
    own = clients.what_if.documents(role(params.role) if params.role else user(params.user))
    ways = _ways(clients, own)
    readers = {f"role {params.role}" if params.role else f"user {params.user}": own}
    for way in ways:
        readers[f"role {way.role}"] = clients.what_if.documents(role(way.role))
    several, gone = _stored(clients, params)
    by_reader: dict[str, list[str]] = {}
    for name, documents in readers.items():
        for each in _readable(clients, documents, several):
            by_reader.setdefault(each, []).append(name)
        clients.progress(f"as {name}: {len(by_reader)} values so far")
    for each in _named_by_policy(clients, own.arn, several):
        by_reader.setdefault(each, []).append("the secret's own policy")
    told = [
        one.model_copy(update={"where": f"{one.where}; as {', '.join(by_reader[one.id])}"})
        for one in several
        if one.id in by_reader
    ]
    found = owned(clients, told, params.sources)
    lost = tuple(f"the document of {each}" for one in readers.values() for each in one.not_seen)
    return Result(
        user=params.user or params.role,
        values=found.values,
        names=tuple(one.name for one in found.values),
        ownerless=found.ownerless,
        roles=ways,
        role_arns=tuple(way.arn for way in ways),
        not_seen=(*gone, *lost, *found.not_seen),
        coverage="; ".join((
            f"{len(several)} secrets and secure parameters, as {', '.join(readers)}",
            *(f"NOT SEEN: {each}" for each in (*gone, *lost)),
            _NEVER,
            found.coverage,
        )),
    )  # fmt: skip


def _ways(clients: Clients, own: Documents) -> tuple[Way, ...]:
    """A role that names the user lets it in; one that names the account does where the user's policies allow it."""
    trusts = [(one, how) for one in clients.what_if.roles() if (how := is_let_in(one, own))]
    allowed = clients.what_if.allowed(own, ("sts:AssumeRole",), [one.arn for one, _ in trusts])
    return tuple(
        Way(role=one.name, arn=one.arn, how=how)
        for one, how in trusts
        if one.arn in allowed or how == "by its own name"
    )


def _stored(clients: Clients, params: Params) -> tuple[list[Stored], tuple[str, ...]]:
    """Every secret and secure parameter of the regions, and the places that did not answer."""
    settings = clients.config.aws
    several: list[Stored] = []
    gone: list[str] = []
    refused: OutsideError | None = None
    for region in params.regions or settings.regions or (settings.region,):
        for store, look in (("Secrets Manager", secrets), ("Parameter Store", parameters)):
            try:
                several += look(clients, region)
            except OutsideError as error:
                gone.append(f"{store} of {region}: {error.message}")
                refused = error
    if refused is not None and not several:
        raise refused
    return several, tuple(gone)


def _readable(clients: Clients, reader: Documents, several: Sequence[Stored]) -> list[str]:
    """The ids of those that a reader's policies open, the KMS key of each with it."""
    found: list[str] = []
    for kind, actions in _READS.items():
        mine = [one for one in several if one.kind is kind]
        allowed = clients.what_if.allowed(reader, actions, [one.id for one in mine])
        found += [one.id for one in mine if one.id in allowed]
    wanted = {one.id: one for one in several if one.id in found}
    keys = _keys(clients, wanted.values())
    opened = clients.what_if.allowed(reader, ("kms:Decrypt",), keys.values())
    named = {key for key in set(keys.values()) - opened if reader.arn in _let_in(clients, key)}
    return [each for each, one in wanted.items() if one.id not in keys or keys[one.id] in opened | named]


def _keys(clients: Clients, several: Iterable[Stored]) -> dict[str, str]:
    """The ARN of the customer's key that seals each; nothing for AWS's own keys, whose policies let readers in."""
    known: dict[tuple[str, str], str] = {}
    found: dict[str, str] = {}
    for one in several:
        region = one.id.split(":")[3]
        if not one.key or one.key.startswith(f"{_ALIAS}aws/"):
            continue
        if (one.key, region) not in known:
            try:
                key = clients.kms.key(one.key, region)
            except NotFound:
                known[one.key, region] = ""
            else:
                known[one.key, region] = key.arn if key.is_customers else ""
        if arn := known[one.key, region]:
            found[one.id] = arn
    return found


def _let_in(clients: Clients, key: str) -> str:
    """Whom a key's policy and grants name, as one text to look an ARN up in."""
    return " ".join((clients.kms.policy(key), *(one.grantee for one in clients.kms.grants(key))))


def _named_by_policy(clients: Clients, arn: str, several: Sequence[Stored]) -> list[str]:
    """The secrets whose resource policies name the user."""
    mine: Mapping[str, str] = {one.id: one.id.split(":")[3] for one in several if one.kind is Kind.SECRET}
    return [each for each, region in mine.items() if arn in clients.secretsmanager.policy(each, region)]


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find what a user could read",
    read=read,
    iam=(
        *READING,
        *IAM,
        *("secretsmanager:ListSecrets", "secretsmanager:GetResourcePolicy"),
        *("ssm:DescribeParameters", "ssm:ListTagsForResource"),
        *("kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants"),
    ),
)
