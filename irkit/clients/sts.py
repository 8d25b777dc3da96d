"""AWS STS: who we are, whose key a key is, and whether a key still lives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from irkit.clients.assumed_role import AssumedSession, RoleToAssume, session_name
from irkit.clients.aws import Aws, AwsSession, aws_code, masked_key
from irkit.clients.aws_understood import REFUSED_KEY
from irkit.clients.holder import named
from irkit.clients.principal import PrincipalKind, name_in
from irkit.errors import (
    ConfigInvalid,
    Denied,
    NotFound,
    OutsideError,
    OwnIdentity,
    Refused,
    Unreachable,
    UsageError,
)
from irkit.secret import Secret

_ROLES = frozenset({PrincipalKind.ROLE, PrincipalKind.SESSION, PrincipalKind.SERVICE_ROLE})


@dataclass(frozen=True)
class Identity:
    """The principal that our calls are made as. ``principal`` is the user's or role's own name."""

    account: str
    arn: str
    principal: str
    key_id: str


class KeyAnswer(StrEnum):
    """What AWS answered to a call signed with a key under suspicion."""

    ACCEPTED = "accepted"
    """The signature was taken: the key lives, whatever it may do."""
    REFUSED = "refused"
    """AWS does not know the key, or it is inactive."""
    WRONG_SECRET = "wrong_secret"  # noqa: S105 -- an answer's name
    """AWS knows the key, and the secret we hold is not its secret: this proves nothing."""


@dataclass(frozen=True)
class KeyProbe:
    """One signed call, and AWS's answer to it."""

    answer: KeyAnswer
    code: str


class Sts:
    """STS as one step sees it."""

    def __init__(self, aws: Aws, protected: tuple[str, ...]) -> None:
        self._aws = aws
        self._protected = protected

    def own_identity(self) -> Identity:
        """Who we act as (sts:GetCallerIdentity, which needs no permission)."""
        answer = self._aws.call("sts", "get_caller_identity")
        arn = str(answer["Arn"])
        return Identity(str(answer["Account"]), arn, _principal(arn), self._aws.session.own_key_id())

    def account_of_key(self, key_id: str) -> str:
        """The account that an access key belongs to, be it ours or not (sts:GetAccessKeyInfo). Raises ``NotFound``."""
        try:
            return str(self._aws.call("sts", "get_access_key_info", AccessKeyId=key_id)["Account"])
        except OutsideError as error:
            if aws_code(error) != "ValidationError":
                raise
            msg = f"AWS knows no access key {masked_key(key_id)}"
            raise NotFound(msg, hint="look at the id: it may be mistyped, made up, or of a deleted key") from error

    def refuse_own(self, *, user: str = "", role: str = "", key_id: str = "") -> Identity:
        """Raise ``OwnIdentity`` when a target is the identity we act as, or one that irkit was told to protect.

        Who takes on the role that we act as (``source_profile`` in AWS's configuration) is ours too: without it our
        session could not be renewed. Names are compared without their case: IAM lets no two differ by case alone.
        """
        own = self.own_identity()
        names = {name.casefold() for name in (user, role) if name}
        for hand in (own, *self._sources(own)):
            is_role = ":assumed-role/" in hand.arn or ":role/" in hand.arn
            ours = role if is_role else user
            if (key_id and key_id == hand.key_id) or (ours and ours.casefold() == hand.principal.casefold()):
                how = "" if hand is own else f" by way of {own.arn}"
                msg = f"irkit acts as {hand.arn}{how}, so it will not act on it"
                raise OwnIdentity(msg, hint="log in as the break-glass role and start again")
        for protected in self._protected:
            if name_in(protected).casefold() in names:
                msg = f"{protected} is protected by irkit's configuration"
                raise OwnIdentity(msg, hint="look at protected_principals; a second person should decide this")
        return own

    def refuse_own_arn(self, arn: str) -> Identity:
        """``refuse_own`` for a principal by its ARN, of this account: of a session its role.

        Raises ``OwnIdentity``, ``Refused`` for who is of another account (we would act on whoever is named so in
        ours), ``UsageError`` for what is no principal's ARN.
        """
        own = self.refuse_own_name(arn)
        if (account := named(arn).account) != own.account:
            msg = f"{arn} is of account {account}, and irkit acts in {own.account}"
            raise Refused(msg, hint="log in to that account, or tell its owner")
        return own

    def refuse_own_name(self, arn: str) -> Identity:
        """The same for a principal of any account. Raises ``OwnIdentity``, ``UsageError``."""
        is_role = named(arn).kind in _ROLES
        return self.refuse_own(**{"role" if is_role else "user": name_in(arn)})

    def _sources(self, own: Identity) -> Iterator[Identity]:
        """Who takes on our role, in this account. One whose own credentials are not to be had can do so no more."""
        for each in self._aws.sources:
            with suppress(Denied, Unreachable, ConfigInvalid, UsageError):
                source = _role(each) if isinstance(each, str) else Sts(each, ()).own_identity()
                if source.account == own.account:
                    yield source

    def assume(self, role: RoleToAssume, incident: str) -> AwsSession:
        """A session of a role, named after the incident; it is renewed before it ends, and lives in memory alone.

        Raises ``Denied`` when the role does not trust us, or we may not sts:AssumeRole.
        """
        given: dict[str, Any] = {"ExternalId": role.external_id} if role.external_id else {}

        def answer() -> Mapping[str, Any]:
            name = session_name(incident)
            return self._aws.call("sts", "assume_role", RoleArn=role.arn, RoleSessionName=name, **given)

        return AssumedSession(self._aws.session, answer)

    def probe_key(self, key_id: str, secret: Secret) -> KeyProbe:
        """Sign one harmless call with a key under suspicion. Raises ``Unreachable`` when there is no answer."""
        try:
            self._aws.call_with(key_id, secret, "sts", "get_caller_identity")
        except OutsideError as error:
            code = aws_code(error)
            if code in REFUSED_KEY:
                return KeyProbe(KeyAnswer.REFUSED, code)
            if code == "SignatureDoesNotMatch":
                return KeyProbe(KeyAnswer.WRONG_SECRET, code)
            if code in {"AccessDenied", "AccessDeniedException"}:
                return KeyProbe(KeyAnswer.ACCEPTED, code)
            raise
        return KeyProbe(KeyAnswer.ACCEPTED, "200")


def described_probe(key_id: str, probe: KeyProbe) -> str:
    """A probe in words for a report."""
    return f"sts:GetCallerIdentity signed with {masked_key(key_id)}: {probe.answer.value} ({probe.code})"


def _role(arn: str) -> Identity:
    found = named(arn)
    return Identity(found.account, arn, found.name, "")


def _principal(arn: str) -> str:
    """``svc-deploy`` of ``…:user/path/svc-deploy``; the role of ``…:assumed-role/ROLE/SESSION``; ``root``."""
    place = arn.split(":", maxsplit=5)[-1]
    parts = place.split("/")
    return parts[1] if parts[0] == "assumed-role" else parts[-1]
