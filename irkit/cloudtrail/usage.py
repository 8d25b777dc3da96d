"""What a key was used for: counts, times, places, refusals, secrets read, decrypts. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from irkit.cloudtrail.births import MINTS, Kind, births
from irkit.cloudtrail.record import Record, part

_SECRET_READS = frozenset({
    *("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"),
    *("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory"),
})  # fmt: skip
_PROBE = "sts:GetCallerIdentity"


@dataclass(frozen=True)
class Decrypt:
    """A KMS key used to decrypt, in one encryption context, so many times."""

    key: str
    context: str
    """Canonical JSON; ``{}`` for none."""
    count: int


@dataclass(frozen=True)
class Usage:
    """Counts leave out irkit's own trial calls, which ``own`` counts. Times are CloudTrail's, in UTC."""

    total: int
    own: int
    succeeded: int
    failed: int
    denied: int
    calls: Mapping[str, int]
    denied_calls: Mapping[str, int]
    errors: Mapping[str, int]
    ips: Mapping[str, int]
    agents: Mapping[str, int]
    regions: Mapping[str, int]
    first_at: datetime | None
    last_at: datetime | None
    last_success_at: datetime | None
    secrets_read: tuple[str, ...]
    decrypts: tuple[Decrypt, ...]
    sessions: tuple[str, ...]
    """Key ids of sessions that were made with the key."""
    roles: tuple[str, ...]
    """ARNs of roles that were taken on."""


def usage(records: Iterable[Record], ours: str) -> Usage:
    """Count records, oldest first. ``ours`` marks irkit's own trial calls in the user agent: ``irkit/INC-1/``."""
    rows = list(records)
    others = [one for one in rows if not _own(one, ours)]
    good = [one for one in others if not one.error]
    bad = [one for one in others if one.error]
    # A service's own address and agent say nothing of where its caller sat.
    direct = [one for one in others if not one.invoked_by]
    return Usage(
        total=len(others),
        own=len(rows) - len(others),
        succeeded=len(good),
        failed=len(bad),
        denied=sum(one.denied for one in bad),
        calls=_counted(one.call for one in others),
        denied_calls=_counted(one.call for one in bad if one.denied),
        errors=_counted(one.error for one in bad),
        ips=_counted(one.ip for one in direct),
        agents=_counted(one.agent for one in direct),
        regions=_counted(one.region for one in others),
        first_at=others[0].at if others else None,
        last_at=others[-1].at if others else None,
        last_success_at=good[-1].at if good else None,
        secrets_read=tuple(dict.fromkeys(name for one in good if one.call in _SECRET_READS for name in _secrets(one))),
        decrypts=_decrypts(good),
        sessions=tuple(dict.fromkeys(minted for one in good if (minted := minted_key(one)))),
        roles=tuple(dict.fromkeys(one.param("roleArn") for one in good if one.param("roleArn"))),
    )


def minted_key(one: Record) -> str:
    """The key id of the session that a call made; empty for any other call."""
    return next((each.id for each in births([one]) if each.kind is Kind.SESSION), "") if one.call in MINTS else ""


def _own(one: Record, ours: str) -> bool:
    """Only the one harmless call that irkit makes with a key under suspicion: anyone can write a user agent."""
    return one.call == _PROBE and ours in one.agent


def _secrets(one: Record) -> Iterator[str]:
    """What a read asked for: one name, a list of names, or a path that all names begin with."""
    if single := one.param("secretId") or one.param("name") or one.param("path"):
        yield single
    for several in (one.params.get("names"), one.params.get("secretIdList")):
        if isinstance(several, list):
            yield from (name for name in several if isinstance(name, str))


def _counted(words: Iterable[str]) -> dict[str, int]:
    """How often each word occurs, the most frequent first."""
    return dict(Counter(word for word in words if word).most_common())


def _decrypts(good: Iterable[Record]) -> tuple[Decrypt, ...]:
    counted = Counter(
        (
            next(iter(one.resources), "") or one.param("keyId"),
            json.dumps(part(one.params, "encryptionContext") or {}, sort_keys=True),
        )
        for one in good
        if one.source == "kms" and one.name in {"Decrypt", "ReEncrypt"}
    )
    return tuple(Decrypt(key, context, count) for (key, context), count in counted.most_common())
