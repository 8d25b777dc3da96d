from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.clients.principal import PrincipalKind, principal

ACCOUNT = "111122223333"


@pytest.mark.parametrize(
    ("arn", "kind", "name", "session"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/svc-deploy", PrincipalKind.USER, "svc-deploy", ""),
        (f"arn:aws:iam::{ACCOUNT}:user/team/a/svc-deploy", PrincipalKind.USER, "svc-deploy", ""),
        (f"arn:aws:iam::{ACCOUNT}:role/ci/deploy", PrincipalKind.ROLE, "deploy", ""),
        (f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/X", PrincipalKind.SERVICE_ROLE, "X", ""),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-17", PrincipalKind.SESSION, "deploy", "run-17"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", PrincipalKind.FEDERATED, "bob", ""),
        (f"arn:aws-us-gov:iam::{ACCOUNT}:root", PrincipalKind.ROOT, "", ""),
    ],
)
def test_an_arn_names_a_principal(arn: str, kind: PrincipalKind, name: str, session: str) -> None:
    found = principal(arn)
    assert found is not None
    assert (found.kind, found.account, found.name, found.session) == (kind, ACCOUNT, name, session)


def test_a_sessions_calls_bear_its_roles_arn() -> None:
    found = principal(f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-17")
    assert found is not None
    assert found.policy_arn == f"arn:aws:iam::{ACCOUNT}:role/deploy"


@pytest.mark.parametrize("arn", ["", "svc-deploy", "arn:aws:s3:::bucket", f"arn:aws:iam::{ACCOUNT}:policy/x"])
def test_what_is_no_principal_is_none(arn: str) -> None:
    assert principal(arn) is None


@given(st.text(max_size=60) | st.text(max_size=30).map(lambda tail: f"arn:aws:iam::{ACCOUNT}:{tail}"))
def test_no_text_makes_it_fall_over(text: str) -> None:
    found = principal(text)
    assert found is None or found.arn == text
