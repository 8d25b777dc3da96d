"""The text of irkit's service control policy: who is refused everything, and who may make no identities. Pure.

What an SCP denies, nobody in a member account can allow or take back. It binds no principal of the management account,
no service-linked role, and no principal of another account that a resource policy lets in (Organizations user guide,
"Service control policies").
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from irkit.clients.holder import named
from irkit.clients.iam import canonical_policy
from irkit.clients.principal import PrincipalKind
from irkit.clients.scp import MOST_CHARACTERS
from irkit.contract import Frozen
from irkit.errors import Refused, UsageError

FROZEN = (
    *("iam:Add*", "iam:Attach*", "iam:ChangePassword", "iam:Create*", "iam:Deactivate*", "iam:Delete*", "iam:Detach*"),
    *("iam:Enable*", "iam:Put*", "iam:Remove*", "iam:Reset*", "iam:Set*", "iam:Update*", "iam:Upload*"),
    *("sts:GetFederationToken", "kms:CreateGrant", "kms:PutKeyPolicy", "rolesanywhere:Create*"),
    *("cloudtrail:Delete*", "cloudtrail:Put*", "cloudtrail:Stop*", "cloudtrail:Update*", "organizations:Leave*"),
)
"""Calls that make an identity, change what one may do or who may become one, or blind the log. Taking on a role
(sts:AssumeRole) and passing one (iam:PassRole) are no such calls: deployments and services live by them.
sts:GetSessionToken is not here because no policy can deny it (STS API reference)."""
GRANT = "kms:CreateGrant"
_SUSPECTS, _SESSIONS, _FREEZE, _GRANTS = "Suspects", "SuspectSessions", "Freeze", "FreezeGrants"
NOT_FOR_AWS: Mapping[str, JsonValue] = {"kms:GrantIsForAWSResource": "false"}
"""Not the grants that an AWS service makes on a caller's behalf for a resource of its own, as EBS and RDS do: innocent
launches live by them (KMS developer guide, "kms:GrantIsForAWSResource"). ``IfExists`` denies where no key tells."""


class Quarantine(Frozen):
    """What the policy is to say. ``suspects`` and ``exempt`` are ARNs; ``exempt`` may hold ArnLike patterns.

    ``freeze`` is whether everybody but the exempt is kept from making identities.
    """

    suspects: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    freeze: bool = False


def quarantine_document(wanted: Quarantine) -> str:
    """The policy's text: canonical JSON, empty when it would say nothing.

    Raises ``Refused`` when it is longer than an SCP may be, even with whole roles instead of single sessions.
    """
    for several in (_grouped(wanted.suspects), _widened(wanted.suspects)):
        found = _text(several, wanted)
        if len(found) <= MOST_CHARACTERS:
            return found
    size = f"{len(found)} characters, and AWS takes {MOST_CHARACTERS}"
    msg = f"the quarantine of {len(wanted.suspects)} principals is {size}"
    raise Refused(msg, hint="quarantine the most dangerous ones by SCP, and deny the others one by one")


def told_by(document: str) -> Quarantine:
    """What a policy of our making says. Raises ``UsageError`` for any other text."""
    if not document:
        return Quarantine()
    suspects: list[str] = []
    exempt: tuple[str, ...] = ()
    is_frozen = False
    try:
        for one in json.loads(document)["Statement"]:
            where, sid = one["Condition"], one["Sid"]
            if sid == _SUSPECTS:
                suspects += [_plain(each) for each in where["ArnLike"]["aws:PrincipalArn"]]
            elif sid.startswith(_SESSIONS):
                role = _plain(where["ArnLike"]["aws:PrincipalArn"])
                suspects += [_session_arn(role, user.removeprefix("*:")) for user in where["StringLike"]["aws:userid"]]
            elif sid == _FREEZE:
                exempt, is_frozen = tuple(where["ArnNotLike"]["aws:PrincipalArn"]), True
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"this is no quarantine of irkit's: {document[:200]}"
        raise UsageError(msg, hint="somebody wrote a policy of that name; look at it, and detach it by hand") from error
    return Quarantine(suspects=tuple(sorted(suspects)), exempt=exempt, freeze=is_frozen)


def plain(arn: str) -> str:
    """The ARN of a user or role without its path, which records and sessions do not tell; any other as it is.

    Names are unique in an account, whatever their paths (IAM user guide, "IAM identifiers").
    """
    found = named(arn)
    if found.kind in {PrincipalKind.USER, PrincipalKind.ROLE}:
        return f"{arn.rpartition(f':{found.kind}/')[0]}:{found.kind}/{found.name}"
    return arn


def bound(arn: str) -> str:
    """The ArnLike pattern of ``aws:PrincipalArn`` in all calls of a principal, whatever its path."""
    return whatever_path(plain(named(arn).policy_arn))


def whatever_path(arn: str) -> str:
    """The ArnLike pattern of a user or role whose ARN has no path, with any path."""
    return arn.replace(":user/", ":user*/").replace(":role/", ":role*/")


def anybody_named(account: str, name: str, partition: str = "aws") -> str:
    """The ArnLike pattern of the user or role of that name, whatever its path."""
    return f"arn:{partition}:iam::{account}:*/{name}"


def _text(suspects: Mapping[str, tuple[str, ...]], wanted: Quarantine) -> str:
    """``suspects`` are session names by the ARN of their role, none for the principal as a whole."""
    whole = sorted(arn for arn, sessions in suspects.items() if not sessions)
    statements: list[JsonValue] = []
    if whole:
        bad: list[JsonValue] = [*whole]
        statements.append(_deny(_SUSPECTS, ("*",), {"ArnLike": {"aws:PrincipalArn": bad}}))
    for number, (role, sessions) in enumerate(sorted((a, s) for a, s in suspects.items() if s)):
        names: list[JsonValue] = [f"*:{name}" for name in sessions]
        where: dict[str, JsonValue] = {"ArnLike": {"aws:PrincipalArn": role}, "StringLike": {"aws:userid": names}}
        statements.append(_deny(f"{_SESSIONS}{number}", ("*",), where))
    if wanted.freeze:
        spared: list[JsonValue] = [*sorted(set(wanted.exempt))]
        others: dict[str, JsonValue] = {"ArnNotLike": {"aws:PrincipalArn": spared}}
        statements.append(_deny(_FREEZE, (each for each in FROZEN if each != GRANT), others))
        statements.append(_deny(_GRANTS, (GRANT,), {**others, "BoolIfExists": dict(NOT_FOR_AWS)}))
    return canonical_policy({"Version": "2012-10-17", "Statement": statements}) if statements else ""


def _deny(sid: str, actions: Iterable[str], where: Mapping[str, JsonValue]) -> JsonValue:
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": "*", "Condition": dict(where)}


def _grouped(suspects: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Session names by the pattern of their role; none for a principal that is suspect as a whole."""
    found: dict[str, tuple[str, ...]] = {}
    whole: set[str] = set()
    for arn in sorted(set(suspects)):
        one = named(arn)
        if one.kind is PrincipalKind.SESSION:
            found[bound(arn)] = (*found.get(bound(arn), ()), one.session)
        else:
            whole.add(bound(arn))
    return {**found, **dict.fromkeys(whole, ())}


def _widened(suspects: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The same with whole roles instead of single sessions, which is shorter, and hits their other users."""
    return dict.fromkeys(_grouped(suspects), ())


def _plain(pattern: str) -> str:
    return str(pattern).replace(":user*/", ":user/").replace(":role*/", ":role/")


def _session_arn(role: str, session: str) -> str:
    head, _, name = role.partition(":role/")
    return f"{head.replace(':iam:', ':sts:')}:assumed-role/{name}/{session}"
