from __future__ import annotations

import pytest

from irkit.errors import NotFound, UsageError
from tests.bench import Bench, asked


def test_the_owner_of_a_key_is_found_with_its_standing(on: Bench) -> None:
    suspect = on.suspect()
    found = asked(on.clients(), "aws.identify_principal", principal=suspect.key.key_id)
    assert found["user"] == suspect.user
    assert found["arn"] == suspect.arn
    assert found["principals"] == [suspect.arn]
    assert found["keys"] == [suspect.key.key_id]
    assert found["account"] == on.world.facts.account
    assert found["status"] == "Active"
    assert found["acting_as"] == on.world.facts.acting_as
    assert found["others"] == []


def test_the_other_keys_of_the_owner_are_told(on: Bench) -> None:
    suspect = on.suspect()
    other = on.clients().iam.create_access_key(suspect.user)
    found = asked(on.clients(), "aws.identify_principal", principal=suspect.key.key_id)
    assert found["others"] == [other.key_id]


def test_the_quarantine_of_aws_itself_is_seen(on: Bench) -> None:
    suspect, aws = on.suspect(), on.clients().aws
    policy = aws.call(
        "iam",
        "create_policy",
        PolicyName=f"AWSCompromisedKeyQuarantineV3-{suspect.user}",
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}',
    )
    aws.call("iam", "attach_user_policy", UserName=suspect.user, PolicyArn=policy["Policy"]["Arn"])
    found = asked(on.clients(), "aws.identify_principal", principal=suspect.key.key_id)
    assert found["aws_quarantine"].startswith("AWSCompromisedKeyQuarantineV3")


def test_a_key_that_was_deleted_is_not_found(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().iam.delete_access_key(suspect.user, suspect.key.key_id)
    with pytest.raises(NotFound):
        asked(on.clients(), "aws.identify_principal", principal=suspect.key.key_id)


@pytest.mark.parametrize("text", ["", "svc-deploy", "ASIA0000000000000000", "AKIA 0000", "arn:aws:s3:::b", "user/"])
def test_what_names_nobody_is_refused(on: Bench, text: str) -> None:
    with pytest.raises(UsageError):
        asked(on.clients(), "aws.identify_principal", principal=text)


def test_a_user_is_found_by_its_name_and_by_its_arn(on: Bench) -> None:
    suspect = on.suspect()
    by_name = asked(on.clients(), "aws.identify_principal", principal=f"user/{suspect.user}")
    assert by_name == asked(on.clients(), "aws.identify_principal", principal=suspect.arn)
    assert (by_name["kind"], by_name["user"], by_name["key_id"]) == ("user", suspect.user, "")


def test_a_session_stays_one_session_and_tells_its_role(on: Bench) -> None:
    role = on.role()
    session = f"arn:aws:sts::111122223333:assumed-role/{role}/somebody"
    found = asked(on.clients(), "aws.identify_principal", principal=session)
    assert (found["kind"], found["role"], found["name"], found["arn"]) == ("session", role, "somebody", session)


def test_a_principal_of_another_account_is_not_found(on: Bench) -> None:
    with pytest.raises(NotFound):
        asked(on.clients(), "aws.identify_principal", principal="arn:aws:iam::444455556666:user/x")
