"""Find what a user holds and when each of it was last used: the evidence to take before anything is cut.

Access keys with their last use, the console password, MFA devices, SSH keys, service-specific credentials,
certificates, groups; and by CloudTrail the user's last calls, addresses, and the roles it took on. IAM's own word on a
key's last use is kept only while the key is there. The records are kept as evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.clients.iam import KeyStatus
from irkit.clients.iam_rights import Rights
from irkit.clients.user_credentials import UserCredential
from irkit.clients.what_if import user
from irkit.cloudtrail.identity import is_place
from irkit.cloudtrail.inquiry import IAM, keep, missed, source_of, told_to
from irkit.cloudtrail.key_callers import Ground, Known, accustomed
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import found
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_ASSUMING = "sts:AssumeRole"
_LONGEST = timedelta(hours=12)
"""No session of a role lives longer (STS API reference, AssumeRole)."""


class Params(Frozen):
    """``left_at`` is when the person should have stopped working; ``known_networks`` are ours.

    The log is looked at ``hours`` back.
    """

    user: str
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 24 * 14
    known_networks: tuple[str, ...] = ()
    left_at: AwareDatetime | None = None
    sources: tuple[str, ...] = ()


class Key(Frozen):
    """An access key, and its last use as IAM tells it, which may lag by hours."""

    key_id: str
    status: KeyStatus
    created_at: datetime
    last_used_at: datetime | None
    service: str


class Other(Frozen):
    """Another credential: an MFA device, an SSH key, a certificate."""

    kind: str
    id: str
    status: str
    created_at: datetime | None


class Address(Frozen):
    """Where the user called from."""

    ip: str
    calls: int
    refused: int
    first_at: datetime
    last_at: datetime
    is_ours: bool


_QUESTION = """How is the access of {user} to end? irkit: {mode}, since {reason}.
ORDINARY: what the person could read (find_readable lists it) is rotated first, then everything is cut; no service \
that still runs on the person's access stops unseen. No quarantine, no freeze: for somebody who does not fight back.
HOSTILE: everything is cut now, with a quarantine by the organization, and nobody makes identities in the account \
until it is proven; the values are rotated after."""


class Mode(StrEnum):
    """How to go about it."""

    ORDINARY = "ordinary"
    """Rotate what the person could read, then cut: nobody is in a hurry, and no service stops."""
    HOSTILE = "hostile"
    """Cut first; rotate after."""


class Result(Frozen):
    """What is held and when it was used. Times are AWS's. ``recommended`` is how to go about it, ``reason`` why.

    ``roles`` are those that were taken on, ``sessions`` the ARNs of sessions that this made and that may live still.
    ``principals`` are the user and these sessions. ``usual`` are the networks that were taken for ours: the known ones;
    without any, the addresses that the user called from before the last half day.
    """

    user: str
    arn: str
    principals: tuple[str, ...]
    keys: tuple[Key, ...]
    has_password: bool
    password_used_at: datetime | None
    others: tuple[Other, ...]
    groups: tuple[str, ...]
    roles: tuple[str, ...]
    sessions: tuple[str, ...]
    addresses: tuple[Address, ...]
    calls: int
    last_call: str
    last_call_at: datetime | None
    strange_since: datetime | None
    usual: tuple[str, ...]
    recommended: Mode
    reason: str
    question: str
    """How to go about it, for a person to decide."""
    not_seen: tuple[str, ...]
    trusted_until: datetime
    coverage: str
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        last = f"last call {self.last_call} at {self.last_call_at:%Y-%m-%d %H:%MZ}" if self.last_call_at else "no call"
        held = f"{counted(len(self.keys), 'key')}, {counted(len(self.groups), 'group')}"
        return f"{held}, {last}; {self.recommended}: {self.reason}"


def read(clients: Clients, params: Params) -> Result:
    """Look. Raises ``NotFound`` for no such user, ``OutsideError`` when nothing of the log answers."""
    arn = clients.iam.user_arn(params.user)
    console = clients.user_credentials.console(params.user)
    others = clients.user_credentials.all(params.user)
    now = clients.now()
    asked = Query(windows=(Window(now - timedelta(hours=params.hours), now),), users=(params.user,))
    looked = found(source_of(clients, params.sources), asked, told_to(clients, "of who leaves"))
    records = [one for one in looked.records if not one.invoked_by]
    places = ((one.ip, one.at, one.at) for one in records)
    known = accustomed(places, params.known_networks, now - timedelta(hours=params.hours))
    addresses = _addresses(records, known)
    mode, reason = _mode(params, records, known)
    strange = [one.at for one in records if known.networks and not known.holds(one.ip)]
    words = "; ".join((looked.coverage.text, *(f"NOT SEEN: {each}" for each in others.not_seen)))
    kept = keep(clients, "cloudtrail-last-activity.jsonl", looked.records, f"What {params.user} did last", words)
    last = records[-1] if records else None
    sessions = _made(one for one in records if one.at >= now - _LONGEST)
    return Result(
        user=params.user,
        arn=arn,
        principals=(arn, *sessions),
        keys=_keys(clients, params.user),
        has_password=console.has_password,
        password_used_at=console.used_at,
        others=tuple(_other(one) for one in others.found),
        groups=Rights(clients.aws).groups(user(params.user)),
        roles=_taken(records),
        sessions=sessions,
        addresses=addresses,
        calls=len(records),
        last_call=last.call if last else "",
        last_call_at=last.at if last else None,
        strange_since=min(strange, default=None),
        usual=tuple(map(str, known.networks)),
        recommended=mode,
        reason=reason,
        question=_QUESTION.format(user=params.user, mode=mode, reason=reason),
        not_seen=(*missed(looked.coverage), *others.not_seen),
        trusted_until=looked.coverage.trusted_until,
        coverage=words,
        evidence=kept.path,
        sha256=kept.sha256,
    )


def _taken(records: Sequence[Record]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.param("roleArn") for one in records if one.call == _ASSUMING and not one.error))


def _made(records: Iterable[Record]) -> tuple[str, ...]:
    """Each once: the same name twice makes two sessions of one ARN."""
    several = (one.answered("assumedRoleUser", "arn") for one in records if one.call == _ASSUMING)
    return tuple(dict.fromkeys(arn for arn in several if arn))


def _keys(clients: Clients, name: str) -> tuple[Key, ...]:
    several = []
    for one in clients.iam.access_keys(name):
        use = clients.iam.key_use(one.key_id)
        several.append(
            Key(
                key_id=one.key_id,
                status=one.status,
                created_at=one.created_at,
                last_used_at=use.last_used_at,
                service=use.service,
            )
        )
    return tuple(several)


def _other(one: UserCredential) -> Other:
    return Other(kind=one.kind, id=one.id, status=one.status, created_at=one.created_at)


def _addresses(records: Sequence[Record], known: Known) -> tuple[Address, ...]:
    by_ip: dict[str, list[Record]] = {}
    for one in records:
        if is_place(one.ip):
            by_ip.setdefault(one.ip, []).append(one)
    return tuple(
        Address(
            ip=ip,
            calls=len(rows),
            refused=sum(one.denied for one in rows),
            first_at=rows[0].at,
            last_at=rows[-1].at,
            is_ours=not known.networks or known.holds(ip),
        )
        for ip, rows in by_ip.items()
    )


def _mode(params: Params, records: Sequence[Record], known: Known) -> tuple[Mode, str]:
    """Hostile on any sign of harm, and where nothing could tell one."""
    strange = sorted({one.ip for one in records if known.networks and not known.holds(one.ip)})
    if strange:
        why = "not ours" if known.ground is Ground.GIVEN else "new in the last half day"
        return Mode.HOSTILE, f"calls came from {', '.join(strange)}: {why}"
    late = [one for one in records if params.left_at is not None and one.at > params.left_at]
    if late:
        return Mode.HOSTILE, f"{len(late)} calls were made after {params.left_at:%Y-%m-%d %H:%MZ}"
    if known.ground is Ground.HABIT or not known.networks:
        return Mode.HOSTILE, "no network is known to be ours, so nothing is sure to tell a stranger"
    return Mode.ORDINARY, "every call came from our networks"


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find what a user holds, and its last use",
    read=read,
    iam=(
        *IAM,
        *("iam:GetUser", "iam:GetLoginProfile", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"),
        *("iam:ListMFADevices", "iam:ListSSHPublicKeys", "iam:ListServiceSpecificCredentials"),
        *("iam:ListSigningCertificates", "iam:ListGroupsForUser"),
    ),
)
