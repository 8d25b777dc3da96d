"""Ids of access keys in the rehearsal cloud: of the kind that AWS makes, so that a scan knows them."""

from __future__ import annotations

import pytest

from irkit.drill.world.estate import ACCOUNT
from irkit.drill.world.key_ids import key_id
from irkit.drill.world.seed_aws import key_pair
from irkit.drill.world.world import World
from irkit.scan.detect.structure import aws_account, aws_key_id
from tests.drill.world.accounts import admin, new_user


@pytest.mark.parametrize("account", ["012345678901", "111122223333", "999999999999"])
def test_an_id_is_base32_and_holds_its_account(account: str) -> None:
    made = {key_id("AKIA", account).encode() for _ in range(50)}
    assert len(made) == 50
    assert {aws_key_id(each) for each in made} == {""}
    assert {aws_account(each) for each in made} == {account}


def test_the_keys_of_users_and_of_sessions_are_made_so(world: World) -> None:
    name, user = new_user(world, "sts:*")
    made = key_pair(admin(world).query("iam", "CreateAccessKey", {"UserName": name}))
    of_session = key_pair(user.query("sts", "GetSessionToken", {}))
    assert (made.key_id[:4], of_session.key_id[:4]) == ("AKIA", "ASIA")
    for key in made.key_id.encode(), of_session.key_id.encode():
        assert aws_key_id(key) == ""
        assert aws_account(key) == ACCOUNT
