from __future__ import annotations

from datetime import timedelta

import pytest

from irkit.cloudtrail.attribution import WITHIN
from irkit.cloudtrail.decrypts import made_for, parents, windows
from tests.cloudtrail.made import SECRET_ARN, START, made, service_decrypt

READ = {"secretId": "prod/payments/db"}


@pytest.mark.parametrize("asked", ["prod/payments/db", SECRET_ARN])
def test_a_decrypt_joins_to_the_read_that_caused_it(asked: str) -> None:
    read = made("secretsmanager:GetSecretValue", requestParameters={"secretId": asked})
    decrypt = service_decrypt(after_s=1)
    assert made_for(parents([read]), [decrypt]) == (decrypt,)


def test_a_parameters_decrypt_joins_by_its_path() -> None:
    arn = "arn:aws:ssm:eu-west-1:111122223333:parameter/app/db"
    read = made("ssm:GetParameters", requestParameters={"names": ["/app/x", "/app/db"], "withDecryption": True})
    decrypt = made(
        "kms:Decrypt",
        1,
        userIdentity={"arn": read.principal_arn, "invokedBy": "AWS Internal"},
        requestParameters={"encryptionContext": {"PARAMETER_ARN": arn}},
    )
    assert made_for(parents([read]), [decrypt]) == (decrypt,)


def test_the_decrypt_of_another_secret_does_not_join() -> None:
    read = made("secretsmanager:GetSecretValue", requestParameters={"secretId": "prod/payments"})
    assert made_for(parents([read]), [service_decrypt()]) == ()


def test_the_decrypt_of_another_principal_does_not_join() -> None:
    read = made("secretsmanager:GetSecretValue", requestParameters=READ)
    assert made_for(parents([read]), [service_decrypt(arn="arn:aws:iam::111122223333:user/other")]) == ()


def test_a_decrypt_too_long_after_does_not_join() -> None:
    read = made("secretsmanager:GetSecretValue", requestParameters=READ)
    late = WITHIN.total_seconds() + 1
    assert made_for(parents([read]), [service_decrypt(after_s=late)]) == ()


def test_a_direct_decrypt_is_no_service_made_one() -> None:
    read = made("secretsmanager:GetSecretValue", requestParameters=READ)
    direct = made("kms:Decrypt", requestParameters={"encryptionContext": {"SecretARN": SECRET_ARN}})
    assert made_for(parents([read]), [direct]) == ()


def test_a_refused_read_decrypts_nothing() -> None:
    assert parents([made("secretsmanager:GetSecretValue", errorCode="AccessDenied", requestParameters=READ)]) == ()


def test_reads_near_each_other_are_looked_up_together() -> None:
    reads = [made("secretsmanager:GetSecretValue", at) for at in (0, 20, 3600)]
    first, second = windows(reads)
    assert first == (START - WITHIN, START + timedelta(seconds=20) + WITHIN)
    assert second == (START + timedelta(hours=1) - WITHIN, START + timedelta(hours=1) + WITHIN)


def test_nothing_read_is_nothing_to_look_up() -> None:
    assert list(windows([])) == []
