"""Log files for tests: the excerpt of real records, and records as odd as they come, in AWS's layout."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.record import Record, record_of
from irkit.cloudtrail.source import in_order
from tests.cloudtrail.made import ARN, START, body

REAL = Path(__file__).parents[2] / "data/cloudtrail/invictus.jsonl"
ACCOUNT = "123837392027"
OTHER = "111122223333"
REAL_DAY = Window(datetime(2023, 7, 10, tzinfo=UTC), datetime(2023, 7, 11, tzinfo=UTC))
ODD_DAY = Window(START, START + timedelta(hours=12))
BOTH = (REAL_DAY, ODD_DAY)
ROLE = f"arn:aws:iam::{OTHER}:role/ci-deploy"
MANY = [{"ARN": f"arn:aws:s3:::bucket-{number}", "accountId": OTHER, "type": "AWS::S3::Bucket"} for number in range(6)]


@dataclass(frozen=True)
class LogFile:
    """One log file: where AWS would put it, and the records in it."""

    account: str
    region: str
    day: str
    """``2023/07/10``."""
    name: str
    records: Sequence[Mapping[str, Any]]

    @property
    def key(self) -> str:
        return f"AWSLogs/{self.account}/CloudTrail/{self.region}/{self.day}/{self.name}"

    def gzipped(self) -> bytes:
        """As AWS writes it."""
        return gzip.compress(json.dumps({"Records": list(self.records)}).encode())


def log_files() -> tuple[LogFile, ...]:
    """Two accounts, two regions, a file of the next day; one event is delivered twice."""
    real = [json.loads(line) for line in REAL.read_text(encoding="utf-8").splitlines()]
    odd = odd_records()
    return (
        _file(ACCOUNT, "us-east-1", "2023/07/10", real[::2]),
        _file(ACCOUNT, "us-east-1", "2023/07/10", [*real[1::2], real[0]], 1),
        _file(OTHER, "eu-west-1", "2026/11/21", odd[:-1]),
        _file(OTHER, "eu-west-1", "2026/11/22", odd[-1:]),
    )


def _file(account: str, region: str, day: str, records: Sequence[Mapping[str, Any]], number: int = 0) -> LogFile:
    name = f"{account}_CloudTrail_{region}_{day.replace('/', '')}T00{number:02}Z_abcdefghijklmno{number}.json.gz"
    return LogFile(account, region, day, name, records)


def odd_records() -> list[dict[str, object]]:
    """Identities of every kind, texts that JSON and SQL must escape, more resources than are usual."""
    session = {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:run-1",
        "arn": f"arn:aws:sts::{OTHER}:assumed-role/ci-deploy/run-1",
        "accountId": OTHER,
        "accessKeyId": "ASIA" + "Q3EGUZ7LMN4PXWYZ",
        "sessionContext": {
            "sourceIdentity": "octo",
            "sessionIssuer": {"type": "Role", "arn": ROLE, "accountId": OTHER, "userName": "ci-deploy"},
            "webIdFederationData": {"federatedProvider": "token.actions.githubusercontent.com", "attributes": {}},
        },
    }
    subject = {
        "type": "WebIdentityUser",
        "principalId": "provider:sts.amazonaws.com:repo:octo/shop:ref:refs/heads/main",
        "userName": "repo:octo/shop:ref:refs/heads/main",
        "identityProvider": f"arn:aws:iam::{OTHER}:oidc-provider/token.actions.githubusercontent.com",
    }
    refused = {"errorCode": "AccessDenied", "errorMessage": 'it\'s "not" allowed', "recipientAccountId": OTHER}
    person = {
        "type": "IdentityCenterUser",
        "accountId": OTHER,
        "onBehalfOf": {"userId": "u-1", "identityStoreArn": "a"},
    }
    return [
        body("kms:Decrypt", 1, userIdentity=None, recipientAccountId=OTHER),
        body("kms:Decrypt", 2, userIdentity=session, recipientAccountId=OTHER, sharedEventID="shared-1"),
        body("sts:AssumeRoleWithWebIdentity", 3, userIdentity=subject, responseElements={"subjectFrom": "octo"}),
        body("sso:ListAccounts", 4, userIdentity=person, vpcEndpointId="vpce-1", eventCategory="Management"),
        body(
            "iam:CreateUser", 5, userIdentity={"type": "Root", "arn": f"arn:aws:iam::{OTHER}:root", "accountId": OTHER}
        ),
        body("s3:PutObject", 6, userIdentity={"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}),
        body("sts:AssumeRole", 7, userIdentity={"type": "AWSAccount", "accountId": "999988887777", "principalId": "A"}),
        body("s3:DeleteBucket", 8, resources=MANY, **refused),
        body("ssm:GetParameter", 9, requestParameters={"name": 'it\'s a "quoted" \\ name/ünïcode\n'}),
        body("ssm:GetParameter", 10, requestParameters={"Name": "/prod/Pascal", "Tags": [{"Key": "a"}]}),
        body("ec2:RunInstances", 11, errorCode="Client.UnauthorizedOperation", sourceIPAddress="AWS Internal"),
        body("lambda:Invoke", 12, errorCode="ThrottlingException", userAgent="o'agent; DROP TABLE x --"),
        body(
            "iam:GetUser",
            13,
            userIdentity={"type": "IAMUser", "arn": ARN, "userName": "svc-deploy", "accountId": OTHER},
        ),
        body(
            "kms:Decrypt", 14, additionalEventData={"keyMaterialId": "abc"}, requestParameters={"encryptionContext": {}}
        ),
        *sign_ins(),
        body("kms:Encrypt", 11.9 * 3600),
    ]


def sign_ins() -> list[dict[str, Any]]:
    """Two that failed, and three calls that did not: AWS gives none of them an error code."""
    return [
        body(
            "signin:ConsoleLogin",
            15,
            responseElements={"ConsoleLogin": "Failure"},
            errorMessage="Failed authentication",
        ),
        body("signin:CredentialVerification", 16, serviceEventDetails={"CredentialVerification": "Failure"}),
        body("signin:SwitchRole", 17, responseElements={"SwitchRole": "Success"}),
        body("signin:GetSigninToken", 18, responseElements={"credentials": None, "ConsoleLogin": "Failure"}),
        body("config:PutEvaluations", 19, responseElements={"PutEvaluations": "Failure"}),
    ]


def local(files: Sequence[LogFile], query: Query) -> tuple[Record, ...]:
    """An independent reading of every record."""
    every = (record_of(dict(one)) for file in files for one in file.records)
    return in_order(one for one in every if query.matches(one))
