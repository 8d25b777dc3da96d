"""Who calls in the made logs: 140 principals, one of them with a leaked key, one a CI role with hourly sessions."""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 14, tzinfo=UTC)
DAYS = 7
LEAK_START = datetime(2026, 11, 18, 2, tzinfo=UTC)
LEAK_END = LEAK_START + timedelta(hours=30)
ACCOUNTS = ("111122223333", "444455556666", "777788889999")
REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-2")
USERS, ROLES = 110, 28
LEAKED_USER, CI_ROLE = "svc-billing", "ci-deploy"
OWN_IP, SECOND_IP = "198.51.100.7", "203.0.113.99"
SECRETS = tuple(f"{stage}/{app}/{what}" for stage in ("prod", "stage", "dev") for app in (
    "payments", "orders", "billing", "search", "mail") for what in ("db", "api", "signing", "webhook"))  # fmt: skip
PARAMETERS = tuple(f"/app/{stage}/{number:02}" for stage in ("prod", "dev") for number in range(20))


@dataclass(frozen=True)
class Caller:
    """Who, as JSON of a ``userIdentity``, and from where."""

    who: str
    arn: str
    key_id: str
    ip: str
    agent: str
    name: str


def key_id(prefix: str, *of: object) -> str:
    """An access key id, the same for the same things."""
    digest = hashlib.sha256(repr(of).encode()).digest()
    return prefix + b32encode(digest).decode()[:16]


LEAKED_KEY = key_id("AKIA", "leaked")


def user(name: str, account: str, ip: str = "", key: str = "") -> Caller:
    """A user with one key and one address."""
    number = int.from_bytes(hashlib.sha256(f"{name}{account}".encode()).digest()[:2])
    key = key or key_id("AKIA", name, account)
    arn = f"arn:aws:iam::{account}:user/{name}"
    who = {
        "type": "IAMUser",
        "principalId": key_id("AIDA", "user", name, account),
        "arn": arn,
        "accountId": account,
        "accessKeyId": key,
        "userName": name,
    }
    ip = ip or f"10.{number % 200}.{number // 256}.{number % 250 + 1}"
    agent = f"aws-cli/2.{number % 20}.0 Python/3.11 Linux/5.{number % 9}.0"
    return Caller(_compact(who), arn, key, ip, agent, name)


def session(role: str, account: str, started_at: datetime, name: str, key: str = "", ip: str = "") -> Caller:
    """A session of a role."""
    number = int.from_bytes(hashlib.sha256(f"{role}{account}{name}".encode()).digest()[:2])
    key = key or session_key(role, account, name)
    arn = f"arn:aws:sts::{account}:assumed-role/{role}/{name}"
    role_id = key_id("AROA", role, account)
    issuer = {
        "type": "Role",
        "principalId": role_id,
        "arn": f"arn:aws:iam::{account}:role/{role}",
        "accountId": account,
        "userName": role,
    }
    who = {
        "type": "AssumedRole",
        "principalId": f"{role_id}:{name}",
        "arn": arn,
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": issuer,
            "webIdFederationData": {},
            "attributes": {"creationDate": f"{started_at:%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": "false"},
        },
    }
    ip = ip or f"172.16.{number // 256}.{number % 250 + 1}"
    return Caller(_compact(who), arn, key, ip, f"Boto3/1.40.{number % 30} Botocore/1.40.{number % 30}", role)


def session_key(role: str, account: str, name: str) -> str:
    """The access key id of a role's session."""
    return key_id("ASIA", role, account, name)


def ci_session(account: str, at: datetime) -> Caller:
    """The CI role's session of an hour; its name holds the run's number."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    run = 7_000_000 + int((hour - START).total_seconds()) // 3600
    return session(CI_ROLE, account, hour, f"run-{run}")


def principals(account: str) -> list[Caller]:
    """All of an account but the leaked key's user and the CI role."""
    users = [user(f"user-{number:03}", account) for number in range(USERS)]
    return users + [session(f"app-{number:02}", account, START, f"i-{number:017x}") for number in range(ROLES)]


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
