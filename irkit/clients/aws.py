"""AWS through boto3: one session a process, one binding a step, one place where calls are made and errors understood.

Endpoints come from AWS's own configuration (``endpoint_url`` in the AWS configuration file), so that the same code
reaches AWS and a rehearsal. Each call carries ``irkit/<incident>/<step>`` in its user agent, which CloudTrail keeps.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from irkit.clients.aws_understood import understood
from irkit.clients.call_record import CallLog
from irkit.clients.whole_answer import Answer, refuse_half
from irkit.config import AwsConfig
from irkit.errors import ConfigInvalid, OutsideError
from irkit.secret import Secret

_SUBJECTS = (
    *("UserName", "RoleName", "PolicyName", "AccessKeyId", "Status", "SecretId", "VersionId", "KeyId"),
    *("cluster", "service", "services", "taskDefinition", "EventName", "LookupAttributes"),
    *("Bucket", "Prefix", "Key", "RoleArn", "TrailName"),
    *("PolicyArn", "GroupName", "PolicyId", "TargetId", "OpenIDConnectProviderArn", "ClientID"),
    *("WorkGroup", "DatabaseName", "QueryExecutionId", "QueryId"),
)
"""The only parameters that a call's text may show; none of them can hold a secret."""
_SHOWN_OF_A_KEY = 4
_CONNECTIONS = 32
"""At once, to one service and region: log files are fetched by many threads."""


class Tries(StrEnum):
    """How often a call may be sent. A call that makes something new is sent once: a lost answer must not make two."""

    RETRIED = "retried"
    ONCE = "once"


class Noted(StrEnum):
    """Which calls stand in the call log one by one. Who sends thousands alike tells of all of them at once."""

    EACH = "each"
    FAILURES = "failures"


@dataclass(frozen=True)
class AwsMoment:
    """AWS's own clock, from the ``Date`` of an answer, and how far it may be off."""

    at: datetime
    uncertainty: timedelta


def aws_code(error: OutsideError) -> str:
    """AWS's own code of an error; empty when AWS gave none."""
    response = getattr(error.__cause__, "response", {})
    told = response.get("Error", {}) if isinstance(response, Mapping) else {}
    return str(told.get("Code", ""))


def masked_key(key_id: str) -> str:
    """An access key id for people: ``AKIA…WXYZ``."""
    return f"{key_id[:4]}…{key_id[-_SHOWN_OF_A_KEY:]}"


class AwsSession:
    """One boto3 session, made on first use. boto3's clients may be shared between threads, its sessions may not."""

    def __init__(self, config: AwsConfig) -> None:
        self.config = config
        self.ahead = timedelta()
        """How far AWS's clock was ahead of this machine's at the last answer, as far as it is beyond doubt."""
        self._lock = threading.Lock()
        self._session: Any = None

    def client(self, service: str, region: str, agent: str, tries: Tries, key: tuple[str, Secret] | None = None) -> Any:
        """A boto3 client for one service and region; ``key`` signs with another key than our own."""
        from botocore.config import Config as BotoConfig

        settings = BotoConfig(
            user_agent_extra=agent,
            connect_timeout=5,
            read_timeout=20,
            max_pool_connections=_CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": 1 if tries is Tries.ONCE else 4},
        )
        signer = {"aws_access_key_id": key[0], "aws_secret_access_key": key[1].reveal()} if key else {}
        with self._lock:
            made = self._opened().client(service, region_name=region or self.config.region, config=settings, **signer)
        made.meta.events.register("before-parse", refuse_half)
        return made

    def own_key_id(self) -> str:
        """The id of the access key that our own calls are signed with; empty when there is none."""
        with self._lock:
            found = self._opened().get_credentials()
        return str(found.get_frozen_credentials().access_key) if found else ""

    @cached_property
    def sources(self) -> tuple[str | AwsSession, ...]:
        """By whom our role is taken on, nearest first (``source_profile`` in AWS's configuration).

        A role is told by its ARN: a session of it could ask for a second factor. Whoever is none, by a session.
        """
        with self._lock:
            below = self._opened()._session  # noqa: SLF001
            profiles: Mapping[str, Mapping[str, Any]] = below.full_config["profiles"]
            name = below.profile or "default"
        passed = [name]
        while (name := profiles.get(name, {}).get("source_profile", "")) and name not in passed:
            passed.append(name)
        roles = {each: str(profiles.get(each, {}).get("role_arn", "")) for each in passed[1:]}
        return tuple(arn or AwsSession(replace(self.config, profile=each)) for each, arn in roles.items())

    def known_regions(self, service: str) -> tuple[str, ...]:
        """The regions of our partition in which the SDK knows a service, enabled in the account or not."""
        with self._lock:
            opened = self._opened()
            partition = opened.get_partition_for_region(self.config.region)
            return tuple(sorted(opened.get_available_regions(service, partition)))

    def operation(self, service: str, name: str) -> str:
        """A call's name in AWS's own writing (``kms``, ``decrypt``: ``Decrypt``); empty for what the SDK knows not."""
        from botocore.exceptions import UnknownServiceError

        with self._lock:
            try:
                names = self._opened()._session.get_service_model(service).operation_names if service else ()  # noqa: SLF001
            except UnknownServiceError:
                names = ()
        return next((each for each in names if each.lower() == name.lower()), "")

    @property
    def partition(self) -> str:
        """``aws``, ``aws-us-gov`` or ``aws-cn``: the second part of every ARN here."""
        with self._lock:
            return str(self._opened().get_partition_for_region(self.config.region))

    def _opened(self) -> Any:
        if self._session is None:
            import boto3
            from botocore.exceptions import ProfileNotFound

            try:
                self._session = boto3.Session(botocore_session=self._configured(), region_name=self.config.region)
            except ProfileNotFound as error:
                raise ConfigInvalid(str(error), hint="look at aws.profile in irkit's configuration") from error
        return self._session

    def _configured(self) -> Any:
        """The session of botocore, which reads the configuration's files and profile."""
        import botocore.session

        below = botocore.session.Session()
        own_files = self.config.config_file or self.config.credentials_file
        _refuse_endpoints_of_the_environment(self.config)
        # A profile that is named takes AWS_ACCESS_KEY_ID in the environment out of the chain.
        profile = self.config.profile or ("default" if own_files else "")
        for name, value in {
            "profile": profile,
            "config_file": self.config.config_file,
            "credentials_file": self.config.credentials_file,
        }.items():
            if value:
                below.set_config_variable(name, str(value))
        return below


def _refuse_endpoints_of_the_environment(config: AwsConfig) -> None:
    """Refuse AWS_ENDPOINT_URL, which botocore lets win over the file: a rehearsal could then reach somewhere else."""
    found = sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL"))
    if config.config_file and found:
        msg = f"{', '.join(found)} in the environment would win over aws.config_file"
        raise ConfigInvalid(msg, hint="unset it, or leave aws.config_file out")


class Aws:
    """AWS as one step sees it: ``call`` and ``pages`` send, write down what was sent, and raise irkit's errors."""

    def __init__(self, session: AwsSession, calls: CallLog, agent: str) -> None:
        self.session = session
        self._calls = calls
        self._agent = agent
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, Tries], Any] = {}
        self._clock: tuple[float, AwsMoment] | None = None

    def call(
        self,
        service: str,
        operation: str,
        /,
        *,
        region: str = "",
        tries: Tries = Tries.RETRIED,
        noted: Noted = Noted.EACH,
        **params: Any,
    ) -> Mapping[str, Any]:
        """Send one call and give AWS's answer. Raises ``OutsideError`` or one of its kinds."""
        client = self._client(service, region, tries)
        if noted is Noted.FAILURES:
            send, text = getattr(client, operation), _call_text(client, service, operation, params)
            with self.understood(text):
                return Answer(text, send(**params))
        return self._sent(client, service, operation, params)

    @cached_property
    def unnoted(self) -> Aws:
        """The same, but that no call of it is written down: for who looks many times, and tells of them all at once."""
        return Aws(self.session, CallLog(), self._agent)

    def let_go(self) -> None:
        """Close all connections, and forget what was read of them; the next call opens them again, as who we are."""
        with self._lock:
            for each in self._clients.values():
                each.close()
            self._clients.clear()

    @cached_property
    def sources(self) -> tuple[str | Aws, ...]:
        """By whom our role is taken on: the ARNs of roles, and the same step as who is none."""
        sessions = self.session.sources
        return tuple(one if isinstance(one, str) else Aws(one, self._calls, self._agent) for one in sessions)

    def understood(self, text: str) -> AbstractContextManager[None]:
        """A block in which the SDK's errors become irkit's; a failure is written down as ``text``."""
        return understood(text, self._calls)

    def note(self, text: str) -> None:
        """Write down calls that went well and were not written down one by one."""
        self._calls.note(text)

    def call_with(self, key_id: str, secret: Secret, service: str, operation: str, /) -> Mapping[str, Any]:
        """Send one call signed with another key than ours, once, to see whether that key still lives."""
        client = self.session.client(service, "", self._agent, Tries.ONCE, (key_id, secret))
        return self._sent(client, service, operation, {}, note=f" signed with {masked_key(key_id)}")

    def pages(self, service: str, operation: str, /, *, region: str = "", **params: Any) -> Iterator[Mapping[str, Any]]:
        """Send a call for each page there is, in order, and give the answers."""
        client = self._client(service, region, Tries.RETRIED)
        paginator = client.get_paginator(operation).paginate(**params)
        text = _call_text(client, service, operation, params)
        pages = iter(paginator)
        while True:
            started = time.monotonic()
            with understood(text, self._calls):
                page = next(pages, None)
            if page is None:
                return
            self._noted(text, page, started)
            yield Answer(text, page)

    def now(self) -> AwsMoment:
        """AWS's clock now, from the last answer and the time gone by since; asks STS when there was none yet."""
        if self._clock is None:
            self.call("sts", "get_caller_identity")
        if self._clock is None:
            msg = "AWS's answer had no Date, so AWS's clock is not known"
            raise OutsideError(msg, hint="is a proxy between irkit and AWS taking headers away?")
        heard, moment = self._clock
        return AwsMoment(moment.at + timedelta(seconds=time.monotonic() - heard), moment.uncertainty)

    def _client(self, service: str, region: str, tries: Tries) -> Any:
        with self._lock:
            place = (service, region, tries)
            if place not in self._clients:
                self._clients[place] = self.session.client(service, region, self._agent, tries)
            return self._clients[place]

    def _sent(
        self, client: Any, service: str, operation: str, params: Mapping[str, Any], note: str = ""
    ) -> Mapping[str, Any]:
        text = _call_text(client, service, operation, params) + note
        send = getattr(client, operation)
        started = time.monotonic()
        with understood(text, self._calls):
            answer = Answer(text, send(**params))
        self._noted(text, answer, started)
        return answer

    def _noted(self, text: str, answer: Mapping[str, Any], started: float) -> None:
        about = answer.get("ResponseMetadata", {})
        self._calls.note(text, request_id=str(about.get("RequestId", "")))
        if date := about.get("HTTPHeaders", {}).get("date"):
            heard = time.monotonic()
            # Date has whole seconds, and was written somewhere between our sending and our hearing.
            off = timedelta(seconds=1 + heard - started)
            told = parsedate_to_datetime(date).astimezone(UTC)
            self._clock = (heard, AwsMoment(told, off))
            ahead = told - datetime.now(UTC)
            self.session.ahead = ahead if ahead > off else timedelta()


def _call_text(client: Any, service: str, operation: str, params: Mapping[str, Any]) -> str:
    """``iam:UpdateAccessKey svc-deploy AKIA…WXYZ Inactive``."""
    words = [f"{service}:{client.meta.method_to_api_mapping.get(operation, operation)}"]
    for name in _SUBJECTS:
        value = params.get(name)
        if name == "AccessKeyId" and isinstance(value, str):
            words.append(masked_key(value))
        elif name == "LookupAttributes" and value:
            words.append(f"{value[0]['AttributeKey']}={value[0]['AttributeValue']}")
        elif isinstance(value, list):
            words.append(",".join(str(part).rsplit("/", maxsplit=1)[-1] for part in value))
        elif isinstance(value, str):
            words.append(value)
    return " ".join(words)
