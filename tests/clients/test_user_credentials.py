"""Other credentials of a user, against made answers: the emulator has MFA devices alone of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from irkit.clients.user_credentials import Credentials, Kind, UserCredential
from irkit.errors import Denied, NotFound

AT = datetime(2026, 3, 1, tzinfo=UTC)


class Answers:
    """Stands for ``Aws``: what each call is answered with, and what was called."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers
        self.called: list[tuple[str, dict[str, object]]] = []

    def call(self, _service: str, operation: str, **given: object) -> object:
        given.pop("tries", None)
        self.called.append((operation, given))
        answer = self.answers.get(operation, {"ResponseMetadata": {"RequestId": "r"}})
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_each_kind_is_told_with_its_status_and_one_that_is_refused_is_not_seen() -> None:
    aws = Answers(
        list_mfa_devices={"MFADevices": [{"SerialNumber": "arn:mfa", "EnableDate": AT}]},
        list_ssh_public_keys={"SSHPublicKeys": [{"SSHPublicKeyId": "APKA1", "Status": "Active", "UploadDate": AT}]},
        list_service_specific_credentials={
            "ServiceSpecificCredentials": [
                {"ServiceSpecificCredentialId": "ACCA1", "Status": "Inactive", "ServiceName": "codecommit"}
            ]
        },
        list_signing_certificates=Denied("no"),
    )
    told = Credentials(aws).all("jane")  # type: ignore[arg-type]
    assert [(one.kind, one.id, one.status) for one in told.found] == [
        (Kind.MFA, "arn:mfa", "Active"),
        (Kind.SSH, "APKA1", "Active"),
        (Kind.SERVICE, "ACCA1", "Inactive"),
    ]
    assert told.not_seen == ("signing certificates: no",)


def test_a_user_that_is_gone_is_no_kind_that_could_not_be_seen() -> None:
    with pytest.raises(NotFound):
        Credentials(Answers(list_ssh_public_keys=NotFound("gone"), list_mfa_devices={"MFADevices": []})).all("jane")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "operation", "name"),
    [
        (Kind.SSH, "update_ssh_public_key", "SSHPublicKeyId"),
        (Kind.SERVICE, "update_service_specific_credential", "ServiceSpecificCredentialId"),
        (Kind.CERTIFICATE, "update_signing_certificate", "CertificateId"),
    ],
)
def test_each_kind_is_switched_by_its_own_call(kind: Kind, operation: str, name: str) -> None:
    aws = Answers()
    one = UserCredential(kind, "id1", "Active", None)
    assert Credentials(aws).set_status("jane", one, "Inactive") == "r"  # type: ignore[arg-type]
    assert aws.called == [(operation, {"UserName": "jane", name: "id1", "Status": "Inactive"})]


def test_a_user_without_a_password_has_none() -> None:
    aws = Answers(get_user={"User": {"PasswordLastUsed": AT}}, get_login_profile=NotFound("none"))
    console = Credentials(aws).console("jane")  # type: ignore[arg-type]
    assert (console.has_password, console.used_at) == (False, AT)
