from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from irkit.cloudtrail.rights import rights
from tests.cloudtrail.held import stratus
from tests.cloudtrail.made import made

OUTSIDER = "arn:aws:iam::999988887777:root"
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": OUTSIDER}, "Action": "sts:AssumeRole"}]}
TRUSTED = f"for {OUTSIDER}: sts:AssumeRole"
SSH = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}
SHARED = {"createVolumePermission": {"add": {"items": [{"userId": "012345678912"}]}}}


def allowing(**statement: object) -> dict[str, str]:
    return {"policyDocument": json.dumps({"Statement": [{"Effect": "Allow", "Resource": "*", **statement}]})}


@pytest.mark.parametrize(
    ("call", "params", "expected"),
    [
        ("iam:UpdateAssumeRolePolicy", {"policyDocument": json.dumps(TRUST)}, TRUSTED),
        ("iam:CreateRole", {"assumeRolePolicyDocument": quote(json.dumps(TRUST))}, TRUSTED),
        ("iam:PutUserPolicy", allowing(Action="*"), "* on *"),
        ("iam:PutUserPolicy", allowing(NotAction="iam:*"), "all but iam:* on *"),
        ("iam:PutUserPolicy", allowing(Effect="Deny", Action="*"), ""),
        ("iam:PutUserPolicy", {"policyDocument": "no JSON"}, ""),
        ("kms:CreateGrant", {"granteePrincipal": "arn:x", "operations": ["Decrypt"]}, "for arn:x: Decrypt"),
        ("lambda:AddPermission20150331v2", {"principal": "*", "action": "lambda:Invoke"}, "for *: lambda:Invoke"),
        ("lambda:CreateFunction20150331", {"role": "arn:aws:iam::1:role/x"}, "as arn:aws:iam::1:role/x"),
        ("ec2:ModifySnapshotAttribute", SHARED, "for 012345678912"),
        ("rds:ModifyDBSnapshotAttribute", {"valuesToAdd": ["all"]}, "for all"),
        (
            "ec2:AuthorizeSecurityGroupIngress",
            {"ipPermissions": {"items": [SSH]}},
            "tcp 22 from 0.0.0.0/0",
        ),
        ("iam:CreateUser", {"userName": "u"}, ""),
    ],
)
def test_who_is_given_what_is_told_in_words(call: str, params: object, expected: str) -> None:
    assert rights(made(call, requestParameters=params)) == expected


def test_a_policy_of_many_statements_is_cut_with_how_many_there_are() -> None:
    several = [{"Effect": "Allow", "Action": f"s3:Get{number}", "Resource": "*"} for number in range(9)]
    told = rights(made("iam:PutRolePolicy", requestParameters={"policyDocument": json.dumps({"Statement": several})}))
    assert told.endswith("; and 5 more")


def test_a_real_backdoor_names_the_account_that_it_lets_in() -> None:
    (one,) = [one for technique, one in stratus() if technique == "aws.persistence.iam-backdoor-role"]
    assert "for arn:aws:iam::193672423079:root: sts:AssumeRole" in rights(one)
