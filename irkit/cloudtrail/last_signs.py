"""What the log shows of a credential after it was cut: refused calls, accepted ones, or nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from irkit.clients.aws_understood import REFUSED_KEY
from irkit.clients.principal import PrincipalKind, principal
from irkit.clients.quarantine_policy import plain
from irkit.cloudtrail.record import Record
from irkit.contract import Credential, CredentialKind

UNGOVERNED = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken", "sts:GetAccessKeyInfo", "signin:ConsoleLogin"})
"""Calls that AWS accepts even from who is denied everything, so that an accepted one proves no life: GetCallerIdentity
("no permissions are required; if an explicit deny is added, you can still perform this operation") and GetSessionToken
("you cannot use policies to control authentication operations"), both STS API reference. An inactive key is refused
even these: of a key, they count."""

_OVER = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}


@dataclass
class Signs:
    """The calls of one credential in a span of time, oldest first."""

    denied: list[Record] = field(default_factory=list)
    accepted: list[Record] = field(default_factory=list)
    """Calls that went well, or failed for another reason than a refusal, and that policies govern."""


def signs(
    records: Iterable[Record], credentials: Iterable[Credential], since: datetime, ours: str
) -> Mapping[Credential, Signs]:
    """What each credential did from ``since`` on; irkit's own trial calls, known by their agent, left out."""
    wanted = tuple(credentials)
    found = {one: Signs() for one in wanted}
    for one in records:
        if one.at < since or ours in one.agent or one.invoked_by:
            continue
        for credential in wanted:
            if not _is_by(one, credential):
                continue
            if one.denied or _is_refused_key(one):
                found[credential].denied.append(one)
            elif credential.kind is CredentialKind.ACCESS_KEY or one.call not in UNGOVERNED:
                found[credential].accepted.append(one)
    return found


def _is_refused_key(one: Record) -> bool:
    """Whether AWS did not take the key or session itself. EC2's errors stand there as ``Client.AuthFailure``."""
    return one.error.removeprefix("Client.") in REFUSED_KEY | _OVER


def _is_by(one: Record, credential: Credential) -> bool:
    """Whether a call was made with a credential: by key id, or by the ARN of who made it."""
    if not credential.id.startswith("arn:"):
        return one.key_id == credential.id
    wanted, who = principal(credential.id), principal(one.principal_arn)
    if wanted is None or who is None:
        return False
    if wanted.kind in {PrincipalKind.SESSION, PrincipalKind.FEDERATED}:
        return one.principal_arn == credential.id
    return plain(one.issuer_arn or who.policy_arn) == plain(credential.id)
