"""Prove that revoked grants and console passwords that were taken away have gone quiet: nobody uses them any more.

They have no calls of their own that could be tried. A grant is quiet when its grantee has used its key no more, a
password when its user has logged in no more, from the settling of the cut until CloudTrail has had its time; it waits
for that, up to ``wait_s``. What a grantee does by rights of its own counts too: then the grant cannot be told quiet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from irkit.clients.waiting import wait_until
from irkit.cloudtrail.inquiry import IAM, keep, missed, source_of
from irkit.cloudtrail.key_callers import is_of_key
from irkit.cloudtrail.query import Outcome as Ended
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import found
from irkit.contract import Action, Credential, CredentialKind, Effect, Frozen, Means, Seen, Sighting

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_LOGIN = "signin:ConsoleLogin"
_USES = ("kms:Decrypt", "kms:ReEncrypt", "kms:GenerateDataKey", "kms:Encrypt", "kms:CreateGrant", "kms:Sign")


class CutGrant(Frozen):
    """A grant that was revoked, as ``aws.revoke_kms_grants`` tells of it."""

    key: str
    id: str
    grantee: str
    label: str
    at: datetime


class CutPassword(Frozen):
    """A password that was taken away, as ``aws.remove_login_profile`` tells of it."""

    user: str
    at: datetime


class Params(Frozen):
    """What was cut, as the steps that did it tell; ``grants`` and ``passwords`` are of steps with ``for_each``."""

    grants: tuple[tuple[CutGrant, ...], ...] = ()
    more_grants: tuple[tuple[CutGrant, ...], ...] = ()
    last_grants: tuple[tuple[CutGrant, ...], ...] = ()
    password: tuple[CutPassword, ...] = ()
    passwords: tuple[tuple[CutPassword, ...], ...] = ()
    last_passwords: tuple[tuple[CutPassword, ...], ...] = ()
    wait_s: Annotated[int, Field(ge=0, le=7200)] = 1800


class Result(Frozen):
    """What the log shows of each. ``used`` are those that were used after the cut, or that cannot be told from it."""

    sightings: tuple[Sighting, ...]
    used: tuple[str, ...]
    not_seen: tuple[str, ...]
    coverage: str
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        if not self.sightings:
            return "no grant and no password was cut"
        quiet = sum(one.seen is Seen.QUIET for one in self.sightings)
        return f"{quiet} of {len(self.sightings)} grants and passwords are quiet"


def read(clients: Clients, params: Params) -> Result:
    """Wait until the log can tell, and look. Raises ``OutsideError`` when nothing of it answers."""
    grants = [one for several in (*params.grants, *params.more_grants, *params.last_grants) for one in several]
    passwords = [one for several in (params.password, *params.passwords, *params.last_passwords) for one in several]
    times = [*(one.at for one in grants), *(one.at for one in passwords)]
    if not times:
        return Result(sightings=(), used=(), not_seen=(), coverage="nothing was cut", evidence="", sha256="")
    lag = timedelta(seconds=clients.config.cloudtrail.lag_s)
    settled = max(times) + clients.settling.span
    wait_until(clients, settled + lag, timedelta(seconds=params.wait_s), "CloudTrail's records are under way")
    until = clients.aws_now().at - lag
    looks = []
    if grants and until > settled:
        regions = tuple(dict.fromkeys(one.key.split(":")[3] for one in grants))
        looks.append(Query(windows=(Window(settled, until),), calls=_USES, regions=regions, outcome=Ended.SUCCEEDED))
    if passwords and until > settled:
        looks.append(Query(windows=(Window(settled, until),), calls=(_LOGIN,), outcome=Ended.SUCCEEDED))
    looked = [found(source_of(clients), one) for one in looks]
    records = tuple(one for each in looked for one in each.records)
    words = "; ".join(each.coverage.text for each in looked) or "CloudTrail could not be waited for"
    kept = keep(clients, "cloudtrail-quiet.jsonl", records, "Uses since the cut", words)
    is_whole = bool(looked) and all(each.coverage.is_whole for each in looked)
    sightings = tuple(_sightings(grants, passwords, records, until if is_whole else None, settled))
    return Result(
        sightings=sightings,
        used=tuple(one.credential.label for one in sightings if one.seen is not Seen.QUIET),
        not_seen=tuple(part for each in looked for part in missed(each.coverage)),
        coverage=words,
        evidence=kept.path,
        sha256=kept.sha256,
    )


def _sightings(
    grants: Sequence[CutGrant],
    passwords: Sequence[CutPassword],
    records: Sequence[Record],
    until: datetime | None,
    settled: datetime,
) -> Iterator[Sighting]:
    for grant in grants:
        about = Credential(kind=CredentialKind.GRANT, id=grant.id, label=grant.label)
        uses = [one for one in records if _is_grantees(one, grant)]
        yield _told(about, uses, Seen.UNKNOWN, until, settled)
    for one in passwords:
        label = f"console password of {one.user}"
        about = Credential(kind=CredentialKind.PASSWORD, id=f"user/{one.user}", label=label)
        logins = [each for each in records if each.call == _LOGIN and each.principal == one.user]
        yield _told(about, logins, Seen.ALIVE, until, settled)


def _is_grantees(one: Record, grant: CutGrant) -> bool:
    names = (grant.key, grant.key.rpartition("/")[2])
    return one.source == "kms" and is_of_key(one, names) and grant.grantee in {one.principal_arn, one.issuer_arn}


def _told(about: Credential, uses: Sequence[Record], used: Seen, until: datetime | None, settled: datetime) -> Sighting:
    if uses:
        last = uses[-1]
        says = f"CloudTrail: {len(uses)} uses since the cut, the last {last.call} ({last.event_id})"
        return Sighting(credential=about, seen=used, by=Means.LOG, at=last.at, says=says)
    if until is None:
        says = "CloudTrail cannot show yet, or not whole, what was used since the cut"
        return Sighting(credential=about, seen=Seen.UNKNOWN, by=Means.LOG, at=settled, says=says)
    says = f"CloudTrail shows no use from {settled:%H:%M:%SZ} to {until:%H:%M:%SZ}"
    return Sighting(credential=about, seen=Seen.QUIET, by=Means.LOG, at=until, says=says)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Prove that grants and passwords are quiet",
    read=read,
    iam=IAM,
)
