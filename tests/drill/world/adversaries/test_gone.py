"""What the intruder did before the alarm, as its victims can find it out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from irkit.drill.world import estate
from irkit.drill.world.adversaries.break_in import BACK_DOOR_USER
from irkit.drill.world.adversaries.doors import FOREIGN_ACCOUNT
from irkit.drill.world.adversaries.hand import WORKS
from irkit.drill.world.json_shape import JsonObject, at
from irkit.drill.world.settings import WorldSettings
from irkit.drill.world.world import World
from tests.drill.world.accounts import sdk


def truth(world: World) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((world.folder / "vault" / "truth.json").read_text())
    return found


def done(world: World) -> list[JsonObject]:
    own = set(truth(world)["events"])
    return [entry.record for entry in world.aws.events.everything() if entry.event_id in own]


def test_everything_happened_before_the_alarm(world: World) -> None:
    alarm_at = datetime.fromisoformat(world.facts.alarm_at)
    times = [datetime.fromisoformat(str(record["eventTime"])) for record in done(world)]
    assert max(times) < alarm_at - timedelta(minutes=15)
    assert min(times) > alarm_at - timedelta(hours=3)


def test_the_script_was_played_whole(world: World) -> None:
    names = {str(record["eventName"]) for record in done(world) if "errorCode" not in record}
    assert names == {
        "GetCallerIdentity",
        "ListSecrets",
        "GetSecretValue",
        "Decrypt",
        "CreateUser",
        "CreateAccessKey",
        "AttachUserPolicy",
        "UpdateAssumeRolePolicy",
        "GetSessionToken",
    }
    assert {str(record["errorCode"]) for record in done(world) if "errorCode" in record} == {
        "AccessDenied",
        "InvalidCiphertextException",
    }
    assert {record["awsRegion"] for record in done(world)} == {estate.REGION, estate.GLOBAL_REGION}


def test_the_truth_holds_what_aws_did_on_its_behalf_and_nothing_of_the_honest(world: World) -> None:
    addresses = {str(record["sourceIPAddress"]) for record in done(world)}
    assert addresses == {"185.220.101.34", "45.153.160.12", "secretsmanager.amazonaws.com"}


def test_no_file_that_the_responder_is_given_names_the_truth(world: World) -> None:
    for file in (Path(world.facts.config_file), Path(world.facts.aws_config_file), world.folder / "facts.json"):
        assert "truth" not in file.read_text()


def test_the_back_door_is_open(world: World) -> None:
    iam = sdk(world, world.found.admin, "iam")
    [policy] = iam.list_attached_user_policies(UserName=BACK_DOOR_USER)["AttachedPolicies"]
    assert policy["PolicyName"] == "AdministratorAccess"
    assert len(iam.list_access_keys(UserName=BACK_DOOR_USER)["AccessKeyMetadata"]) == 1
    trust = iam.get_role(RoleName=estate.READER_ROLE)["Role"]["AssumeRolePolicyDocument"]
    assert f"arn:aws:iam::{FOREIGN_ACCOUNT}:root" in trust["Statement"][0]["Principal"]["AWS"]


def test_all_its_credentials_still_work_until_each_is_taken(raise_world: Callable[[WorldSettings], World]) -> None:
    world = raise_world(WorldSettings())
    iam = sdk(world, world.found.admin, "iam")
    assert world.intruder_tries() == {"leaked key": WORKS, "session": WORKS, "back door": WORKS}
    iam.update_access_key(UserName=estate.LEAKED_USER, AccessKeyId=world.found.leaked.key_id, Status="Inactive")
    assert world.intruder_tries() == {"leaked key": "UnrecognizedClientException", "session": WORKS, "back door": WORKS}
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    for user in (estate.LEAKED_USER, BACK_DOOR_USER):
        iam.put_user_policy(UserName=user, PolicyName="deny", PolicyDocument=json.dumps(deny))
    assert world.intruder_tries() == {
        "leaked key": "UnrecognizedClientException",
        "session": "AccessDeniedException",
        "back door": "AccessDeniedException",
    }


def test_its_session_was_used_after_it_was_taken(world: World) -> None:
    taken = [
        at(record, "responseElements", "credentials", "accessKeyId")
        for record in done(world)
        if record["eventName"] == "GetSessionToken"
    ]
    used = [record for record in done(world) if at(record, "userIdentity", "accessKeyId") == taken[0]]
    assert [record["eventName"] for record in used] == ["GetCallerIdentity", "Decrypt"]
