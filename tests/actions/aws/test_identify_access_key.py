from __future__ import annotations

import pytest
from pydantic import ValidationError

from irkit.errors import NotFound
from tests.bench import Bench, asked


def test_the_owner_of_a_key_is_found_with_its_standing(on: Bench) -> None:
    suspect = on.suspect()
    found = asked(on.clients(), "aws.identify_access_key", key_id=suspect.key.key_id)
    assert found["user"] == suspect.user
    assert found["user_arn"].endswith(f":user/{suspect.user}")
    assert found["account"] == on.world.facts.account
    assert found["status"] == "Active"
    assert found["acting_as"] == on.world.facts.acting_as
    assert found["others"] == []


def test_the_other_keys_of_the_owner_are_told(on: Bench) -> None:
    suspect = on.suspect()
    other = on.clients().iam.create_access_key(suspect.user)
    found = asked(on.clients(), "aws.identify_access_key", key_id=suspect.key.key_id)
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
    found = asked(on.clients(), "aws.identify_access_key", key_id=suspect.key.key_id)
    assert found["aws_quarantine"].startswith("AWSCompromisedKeyQuarantineV3")


def test_a_key_that_was_deleted_is_not_found(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().iam.delete_access_key(suspect.user, suspect.key.key_id)
    with pytest.raises(NotFound):
        asked(on.clients(), "aws.identify_access_key", key_id=suspect.key.key_id)


@pytest.mark.parametrize("text", ["", "svc-deploy", "ASIA0000000000000000", "AKIA 0000", "akia0000000000000000"])
def test_what_is_no_key_id_of_a_user_is_refused(on: Bench, text: str) -> None:
    with pytest.raises(ValidationError):
        asked(on.clients(), "aws.identify_access_key", key_id=text)
