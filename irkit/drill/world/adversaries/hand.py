"""What an adversary plays with: his foothold, callers from his own addresses, and attempts that may be refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import ParamSpec, TypeVar
from xml.etree import ElementTree as ET

from irkit.drill.world.adversaries.adversary import INTRUDER, Held, Loot
from irkit.drill.world.aws_caller import AwsCaller, AwsRefused
from irkit.drill.world.crew import BACKUP_ROLE, REPORTS
from irkit.drill.world.estate import ACCOUNT, READER_ROLE, REGION
from irkit.drill.world.proxy import ACTOR
from irkit.drill.world.scenarios.scenario import Foothold, Scene, Sealed
from irkit.drill.world.seed_aws import key_pair
from irkit.drill.world.signature import KeyPair
from irkit.secret import Secret

WORKS = "works"
JUDGE = "judge"
"""The actor's name under which credentials are tried for the truth: no deed of the adversary's."""
NO_IDENTITY = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "ExpiredToken",
        "ExpiredTokenException",
        "SignatureDoesNotMatch",
    }
)
"""Refusals of the key itself: nothing that it signs will work."""
_AGENTS = (
    "aws-cli/2.15.30 Python/3.11.8 Linux/6.5.0-kali3-amd64 exe/x86_64.kali.2024 prompt/off",
    "Boto3/1.34.51 md/Botocore#1.34.51 ua/2.0 os/linux#6.5.0 md/arch#x86_64 lang/python#3.11.8 Botocore/1.34.51",
)
_ADDRESSES = ("185.220.101.34", "45.153.160.12", "193.26.115.77", "146.70.53.161", "91.92.240.58", "23.129.64.201")
_NAMED = {"RoleSessionName": "judge"}
_INNOCENT_ROLES = tuple(f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in (BACKUP_ROLE, READER_ROLE))
"""What the key of an innocent job may lead on to."""
_DURATION = {"DurationSeconds": "43200"}
_DENIED = NO_IDENTITY | {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True)
class Network:
    """Two addresses and two tools."""

    ips: tuple[str, str]
    agents: tuple[str, str] = _AGENTS


KNOWN = Network((_ADDRESSES[0], _ADDRESSES[1]))
"""The addresses of the intruder who has gone, which tests know."""


def network(random: Random) -> Network:
    """Two of the usual exits."""
    one, two = random.sample(_ADDRESSES, 2)
    return Network((one, two))


@dataclass(frozen=True)
class Hand:
    """What an adversary plays with. ``judge`` is the account's root, unrecorded: for the truth alone."""

    scene: Scene
    foothold: Foothold
    judge: AwsCaller
    random: Random
    network: Network
    loot: Loot = field(default_factory=Loot)

    def past(self, keys: KeyPair, minutes: float, region: str = REGION, line: int = 0) -> AwsCaller:
        """A caller some minutes before the alarm, give or take 50 seconds; ``line`` is which address he comes from."""
        jitter = self.random.randrange(50) / 60
        ip, agent = self.network.ips[line], self.network.agents[line]
        return self.scene.past(keys, minutes - jitter, ip, agent, INTRUDER, region)

    def now(self, keys: KeyPair, region: str = REGION, line: int = 1) -> AwsCaller:
        """A caller now."""
        return self.scene.now(keys, self.network.ips[line], self.network.agents[line], INTRUDER, region)

    def own(self) -> KeyPair:
        """The credential that he begins with. Raises LookupError when the foothold holds none."""
        for keys in self.foothold.keys.values():
            return keys
        if self.foothold.web is None:
            msg = "the foothold holds no AWS credential"
            raise LookupError(msg)
        return self.web_session(minutes=175)

    def take(self, name: str, answer: ET.Element, since: datetime | None = None) -> KeyPair:
        """Keep the credential in an answer to CreateAccessKey, GetSessionToken, AssumeRole, ..."""
        user, arn = answer.findtext(".//AccessKey/UserName", ""), answer.findtext(".//Arn", "")
        held = Held(name, key_pair(answer), arn or f"arn:aws:iam::{ACCOUNT}:user/{user}", since or datetime.now(UTC))
        self.loot.take(held)
        return held.keys

    def at(self, minutes: float) -> datetime:
        """A time before the alarm."""
        return self.scene.alarm_at - timedelta(minutes=minutes)

    def arn_of(self, keys: KeyPair) -> str:
        """Who acts with a credential of his."""
        for held in self.loot.held.values():
            if held.keys == keys:
                return held.arn
        return self.foothold.suspects[0]

    def session(self, caller: AwsCaller, arn: str, since: datetime | None = None) -> KeyPair:
        """A session of the user who calls; raises AwsRefused."""
        answer = caller.query("sts", "GetSessionToken", _DURATION)
        held = Held("session", key_pair(answer), arn, since or datetime.now(UTC))
        self.loot.take(held)
        return held.keys

    def web_session(self, minutes: float = 0) -> KeyPair:
        """A session of the CI's role, by a fresh token of the runner. Raises AwsRefused, LookupError without one."""
        web = self.foothold.web
        if web is None:
            msg = "the foothold has no runner"
            raise LookupError(msg)
        nobody, agent = KeyPair("", Secret("unsigned")), "aws-sdk-js/3.540.0 os/linux lang/js md/nodejs#20.11.1"
        caller = (
            self.scene.past(nobody, minutes, web.ip, agent, INTRUDER)
            if minutes
            else self.scene.now(nobody, web.ip, agent, INTRUDER)
        )
        asked = {
            "RoleArn": web.role_arn,
            "RoleSessionName": f"run-{self.random.randrange(10**6)}",
            "WebIdentityToken": web.tokens().reveal(),
            "DurationSeconds": "3600",
        }
        return self.take("ci session", caller.anonymous("sts", "AssumeRoleWithWebIdentity", asked), self.at(minutes))

    def tried(self, keys: KeyPair) -> str:
        """What a credential gets right now for something that matters: ``works``, or the first refusal's code."""
        caller = self.now(keys)
        caller = replace(caller, headers={**caller.headers, ACTOR: JUDGE})
        first = ""
        for act in self._acts(caller):
            try:
                act()
            except AwsRefused as refusal:
                first = first or refusal.code
                if refusal.code in NO_IDENTITY:
                    break
            else:
                return WORKS
        return first

    def _acts(self, caller: AwsCaller) -> list[Callable[[], object]]:
        return [
            partial(caller.json, "secretsmanager", "ListSecrets", {}),
            *(partial(decrypted, caller, sealed) for sealed in self.foothold.sealed[:1]),
            partial(caller.query, "iam", "ListUsers", {}),
            *(partial(caller.query, "sts", "AssumeRole", {**_NAMED, "RoleArn": arn}) for arn in _INNOCENT_ROLES),
            partial(caller.query, "iam", "ListAccessKeys", {"UserName": REPORTS}),
            partial(caller.json, "ecs", "ListClusters", {}),
        ]

    def tries(self) -> dict[str, str]:
        """What everything he holds gets right now."""
        own = {name: self.tried(keys) for name, keys in self.foothold.keys.items()}
        taken = {name: self.tried(held.keys) for name, held in self.loot.held.items()}
        other = {name: probe() for name, probe in self.foothold.probes.items()}
        return own | taken | other


def attempt(act: Callable[P, T], *args: P.args, **named: P.kwargs) -> T | None:
    """What came of it; ``None`` when it was refused or nobody answered."""
    try:
        return act(*args, **named)
    except (AwsRefused, OSError):
        return None


def is_denial(refusal: AwsRefused) -> bool:
    """Whether it was refused to this credential, rather than for another reason."""
    return refusal.code in _DENIED


def decrypted(caller: AwsCaller, sealed: Sealed) -> object:
    """Open a ciphertext. Raises AwsRefused."""
    return caller.json("kms", "Decrypt", {"CiphertextBlob": sealed.ciphertext, "EncryptionContext": sealed.context})
