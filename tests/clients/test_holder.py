from __future__ import annotations

import pytest

from irkit.clients.holder import Holder, HolderKind, credential
from irkit.contract import CredentialKind
from irkit.errors import Refused, UsageError

IAM, STS = "arn:aws:iam::111122223333", "arn:aws:sts::111122223333"


@pytest.mark.parametrize(
    ("arn", "kind", "name"),
    [
        (f"{IAM}:user/teams/ops/mallory", HolderKind.USER, "mallory"),
        (f"{IAM}:role/ci", HolderKind.ROLE, "ci"),
        (f"{STS}:assumed-role/ci/build-17", HolderKind.ROLE, "ci"),
    ],
)
def test_a_user_a_role_and_the_role_of_a_session_bear_policies(arn: str, kind: HolderKind, name: str) -> None:
    assert Holder.of(arn) == Holder(kind=kind, name=name)


@pytest.mark.parametrize(
    "arn", [f"{IAM}:root", f"{STS}:federated-user/x", f"{IAM}:role/aws-service-role/ecs.amazonaws.com/AWSService"]
)
def test_who_bears_none_is_refused_with_what_to_do_instead(arn: str) -> None:
    with pytest.raises(Refused) as refused:
        Holder.of(arn)
    assert refused.value.hint


@pytest.mark.parametrize("arn", ["", "mallory", f"{IAM}:user/*", f"{IAM}:group/x", f"{IAM}:user/a b"])
def test_what_names_no_principal_is_refused(arn: str) -> None:
    with pytest.raises(UsageError):
        Holder.of(arn)


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        (f"{IAM}:user/mallory", CredentialKind.USER),
        (f"{IAM}:role/ci", CredentialKind.ROLE),
        (f"{STS}:assumed-role/ci/x", CredentialKind.SESSION),
        (f"{STS}:federated-user/x", CredentialKind.SESSION),
    ],
)
def test_an_arn_is_a_credential_of_its_kind(arn: str, kind: CredentialKind) -> None:
    assert (credential(arn).kind, credential(arn).id) == (kind, arn)
