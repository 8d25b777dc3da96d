"""AWS IAM: what a user can log in with beside access keys: a console password, MFA devices, SSH keys, and more.

A kind that cannot be asked for (a missing permission, an endpoint that lacks it) is told as not seen, never as none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from irkit.clients.aws import Aws, Tries
from irkit.errors import NotFound, OutsideError


class Kind(StrEnum):
    """What sort of credential."""

    MFA = "MFA device"
    SSH = "SSH public key"
    SERVICE = "service-specific credential"
    """Of CodeCommit, Keyspaces, Bedrock."""
    CERTIFICATE = "signing certificate"


ACTIVE, INACTIVE = "Active", "Inactive"


@dataclass(frozen=True)
class UserCredential:
    """One credential. ``status`` is Active or Inactive; an MFA device that is there is active."""

    kind: Kind
    id: str
    status: str
    created_at: datetime | None
    about: str = ""
    """Of a service-specific one, its service."""


@dataclass(frozen=True)
class Console:
    """Whether a user may log in at the console, since when there is a password, and when it was last used."""

    has_password: bool
    password_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True)
class UserCredentials:
    """What was found, and which kinds could not be asked for, with the reason."""

    found: tuple[UserCredential, ...]
    not_seen: tuple[str, ...] = field(default=())


class Credentials:
    """A user's other credentials, as one step sees them."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def console(self, user: str) -> Console:
        """The user's console password (iam:GetUser, iam:GetLoginProfile). Raises ``NotFound`` for no such user."""
        about = self._aws.call("iam", "get_user", UserName=user)["User"]
        used = _utc(about.get("PasswordLastUsed"))
        try:
            profile = self._aws.call("iam", "get_login_profile", UserName=user)["LoginProfile"]
        except NotFound:
            return Console(has_password=False, password_at=None, used_at=used)
        return Console(has_password=True, password_at=_utc(profile.get("CreateDate")), used_at=used)

    def delete_login_profile(self, user: str) -> str:
        """Take the console password away; the request id. Raises ``NotFound``."""
        done = self._aws.call("iam", "delete_login_profile", UserName=user)
        return str(done["ResponseMetadata"]["RequestId"])

    def all(self, user: str) -> UserCredentials:
        """Every other credential (iam:ListMFADevices, ListSSHPublicKeys, ListServiceSpecificCredentials, ...)."""
        looks: dict[Kind, Callable[[str], Iterable[UserCredential]]] = {
            Kind.MFA: self._mfa,
            Kind.SSH: self._ssh,
            Kind.SERVICE: self._service,
            Kind.CERTIFICATE: self._certificates,
        }
        found: list[UserCredential] = []
        not_seen: list[str] = []
        for kind, look in looks.items():
            try:
                found += look(user)
            except NotFound:
                raise
            except OutsideError as error:
                not_seen.append(f"{kind}s: {error.message}")
        return UserCredentials(tuple(found), tuple(not_seen))

    def set_status(self, user: str, one: UserCredential, status: str) -> str:
        """Make a credential active or inactive; an MFA device can only be taken away. The request id."""
        names = {
            Kind.SSH: ("update_ssh_public_key", "SSHPublicKeyId"),
            Kind.SERVICE: ("update_service_specific_credential", "ServiceSpecificCredentialId"),
            Kind.CERTIFICATE: ("update_signing_certificate", "CertificateId"),
        }
        if one.kind is Kind.MFA:
            done = self._aws.call("iam", "deactivate_mfa_device", UserName=user, SerialNumber=one.id)
        else:
            operation, name = names[one.kind]
            given: dict[str, Any] = {name: one.id, "Status": status}
            done = self._aws.call("iam", operation, UserName=user, **given)
        return str(done["ResponseMetadata"]["RequestId"])

    def _mfa(self, user: str) -> Iterable[UserCredential]:
        for row in self._aws.call("iam", "list_mfa_devices", UserName=user)["MFADevices"]:
            yield UserCredential(Kind.MFA, str(row["SerialNumber"]), ACTIVE, _utc(row.get("EnableDate")))

    def _ssh(self, user: str) -> Iterable[UserCredential]:
        answer = self._aws.call("iam", "list_ssh_public_keys", tries=Tries.ONCE, UserName=user)
        for row in answer.get("SSHPublicKeys", ()):
            yield UserCredential(
                Kind.SSH, str(row["SSHPublicKeyId"]), str(row["Status"]), _utc(row.get("UploadDate"))
            )  # fmt: skip

    def _service(self, user: str) -> Iterable[UserCredential]:
        answer = self._aws.call("iam", "list_service_specific_credentials", tries=Tries.ONCE, UserName=user)
        for row in answer.get("ServiceSpecificCredentials", ()):
            yield UserCredential(
                Kind.SERVICE,
                str(row["ServiceSpecificCredentialId"]),
                str(row["Status"]),
                _utc(row.get("CreateDate")),
                str(row.get("ServiceName", "")),
            )

    def _certificates(self, user: str) -> Iterable[UserCredential]:
        answer = self._aws.call("iam", "list_signing_certificates", tries=Tries.ONCE, UserName=user)
        for row in answer.get("Certificates", ()):
            yield UserCredential(
                Kind.CERTIFICATE, str(row["CertificateId"]), str(row["Status"]), _utc(row.get("UploadDate"))
            )  # fmt: skip


def _utc(at: object) -> datetime | None:
    return at.astimezone(UTC) if isinstance(at, datetime) else None
