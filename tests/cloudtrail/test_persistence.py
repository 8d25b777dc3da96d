from __future__ import annotations

import pytest

from irkit.cloudtrail.persistence import Means, further_keys, traces
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


def test_keys_and_sessions_that_came_of_a_key_are_followed() -> None:
    session = {"credentials": {"accessKeyId": "ASIA9"}}
    records = [
        made("iam:CreateAccessKey", responseElements=NEW_KEY),
        made("sts:GetSessionToken", responseElements=session),
        made("sts:AssumeRole", responseElements=session),
        made("iam:CreateAccessKey", errorCode="AccessDenied"),
    ]
    assert further_keys(records) == ("AKIANEW", "ASIA9")
