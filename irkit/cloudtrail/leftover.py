"""What suspects left behind and what of it still stands: CloudTrail's record of who made it, and IAM's own lists. Pure.

What is shut in already is not open: a second look after everything was closed finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue

from irkit.clients.deny_all import DENY_ALL, DENY_ALL_DOCUMENT
from irkit.clients.deny_older import DENY_OLDER, cutoff_of
from irkit.clients.holder import Holder, HolderKind
from irkit.clients.iam import AccessKey, KeyStatus
from irkit.clients.iam_account import AccountView, Listed
from irkit.clients.iam_rights import as_canonical
from irkit.clients.principal import PrincipalKind, principal
from irkit.clients.quarantine_policy import plain
from irkit.clients.trust_policy import NOBODY, trusted
from irkit.cloudtrail.births import Birth, Kind
from irkit.cloudtrail.lineage import Tree
from irkit.cloudtrail.record import Record
from irkit.contract import Frozen

_NEVER = datetime.max.replace(tzinfo=UTC)


class Left(Frozen):
    """One thing left behind: by whom (an ARN), when, by which call, proven by which event."""

    by: str
    at: datetime
    call: str
    event_id: str


class LeftUser(Left):
    """A user who was made, and is not shut in."""

    user: str
    arn: str


class LeftRole(Left):
    """A role that was made, and is not shut in."""

    role: str
    arn: str


class LeftKey(Left):
    """An active access key that was made for, or given back to, a user who was there before."""

    user: str
    key_id: str


class LeftTrust(Left):
    """Whom a role trusts since; ``to`` is the text from before, empty when CloudTrail does not hold it."""

    role: str
    arn: str
    added: tuple[str, ...]
    to: str


class LeftRight(Left):
    """Rights that somebody who was there before has since, as ``aws.detach_rights`` names them."""

    principal: str
    rights: tuple[str, ...]


class LeftPassword(Left):
    """A user who was there before, and can log in to the console with a password that was set."""

    user: str


class LeftGrant(Left):
    """A KMS grant that was made."""

    key_arn: str
    grant_id: str


class LeftSession(Left):
    """Sessions that can still be used, one row a principal: its ARN; of a user's or a federated user's, the user's.

    ``key_ids`` are those of the sessions; the rest is told of the last of them.
    """

    principal: str
    key_ids: tuple[str, ...]
    until: datetime | None


class LeftOther(Left):
    """Something else, for a person to look at."""

    target: str
    what: str


@dataclass(frozen=True)
class Ground:
    """What there is to judge by. ``records`` are the suspects' and all that came of them, oldest first."""

    suspects: frozenset[str]
    """ARNs without paths."""
    records: Sequence[Record]
    tree: Tree
    account: AccountView
    account_id: str
    keys: Callable[[str], Sequence[AccessKey]]
    """The access keys of a user by its name."""
    others: Sequence[Record] = ()
    """Who else made or changed identities, oldest first."""
    quarantined: frozenset[str] = frozenset()
    """Who is shut in by the SCP, as ``told_by`` gives them."""
    now: datetime = _NEVER

    @property
    def made(self) -> dict[str, Birth]:
        """Users and roles that the suspects made, by their ARNs without paths."""
        return {plain(one.arn): one for one in self.tree.births if one.is_creation and one.arn}

    @property
    def let_out(self) -> frozenset[str]:
        """Suspects who were there before: they act again in the end, so only a cut-off ends their sessions for good."""
        return frozenset(arn for arn in self.suspects - set(self.made) if ":iam:" in arn)

    def good(self) -> Iterator[Record]:
        """The calls that went well."""
        return (one for one in self.records if not one.error)

    def is_made(self, kind: HolderKind, name: str) -> bool:
        """Whether the suspects made this user or role."""
        return any(arn.endswith(f":{kind}/{name}") for arn in self.made)

    def is_suspect(self, arn: str) -> bool:
        """Whether this is a suspect or came of one."""
        found = principal(arn)
        return found is not None and (
            plain(arn) in self.suspects or plain(arn) in self.made or plain(found.policy_arn) in self.made
        )


def _of(one: Record) -> dict[str, object]:
    return {"by": one.principal_arn, "at": one.at, "call": one.call, "event_id": one.event_id}


def _born(one: Birth) -> dict[str, object]:
    return {"by": one.by_arn, "at": one.at, "call": one.call, "event_id": one.event_id}


# ----------------------------------------------------------------------------------------------- users, roles and keys


def is_shut_in(ground: Ground, listed: Listed) -> bool:
    """Whether irkit's deny stands, and no key is active or nobody is trusted."""
    if listed.inline.get(DENY_ALL) != DENY_ALL_DOCUMENT:
        return False
    if listed.holder.kind is HolderKind.ROLE:
        return listed.trust == NOBODY
    return all(key.status is not KeyStatus.ACTIVE for key in ground.keys(listed.holder.name))


def users(ground: Ground) -> Iterator[LeftUser]:
    """Users that were made, are still there, and are not shut in."""
    for arn, birth in ground.made.items():
        listed = ground.account.users.get(arn.rpartition("/")[2]) if ":user/" in arn else None
        if listed is not None and not is_shut_in(ground, listed):
            yield LeftUser.model_validate({**_born(birth), "user": listed.holder.name, "arn": listed.arn})


def roles(ground: Ground) -> Iterator[LeftRole]:
    """Roles that were made, are still there, and are not shut in."""
    for arn, birth in ground.made.items():
        listed = ground.account.roles.get(arn.rpartition("/")[2]) if ":role/" in arn else None
        if listed is not None and not is_shut_in(ground, listed):
            yield LeftRole.model_validate({**_born(birth), "role": listed.holder.name, "arn": listed.arn})


def stray_keys(ground: Ground) -> Iterator[LeftKey]:
    """Active keys of users who were there before, that the suspects made or made active again."""
    seen: set[str] = set()
    for one in ground.good():
        if one.call == "iam:CreateAccessKey":
            user = one.answered("accessKey", "userName") or one.param("userName")
            key_id = one.answered("accessKey", "accessKeyId")
        elif one.call == "iam:UpdateAccessKey" and one.param("status") == "Active":
            user, key_id = one.param("userName"), one.param("accessKeyId")
        else:
            continue
        if not user or ground.is_made(HolderKind.USER, user) or key_id in seen or user not in ground.account.users:
            continue
        if any(key.key_id == key_id and key.status is KeyStatus.ACTIVE for key in ground.keys(user)):
            seen.add(key_id)
            yield LeftKey.model_validate({**_of(one), "user": user, "key_id": key_id})


# ------------------------------------------------------------------------------------------------------------- trusts


def trusts(ground: Ground) -> Iterator[LeftTrust]:
    """Roles that were there before, whose trust the suspects wrote and still lets in whom it should not."""
    written = {one.param("roleName"): one for one in ground.good() if one.call == "iam:UpdateAssumeRolePolicy"}
    for role, one in written.items():
        listed = ground.account.roles.get(role)
        if listed is None or ground.is_made(HolderKind.ROLE, role) or listed.trust == NOBODY:
            continue
        before = _trust_before(ground, role)
        known = (
            set(trusted(before)) if before else {each for each in trusted(listed.trust) if not _strange(ground, each)}
        )
        added = tuple(each for each in trusted(listed.trust) if each not in known)
        if added or (before and listed.trust != before and listed.trust == _document(one, "policyDocument")):
            yield LeftTrust.model_validate({**_of(one), "role": role, "arn": listed.arn, "added": added, "to": before})


def _trust_before(ground: Ground, role: str) -> str:
    """The last trust policy that somebody innocent wrote, as canonical JSON."""
    found = ""
    for one in ground.others:
        if one.error or one.param("roleName") != role:
            continue
        if one.call == "iam:UpdateAssumeRolePolicy":
            found = _document(one, "policyDocument") or found
        elif one.call == "iam:CreateRole":
            found = _document(one, "assumeRolePolicyDocument") or found
    return found


def _document(one: Record, name: str) -> str:
    value: JsonValue = one.params.get(name)
    try:
        return as_canonical(value) if value else ""
    except ValueError:
        return ""


def _strange(ground: Ground, name: str) -> bool:
    """Whether a trusted principal is of another account, anybody, or came of the suspects."""
    if name == "*" or (name.isdecimal() and name != ground.account_id):
        return True
    if not name.startswith("arn:"):
        return False
    found = principal(name)
    foreign = name.split(":")[4] not in {ground.account_id, ""}
    return foreign or (found is not None and found.kind is not PrincipalKind.ROOT and ground.is_suspect(name))


# ------------------------------------------------------------------------------------------------------------- rights

_RIGHTS: Mapping[str, tuple[HolderKind, str, str]] = {
    "iam:AttachUserPolicy": (HolderKind.USER, "attached", "policyArn"),
    "iam:AttachRolePolicy": (HolderKind.ROLE, "attached", "policyArn"),
    "iam:PutUserPolicy": (HolderKind.USER, "inline", "policyName"),
    "iam:PutRolePolicy": (HolderKind.ROLE, "inline", "policyName"),
    "iam:AddUserToGroup": (HolderKind.USER, "group", "groupName"),
}


def rights(ground: Ground) -> Iterator[LeftRight]:
    """Rights that the suspects gave to who was there before, themselves too, one row a principal."""
    found: dict[str, tuple[Record, list[str]]] = {}
    for one in ground.good():
        if one.call not in _RIGHTS:
            continue
        kind, sort, param = _RIGHTS[one.call]
        name = one.param(f"{kind}Name")
        listed = ground.account.of(Holder(kind=kind, name=name)) if name else None
        right = f"{sort} {one.param(param)}"
        if listed is None or ground.is_made(kind, name) or right not in _held(listed):
            continue
        _, several = found.setdefault(listed.arn, (one, []))
        if right not in several:
            several.append(right)
    for arn, (one, several) in found.items():
        yield LeftRight.model_validate({**_of(one), "principal": arn, "rights": tuple(several)})


def _held(listed: Listed) -> frozenset[str]:
    inline = (name for name in listed.inline if not name.startswith((DENY_ALL, DENY_OLDER)))
    return frozenset(
        (
            *(f"group {each}" for each in listed.groups),
            *(f"attached {each}" for each in listed.attached),
            *(f"inline {each}" for each in inline),
        )
    )


# ----------------------------------------------------------------------------------------------------------- sessions


def sessions(ground: Ground) -> Iterator[LeftSession]:
    """Sessions that came of the suspects, have not ended, and are not refused by an SCP, a deny or a cut-off."""
    found_of: dict[str, LeftSession] = {}
    for one in ground.tree.births:
        found = principal(one.arn) if one.kind in {Kind.SESSION, Kind.CONSOLE} else None
        if found is None or (one.until is not None and one.until < ground.now) or found.account != ground.account_id:
            continue
        if not _is_refused(ground, one):
            # A federated user has no policies: what denies whoever asked for the token denies it too.
            bears = one.by_arn if found.kind is PrincipalKind.FEDERATED else one.arn
            before = found_of[bears].key_ids if bears in found_of else ()
            row = {**_born(one), "principal": bears, "key_ids": (*before, one.id), "until": one.until}
            found_of[bears] = LeftSession.model_validate(row)
    yield from found_of.values()


def _is_refused(ground: Ground, one: Birth) -> bool:
    found = principal(one.arn)
    if found is None:
        return False
    if {one.arn, plain(one.arn), plain(found.policy_arn)} & (ground.quarantined - ground.let_out):
        return True
    if found.kind is PrincipalKind.FEDERATED:
        asked = principal(one.by_arn)
        listed = ground.account.users.get(asked.name) if asked else None
    else:
        listed = (ground.account.users if found.kind is PrincipalKind.USER else ground.account.roles).get(found.name)
    if listed is None:
        return True  # whoever it spoke for is gone, and its rights with it
    if listed.inline.get(DENY_ALL) == DENY_ALL_DOCUMENT and plain(listed.arn) not in ground.let_out:
        return True
    cutoffs = (cutoff_of(listed.inline.get(name, "")) for name in (DENY_OLDER, f"{DENY_OLDER}-{found.session}"))
    return any(cutoff is not None and one.at < cutoff for cutoff in cutoffs)
