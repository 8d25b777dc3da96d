"""Reading what an HTTP request asks of AWS."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.drill.world.aws_call import aws_call, nested
from irkit.drill.world.cloudtrail_record import camel, is_read_only, is_recorded, record_region
from irkit.drill.world.json_shape import written

QUERY = {"content-type": "application/x-www-form-urlencoded"}


def signed(service: str, region: str = "eu-west-1") -> dict[str, str]:
    return {
        "authorization": f"AWS4-HMAC-SHA256 Credential=AKIA1/20261120/{region}/{service}/aws4_request, "
        "SignedHeaders=host, Signature=00"
    }


def test_a_query_call_is_read() -> None:
    body = urlencode(
        {
            "Action": "CreateUser",
            "Version": "2010-05-08",
            "UserName": "ada",
            "Tags.member.1.Key": "team",
            "Tags.member.1.Value": "blue",
        }
    ).encode()
    call = aws_call("POST", "/", signed("iam") | QUERY, body)
    assert call is not None
    assert (call.service, call.operation, call.key_id, call.region) == ("iam", "CreateUser", "AKIA1", "eu-west-1")
    assert call.params == {"UserName": "ada", "Tags": [{"Key": "team", "Value": "blue"}]}
    assert record_region(call) == "us-east-1"


def test_a_json_call_is_read() -> None:
    headers = signed("kms") | {"x-amz-target": "TrentService.Decrypt"}
    call = aws_call("POST", "/", headers, b'{"EncryptionContext": {"App": "x"}}')
    assert call is not None
    assert (call.operation, call.params) == ("Decrypt", {"EncryptionContext": {"App": "x"}})


@pytest.mark.parametrize(
    ("method", "target", "operation", "logged"),
    [
        ("GET", "/", "ListBuckets", True),
        ("PUT", "/logs", "CreateBucket", True),
        ("GET", "/logs?policy", "GetBucketPolicy", True),
        ("PUT", "/logs/a/b.gz", "PutObject", False),
        ("GET", "/logs/a/b.gz", "GetObject", False),
        ("GET", "/logs?list-type=2&prefix=a", "ListObjects", False),
    ],
)
def test_only_bucket_calls_of_s3_are_management_events(
    method: str, target: str, operation: str, logged: object
) -> None:
    call = aws_call(method, target, signed("s3"), b"")
    assert call is not None
    assert (call.operation, is_recorded(call)) == (operation, logged)


def test_an_unsigned_request_is_no_call() -> None:
    assert aws_call("GET", "/", {}, b"") is None


@pytest.mark.parametrize(
    ("operation", "reads"),
    [
        ("Decrypt", True),
        ("AssumeRole", True),
        ("GetSecretValue", True),
        ("LookupEvents", True),
        ("CreateUser", False),
        ("UpdateAccessKey", False),
        ("PutUserPolicy", False),
        ("DeleteAccessKey", False),
        ("UpdateService", False),
    ],
)
def test_reads_are_told_from_writes(operation: str, reads: object) -> None:
    assert is_read_only(operation) is reads


def test_names_become_camel_case_and_a_context_keeps_its_own() -> None:
    assert camel(
        {
            "ARN": "a",
            "SecretId": "s",
            "SecretString": "!",
            "EncryptionContext": {"SecretARN": "x"},
            "Tags": [{"Key": "k", "Value": "v"}],
        }
    ) == {"arn": "a", "secretId": "s", "encryptionContext": {"SecretARN": "x"}, "tags": [{"key": "k", "value": "v"}]}


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20)))
def test_any_form_is_read_without_a_crash(form: dict[str, str]) -> None:
    assert written(nested(form))


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_body_is_read_without_a_crash(body: bytes, target: str) -> None:
    for service in ("iam", "kms", "s3"):
        aws_call("POST", "/" + target.encode("ascii", "ignore").decode(), signed(service), body)
        aws_call("POST", "/", signed(service) | {"x-amz-target": target}, body)


@pytest.mark.parametrize("place", ["body", "query"])
def test_a_session_asked_for_with_a_token_needs_no_signature(place: str) -> None:
    asked = urlencode({"Action": "AssumeRoleWithWebIdentity", "RoleArn": "arn:aws:iam::111122223333:role/ci"})
    call = aws_call("POST", f"/?{asked}", {}, b"") if place == "query" else aws_call("POST", "/", QUERY, asked.encode())
    assert call is not None
    assert (call.service, call.operation, call.key_id) == ("sts", "AssumeRoleWithWebIdentity", "")


@pytest.mark.parametrize("action", ["AssumeRole", "AssumeRoleWithWebIdentityX"])
def test_nothing_else_is_read_unsigned(action: str) -> None:
    asked = urlencode({"Action": action, "RoleSessionName": "AssumeRoleWithWebIdentity"}).encode()
    assert aws_call("POST", "/", QUERY, asked) is None
