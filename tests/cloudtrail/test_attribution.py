from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.cloudtrail.attribution import WITHIN, Certainty, causes, is_made_for, joined, spans
from irkit.cloudtrail.record import Record
from tests.cloudtrail.held import invictus
from tests.cloudtrail.made import ARN, KEY, START, made, service_decrypt

READ = {"secretId": "prod/payments/db"}
OTHER_KEY = "AKIAQ3EGUZ7LMN4PXWZZ"


def read(after_s: float = 0, key: str = KEY, ip: str = "203.0.113.9", **fields: object) -> Record:
    identity = {"type": "IAMUser", "arn": ARN, "userName": "svc-deploy", "accessKeyId": key}
    asked = {"requestParameters": READ, **fields}
    return made("secretsmanager:GetSecretValue", after_s, userIdentity=identity, sourceIPAddress=ip, **asked)


def of_parameter(name: str, after_s: float = 0) -> Record:
    context = {"PARAMETER_ARN": f"arn:aws:ssm:eu-west-1:111122223333:parameter{name}"}
    identity = {"type": "IAMUser", "arn": ARN, "accessKeyId": "ASIAFRESH", "invokedBy": "AWS Internal"}
    return made("kms:Decrypt", after_s, userIdentity=identity, requestParameters={"encryptionContext": context})


def test_one_read_is_the_sure_cause_of_a_decrypt() -> None:
    caller, decrypt = read(), service_decrypt(1)
    cause = causes([decrypt], [caller])[decrypt.event_id]
    assert (cause.call, cause.certainty, cause.others) == (caller, Certainty.ONE, ())


def test_several_reads_with_one_key_are_told_as_such_and_each_decrypt_has_its_own() -> None:
    reads, decrypts = [read(0), read(1)], [service_decrypt(0), service_decrypt(1)]
    found = causes(decrypts, reads)
    assert [found[one.event_id].call for one in decrypts] == reads
    assert {cause.certainty for cause in found.values()} == {Certainty.SEVERAL}


def test_reads_with_different_keys_at_once_make_the_cause_unclear() -> None:
    reads = [read(0), read(0, key=OTHER_KEY)]
    cause = causes([decrypt := service_decrypt(0)], reads)[decrypt.event_id]
    assert cause.certainty is Certainty.UNCLEAR
    assert {cause.call.event_id, *cause.others} == {one.event_id for one in reads}


def test_two_decrypts_at_the_same_second_are_given_different_reads() -> None:
    reads, decrypts = [read(0), read(0, ip="198.51.100.7")], [service_decrypt(0), service_decrypt(0)]
    assert len({cause.call.event_id for cause in causes(decrypts, reads).values()}) == 2


@pytest.mark.parametrize("path", ["/", "/app", "/app/", "/app/prod"])
def test_parameters_read_by_a_path_cause_the_decrypts_below_it(path: str) -> None:
    caller = made("ssm:GetParametersByPath", requestParameters={"path": path, "withDecryption": True})
    decrypt = of_parameter("/app/prod/db")
    assert causes([decrypt], [caller])[decrypt.event_id].certainty is Certainty.ONE


def test_another_path_is_no_sure_cause() -> None:
    caller = made("ssm:GetParametersByPath", requestParameters={"path": "/other", "withDecryption": True})
    decrypt = of_parameter("/app/prod/db")
    assert causes([decrypt], [caller])[decrypt.event_id].certainty is Certainty.SERVICE


def test_a_parameter_read_without_decryption_causes_none_while_another_read_can() -> None:
    closed = made("ssm:GetParameter", requestParameters={"name": "/app/db"})
    opened = made("ssm:GetParameter", 3, requestParameters={"name": "/app/db", "withDecryption": True})
    decrypt = of_parameter("/app/db")
    assert causes([decrypt], [closed, opened])[decrypt.event_id].call == opened


def test_looking_at_a_secret_is_a_cause_only_when_no_reading_call_is_known() -> None:
    looked = made("secretsmanager:DescribeSecret", requestParameters=READ)
    caller, decrypt = read(3), service_decrypt(0)
    assert causes([decrypt], [looked, caller])[decrypt.event_id].call == caller
    assert causes([decrypt], [looked])[decrypt.event_id].certainty is Certainty.RESOURCE


def test_many_secrets_read_at_once_by_a_filter_join_by_the_service() -> None:
    asked = {"filters": [{"key": "tag-key", "values": ["team"]}]}
    caller = made("secretsmanager:BatchGetSecretValue", requestParameters=asked)
    cause = causes([decrypt := service_decrypt(1)], [caller])[decrypt.event_id]
    assert (cause.call, cause.certainty) == (caller, Certainty.SERVICE)


def test_a_secret_read_as_a_parameter_joins_to_the_parameters_read() -> None:
    name = "/aws/reference/secretsmanager/prod/payments/db"
    caller = made("ssm:GetParameter", requestParameters={"name": name, "withDecryption": True})
    assert causes([decrypt := service_decrypt(1)], [caller])[decrypt.event_id].certainty is Certainty.ONE


def test_an_object_joins_by_bucket_and_key_and_by_its_bucket_alone() -> None:
    caller = made("s3:GetObject", requestParameters={"bucketName": "pay", "key": "a/b.csv"})
    for arn in ("arn:aws:s3:::pay/a/b.csv", "arn:aws:s3:::pay"):
        identity = {"type": "IAMUser", "arn": ARN, "accessKeyId": "ASIAFRESH", "invokedBy": "AWS Internal"}
        context = {"encryptionContext": {"aws:s3:arn": arn}}
        decrypt = made("kms:Decrypt", 1, userIdentity=identity, requestParameters=context)
        assert causes([decrypt], [caller])[decrypt.event_id].certainty is Certainty.ONE


def test_a_refused_decrypt_joins_to_the_read_that_failed_for_it() -> None:
    caller = read(errorCode="AccessDenied")
    refused = service_decrypt()._replace(error="AccessDenied")
    assert causes([refused], [caller])[refused.event_id].call == caller
    assert causes([service_decrypt()], [caller]) == {}


def test_what_a_stack_makes_hours_later_is_its_callers() -> None:
    stack = made("cloudformation:CreateStack", requestParameters={"stackName": "s"})
    identity = {"type": "IAMUser", "arn": ARN, "invokedBy": "cloudformation.amazonaws.com"}
    later = made("iam:CreateUser", 7200, userIdentity=identity, requestParameters={"userName": "u"})
    assert causes([later], [stack])[later.event_id].certainty is Certainty.SERVICE


def test_a_services_own_role_acts_for_nobody() -> None:
    arn = "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForRDS/SLRManagement"
    issuer = {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/x", "userName": "AWSServiceRoleForRDS"}}
    identity = {"type": "AssumedRole", "arn": arn, "sessionContext": issuer, "invokedBy": "rds.amazonaws.com"}
    assert not is_made_for(made("ec2:DescribeVpcs", userIdentity=identity))
    assert not is_made_for(made("sts:AssumeRole", userIdentity={"type": "AWSService", "invokedBy": "x"}))
    assert is_made_for(service_decrypt())


def test_another_identity_is_never_the_cause() -> None:
    assert causes([service_decrypt(arn="arn:aws:iam::111122223333:user/other")], [read()]) == {}


def test_the_last_second_is_in_and_the_next_is_not() -> None:
    edge = WITHIN.total_seconds()
    assert causes([service_decrypt(edge)], [read()])
    assert causes([service_decrypt(edge + 1)], [read()]) == {}
    (window,) = spans([read()])
    assert window.holds(START + WITHIN)
    assert window.holds(START - WITHIN)


def test_windows_are_never_so_many_that_a_source_drowns() -> None:
    times = [START + timedelta(hours=number) for number in range(1000)]
    windows = joined((at, at) for at in times)
    assert len(windows) <= 100
    assert all(any(window.holds(at) for window in windows) for at in times)


def test_many_reads_of_one_secret_at_once_are_compared_only_so_far() -> None:
    reads = [read(0) for _ in range(2000)]
    found = causes([service_decrypt(0) for _ in range(2000)], reads)
    assert len(found) == 2000
    assert max(len(cause.others) for cause in found.values()) < 64


_READS = st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc"), st.sampled_from(["u", "v"])), max_size=12)


@settings(max_examples=80, deadline=None)
@given(_READS, _READS)
def test_the_index_finds_what_comparing_each_with_each_finds(
    reads: list[tuple[int, str, str]], decrypts: list[tuple[int, str, str]]
) -> None:
    def arn(name: str) -> str:
        return f"arn:aws:iam::111122223333:user/{name}"

    callers = [
        made(
            "secretsmanager:GetSecretValue",
            at,
            userIdentity={"type": "IAMUser", "arn": arn(user), "accessKeyId": KEY},
            requestParameters={"secretId": secret},
        )
        for at, secret, user in reads
    ]
    services = [
        service_decrypt(at, arn(user), f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:{secret}-AbCdEf")
        for at, secret, user in decrypts
    ]
    by_resource = {
        event_id for event_id, cause in causes(services, callers).items() if cause.certainty is not Certainty.SERVICE
    }
    compared = {
        service.event_id
        for service, (at, secret, user) in zip(services, decrypts, strict=True)
        if any(abs(at - when) <= 5 and (secret, user) == (named, owner) for when, named, owner in reads)
    }
    assert by_resource == compared


def test_every_service_made_decrypt_of_a_real_attack_joins_to_its_read() -> None:
    records = invictus()
    decrypts = [one for one in records if one.call == "kms:Decrypt"]
    found = causes(decrypts, records)
    assert len(found) == len(decrypts) == 12
    assert {cause.call.name for cause in found.values()} <= {"GetSecretValue", "GetParameter", "GetParameters"}
