"""What CloudTrail says of calls that pass through the proxy."""

from __future__ import annotations

import base64
import json

import pytest

from irkit.drill.world import estate
from irkit.drill.world.aws_caller import AwsCaller, AwsRefused
from irkit.drill.world.json_shape import JsonObject, at
from irkit.drill.world.proxy import AT, SOURCE_IP
from irkit.drill.world.seed_aws import key_pair
from irkit.drill.world.signature import KeyPair
from irkit.drill.world.world import World
from irkit.secret import Secret
from tests.drill.world.accounts import admin, caller, new_user, records


def test_a_denied_call_is_recorded(world: World) -> None:
    name, user = new_user(world)
    with pytest.raises(AwsRefused, match="AccessDenied"):
        user.json("kms", "ListKeys", {})
    [record] = records(world, user.keys.key_id)
    assert (record["eventName"], record["errorCode"], record["responseElements"]) == ("ListKeys", "AccessDenied", None)
    assert f"user/{name} is not authorized to perform: kms:ListKeys" in str(record["errorMessage"])


def test_a_user_is_shown_as_an_iam_user(world: World) -> None:
    name, user = new_user(world)
    user.query("sts", "GetCallerIdentity", {})
    [record] = records(world, user.keys.key_id)
    assert record["userIdentity"] == {
        "type": "IAMUser",
        "principalId": at(record, "userIdentity", "principalId"),
        "userName": name,
        "arn": f"arn:aws:iam::{estate.ACCOUNT}:user/{name}",
        "accountId": estate.ACCOUNT,
        "accessKeyId": user.keys.key_id,
    }
    assert str(at(record, "userIdentity", "principalId")).startswith("AIDA")


def test_a_role_session_is_shown_as_an_assumed_role_with_its_issuer(world: World) -> None:
    caller(world, world.found.responder).query("sts", "GetCallerIdentity", {})
    identity = records(world, world.found.responder.key_id)[-1]["userIdentity"]
    assert at(identity, "type") == "AssumedRole"
    assert at(identity, "arn") == f"arn:aws:sts::{estate.ACCOUNT}:assumed-role/{estate.BREAK_GLASS_ROLE}/irkit"
    assert at(identity, "sessionContext", "sessionIssuer", "userName") == estate.BREAK_GLASS_ROLE
    assert str(at(identity, "principalId")).endswith(":irkit")


def test_an_assumed_role_chains_by_the_key_in_its_answer(world: World) -> None:
    _, user = new_user(world, "sts:AssumeRole")
    role = f"arn:aws:iam::{estate.ACCOUNT}:role/{estate.READER_ROLE}"
    session = key_pair(
        user.query("sts", "AssumeRole", {"RoleArn": role, "RoleSessionName": "chain", "DurationSeconds": "900"})
    )
    [record] = records(world, user.keys.key_id)
    assert at(record, "responseElements", "credentials", "accessKeyId") == session.key_id
    assert at(record, "requestParameters", "durationSeconds") == 900
    assert record["readOnly"] is True
    assert session.secret_key.reveal() not in json.dumps(record)
    assert session.session_token is not None
    assert session.session_token.reveal() not in json.dumps(record)


def test_a_session_of_a_user_keeps_the_users_name(world: World) -> None:
    name, user = new_user(world, "sts:GetSessionToken")
    session = caller(world, key_pair(user.query("sts", "GetSessionToken", {})))
    session.query("sts", "GetCallerIdentity", {})
    [record] = records(world, session.keys.key_id)
    assert at(record, "userIdentity", "userName") == name
    assert at(record, "userIdentity", "sessionContext", "attributes", "mfaAuthenticated") == "false"


def test_a_decrypt_keeps_the_encryption_context_and_shows_no_ciphertext(world: World) -> None:
    _, user = new_user(world, "kms:Decrypt")
    blob = world.found.ciphertexts[estate.LEDGERS[0]]
    context: JsonObject = {"app": "payments", "ledger": estate.LEDGERS[0]}
    plain = user.json("kms", "Decrypt", {"CiphertextBlob": blob, "EncryptionContext": context})
    [record] = records(world, user.keys.key_id)
    assert record["requestParameters"] == {"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    assert at(record, "resources") == [
        {"accountId": estate.ACCOUNT, "type": "AWS::KMS::Key", "ARN": world.found.kms_key_arn}
    ]
    written = json.dumps(record)
    assert blob not in written
    assert str(plain["Plaintext"]) not in written
    assert base64.b64decode(str(plain["Plaintext"])).decode() not in written


def test_a_secret_under_a_kms_key_brings_a_decrypt_made_by_the_service(world: World) -> None:
    name, user = new_user(world, "secretsmanager:GetSecretValue", "kms:Decrypt")
    answer = user.json("secretsmanager", "GetSecretValue", {"SecretId": estate.DATABASE_SECRET})
    [parent] = records(world, user.keys.key_id)
    assert parent["requestParameters"] == {"secretId": estate.DATABASE_SECRET}
    made = [
        entry.record
        for entry in world.aws.events.everything()
        if entry.record["sourceIPAddress"] == "secretsmanager.amazonaws.com"
        and at(entry.record, "userIdentity", "userName") == name
    ]
    assert len(made) == 1
    assert at(made[0], "requestParameters", "encryptionContext") == {
        "SecretARN": answer["ARN"],
        "SecretVersionId": answer["VersionId"],
    }
    assert at(made[0], "userIdentity", "accessKeyId") != user.keys.key_id
    assert str(at(made[0], "userIdentity", "accessKeyId")).startswith("ASIA")


def test_a_new_access_key_is_recorded_without_its_secret(world: World) -> None:
    name, _ = new_user(world)
    made = key_pair(admin(world).query("iam", "CreateAccessKey", {"UserName": name}))
    record = records(world, world.found.admin.key_id)[-1]
    assert at(record, "responseElements", "accessKey", "accessKeyId") == made.key_id
    assert (record["eventName"], record["awsRegion"], record["readOnly"]) == ("CreateAccessKey", "us-east-1", False)
    assert made.secret_key.reveal() not in json.dumps(record)


def test_a_secret_value_that_is_put_is_not_recorded(world: World) -> None:
    admin(world).json(
        "secretsmanager",
        "CreateSecret",
        {"Name": "put-test", "SecretString": "hunter2-and-more", "ClientRequestToken": "0" * 32},
    )
    record = records(world, world.found.admin.key_id)[-1]
    assert at(record, "requestParameters", "name") == "put-test"
    assert str(at(record, "responseElements", "arn")).startswith("arn:aws:secretsmanager:")
    assert "hunter2" not in json.dumps(record)


def test_a_key_that_aws_does_not_know_leaves_no_event(world: World) -> None:
    stranger = caller(world, KeyPair("AKIANOBODYNOBODYNOBO", Secret("s" * 40)))
    with pytest.raises(AwsRefused, match="InvalidClientTokenId"):
        stranger.query("sts", "GetCallerIdentity", {})
    assert records(world, stranger.keys.key_id) == []


def test_a_wrong_signature_is_refused_and_leaves_no_event(world: World) -> None:
    _, user = new_user(world)
    forged = caller(world, KeyPair(user.keys.key_id, Secret("f" * 40)))
    with pytest.raises(AwsRefused, match="SignatureDoesNotMatch"):
        forged.query("sts", "GetCallerIdentity", {})
    assert records(world, user.keys.key_id) == []


def test_an_address_may_be_told_but_a_time_only_with_the_worlds_token(world: World) -> None:
    _, user = new_user(world)
    told = AwsCaller(world.aws.url, user.keys, estate.REGION, {SOURCE_IP: "203.0.113.9", AT: "1000000000"})
    told.query("sts", "GetCallerIdentity", {})
    [record] = records(world, user.keys.key_id)
    assert record["sourceIPAddress"] == "203.0.113.9"
    assert not str(record["eventTime"]).startswith("2001")


def test_every_record_has_what_aws_documents(world: World) -> None:
    must = {
        "eventVersion",
        "userIdentity",
        "eventTime",
        "eventSource",
        "eventName",
        "awsRegion",
        "sourceIPAddress",
        "userAgent",
        "requestParameters",
        "responseElements",
        "requestID",
        "eventID",
        "readOnly",
        "eventType",
        "managementEvent",
        "recipientAccountId",
        "eventCategory",
    }
    everything = [entry.record for entry in world.aws.events.everything()]
    assert everything
    assert all(must <= record.keys() and next(iter(record)) == "eventVersion" for record in everything)
    assert len({str(record["eventID"]) for record in everything}) == len(everything)


def test_no_record_holds_a_planted_secret(world: World) -> None:
    written = json.dumps([entry.record for entry in world.aws.events.everything()])
    assert not [name for name, secret in world.planted().items() if secret.reveal() in written]
