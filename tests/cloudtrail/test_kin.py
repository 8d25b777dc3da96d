"""Who came of suspects, and whose use of a value is rightful where the intruder gave somebody a key of his own."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network

from irkit.cloudtrail.key_callers import Known
from irkit.cloudtrail.kin import kin
from irkit.cloudtrail.lineage import tree
from irkit.cloudtrail.opened import Rightful
from irkit.cloudtrail.record import Record
from tests.cloudtrail.made import ARN, KEY, made

ACCOUNT = "111122223333"
NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)


def user(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def identity(name: str, key: str) -> dict[str, object]:
    return {"type": "IAMUser", "arn": user(name), "accessKeyId": key, "accountId": ACCOUNT, "userName": name}


def came(*records: Record) -> tuple[str, ...]:
    return kin(tree((ARN, KEY), records), (ARN,), ACCOUNT, NOW)


def created(name: str) -> Record:
    answer = {"user": {"userName": name, "arn": user(name)}}
    asked = {"userName": name}
    return made("iam:CreateUser", requestParameters=asked, responseElements=answer, recipientAccountId=ACCOUNT)


def given_password(name: str, after_s: float = 0) -> Record:
    answer = {"loginProfile": {"userName": name}}
    return made(
        "iam:CreateLoginProfile",
        after_s,
        requestParameters={"userName": name},
        responseElements=answer,
        recipientAccountId=ACCOUNT,
    )


def test_a_user_that_the_suspect_made_came_of_him() -> None:
    assert came(created("back-door"), given_password("back-door", 1)) == (user("back-door"),)


def test_a_user_whom_the_suspect_gave_a_password_was_there_before() -> None:
    assert came(given_password("svc-release")) == ()


def took_role(name: str, key: str, after_s: float) -> Record:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/backup/nightly"
    return made(
        "sts:AssumeRole",
        after_s,
        userIdentity=identity(name, key),
        requestParameters={"roleArn": f"arn:aws:iam::{ACCOUNT}:role/backup", "roleSessionName": "nightly"},
        responseElements={"credentials": {"accessKeyId": f"ASIA{after_s}"}, "assumedRoleUser": {"arn": arn}},
    )


def test_what_a_user_with_a_new_password_does_with_keys_of_its_own_is_its_own() -> None:
    grown = tree((ARN, KEY), [given_password("svc-cron"), took_role("svc-cron", "AKIAOWN", 5)])
    assert [one.call for one in grown.births] == ["iam:CreateLoginProfile"]


def test_what_a_user_with_a_new_password_does_in_the_console_came_of_the_suspect() -> None:
    grown = tree((ARN, KEY), [given_password("svc-cron"), took_role("svc-cron", "ASIACONSOLE", 5)])
    assert [one.call for one in grown.births] == ["iam:CreateLoginProfile", "sts:AssumeRole"]


def rightful() -> Rightful:
    known = Known((ip_network("10.0.0.0/16"),))
    return Rightful(known, frozenset(), frozenset({user("back-door")}), frozenset({ARN}), frozenset({"AKIAHIS"}))


def used(name: str, key: str, ip: str = "198.51.100.7") -> Record:
    return made("kms:Decrypt", userIdentity=identity(name, key), sourceIPAddress=ip)


def is_owners(record: Record) -> bool:
    return rightful().is_owners(record, record)


def test_a_bystanders_own_key_is_his_wherever_it_is_used_from() -> None:
    assert is_owners(used("svc-release", "AKIAOWN"))


def test_a_key_that_the_intruder_gave_a_bystander_is_the_intruders() -> None:
    assert not is_owners(used("svc-release", "AKIAHIS"))


def test_a_suspects_key_is_rightful_from_our_own_networks_alone() -> None:
    assert not is_owners(used("svc-deploy", KEY))
    assert is_owners(used("svc-deploy", KEY, "10.0.4.21"))


def test_whom_the_intruder_made_has_no_rightful_use() -> None:
    assert not is_owners(used("back-door", "AKIAOTHER", "10.0.4.21"))
