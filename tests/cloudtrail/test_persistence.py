from __future__ import annotations

import pytest

from irkit.cloudtrail.calls import known
from irkit.cloudtrail.persistence import CALLS, Means, traces
from irkit.cloudtrail.rights import rights
from tests.cloudtrail.made import KEY, made

NEW_KEY = {"accessKey": {"accessKeyId": "AKIANEW", "userName": "svc-backup2", "status": "Active"}}


@pytest.mark.parametrize(
    ("call", "params", "answer", "means", "target", "what"),
    [
        ("iam:CreateUser", {"userName": "svc-backup2"}, None, Means.USER, "svc-backup2", "svc-backup2"),
        ("iam:CreateAccessKey", {"userName": "svc-backup2"}, NEW_KEY, Means.KEY, "svc-backup2", "AKIANEW"),
        ("iam:CreateAccessKey", None, NEW_KEY, Means.KEY, "svc-deploy", "AKIANEW"),
        ("iam:AttachUserPolicy", {"userName": "u", "policyArn": "arn:p"}, None, Means.RIGHTS, "u", "arn:p"),
        ("iam:UpdateAssumeRolePolicy", {"roleName": "ci"}, None, Means.TRUST, "ci", "ci"),
        ("iam:CreateLoginProfile", {"userName": "u"}, None, Means.PASSWORD, "u", "u"),
        ("cloudtrail:StopLogging", {"name": "acme"}, None, Means.DISGUISE, "acme", "acme"),
    ],
)
def test_what_is_left_behind_is_told_by_means_target_and_thing(
    call: str, params: object, answer: object, means: Means, target: str, what: str
) -> None:
    (trace,) = traces([made(call, requestParameters=params, responseElements=answer)])
    assert (trace.means, trace.target, trace.what, trace.by) == (means, target, what, KEY)
    assert trace.event_id.startswith("e-")
    assert not trace.tried_only


def test_a_refused_call_was_only_tried() -> None:
    (trace,) = traces([made("iam:CreateUser", errorCode="AccessDenied")])
    assert trace.tried_only


def test_reading_leaves_nothing_behind() -> None:
    assert traces([made("iam:ListUsers"), made("secretsmanager:GetSecretValue")]) == ()


@pytest.mark.parametrize(
    ("call", "params", "means", "target"),
    [
        ("iam:DetachUserPolicy", {"userName": "u", "policyArn": "arn:quarantine"}, Means.RIGHTS, "u"),
        ("iam:DeleteRolePolicy", {"roleName": "ci", "policyName": "AWSRevokeOlderSessions"}, Means.RIGHTS, "ci"),
        ("ec2:ModifySnapshotAttribute", {"snapshotId": "snap-1"}, Means.RIGHTS, "svc-deploy"),
        ("rolesanywhere:UpdateProfile", {"name": "p"}, Means.TRUST, "p"),
        ("kms:ReplicateKey", {"keyId": "arn:k"}, Means.RIGHTS, "arn:k"),
        ("iam:UpdateUser", {"userName": "u", "newUserName": "svc"}, Means.DISGUISE, "u"),
    ],
)
def test_what_is_changed_counts_as_what_is_made(call: str, params: object, means: Means, target: str) -> None:
    (trace,) = traces([made(call, requestParameters=params)])
    assert (trace.means, trace.target) == (means, target)


def test_whom_snapshots_and_images_are_shared_with_is_among_what_was_left() -> None:
    """``rights`` tells with whom; without the call among these it would never be asked."""
    given = {
        "ec2:ModifySnapshotAttribute": {"createVolumePermission": {"add": {"items": [{"userId": "999988887777"}]}}},
        "ec2:ModifyImageAttribute": {"launchPermission": {"add": {"items": [{"userId": "999988887777"}]}}},
        "rds:ModifyDBSnapshotAttribute": {"attributeName": "restore", "valuesToAdd": ["999988887777"]},
    }
    records = [made(call, requestParameters=params) for call, params in given.items()]
    assert [one.call for one in traces(records)] == list(given)
    assert [rights(one) for one in records] == ["for 999988887777"] * 3


@pytest.mark.parametrize(
    ("call", "means"),
    [
        ("signin:PasswordUpdated", Means.PASSWORD),
        ("rds:ModifyDBInstance", Means.OTHER),
        ("transfer:ImportSshPublicKey", Means.KEY),
        ("rds:AddRoleToDBCluster", Means.RIGHTS),
        ("sso:EnableExternalIdPConfigurationForDirectory", Means.TRUST),
        ("organizations:AcceptHandshake", Means.TRUST),
        ("s3:PutBucketLifecycle", Means.DISGUISE),
        ("sagemaker:UpdateNotebookInstanceLifecycleConfig", Means.OTHER),
        ("bedrock:UpdateAgent", Means.OTHER),
        ("lambda:UpdateEventSourceMapping20150331", Means.OTHER),
        ("lambda:UpdateFunctionCode20150331", Means.OTHER),
    ],
)
def test_what_public_rules_look_for_counts_and_is_asked_for(call: str, means: Means) -> None:
    assert call in CALLS
    (trace,) = traces([made(call)])
    assert trace.means is means


def test_of_each_call_that_leaves_something_the_table_says_why() -> None:
    assert [call for call in CALLS if known(made(call)) is None] == []
