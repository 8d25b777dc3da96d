"""What an intruder left behind to come back with: users, keys, rights, trusts, and whatever else was made. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from irkit.cloudtrail.record import Record
from irkit.cloudtrail.usage import minted_key


class Means(StrEnum):
    """By what an intruder can come back."""

    USER = "user"
    KEY = "key"
    PASSWORD = "password"  # noqa: S105 -- a means, not a password
    RIGHTS = "rights"
    TRUST = "trust"
    DISGUISE = "disguise"
    OTHER = "other"


_MEANS: dict[str, Means] = {
    "iam:CreateUser": Means.USER,
    "iam:CreateAccessKey": Means.KEY,
    "iam:UpdateAccessKey": Means.KEY,
    "iam:CreateLoginProfile": Means.PASSWORD,
    "iam:UpdateLoginProfile": Means.PASSWORD,
    "iam:CreateVirtualMFADevice": Means.PASSWORD,
    "iam:DeactivateMFADevice": Means.PASSWORD,
    "iam:AttachUserPolicy": Means.RIGHTS,
    "iam:PutUserPolicy": Means.RIGHTS,
    "iam:AttachRolePolicy": Means.RIGHTS,
    "iam:PutRolePolicy": Means.RIGHTS,
    "iam:AttachGroupPolicy": Means.RIGHTS,
    "iam:PutGroupPolicy": Means.RIGHTS,
    "iam:AddUserToGroup": Means.RIGHTS,
    "iam:CreatePolicyVersion": Means.RIGHTS,
    "iam:SetDefaultPolicyVersion": Means.RIGHTS,
    "kms:CreateGrant": Means.RIGHTS,
    "kms:PutKeyPolicy": Means.RIGHTS,
    "secretsmanager:PutResourcePolicy": Means.RIGHTS,
    "s3:PutBucketPolicy": Means.RIGHTS,
    "lambda:AddPermission": Means.RIGHTS,
    "iam:CreateRole": Means.TRUST,
    "iam:UpdateAssumeRolePolicy": Means.TRUST,
    "iam:CreateSAMLProvider": Means.TRUST,
    "iam:CreateOpenIDConnectProvider": Means.TRUST,
    "rolesanywhere:CreateTrustAnchor": Means.TRUST,
    "cloudtrail:StopLogging": Means.DISGUISE,
    "cloudtrail:DeleteTrail": Means.DISGUISE,
    "cloudtrail:PutEventSelectors": Means.DISGUISE,
    "cloudtrail:UpdateTrail": Means.DISGUISE,
    "guardduty:DeleteDetector": Means.DISGUISE,
    "config:StopConfigurationRecorder": Means.DISGUISE,
    "lambda:CreateFunction20150331": Means.OTHER,
    "lambda:UpdateFunctionCode20150331v2": Means.OTHER,
    "ec2:RunInstances": Means.OTHER,
    "ec2:CreateKeyPair": Means.OTHER,
    "ec2:AuthorizeSecurityGroupIngress": Means.OTHER,
    "sts:GetFederationToken": Means.OTHER,
}
"""Calls that leave something behind; from the techniques of Stratus Red Team and its detonation logs."""
CALLS = tuple(_MEANS)
"""The same, to ask for."""


@dataclass(frozen=True)
class Trace:
    """One thing left behind: ``target`` is whom or what it is on, ``what`` the thing, ``by`` the key that did it."""

    means: Means
    call: str
    target: str
    what: str
    event_id: str
    at: datetime
    by: str
    region: str
    tried_only: bool
    """AWS refused the call: it was tried, and nothing is there."""


def traces(records: Iterable[Record]) -> tuple[Trace, ...]:
    """Everything that records show as left behind, or tried, in their order."""
    return tuple(_trace(one, means) for one in records if (means := _MEANS.get(one.call)) is not None)


def _trace(one: Record, means: Means) -> Trace:
    names = (
        *("userName", "roleName", "groupName", "policyArn"),
        *("name", "keyId", "secretId", "bucketName", "functionName"),
    )
    target = next((one.param(name) for name in names if one.param(name)), "") or one.principal
    things = ("policyArn", "policyName", "groupName", "accessKeyId", "roleName")
    what = one.answered("accessKey", "accessKeyId") or next((one.param(name) for name in things if one.param(name)), "")
    return Trace(means, one.call, target, what or target, one.event_id, one.at, one.key_id, one.region, bool(one.error))


def further_keys(records: Iterable[Record]) -> tuple[str, ...]:
    """Ids of keys and sessions that the calls brought into being: who follows the first key must follow these."""
    found = (minted_key(one) or one.answered("accessKey", "accessKeyId") for one in records if not one.error)
    return tuple(dict.fromkeys(key_id for key_id in found if key_id))
