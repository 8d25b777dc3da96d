from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.cloudtrail.record import Record, record
from irkit.cloudtrail.store.typed import row
from irkit.errors import OutsideError
from tests.cloudtrail.made import ARN, KEY, START, body, made

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_a_record_tells_who_did_what_when_and_from_where() -> None:
    one = made("iam:CreateUser", requestParameters={"userName": "svc-backup2"})
    assert (one.call, one.at, one.ip) == ("iam:CreateUser", START, "203.0.113.9")
    assert (one.principal, one.principal_arn, one.key_id) == ("svc-deploy", ARN, KEY)
    assert one.param("userName") == "svc-backup2"


def test_a_role_session_is_named_by_its_role() -> None:
    one = made(
        "s3:ListBuckets",
        userIdentity={
            "type": "AssumedRole",
            "arn": "arn:aws:sts::111122223333:assumed-role/ci/run-7",
            "accessKeyId": "ASIA1",
            "sessionContext": {"sessionIssuer": {"type": "Role", "userName": "ci"}},
        },
    )
    assert (one.principal_type, one.principal) == ("AssumedRole", "ci")


def test_parameters_are_read_in_both_casings() -> None:
    pascal = made("iam:CreateUser", requestParameters={"UserName": "x"}, responseElements={"User": {"UserName": "x"}})
    assert pascal.param("userName") == "x"
    assert pascal.answered("user", "userName") == "x"


def test_the_words_of_an_encryption_context_are_left_as_they_are() -> None:
    one = made("kms:Decrypt", requestParameters={"EncryptionContext": {"SecretARN": "a", "App": "b"}})
    assert one.params["encryptionContext"] == {"SecretARN": "a", "App": "b"}


@pytest.mark.parametrize(
    "code",
    [
        *("AccessDenied", "Client.UnauthorizedOperation", "AccessDeniedException", "AuthorizationError"),
        *("AuthorizationErrorException", "ForbiddenException", "VpceAccessDenied"),
        *("NotAuthorized", "NotAuthorizedException", "Client.AuthFailure"),
    ],
)
def test_a_refusal_for_want_of_a_permission_is_told_from_other_errors(code: str) -> None:
    assert made("iam:ListUsers", errorCode=code).denied
    assert not made("iam:ListUsers", errorCode="NoSuchEntity").denied


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            "signin:ConsoleLogin",
            {"responseElements": {"ConsoleLogin": "Failure"}, "errorMessage": "Failed authentication"},
        ),
        ("signin:ConsoleLogin", {"responseElements": '{"consoleLogin":"Failure"}'}),
        ("signin:SwitchRole", {"responseElements": {"SwitchRole": "Failure"}}),
        ("signin:CredentialVerification", {"serviceEventDetails": {"CredentialVerification": "Failure"}}),
    ],
)
def test_a_sign_in_that_failed_is_a_refusal_though_it_has_no_error_code(call: str, told: dict[str, object]) -> None:
    one = made(call, **told)
    assert (one.error, one.denied) == ("Failure", True)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("signin:ConsoleLogin", {"responseElements": {"ConsoleLogin": "Success"}}),
        ("signin:GetSigninToken", {"responseElements": {"ConsoleLogin": "Failure"}}),
        ("config:PutEvaluations", {"responseElements": {"PutEvaluations": "Failure"}}),
        ("signin:ConsoleLogin", {"requestParameters": {"ConsoleLogin": "Failure"}}),
    ],
)
def test_what_a_caller_names_failure_is_none(call: str, told: dict[str, object]) -> None:
    assert made(call, **told).error == ""


def test_the_error_code_of_a_sign_in_goes_before_the_word() -> None:
    one = made("signin:SwitchRole", errorCode="AccessDenied", responseElements={"SwitchRole": "Failure"})
    assert one.error == "AccessDenied"


def test_a_null_identity_is_read() -> None:
    one = made("kms:Decrypt", userIdentity=None)
    assert (one.principal, one.key_id, one.principal_arn) == ("", "", "")


def test_a_service_as_identity_is_read() -> None:
    one = made("sts:AssumeRole", userIdentity={"type": "AWSService", "invokedBy": "ecs.amazonaws.com"})
    assert (one.principal_type, one.invoked_by, one.key_id) == ("AWSService", "ecs.amazonaws.com", "")


@pytest.mark.parametrize("field", ["eventID", "eventName", "eventTime"])
def test_what_lacks_id_name_or_time_is_no_record(field: str) -> None:
    text = json.dumps({name: value for name, value in body("iam:ListUsers").items() if name != field})
    with pytest.raises(OutsideError):
        record(text)


def test_what_is_no_json_is_no_record() -> None:
    with pytest.raises(OutsideError):
        record('{"eventID": ')


@given(st.dictionaries(st.sampled_from(sorted(body("iam:ListUsers"))), JSON))
def test_whatever_stands_in_its_fields_a_record_is_read_or_refused(odd: dict[str, object]) -> None:
    text = json.dumps({**body("iam:ListUsers"), **odd})
    with suppress(OutsideError):
        assert isinstance(record(text), Record)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+05:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00"])
def test_a_time_that_no_span_can_be_added_to_is_no_events_and_ends_nothing_else(at: str) -> None:
    with pytest.raises(OutsideError, match="no time of an event"):
        made("iam:CreateUser", eventTime=at)
    assert row(json.dumps(body("iam:CreateUser", eventTime=at)).encode(), "a.json", 0) is None
