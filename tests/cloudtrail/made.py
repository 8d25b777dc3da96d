"""CloudTrail records for tests, in the shape AWS documents."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta

from irkit.cloudtrail.record import Record, record

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY = "AKIAQ3EGUZ7LMN4PXWYZ"
ARN = "arn:aws:iam::111122223333:user/svc-deploy"
SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payments/db-AbCdEf"
_NUMBERS = itertools.count(1)


def body(call: str, after_s: float = 0, /, **fields: object) -> dict[str, object]:
    """The JSON of one record: a call of svc-deploy's key, so many seconds after ``START``."""
    source, name = call.split(":")
    return {
        "eventVersion": "1.09",
        "userIdentity": {"type": "IAMUser", "arn": ARN, "userName": "svc-deploy", "accessKeyId": KEY},
        "eventTime": (START + timedelta(seconds=after_s)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.9",
        "userAgent": "aws-cli/2",
        "requestParameters": None,
        "responseElements": None,
        "requestID": f"r-{next(_NUMBERS)}",
        "eventID": f"e-{next(_NUMBERS)}",
        **fields,
    }


def made(call: str, after_s: float = 0, /, **fields: object) -> Record:
    """The record itself."""
    return record(json.dumps(body(call, after_s, **fields)))


def service_decrypt(after_s: float = 0, arn: str = ARN, secret_arn: str = SECRET_ARN) -> Record:
    """A decrypt that Secrets Manager made for a caller: another key, another address."""
    return made(
        "kms:Decrypt",
        after_s,
        userIdentity={
            "type": "IAMUser",
            "arn": arn,
            "accountId": arn.split(":")[4],
            "userName": arn.rsplit("/", maxsplit=1)[-1],
            "accessKeyId": "ASIATFQR7NSC6V3LY3GE",
            "invokedBy": "secretsmanager.amazonaws.com",
        },
        sourceIPAddress="secretsmanager.amazonaws.com",
        userAgent="secretsmanager.amazonaws.com",
        requestParameters={"encryptionContext": {"SecretARN": secret_arn, "SecretVersionId": "v1"}},
        resources=[{"ARN": "arn:aws:kms:eu-west-1:111122223333:key/1", "type": "AWS::KMS::Key"}],
    )
