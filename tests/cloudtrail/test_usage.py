from __future__ import annotations

from datetime import timedelta

from irkit.cloudtrail.usage import Decrypt, usage
from tests.cloudtrail.made import START, made, service_decrypt

OURS = "irkit/INC-0001/"


def test_calls_are_counted_with_first_and_last() -> None:
    used = usage([made("iam:ListUsers"), made("iam:ListUsers", 5), made("s3:ListBuckets", 9)], OURS)
    assert used.calls == {"iam:ListUsers": 2, "s3:ListBuckets": 1}
    assert (used.first_at, used.last_at) == (START, START + timedelta(seconds=9))
    assert (used.total, used.succeeded, used.failed) == (3, 3, 0)


def test_a_denied_call_counts_as_denied_and_not_as_success() -> None:
    used = usage([made("iam:ListUsers"), made("iam:ListRoles", 5, errorCode="AccessDenied")], OURS)
    assert (used.succeeded, used.failed, used.denied) == (1, 1, 1)
    assert used.denied_calls == {"iam:ListRoles": 1}
    assert used.last_success_at == START


def test_our_own_trial_call_is_not_the_intruders() -> None:
    probe = made("sts:GetCallerIdentity", userAgent="Boto3 irkit/INC-0001/prove", errorCode="InvalidClientTokenId")
    used = usage([probe], OURS)
    assert (used.total, used.own) == (0, 1)


def test_an_intruder_who_borrows_our_user_agent_is_still_counted() -> None:
    used = usage([made("iam:CreateUser", userAgent="irkit/INC-0001/prove")], OURS)
    assert (used.total, used.own) == (1, 0)


def test_the_trial_call_of_another_incident_is_not_ours() -> None:
    assert usage([made("sts:GetCallerIdentity", userAgent="irkit/INC-0002/x")], OURS).own == 0


def test_secrets_decrypts_and_sessions_are_told() -> None:
    session = {"credentials": {"accessKeyId": "ASIA9"}}
    used = usage(
        [
            made("secretsmanager:GetSecretValue", requestParameters={"secretId": "prod/payments/db"}),
            made("secretsmanager:GetSecretValue", requestParameters={"secretId": "x"}, errorCode="AccessDenied"),
            service_decrypt(1),
            service_decrypt(2),
            made("sts:AssumeRole", 3, requestParameters={"roleArn": "arn:r"}, responseElements=session),
        ],
        OURS,
    )
    assert used.secrets_read == ("prod/payments/db",)
    (decrypt,) = used.decrypts
    assert isinstance(decrypt, Decrypt)
    assert decrypt.count == 2
    assert '"SecretVersionId": "v1"' in decrypt.context
    assert used.sessions == ("ASIA9",)
    assert used.roles == ("arn:r",)


def test_a_services_own_address_is_none_of_the_callers() -> None:
    assert usage([service_decrypt()], OURS).ips == {}


def test_a_key_that_was_not_used_has_no_times() -> None:
    used = usage([], OURS)
    assert (used.total, used.first_at, used.last_success_at) == (0, None, None)
