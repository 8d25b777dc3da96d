from __future__ import annotations

import pytest

from irkit.cloudtrail.persistence import Means, traces
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
