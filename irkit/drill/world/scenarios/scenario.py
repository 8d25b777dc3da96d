"""What a scenario of the rehearsal is: how things came to stand as they do when the alarm goes off.

A scenario builds what it needs beside the estate that every world has, and tells the story: what the intruder holds,
and what whoever raised the alarm knows of it. Who the intruder is, and what he does with his foothold before and after
the alarm, is another's part: ``drill.world.adversaries``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Protocol

from pydantic import JsonValue

from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.bystander import Bystander
from irkit.drill.world.estate import REGION, Estate
from irkit.drill.world.git_server import GitServer
from irkit.drill.world.github_server import GithubServer
from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.proxy import ACTOR, AT, SOURCE_IP, TOKEN
from irkit.drill.world.signature import KeyPair
from irkit.drill.world.token_issuer import TokenIssuer
from irkit.secret import Secret

OWN_NETWORKS = ("10.0.0.0/16",)
"""Where the rehearsed company's own calls come from."""


@dataclass(frozen=True)
class Scene:
    """What a scenario builds with. Everything made here is older than the alarm."""

    estate: Estate
    root: AwsCaller
    """The account's root through the proxy, thirty days before the alarm: for furniture."""
    endpoint: str
    """Where AWS answers, through the proxy."""
    token: str
    """What lets calls be recorded in the past."""
    alarm_at: datetime
    random: Random
    """Of the world's seed: names, order, jitter."""
    git: GitServer
    github: GithubServer
    folder: Path
    """For what the responder may read: logs, bundles, crash reports. Exists."""
    plant: Callable[[str, Secret], None]
    """Tells a secret value (by a name for it) that must be found nowhere outside its store."""
    issuer: Callable[[], TokenIssuer]
    """The world's GitHub Actions, whose key AWS knows: signs web identity tokens; the same one each time."""

    def past(
        self, keys: KeyPair, minutes: float, ip: str, agent: str, actor: str = "", region: str = REGION
    ) -> AwsCaller:
        """A caller whose calls are recorded ``minutes`` before the alarm, under an actor's name for the truth."""
        when = self.alarm_at - timedelta(minutes=minutes)
        told = {AT: str(int(when.timestamp())), TOKEN: self.token, ACTOR: actor, SOURCE_IP: ip, "User-Agent": agent}
        return AwsCaller(self.endpoint, keys, region, told)

    def now(self, keys: KeyPair, ip: str, agent: str, actor: str = "", region: str = REGION) -> AwsCaller:
        """A caller whose calls happen when they are made."""
        return AwsCaller(self.endpoint, keys, region, {ACTOR: actor, SOURCE_IP: ip, "User-Agent": agent})


@dataclass(frozen=True)
class Sealed:
    """A ciphertext that the intruder is after, and the encryption context that opens it."""

    name: str
    ciphertext: str
    """Base64."""
    context: JsonObject


@dataclass(frozen=True)
class WebIdentity:
    """A seat from which web identity tokens can be had, again and again: a runner of the company's CI."""

    role_arn: str
    """The role whose trust lets such tokens in."""
    tokens: Callable[[], Secret]
    """A fresh token of the run that the intruder sits in."""
    ip: str
    """The runner's address, which is the CI's own."""


@dataclass(frozen=True)
class Door:
    """Something that the intruder left behind so as to come in again."""

    kind: str
    """``user``, ``key``, ``role``, ``trust``, ``policy``, ``grant``, ``password``, ``runner``, ``workflow``, ..."""
    name: str
    is_open: Callable[[], bool]
    """Whether it would let the intruder in, were he to try: judged by the truth itself, not by his luck."""


class Foul(StrEnum):
    """What the *runner* may do outside AWS, where a scenario offers it."""

    REGISTER_RUNNER = "register_runner"
    PUSH_WORKFLOW = "push_workflow"
    ADD_DEPLOY_KEY = "add_deploy_key"
    POISON_CACHE = "poison_cache"


@dataclass(frozen=True)
class Foothold:
    """What the intruder holds when it begins, before he has done anything with it."""

    keys: Mapping[str, KeyPair]
    """Key pairs of users or sessions by a name: ``leaked key``. May be empty when there is a ``web`` or a token."""
    suspects: tuple[str, ...]
    """ARNs of the users and roles that the intruder acts as: to cut these is right, whatever else runs as them."""
    web: WebIdentity | None = None
    tokens: Mapping[str, Secret] = field(default_factory=dict)
    """Tokens of other providers by a name: ``github token``."""
    probes: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """For each of ``tokens``: what it gets right now, ``works`` or a refusal in a word (``401``)."""
    sealed: tuple[Sealed, ...] = ()
    """What he may decrypt with the keys."""
    secret_ids: tuple[str, ...] = ()
    """What he may read in Secrets Manager with the keys."""
    fouls: Mapping[Foul, Callable[[], Door]] = field(default_factory=dict)
    """What he can do outside AWS; each gives the door it left open."""
    bystanders: tuple[Bystander, ...] = ()
    """Innocent jobs of this scenario, beside those of every world."""
    login: str = ""
    """Of an insider: the name by which the company knows the person."""
    must_fall: bool = True
    """Whether it must be cut even where nobody misused it: it leaked, or whoever holds it leaves."""


@dataclass(frozen=True)
class Story:
    """How things stand when the alarm goes off."""

    foothold: Foothold
    inputs: Mapping[str, JsonValue]
    """What whoever raised the alarm knows, and so the runbook's inputs: never a secret value, only where one lies."""


class Scenario(Protocol):
    """One scenario; ``drill.world.scenarios.shelf`` lists them by the name of their runbook."""

    @property
    def services(self) -> tuple[str, ...]:
        """Which of ``estate.SERVICES`` must really run as apps: those that the runbook restarts."""

    def furnish(self, scene: Scene) -> Story:
        """Build what this scenario needs. Raises AwsRefused when the account is not as expected."""
