"""What an intruder left behind to come back with: users, keys, rights, trusts, and whatever else was made. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from irkit.cloudtrail.record import Record


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
    "iam:EnableMFADevice": Means.PASSWORD,
    "iam:ChangePassword": Means.PASSWORD,
    "iam:DeleteVirtualMFADevice": Means.PASSWORD,
    "sso-directory:UpdatePassword": Means.PASSWORD,
    "iam:UploadSSHPublicKey": Means.KEY,
    "iam:UploadSigningCertificate": Means.KEY,
    "iam:CreateServiceSpecificCredential": Means.KEY,
    "iam:ResetServiceSpecificCredential": Means.KEY,
    "iam:UpdateSSHPublicKey": Means.KEY,
    "iam:UpdateSigningCertificate": Means.KEY,
    "iam:UpdateServiceSpecificCredential": Means.KEY,
    "iam:AttachUserPolicy": Means.RIGHTS,
    "iam:PutUserPolicy": Means.RIGHTS,
    "iam:AttachRolePolicy": Means.RIGHTS,
    "iam:PutRolePolicy": Means.RIGHTS,
    "iam:AttachGroupPolicy": Means.RIGHTS,
    "iam:PutGroupPolicy": Means.RIGHTS,
    "iam:AddUserToGroup": Means.RIGHTS,
    "iam:CreatePolicy": Means.RIGHTS,
    "iam:CreatePolicyVersion": Means.RIGHTS,
    "iam:SetDefaultPolicyVersion": Means.RIGHTS,
    "kms:CreateGrant": Means.RIGHTS,
    "kms:PutKeyPolicy": Means.RIGHTS,
    "secretsmanager:PutResourcePolicy": Means.RIGHTS,
    "s3:PutBucketPolicy": Means.RIGHTS,
    "s3:PutBucketAcl": Means.RIGHTS,
    "s3:PutBucketReplication": Means.RIGHTS,
    "s3:PutBucketPublicAccessBlock": Means.RIGHTS,
    "s3:DeleteBucketPublicAccessBlock": Means.RIGHTS,
    "s3:PutAccessPointPolicy": Means.RIGHTS,
    "lambda:AddPermission": Means.RIGHTS,
    "lambda:AddPermission20150331": Means.RIGHTS,
    "lambda:AddPermission20150331v2": Means.RIGHTS,
    "lambda:AddLayerVersionPermission20181031": Means.RIGHTS,
    "lambda:CreateFunctionUrlConfig": Means.RIGHTS,
    "iam:AddRoleToInstanceProfile": Means.RIGHTS,
    "iam:DeleteRolePermissionsBoundary": Means.RIGHTS,
    "iam:DeleteUserPermissionsBoundary": Means.RIGHTS,
    "iam:PutRolePermissionsBoundary": Means.RIGHTS,
    "iam:PutUserPermissionsBoundary": Means.RIGHTS,
    "ec2:AssociateIamInstanceProfile": Means.RIGHTS,
    "ec2:ReplaceIamInstanceProfileAssociation": Means.RIGHTS,
    "ecr:SetRepositoryPolicy": Means.RIGHTS,
    "eks:CreateAccessEntry": Means.RIGHTS,
    "eks:AssociateAccessPolicy": Means.RIGHTS,
    "ram:CreateResourceShare": Means.RIGHTS,
    "organizations:DetachPolicy": Means.RIGHTS,
    "organizations:UpdatePolicy": Means.RIGHTS,
    "organizations:RegisterDelegatedAdministrator": Means.RIGHTS,
    "sso:CreateAccountAssignment": Means.RIGHTS,
    "sso:CreatePermissionSet": Means.RIGHTS,
    "sso:AttachManagedPolicyToPermissionSet": Means.RIGHTS,
    "sso:PutInlinePolicyToPermissionSet": Means.RIGHTS,
    "identitystore:CreateGroupMembership": Means.RIGHTS,
    "iam:DetachUserPolicy": Means.RIGHTS,
    "iam:DetachRolePolicy": Means.RIGHTS,
    "iam:DetachGroupPolicy": Means.RIGHTS,
    "iam:DeleteUserPolicy": Means.RIGHTS,
    "iam:DeleteRolePolicy": Means.RIGHTS,
    "iam:DeleteGroupPolicy": Means.RIGHTS,
    "iam:RemoveUserFromGroup": Means.RIGHTS,
    "iam:UpdateRole": Means.RIGHTS,
    "iam:EnableOrganizationsRootSessions": Means.RIGHTS,
    "kms:ReplicateKey": Means.RIGHTS,
    "secretsmanager:DeleteResourcePolicy": Means.RIGHTS,
    "s3:DeleteBucketPolicy": Means.RIGHTS,
    "s3:PutObjectAcl": Means.RIGHTS,
    "s3:PutAccountPublicAccessBlock": Means.RIGHTS,
    "s3:DeleteAccountPublicAccessBlock": Means.RIGHTS,
    "s3:CreateAccessGrant": Means.RIGHTS,
    "ec2:ModifySnapshotAttribute": Means.RIGHTS,
    "ec2:ModifyImageAttribute": Means.RIGHTS,
    "rds:ModifyDBSnapshotAttribute": Means.RIGHTS,
    "rds:ModifyDBClusterSnapshotAttribute": Means.RIGHTS,
    "ssm:ModifyDocumentPermission": Means.RIGHTS,
    "lambda:UpdateFunctionUrlConfig": Means.RIGHTS,
    "sqs:AddPermission": Means.RIGHTS,
    "sns:AddPermission": Means.RIGHTS,
    "events:PutPermission": Means.RIGHTS,
    "logs:PutResourcePolicy": Means.RIGHTS,
    "ecr:PutRegistryPolicy": Means.RIGHTS,
    "dynamodb:PutResourcePolicy": Means.RIGHTS,
    "backup:PutBackupVaultAccessPolicy": Means.RIGHTS,
    "elasticfilesystem:PutFileSystemPolicy": Means.RIGHTS,
    "eks:UpdateAccessEntry": Means.RIGHTS,
    "eks:CreatePodIdentityAssociation": Means.RIGHTS,
    "organizations:DeletePolicy": Means.RIGHTS,
    "organizations:DisablePolicyType": Means.RIGHTS,
    "sso:UpdatePermissionSet": Means.RIGHTS,
    "sso:AttachCustomerManagedPolicyReferenceToPermissionSet": Means.RIGHTS,
    "sso:DeletePermissionsBoundaryFromPermissionSet": Means.RIGHTS,
    "sso-directory:AddMemberToGroup": Means.RIGHTS,
    "iam:CreateRole": Means.TRUST,
    "iam:UpdateAssumeRolePolicy": Means.TRUST,
    "iam:CreateSAMLProvider": Means.TRUST,
    "iam:CreateOpenIDConnectProvider": Means.TRUST,
    "iam:UpdateSAMLProvider": Means.TRUST,
    "iam:AddClientIDToOpenIDConnectProvider": Means.TRUST,
    "iam:UpdateOpenIDConnectProviderThumbprint": Means.TRUST,
    "rolesanywhere:CreateTrustAnchor": Means.TRUST,
    "rolesanywhere:CreateProfile": Means.TRUST,
    "rolesanywhere:EnableTrustAnchor": Means.TRUST,
    "sso:CreateTrustedTokenIssuer": Means.TRUST,
    "organizations:InviteAccountToOrganization": Means.TRUST,
    "rolesanywhere:UpdateTrustAnchor": Means.TRUST,
    "rolesanywhere:UpdateProfile": Means.TRUST,
    "rolesanywhere:EnableProfile": Means.TRUST,
    "cognito-identity:CreateIdentityPool": Means.TRUST,
    "cognito-identity:UpdateIdentityPool": Means.TRUST,
    "cognito-identity:SetIdentityPoolRoles": Means.TRUST,
    "eks:AssociateIdentityProviderConfig": Means.TRUST,
    "sso:UpdateTrustedTokenIssuer": Means.TRUST,
    "iam:CreateServiceLinkedRole": Means.TRUST,
    "cloudtrail:StopLogging": Means.DISGUISE,
    "cloudtrail:DeleteTrail": Means.DISGUISE,
    "cloudtrail:PutEventSelectors": Means.DISGUISE,
    "cloudtrail:UpdateTrail": Means.DISGUISE,
    "cloudtrail:DeleteEventDataStore": Means.DISGUISE,
    "cloudtrail:StopEventDataStoreIngestion": Means.DISGUISE,
    "guardduty:DeleteDetector": Means.DISGUISE,
    "guardduty:UpdateDetector": Means.DISGUISE,
    "guardduty:CreateFilter": Means.DISGUISE,
    "guardduty:CreateIPSet": Means.DISGUISE,
    "guardduty:DisassociateMembers": Means.DISGUISE,
    "guardduty:StopMonitoringMembers": Means.DISGUISE,
    "securityhub:DisableSecurityHub": Means.DISGUISE,
    "config:DeleteConfigurationRecorder": Means.DISGUISE,
    "config:DeleteDeliveryChannel": Means.DISGUISE,
    "ec2:DeleteFlowLogs": Means.DISGUISE,
    "route53resolver:DeleteResolverQueryLogConfig": Means.DISGUISE,
    "logs:DeleteLogGroup": Means.DISGUISE,
    "organizations:LeaveOrganization": Means.DISGUISE,
    "config:StopConfigurationRecorder": Means.DISGUISE,
    "iam:UpdateUser": Means.DISGUISE,
    "lambda:CreateFunction20150331": Means.OTHER,
    "lambda:UpdateFunctionCode20150331v2": Means.OTHER,
    "lambda:CreateFunction": Means.OTHER,
    "lambda:UpdateFunctionCode": Means.OTHER,
    "lambda:UpdateFunctionConfiguration20150331v2": Means.OTHER,
    "lambda:PublishLayerVersion20181031": Means.OTHER,
    "lambda:CreateEventSourceMapping20150331": Means.OTHER,
    "events:PutRule": Means.OTHER,
    "events:PutTargets": Means.OTHER,
    "scheduler:CreateSchedule": Means.OTHER,
    "ssm:CreateAssociation": Means.OTHER,
    "ecs:RegisterTaskDefinition": Means.OTHER,
    "ec2:ModifyInstanceAttribute": Means.OTHER,
    "ec2:ImportKeyPair": Means.OTHER,
    "identitystore:CreateUser": Means.OTHER,
    "sso-directory:CreateUser": Means.OTHER,
    "organizations:CreateAccount": Means.OTHER,
    "ec2:RunInstances": Means.OTHER,
    "ec2:CreateKeyPair": Means.OTHER,
    "ec2:AuthorizeSecurityGroupIngress": Means.OTHER,
    "sts:GetFederationToken": Means.OTHER,
    "iam:CreateGroup": Means.OTHER,
    "iam:CreateInstanceProfile": Means.OTHER,
    "iam:UploadServerCertificate": Means.OTHER,
    "kms:CreateKey": Means.OTHER,
    "kms:UpdateAlias": Means.OTHER,
    "ssm:CreateActivation": Means.OTHER,
    "ec2-instance-connect:SendSSHPublicKey": Means.OTHER,
    "ec2:ModifySecurityGroupRules": Means.OTHER,
    "identitystore:CreateGroup": Means.OTHER,
    "cognito-idp:AdminCreateUser": Means.OTHER,
}
"""Calls that leave something behind: from the techniques of Stratus Red Team and its detonation logs, and from the
references of services that give rights, trust or time."""
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
