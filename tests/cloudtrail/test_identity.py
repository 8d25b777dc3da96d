from __future__ import annotations

import pytest

from irkit.cloudtrail.identity import Subject, is_place, who
from tests.cloudtrail.held import invictus
from tests.cloudtrail.made import made


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ({"type": "IAMUser", "arn": "arn:aws:iam::1:user/team/ann"}, "user/team/ann"),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/ci/run-7"}, "ci/run-7"),
        ({"type": "Root", "arn": "arn:aws:iam::1:root"}, "root"),
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, "service/ec2.amazonaws.com"),
        ({"invokedBy": "secretsmanager.amazonaws.com"}, "service/secretsmanager.amazonaws.com"),
        (
            {"type": "WebIdentityUser", "userName": "repo:acme/pay:ref:refs/heads/main"},
            "repo:acme/pay:ref:refs/heads/main",
        ),
        ({"type": "AWSAccount", "accountId": "444455556666", "principalId": "AIDAX"}, "account/444455556666"),
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}, "u-1"),
        ({"type": "Unknown"}, "nobody named"),
        (None, "nobody named"),
    ],
)
def test_each_kind_of_caller_has_one_name(identity: object, expected: str) -> None:
    assert who(made("iam:GetUser", userIdentity=identity)) == expected


def test_every_real_record_has_a_caller_in_words() -> None:
    assert all(who(one) for one in invictus())


@pytest.mark.parametrize("address", ["AWS Internal", "kms.amazonaws.com", "secretsmanager.amazonaws.com", ""])
def test_a_services_own_address_is_no_place(address: str) -> None:
    assert not is_place(address)


def test_an_address_of_the_internet_is_a_place() -> None:
    assert is_place("203.0.113.9")
    assert is_place("2001:db8::1")


@pytest.mark.parametrize(
    ("text", "repository", "ids", "of"),
    [
        ("repo:acme/pay:ref:refs/heads/main", "acme/pay", "", "ref:refs/heads/main"),
        ("repo:acme/pay:environment:prod", "acme/pay", "", "environment:prod"),
        ("repo:acme/pay:pull_request", "acme/pay", "", "pull_request"),
        ("repo:acme@12/pay@345:ref:refs/heads/main", "acme/pay", "12/345", "ref:refs/heads/main"),
        ("repo:acme@12/pay@345", "acme/pay", "12/345", ""),
        ("project_path:acme/team/pay:ref_type:branch:ref:main", "acme/team/pay", "", "ref_type:branch:ref:main"),
        ("anything else", "", "", ""),
    ],
)
def test_old_and_immutable_subjects_are_both_read(text: str, repository: str, ids: str, of: str) -> None:
    assert Subject.read(text) == Subject(text, repository, ids, of)
