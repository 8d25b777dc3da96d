"""``Clients``: what an action reaches the outside with. Built lazily, one a step; ``Outside`` is what all share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Protocol

from irkit.clients.assumed_role import RoleToAssume
from irkit.clients.athena import Athena
from irkit.clients.aws import Aws, AwsMoment, AwsSession
from irkit.clients.call_record import CallLog, CallRecord
from irkit.clients.cloudtrail import CloudTrail, Pace
from irkit.clients.cloudtrail_lake import Lake
from irkit.clients.ecs import Ecs
from irkit.clients.evidence import Evidence, EvidenceFile
from irkit.clients.git import Git, GitOverHttp
from irkit.clients.github import GitHub, GitHubRest
from irkit.clients.github_api import GithubApi
from irkit.clients.github_ci import GitHubCi
from irkit.clients.github_tokens import GitHubTokens
from irkit.clients.glue import Glue
from irkit.clients.health import Health
from irkit.clients.iam import Iam
from irkit.clients.iam_account import Account
from irkit.clients.iam_rights import Rights
from irkit.clients.kingfisher import Kingfisher, Targets
from irkit.clients.kms import Kms
from irkit.clients.known_secrets import KnownSecrets
from irkit.clients.oidc_providers import OidcProviders
from irkit.clients.organizations import Organizations
from irkit.clients.regions import Regions
from irkit.clients.resource_policies import ResourcePolicies
from irkit.clients.s3 import S3
from irkit.clients.scp import ServiceControlPolicies
from irkit.clients.secretsmanager import SecretsManager
from irkit.clients.settling import Settling
from irkit.clients.slack import Slack, SlackWeb
from irkit.clients.ssm import Ssm
from irkit.clients.sts import Sts
from irkit.clients.trails import Trails
from irkit.clients.user_credentials import Credentials
from irkit.clients.what_if import WhatIf
from irkit.config import Config
from irkit.errors import InputMissing
from irkit.secret import Fingerprint, Secret
from irkit.token_ref import TokenRef


class PostmortemWriter(Protocol):
    """Tells the incident's report as it stands; wiring supplies it."""

    def text(self) -> str:
        """The postmortem, in Markdown."""
        ...


_A_SECOND = timedelta(seconds=1)
"""A ``Date`` is cut to whole seconds."""


def _unheard(_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Listeners:
    """Who is told while a step runs: ``progress`` of one live line, ``kept`` of each evidence file."""

    progress: Callable[[str], None] = _unheard
    kept: Callable[[EvidenceFile], None] = _unheard


@dataclass(frozen=True)
class Outside:
    """What all steps of one incident share: ``folder`` is the incident's own, and so is ``fingerprint_key``."""

    config: Config
    incident: str
    folder: Path
    fingerprint_key: bytes = field(repr=False)
    postmortem: PostmortemWriter
    known_secrets: KnownSecrets = field(default_factory=KnownSecrets)
    pace: Pace | None = None
    """The pace at which the event history is asked; None for the configuration's."""
    assumed: AwsSession | None = field(default=None, repr=False)
    """The session of another account's role, when it is that account's outside."""

    @cached_property
    def asking(self) -> Pace:
        """The pace at which the event history of this account is asked, by all steps together."""
        return self.pace or Pace(self.config.cloudtrail.lookups_per_second)

    @cached_property
    def aws_session(self) -> AwsSession:
        """The one AWS session of the process, or the assumed role's."""
        return self.assumed or AwsSession(self.config.aws)

    @cached_property
    def organization_session(self) -> AwsSession:
        """The session of the account that may write SCPs; our own where no profile of it is configured."""
        profile = self.config.aws.organization_profile
        return AwsSession(replace(self.config.aws, profile=profile)) if profile else self.aws_session

    def clients(self, step: str, listeners: Listeners | None = None) -> Clients:
        """The clients of one step."""
        return Clients(self, step, listeners or Listeners())


class Clients:
    """The outside as one step sees it: one attribute a service, each built on first use."""

    def __init__(self, outside: Outside, step: str, listeners: Listeners, calls: CallLog | None = None) -> None:
        self._outside = outside
        self._listeners = listeners
        self._calls = calls or CallLog()
        self.step = step
        self.incident = outside.incident
        self.config = outside.config
        self.known_secrets = outside.known_secrets
        self.postmortem = outside.postmortem
        self.agent = f"irkit/{outside.incident}/{step}"
        """How our calls are known in CloudTrail's user agents."""

    @cached_property
    def aws(self) -> Aws:
        """AWS bound to this step."""
        return Aws(self._outside.aws_session, self._calls, self.agent)

    @cached_property
    def sts(self) -> Sts:
        """AWS STS."""
        return Sts(self.aws, self.config.protected_principals)

    @cached_property
    def iam(self) -> Iam:
        """AWS IAM."""
        return Iam(self.aws)

    @cached_property
    def account(self) -> Account:
        """AWS IAM: the whole account in one look."""
        return Account(self.aws)

    @cached_property
    def resource_policies(self) -> ResourcePolicies:
        """The policies of buckets and secrets."""
        return ResourcePolicies(self.aws)

    @cached_property
    def rights(self) -> Rights:
        """AWS IAM: where users and roles have their rights from."""
        return Rights(self.aws)

    @cached_property
    def oidc_providers(self) -> OidcProviders:
        """AWS IAM: the providers that federated roles trust."""
        return OidcProviders(self.aws)

    @cached_property
    def scps(self) -> ServiceControlPolicies:
        """AWS Organizations' service control policies, as ``aws.organization_profile``."""
        return ServiceControlPolicies(Aws(self._outside.organization_session, self._calls, self.agent))

    @cached_property
    def scp_organization(self) -> Organizations:
        """AWS Organizations, as ``aws.organization_profile``."""
        return Organizations(Aws(self._outside.organization_session, self._calls, self.agent))

    @property
    def settling(self) -> Settling:
        """When a change that AWS has acknowledged counts as binding."""
        return Settling(self.aws_now, timedelta(seconds=self.config.aws.settle_s))

    @cached_property
    def secretsmanager(self) -> SecretsManager:
        """AWS Secrets Manager."""
        return SecretsManager(self.aws)

    @cached_property
    def kms(self) -> Kms:
        """AWS KMS."""
        return Kms(self.aws)

    @cached_property
    def ssm(self) -> Ssm:
        """AWS Systems Manager's Parameter Store."""
        return Ssm(self.aws)

    @cached_property
    def user_credentials(self) -> Credentials:
        """What users log in with beside access keys."""
        return Credentials(self.aws)

    @cached_property
    def what_if(self) -> WhatIf:
        """IAM's simulation of policies as they stood before a cut."""
        return WhatIf(self.aws)

    @cached_property
    def cloudtrail(self) -> CloudTrail:
        """AWS CloudTrail's event history."""
        return CloudTrail(self.aws, self._outside.asking)

    @cached_property
    def trails(self) -> Trails:
        """AWS CloudTrail's trails: what they record, and where they put it."""
        return Trails(self.aws)

    @cached_property
    def regions(self) -> Regions:
        """AWS's regions."""
        return Regions(self.aws)

    @cached_property
    def s3(self) -> S3:
        """AWS S3."""
        return S3(self.aws)

    @cached_property
    def athena(self) -> Athena:
        """AWS Athena."""
        return Athena(self.aws)

    @cached_property
    def glue(self) -> Glue:
        """AWS Glue's Data Catalog."""
        return Glue(self.aws)

    @cached_property
    def lake(self) -> Lake:
        """AWS CloudTrail Lake."""
        return Lake(self.aws)

    @cached_property
    def organizations(self) -> Organizations:
        """AWS Organizations."""
        return Organizations(self.aws)

    def as_role(self, role: RoleToAssume) -> Clients:
        """The same step as another account's role; its calls stand in the same log. Raises ``Denied``."""
        session = self.sts.assume(role, self.incident)
        there = replace(self._outside, pace=None, assumed=session)
        return Clients(there, self.step, self._listeners, self._calls)

    @cached_property
    def ecs(self) -> Ecs:
        """AWS ECS."""
        return Ecs(self.aws)

    @cached_property
    def git(self) -> Git:
        """Git repositories over HTTP; mirrors live in the incident's ``work`` folder while they are used."""
        git = self.config.git
        token = git.token.read() if git.token else None
        return GitOverHttp(self._outside.folder / "work", token, self._calls, git.username)

    @cached_property
    def github(self) -> GitHub:
        """GitHub's REST interface. Raises ``InputMissing`` when no token is configured."""
        return GitHubRest(self.config.github.base_url, _token(self.config.github.token, "github"), self._calls)

    @cached_property
    def github_ci(self) -> GitHubCi:
        """GitHub's Actions, deploy keys and webhooks. Raises ``InputMissing`` when no token is configured."""
        github = self.config.github
        return GitHubCi(GithubApi(github.base_url, _token(github.token, "github"), self._calls))

    @cached_property
    def github_tokens(self) -> GitHubTokens:
        """GitHub as asked with other people's tokens."""
        return GitHubTokens(self.config.github.base_url, self._calls)

    @cached_property
    def providers(self) -> Kingfisher:
        """Whoever issues tokens: asked whether one is alive, and told to revoke it. Raises ``Unreachable``."""
        import platformdirs

        files = [Path(file) for file in self.config.providers.rules]
        cache = Path(platformdirs.user_cache_dir("irkit", appauthor=False))
        return Kingfisher(cache, files, Targets.LOOPBACK if files else Targets.PROVIDERS)

    @cached_property
    def slack(self) -> Slack:
        """Slack's Web API. Raises ``InputMissing`` when no token is configured."""
        return SlackWeb(self.config.slack.base_url, _token(self.config.slack.token, "slack"), self._calls)

    @cached_property
    def health(self) -> Health:
        """Consumers' health pages."""
        return Health(self._calls)

    @cached_property
    def evidence(self) -> Evidence:
        """The incident's evidence folder."""
        return Evidence(self._outside.folder, self.config.evidence_recipient, self._listeners.kept)

    def fingerprint(self, secret: Secret) -> Fingerprint:
        """A keyed hash of a secret, linkable only within this incident."""
        return secret.fingerprint(self._outside.fingerprint_key)

    def now(self) -> datetime:
        """The clock of this machine, aware, in UTC; one that AWS showed to be slow is put right.

        A question about all until now would leave out the last minutes else.
        """
        slow = self._outside.aws_session.ahead
        return datetime.now(UTC) + (slow + _A_SECOND if slow else slow)

    def aws_now(self) -> AwsMoment:
        """AWS's own clock, from the ``Date`` of an answer, and how far it may be off."""
        return self.aws.now()

    def token(self, text: str) -> str:
        """An idempotency token of 32 hex digits: the same for the same incident, step and text."""
        return hashlib.sha256(f"{self.incident}\0{self.step}\0{text}".encode()).hexdigest()[:32]

    def progress(self, text: str) -> None:
        """Show one live line in the Activity pane; it is not journalled."""
        self._listeners.progress(text)

    def drain_calls(self) -> tuple[CallRecord, ...]:
        """Every call to the outside since the last drain, oldest first."""
        return self._calls.drain()


def _token(ref: TokenRef | None, service: str) -> Secret:
    if ref is None:
        msg = f"no token for {service} is configured"
        raise InputMissing(msg, hint=f"set {service}.token to env:NAME, file:PATH or command:...")
    return ref.read()
