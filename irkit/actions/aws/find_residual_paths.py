"""Find what still lets principals in: every path that AWS has to a right, and whether something covers it.

Inline and attached policies, groups, the boundary, roles it may take on, key policies, KMS grants, and the policies of
S3 buckets and secrets. A path is covered when an SCP quarantine or irkit's deny refuses the principal everything, or,
for a role it may take on, when that role is shut in or trusts nobody. A deny wins over all of them within the account
(IAM user guide, "Policy evaluation logic"), but it is only as good as whoever can take it away: so all paths are told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import JsonValue

from irkit.clients.deny_all import DENY_ALL, DENY_ALL_DOCUMENT
from irkit.clients.deny_older import DENY_OLDER, cutoff_of
from irkit.clients.holder import Holder, named
from irkit.clients.iam_account import AccountView, Listed
from irkit.clients.iam_rights import AWS_QUARANTINE
from irkit.clients.principal import Principal, PrincipalKind
from irkit.clients.quarantine import AccountQuarantine
from irkit.clients.quarantine_policy import plain, told_by
from irkit.clients.trust_policy import NOBODY, statements, trusted, words
from irkit.contract import Action, Effect, Frozen
from irkit.errors import ConfigInvalid, OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_ROOT = "root"
_MOST_SHOWN = 6


class Params(Frozen):
    """``principals`` are the suspects' ARNs. ``regions`` none means the configured ones."""

    principals: tuple[str, ...]
    regions: tuple[str, ...] = ()


class How(StrEnum):
    """By what a path leads in."""

    INLINE = "inline policy"
    ATTACHED = "attached policy"
    GROUP = "group"
    ROLE = "assumable role"
    KEY_POLICY = "key policy"
    GRANT = "KMS grant"
    RESOURCE_POLICY = "resource policy"


class Path(Frozen):
    """One path: whose, by what, through which thing, what it lets do, and what covers it (empty: nothing does)."""

    principal: str
    how: How
    through: str
    lets: str
    covered_by: str


class Outcome(StrEnum):
    """Whether a path is open."""

    CLOSED = "closed"
    OPEN = "open"


class Result(Frozen):
    """All paths, and those that nothing covers, in words. ``not_seen`` is what could not be looked at."""

    outcome: Outcome
    paths: tuple[Path, ...]
    open: tuple[str, ...]
    not_seen: tuple[str, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.outcome}: {len(self.open)} of {len(self.paths)} paths lead in"


class _Look:
    """One look at the account, for all principals."""

    def __init__(self, clients: Clients, params: Params) -> None:
        self.clients = clients
        self.params = params
        self.account: AccountView = clients.account.view()
        self.account_id = clients.sts.own_identity().account
        self.not_seen: list[str] = []
        try:
            self.quarantined = frozenset(told_by(AccountQuarantine(clients).read().binding).suspects)
        except (OutsideError, ConfigInvalid) as error:
            self.quarantined = frozenset()
            self.not_seen.append(f"SCPs: {error.message}")

    def cover(self, arn: str, listed: Listed | None) -> str:
        """What refuses a principal everything; empty when nothing does."""
        if {plain(arn), plain(named(arn).policy_arn)} & self.quarantined:
            return "the SCP quarantine"
        if listed is not None and listed.inline.get(DENY_ALL) == DENY_ALL_DOCUMENT:
            return f"the inline policy {DENY_ALL}"
        if listed is None:
            return "it does not exist any more"
        return _older(named(arn), listed)


def _older(who: Principal, listed: Listed) -> str:
    """Of a role's session, the deny of older ones that ends it: for its name, or for all of the role."""
    names = (f"{DENY_OLDER}-{who.session}", DENY_OLDER) if who.kind is PrincipalKind.SESSION else ()
    found = [name for name in names if cutoff_of(listed.inline.get(name, ""))]
    return f"the inline policy {found[0]}" if found else ""


def read(clients: Clients, params: Params) -> Result:
    """Look at IAM, then at what names the principals elsewhere. Raises ``Denied``, ``UsageError`` for no ARN."""
    look = _Look(clients, params)
    paths: list[Path] = []
    for arn in dict.fromkeys(params.principals):
        who = named(arn)
        if who.kind in {PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.SESSION}:
            listed = look.account.of(Holder.of(arn))
            paths.extend(_own(look, arn, listed))
            paths.extend(_roles(look, arn, listed))
    paths.extend(_keys(look))
    paths.extend(_resources(look))
    ways_in = tuple(f"{each.how} {each.through}: {each.principal} {each.lets}" for each in paths if not each.covered_by)
    return Result(
        outcome=Outcome.OPEN if ways_in else Outcome.CLOSED,
        paths=tuple(paths),
        open=ways_in,
        not_seen=tuple(look.not_seen),
    )


def _own(look: _Look, arn: str, listed: Listed | None) -> Iterator[Path]:
    """What it has itself, and by its groups."""
    if listed is None:
        return
    cover = look.cover(arn, listed)
    within = f", within the boundary {listed.boundary}" if listed.boundary else ""
    for name, text in listed.inline.items():
        if not name.startswith((DENY_ALL, DENY_OLDER)) and (lets := _lets(text)):
            yield Path(principal=arn, how=How.INLINE, through=name, lets=lets + within, covered_by=cover)
    for policy in listed.attached:
        if AWS_QUARANTINE not in policy:
            lets = f"may do what that policy allows{within}"
            yield Path(principal=arn, how=How.ATTACHED, through=policy, lets=lets, covered_by=cover)
    for group in listed.groups:
        held = look.account.groups.get(group)
        names = (*(held.inline if held else ()), *(held.attached if held else ()))
        lets = f"may do what {', '.join(names)} allow" if names else "has what it is given, nothing now"
        yield Path(principal=arn, how=How.GROUP, through=group, lets=lets, covered_by=cover)


def _roles(look: _Look, arn: str, listed: Listed | None) -> Iterator[Path]:
    """Roles whose trust names it, or the account and its own policies let it take them on."""
    for role in look.account.roles.values():
        names = set(trusted(role.trust))
        by_name = bool(names & {arn, plain(arn), listed.arn if listed else arn})
        root = {f"arn:aws:iam::{look.account_id}:{_ROOT}", look.account_id}
        by_account = bool({each.replace(":aws-cn:", ":aws:") for each in names} & root)
        if not by_name and not (by_account and listed is not None and _may_assume(look, listed, role.arn)):
            continue
        shut = "" if role.trust != NOBODY else "its trust policy lets nobody in"
        cover = look.cover(arn, listed) or shut or look.cover(role.arn, role)
        lets = "may take it on" + (", by its name in the trust policy" if by_name else ", by the account's trust")
        yield Path(principal=arn, how=How.ROLE, through=role.arn, lets=lets, covered_by=cover)


def _may_assume(look: _Look, listed: Listed, role: str) -> bool:
    """Whether its own policies, as far as IAM lists them here, let it take on a role; AWS's managed ones may."""
    texts = [text for name, text in listed.inline.items() if not name.startswith((DENY_ALL, DENY_OLDER))]
    for group in listed.groups:
        held = look.account.groups.get(group)
        texts += list(held.inline.values()) if held else []
        if held and held.attached:
            return True
    named_here = any(
        one.get("Effect") == "Allow"
        and any(each in {"*", "sts:*", "sts:AssumeRole"} for each in words(one.get("Action")))
        and any(each == role or each.endswith("*") for each in words(one.get("Resource")))
        for text in texts
        for one in statements(text)
    )
    return named_here or any(AWS_QUARANTINE not in each for each in listed.attached)


def _keys(look: _Look) -> Iterator[Path]:
    """KMS: key policies that name a suspect, and grants to one."""
    clients = look.clients
    for region in look.params.regions or clients.config.aws.asked_regions:
        try:
            arns = clients.kms.keys(region)
        except OutsideError as error:
            look.not_seen.append(f"KMS keys of {region}: {error.message}")
            continue
        for key in arns:
            yield from _key(look, key)


def _key(look: _Look, key: str) -> Iterator[Path]:
    clients = look.clients
    try:
        policy, grants = clients.kms.policy(key), tuple(clients.kms.grants(key))
    except OutsideError as error:
        look.not_seen.append(f"{key}: {error.message}")
        return
    for arn in look.params.principals:
        cover = _cover(look, arn)
        if lets := _named_in(policy, arn):
            yield Path(principal=arn, how=How.KEY_POLICY, through=key, lets=lets, covered_by=cover)
        for grant in grants:
            if grant.grantee in {arn, plain(arn)}:
                lets = f"may {', '.join(grant.operations)} by grant {grant.id[:8]}"
                yield Path(principal=arn, how=How.GRANT, through=key, lets=lets, covered_by=cover)


def _cover(look: _Look, arn: str) -> str:
    who = named(arn)
    is_held = who.kind in {PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.SESSION}
    return look.cover(arn, look.account.of(Holder.of(arn)) if is_held else None)


def _resources(look: _Look) -> Iterator[Path]:
    """Policies of buckets and secrets that name a suspect."""
    for name, text in _policies(look):
        for arn in look.params.principals:
            if lets := _named_in(text, arn):
                cover = _cover(look, arn)
                yield Path(principal=arn, how=How.RESOURCE_POLICY, through=name, lets=lets, covered_by=cover)


def _policies(look: _Look) -> Iterator[tuple[str, str]]:
    clients = look.clients
    try:
        for bucket in clients.resource_policies.buckets():
            yield f"bucket {bucket}", clients.resource_policies.of_bucket(bucket)
    except OutsideError as error:
        look.not_seen.append(f"S3 bucket policies: {error.message}")
    for region in look.params.regions or clients.config.aws.asked_regions:
        try:
            for secret in clients.resource_policies.secrets(region):
                yield f"secret {secret}", clients.resource_policies.of_secret(secret, region)
        except OutsideError as error:
            look.not_seen.append(f"policies of secrets in {region}: {error.message}")


def _lets(text: str) -> str:
    """What a policy allows, in a few words; empty when it allows nothing."""
    allowed = [
        each
        for one in statements(text)
        if one.get("Effect") == "Allow"
        for each in (words(one.get("Action")) or ("everything but some",))
    ]
    more = f" and {len(allowed) - _MOST_SHOWN} more" if len(allowed) > _MOST_SHOWN else ""
    return f"may {', '.join(allowed[:_MOST_SHOWN])}{more}" if allowed else ""


def _named_in(text: str, arn: str) -> str:
    """What a resource's policy lets a principal do by its name, or everybody; empty for nothing."""
    if not text:
        return ""
    names = {arn, plain(arn), named(arn).policy_arn, "*"}
    kept = [one for one in statements(text) if one.get("Effect") == "Allow" and names & set(_principals(one))]
    return _lets(json.dumps({"Statement": kept}))


def _principals(statement: dict[str, JsonValue]) -> Iterator[str]:
    value = statement.get("Principal")
    for several in value.values() if isinstance(value, dict) else (value,):
        yield from words(several)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find what still lets principals in",
    read=read,
    iam=(
        *("iam:GetAccountAuthorizationDetails", "kms:ListKeys", "kms:GetKeyPolicy", "kms:ListGrants"),
        *("s3:ListAllMyBuckets", "s3:GetBucketPolicy", "secretsmanager:ListSecrets"),
        *("secretsmanager:GetResourcePolicy", "organizations:ListPolicies", "organizations:DescribePolicy"),
        "organizations:ListTargetsForPolicy",
    ),
)
