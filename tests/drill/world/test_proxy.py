"""AWS as clients of the rehearsal meet it: enforcement, limits, faults. Partly through real boto3 clients."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from irkit.drill.world import estate
from irkit.drill.world.aws_caller import AwsRefused
from irkit.drill.world.loopback_server import Outage
from irkit.drill.world.seed_aws import key_pair
from irkit.drill.world.world import World
from tests.drill.world.accounts import admin, becomes, caller, new_user, records, sdk, spreading


def refusal_of(call: Callable[[], object]) -> str:
    """The error code a call is refused with; empty when it works."""
    try:
        call()
    except AwsRefused as refused:
        return refused.code
    return ""


def test_the_leaked_key_works_when_the_alarm_goes_off(world: World) -> None:
    answer = caller(world, world.found.leaked).query("sts", "GetCallerIdentity", {})
    assert answer.findtext(".//Arn") == f"arn:aws:iam::{estate.ACCOUNT}:user/{estate.LEAKED_USER}"


def test_boto3_looks_events_up_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.aws.pace, "per_second", 100)  # what others asked just before is no matter
    client = sdk(world, world.found.responder, "cloudtrail")
    asked = {
        "LookupAttributes": [{"AttributeKey": "AccessKeyId", "AttributeValue": world.found.leaked.key_id}],
        "MaxResults": 10,
    }
    first = client.lookup_events(**asked)
    second = client.lookup_events(**asked, NextToken=first["NextToken"])
    told = [event["EventId"] for event in (*first["Events"], *second["Events"])]
    assert len(set(told)) == 20
    event = json.loads(first["Events"][0]["CloudTrailEvent"])
    assert event["userIdentity"]["accessKeyId"] == world.found.leaked.key_id
    assert first["Events"][0]["EventTime"] >= second["Events"][0]["EventTime"]


def test_lookups_beyond_two_a_second_are_throttled(world: World) -> None:
    _, user = new_user(world, "cloudtrail:LookupEvents")
    eager = caller(world, user.keys, "us-west-2")  # where no other test asks
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(eager.json, "cloudtrail", "LookupEvents", {"MaxResults": 1}) for _ in range(24)]
        codes = [refusal_of(one.result) for one in asked]
    assert set(codes) == {"", "ThrottlingException"}
    recorded = [record.get("errorCode", "") for record in records(world, eager.keys.key_id)]
    assert sorted(map(str, recorded)) == sorted(codes)


def test_looking_up_needs_the_permission(world: World) -> None:
    _, user = new_user(world, "kms:Decrypt")
    assert refusal_of(lambda: user.json("cloudtrail", "LookupEvents", {})) == "AccessDeniedException"


def test_the_responder_may_do_only_what_its_policy_says(lonely: World) -> None:
    responder = caller(lonely, lonely.found.responder)
    assert refusal_of(lambda: responder.query("iam", "ListUsers", {})) == ""
    assert refusal_of(lambda: responder.query("iam", "ListRoles", {})) == "AccessDenied"


def test_an_inactive_key_is_refused(world: World) -> None:
    name, user = new_user(world)
    user.query("sts", "GetCallerIdentity", {})
    admin(world).query(
        "iam", "UpdateAccessKey", {"UserName": name, "AccessKeyId": user.keys.key_id, "Status": "Inactive"}
    )
    assert refusal_of(lambda: user.query("sts", "GetCallerIdentity", {})) == "InvalidClientTokenId"
    assert refusal_of(lambda: user.json("kms", "ListKeys", {})) == "UnrecognizedClientException"


def test_deny_all_on_a_user_stops_its_key_but_not_get_caller_identity(world: World) -> None:
    name, user = new_user(world, "kms:ListKeys")
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    admin(world).query(
        "iam", "PutUserPolicy", {"UserName": name, "PolicyName": "deny", "PolicyDocument": json.dumps(deny)}
    )
    assert refusal_of(lambda: user.json("kms", "ListKeys", {})) == "AccessDeniedException"
    assert refusal_of(lambda: user.query("sts", "GetCallerIdentity", {})) == ""


def test_sessions_older_than_a_cut_off_are_denied_and_the_long_term_key_is_not(world: World) -> None:
    name, user = new_user(world, "kms:ListKeys", "sts:GetSessionToken")
    session = caller(world, key_pair(user.query("sts", "GetSessionToken", {})))
    assert refusal_of(lambda: session.json("kms", "ListKeys", {})) == ""
    cut = (datetime.now(UTC) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    revoke = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"DateLessThan": {"aws:TokenIssueTime": cut}},
            }
        ],
    }
    admin(world).query(
        "iam", "PutUserPolicy", {"UserName": name, "PolicyName": "revoke", "PolicyDocument": json.dumps(revoke)}
    )
    assert refusal_of(lambda: session.json("kms", "ListKeys", {})) == "AccessDeniedException"
    assert refusal_of(lambda: user.json("kms", "ListKeys", {})) == ""


def test_a_third_key_is_refused_and_not_left_behind(world: World) -> None:
    name, _ = new_user(world)
    by = admin(world)
    by.query("iam", "CreateAccessKey", {"UserName": name})
    assert refusal_of(lambda: by.query("iam", "CreateAccessKey", {"UserName": name})) == "LimitExceeded"
    assert len(list(by.query("iam", "ListAccessKeys", {"UserName": name}).iter("member"))) == 2


def test_last_use_is_told_from_what_was_recorded(world: World) -> None:
    _, user = new_user(world)
    user.query("sts", "GetCallerIdentity", {})
    used = admin(world).query("iam", "GetAccessKeyLastUsed", {"AccessKeyId": user.keys.key_id})
    assert used.findtext(".//ServiceName") == "sts"
    assert used.findtext(".//Region") == estate.REGION
    assert used.findtext(".//LastUsedDate", "") >= world.facts.alarm_at[:19]


def test_users_and_keys_are_as_old_as_the_story_says(world: World) -> None:
    iam = sdk(world, world.found.admin, "iam")
    [leaked] = iam.list_access_keys(UserName=estate.LEAKED_USER)["AccessKeyMetadata"]
    age = iam.get_user(UserName="svc-backup2")["User"]["CreateDate"] - leaked["CreateDate"]
    assert timedelta(days=200) < age < timedelta(days=220)


@pytest.mark.parametrize("write", ["UpdateAccessKey", "PutUserPolicy"])
def test_an_iam_write_shows_its_effect_only_after_the_delay(world: World, write: str) -> None:
    name, user = new_user(world, "secretsmanager:ListSecrets")
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    params = {
        "UpdateAccessKey": {"AccessKeyId": user.keys.key_id, "Status": "Inactive"},
        "PutUserPolicy": {"PolicyName": "deny", "PolicyDocument": json.dumps(deny)},
    }[write]
    with spreading(world):
        admin(world).query("iam", write, {"UserName": name, **params})
        assert refusal_of(lambda: user.json("secretsmanager", "ListSecrets", {})) == ""
        world.aws.settle()
        assert refusal_of(lambda: user.json("secretsmanager", "ListSecrets", {})) != ""


def test_a_new_key_is_usable_only_after_the_delay(world: World) -> None:
    with spreading(world):
        _, user = new_user(world)
        assert refusal_of(lambda: user.query("sts", "GetCallerIdentity", {})) == "InvalidClientTokenId"
        world.aws.settle()
        assert refusal_of(lambda: user.query("sts", "GetCallerIdentity", {})) == ""


def set_key(world: World, name: str, key_id: str, status: str) -> None:
    admin(world).query("iam", "UpdateAccessKey", {"UserName": name, "AccessKeyId": key_id, "Status": status})


def test_a_delay_passes_by_itself(world: World) -> None:
    name, user = new_user(world)
    with spreading(world, timedelta(milliseconds=50)):
        set_key(world, name, user.keys.key_id, "Inactive")
        assert becomes(lambda: refusal_of(lambda: user.query("sts", "GetCallerIdentity", {})) != "")


def test_writes_on_one_thing_take_effect_in_their_order(world: World) -> None:
    name, user = new_user(world)
    with spreading(world):
        for status in ("Inactive", "Active", "Inactive"):
            set_key(world, name, user.keys.key_id, status)
        assert refusal_of(lambda: user.query("sts", "GetCallerIdentity", {})) == ""
        world.aws.settle()
        assert refusal_of(lambda: user.query("sts", "GetCallerIdentity", {})) == "InvalidClientTokenId"


def test_a_write_that_is_refused_is_not_delayed_into_being(world: World) -> None:
    name, user = new_user(world, "kms:ListKeys")
    own = {"UserName": name, "PolicyName": "own"}
    with spreading(world):
        assert refusal_of(lambda: user.query("iam", "DeleteUserPolicy", own)) == "AccessDenied"
        world.aws.settle()
        assert refusal_of(lambda: admin(world).query("iam", "GetUserPolicy", own)) == ""
        assert refusal_of(lambda: user.json("kms", "ListKeys", {})) == ""


def test_a_secret_under_a_kms_key_needs_the_key_too(world: World) -> None:
    _, reader = new_user(world, "secretsmanager:GetSecretValue")
    assert (
        refusal_of(lambda: reader.json("secretsmanager", "GetSecretValue", {"SecretId": estate.DATABASE_SECRET}))
        == "AccessDeniedException"
    )
    [record] = records(world, reader.keys.key_id)
    assert record["errorMessage"] == "Access to KMS is not allowed"
    _, writer = new_user(world, "secretsmanager:PutSecretValue", "kms:Decrypt")
    assert (
        refusal_of(
            lambda: writer.json(
                "secretsmanager",
                "PutSecretValue",
                {
                    "SecretId": world.found.database_secret_arn,
                    "SecretString": "x",
                    "ClientRequestToken": "1" * 32,
                },
            )
        )
        == "AccessDeniedException"
    )


def test_an_outage_of_one_service_leaves_the_others_up(world: World) -> None:
    by = admin(world)
    world.aws.faults.outage("ecs", Outage.ON)
    try:
        with pytest.raises(AwsRefused) as refused:
            by.json("ecs", "ListClusters", {})
        assert (refused.value.code, refused.value.status) == ("ServiceUnavailable", 503)
        assert refusal_of(lambda: by.query("sts", "GetCallerIdentity", {})) == ""
    finally:
        world.aws.faults.outage("ecs", Outage.OFF)
    assert refusal_of(lambda: by.json("ecs", "ListClusters", {})) == ""


def test_the_next_calls_can_be_throttled(world: World) -> None:
    world.aws.faults.throttle("iam", 2)
    codes = [refusal_of(lambda: admin(world).query("iam", "ListUsers", {})) for _ in range(3)]
    assert codes == ["Throttling", "Throttling", ""]


def test_boto3_stores_and_reads_objects_through_the_proxy(world: World) -> None:
    s3 = sdk(world, world.found.admin, "s3")
    data = b"\x00\xff" * 70_000
    s3.put_object(Bucket=estate.TRAIL_BUCKET, Key="round/trip name", Body=data)
    assert s3.get_object(Bucket=estate.TRAIL_BUCKET, Key="round/trip name")["Body"].read() == data
    assert s3.head_object(Bucket=estate.TRAIL_BUCKET, Key="round/trip name")["ContentLength"] == len(data)
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket=estate.TRAIL_BUCKET, Key="not/there")


def test_the_trail_is_there_and_logs_every_management_event(world: World) -> None:
    trail = sdk(world, world.found.responder, "cloudtrail")
    [found] = [one for one in trail.describe_trails()["trailList"] if one["Name"] == estate.TRAIL]
    assert (found["Name"], found["S3BucketName"], found["IsMultiRegionTrail"]) == (
        estate.TRAIL,
        estate.TRAIL_BUCKET,
        True,
    )
    assert trail.get_trail_status(Name=estate.TRAIL)["IsLogging"] is True
    [selector] = trail.get_event_selectors(TrailName=estate.TRAIL)["EventSelectors"]
    assert (selector["IncludeManagementEvents"], selector["ExcludeManagementEventSources"]) == (True, [])


def test_log_files_in_the_bucket_hold_the_events(world: World) -> None:
    _, user = new_user(world)
    user.query("sts", "GetCallerIdentity", {})
    [record] = records(world, user.keys.key_id)
    world.aws.deliver()
    s3 = sdk(world, world.found.admin, "s3")
    listed = s3.list_objects_v2(Bucket=estate.TRAIL_BUCKET, Prefix=f"AWSLogs/{estate.ACCOUNT}/CloudTrail/")
    files = {
        entry["Key"]: s3.get_object(Bucket=estate.TRAIL_BUCKET, Key=entry["Key"])["Body"].read()
        for entry in listed["Contents"]
    }
    held = {
        event["eventID"]: key for key, data in files.items() for event in json.loads(gzip.decompress(data))["Records"]
    }
    key = held[record["eventID"]]
    day, name = key.split("/")[4:7], key.rpartition("/")[2]
    assert key.startswith(f"AWSLogs/{estate.ACCOUNT}/CloudTrail/{estate.REGION}/")
    assert name.startswith(f"{estate.ACCOUNT}_CloudTrail_{estate.REGION}_{''.join(day)}T")
    assert name.endswith(".json.gz")


def test_each_event_is_delivered_once(world: World) -> None:
    world.aws.deliver()
    s3 = sdk(world, world.found.admin, "s3")
    listed = s3.list_objects_v2(Bucket=estate.TRAIL_BUCKET, Prefix=f"AWSLogs/{estate.ACCOUNT}/CloudTrail/")["Contents"]
    told = [
        event["eventID"]
        for entry in listed
        for event in json.loads(
            gzip.decompress(s3.get_object(Bucket=estate.TRAIL_BUCKET, Key=entry["Key"])["Body"].read())
        )["Records"]
    ]
    assert len(told) == len(set(told)) > 0


def test_the_account_uses_four_regions(world: World) -> None:
    rows = sdk(world, world.found.admin, "ec2").describe_regions(AllRegions=True)["Regions"]
    used = {row["RegionName"] for row in rows if row["OptInStatus"] == "opt-in-not-required"}
    assert used == set(estate.REGIONS)
    assert {row["OptInStatus"] for row in rows} == {"opt-in-not-required", "not-opted-in"}
