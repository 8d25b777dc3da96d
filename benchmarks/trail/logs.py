"""Made logs in AWS's layout: real calls of made callers, at made times. The same numbers make the same logs."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from trail import cast
from trail.cast import Caller
from trail.templates import Template, template

PER_FILE = 1000
_LAG_S = (60, 540)


@dataclass
class Told:
    """What was made, for those who check an answer: events by what a question asks for."""

    events: int = 0
    bytes: int = 0
    of: Counter[str] = field(default_factory=Counter)

    def add(self, other: Told) -> None:
        self.events += other.events
        self.bytes += other.bytes
        self.of += other.of


def _scene(call: str, **fields: object) -> Template:
    source, name = call.split(":")
    return template({
        "eventVersion": "1.11",
        "userIdentity": {"type": "Role"},
        "eventTime": "",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "",
        "userAgent": "",
        "responseElements": None,
        **fields,
        "requestID": "",
        "eventID": "",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "eventCategory": "Management",
    })  # fmt: skip


_SECRET = "arn:aws:secretsmanager:eu-west-1:§ACCOUNT§:secret:§SECRET§-AbCdEf"
_PARAMETER = "arn:aws:ssm:eu-west-1:§ACCOUNT§:parameter§SECRET§"
_KEY = [{"accountId": "§ACCOUNT§", "type": "AWS::KMS::Key", "ARN": "arn:aws:kms:eu-west-1:§ACCOUNT§:key/0f-1"}]
_GET_SECRET = _scene("secretsmanager:GetSecretValue", requestParameters={"secretId": "§SECRET§"})
_GET_PARAMETER = _scene("ssm:GetParameter", requestParameters={"name": "§SECRET§", "withDecryption": True})
_DECRYPT_SECRET = _scene(
    "kms:Decrypt",
    requestParameters={
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "encryptionContext": {"SecretARN": _SECRET, "SecretVersionId": "0b1c"},
    },
    resources=_KEY,
)
_DECRYPT_PARAMETER = _scene(
    "kms:Decrypt",
    requestParameters={"encryptionAlgorithm": "SYMMETRIC_DEFAULT", "encryptionContext": {"PARAMETER_ARN": _PARAMETER}},
    resources=_KEY,
)
_DECRYPT = _scene(
    "kms:Decrypt",
    requestParameters={
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "encryptionContext": {"app": "§SECRET§", "stage": "prod"},
    },
    resources=_KEY,
)
_ASSUMED = {
    "credentials": {"accessKeyId": "§SECRET§", "sessionToken": "redacted", "expiration": "§TIME§"},
    "assumedRoleUser": {"arn": "arn:aws:sts::§ACCOUNT§:assumed-role/app-00/pivot"},
}
_ASSUME = _scene(
    "sts:AssumeRole",
    requestParameters={"roleArn": "arn:aws:iam::§ACCOUNT§:role/app-00", "roleSessionName": "pivot"},
    responseElements=_ASSUMED,
)
_WEB = _scene(
    "sts:AssumeRoleWithWebIdentity",
    requestParameters={"roleArn": "arn:aws:iam::§ACCOUNT§:role/ci-deploy", "roleSessionName": "§IP§"},
    responseElements={"credentials": {"accessKeyId": "§SECRET§", "expiration": "§TIME§"}},
)
_SUBJECT = "repo:acme/shop:ref:refs/heads/main"
_GITHUB = json.dumps({
    "type": "WebIdentityUser",
    "principalId": f"token.actions.githubusercontent.com:sts.amazonaws.com:{_SUBJECT}",
    "userName": _SUBJECT,
    "identityProvider": "token.actions.githubusercontent.com",
}, separators=(",", ":"))  # fmt: skip


class Maker:
    """Makes the files of one place; ``templates`` are real calls."""

    def __init__(self, folder: Path, templates: list[Template], seed: int) -> None:
        self.folder = folder
        self.templates = templates
        self.seed = seed
        self.principals = {account: cast.principals(account) for account in cast.ACCOUNTS}

    def write(self, number: int, of: int, events: int) -> Told:
        """Write one file of ``of``, of so many events."""
        dice = random.Random(f"{self.seed}/{number}")
        account = cast.ACCOUNTS[number % 3]
        region = cast.REGIONS[number // 3 % 3]
        delivered = cast.START + timedelta(days=cast.DAYS) * ((number + 0.5) / of)
        told = Told()
        texts: list[str] = []
        while len(texts) < events:
            texts += self._happening(dice, account, region, delivered - timedelta(seconds=dice.uniform(*_LAG_S)), told)
        content = ('{"Records":[' + ",".join(texts[:events]) + "]}").encode()
        name = f"{account}_CloudTrail_{region}_{delivered:%Y%m%dT%H%MZ}_{dice.getrandbits(80):020x}.json.gz"
        path = self.folder / f"AWSLogs/{account}/CloudTrail/{region}/{delivered:%Y/%m/%d}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content, 6, mtime=0))
        told.events, told.bytes = events, len(content)
        return told

    def _happening(self, dice: random.Random, account: str, region: str, at: datetime, told: Told) -> Iterator[str]:
        """One call and what comes of it."""
        caller = self._caller(dice, account, at)
        share = dice.random()
        fill = _Fill(dice, account, region)
        if caller.name == cast.CI_ROLE and share < 0.04:
            web = Caller(_GITHUB, "", "", caller.arn.rpartition("/")[2], "github-actions", "")
            yield fill(_WEB, web, at, caller.key_id)
        elif caller.name == cast.CI_ROLE and share < 0.10:
            yield fill(_DECRYPT, caller, at, f"{dice.choice(('prod/payments', 'prod/orders', 'dev/search'))}/artifact")
        elif caller.key_id == cast.LEAKED_KEY and caller.ip == cast.SECOND_IP and share < 0.02:
            yield fill(_ASSUME, caller, at, cast.session_key("app-00", account, "pivot"))
        elif share < 0.06:
            secret, service = dice.choice(cast.SECRETS), "secretsmanager.amazonaws.com"
            yield fill(_GET_SECRET, caller, at, secret)
            yield fill(_DECRYPT_SECRET, _made_for(caller, service, dice), at + timedelta(seconds=1), secret)
        elif share < 0.12:
            parameter = dice.choice(cast.PARAMETERS)
            yield fill(_GET_PARAMETER, caller, at, parameter)
            yield fill(_DECRYPT_PARAMETER, _made_for(caller, "AWS Internal", dice), at, parameter)
        else:
            yield fill(dice.choice(self.templates), caller, at, "")
        told.of[caller.name] += 1

    def _caller(self, dice: random.Random, account: str, at: datetime) -> Caller:
        share = dice.random()
        if account == cast.ACCOUNTS[0]:
            leaked = cast.LEAK_START <= at < cast.LEAK_END
            if leaked and share < 0.020:
                return cast.user(cast.LEAKED_USER, account, cast.SECOND_IP, cast.LEAKED_KEY)
            if leaked and share < 0.025:
                return cast.session(
                    "app-00", account, cast.LEAK_START, "pivot", cast.session_key("app-00", account, "pivot"),
                    cast.SECOND_IP,
                )  # fmt: skip
            if 0.025 <= share < 0.030:
                return cast.user(cast.LEAKED_USER, account, cast.OWN_IP, cast.LEAKED_KEY)
        if share < 0.06:
            return cast.ci_session(account, at)
        return dice.choice(self.principals[account])


class _Fill:
    """Fills templates in one account and region."""

    def __init__(self, dice: random.Random, account: str, region: str) -> None:
        self.dice, self.account, self.region = dice, account, region

    def __call__(self, call: Template, caller: Caller, at: datetime, secret: str) -> str:
        return call.filled(
            WHO=caller.who,
            TIME=f"{at:%Y-%m-%dT%H:%M:%SZ}",
            ACCOUNT=self.account,
            REGION=self.region,
            IP=caller.ip,
            AGENT=caller.agent,
            REQUEST=_uuid(self.dice),
            EVENT=_uuid(self.dice),
            SECRET=secret,
            MINTED=cast.key_id("ASIA", self.dice.getrandbits(64)) if "MINTED" in call.holes else "",
        )


def _uuid(dice: random.Random) -> str:
    text = f"{dice.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _made_for(caller: Caller, service: str, dice: random.Random) -> Caller:
    """What a service does for a caller: the caller's ARN, a key and an address that are the service's own."""
    key = cast.key_id("ASIA", dice.getrandbits(64))
    who = caller.who.replace(caller.key_id, key)[:-1] + f',"invokedBy":"{service}"}}'
    return Caller(who, caller.arn, key, service, service, caller.name)
