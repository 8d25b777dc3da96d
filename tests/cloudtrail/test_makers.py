"""Who made users, roles and keys, by records: from whom it may have been the suspects, whatever name was used."""

from __future__ import annotations

import pytest

from irkit.cloudtrail.makers import Makers, makers_of
from irkit.cloudtrail.record import Record
from tests.cloudtrail.made import ARN, START, made

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ops/ci"
ADMIN = f"arn:aws:iam::{ACCOUNT}:user/admins/ada"
BORN = "AIDA" + "B" * 17


def user(arn: str) -> dict[str, object]:
    return {"type": "IAMUser", "arn": arn, "accessKeyId": "AKIA" + "C" * 16, "accountId": ACCOUNT}


def session(name: str, **more: object) -> dict[str, object]:
    """A session of ``ROLE``, whose ARN does not tell the role's path."""
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/{name}"
    context = {"sessionIssuer": {"type": "Role", "arn": ROLE, "userName": "ci"}}
    key = "ASIA" + "D" * 16
    return {"type": "AssumedRole", "arn": arn, "accessKeyId": key, "sessionContext": context, **more}


def created(by: dict[str, object], born: str = BORN, name: str = "bot") -> Record:
    answer = {"user": {"userName": name, "userId": born, "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}"}}
    asked = {"userName": name}
    return made("iam:CreateUser", userIdentity=by, requestParameters=asked, responseElements=answer)


def told(one: Record, *theirs: Record, suspects: tuple[str, ...] = (ARN,)) -> Makers:
    return makers_of((one,), theirs, suspects, START)


def test_somebody_else_is_told_without_his_path_and_without_doubt() -> None:
    maker = told(created(user(ADMIN))).by_id[BORN]
    assert (maker.name, maker.doubt) == (f"arn:aws:iam::{ACCOUNT}:user/ada", "")
    role = told(created(session("run-1"))).by_id[BORN]
    assert (role.name, role.doubt) == (f"arn:aws:iam::{ACCOUNT}:role/ci", "")


@pytest.mark.parametrize(
    ("by", "suspect"),
    [
        (user(ADMIN), ADMIN),
        (session("run-1"), ROLE),
        (session("run-1"), f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/run-1"),
        (session("another"), f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/run-1"),
        (
            {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/eve", "accessKeyId": "ASIAX"},
            f"arn:aws:sts::{ACCOUNT}:federated-user/eve",
        ),
    ],
    ids=["a user with a path", "a role with a path", "its session", "a session of the same role", "a federated user"],
)
def test_a_maker_who_is_a_suspect_in_whatever_guise_is_in_doubt(by: dict[str, object], suspect: str) -> None:
    assert "a suspect" in told(created(by), suspects=(suspect,)).by_id[BORN].doubt


def test_what_came_of_the_suspects_by_its_key_is_in_doubt_though_nobody_suspects_whose_name_it_bears() -> None:
    one = created(user(ADMIN))
    assert "came of one" in told(one, one).by_id[BORN].doubt


@pytest.mark.parametrize(
    ("call", "asked"),
    [
        ("iam:UpdateAssumeRolePolicy", {"roleName": "ci"}),
        ("sts:AssumeRole", {"roleArn": ROLE, "roleSessionName": "x"}),
        ("lambda:UpdateFunctionCode20150331v2", {"functionName": "run-1"}),
    ],
)
def test_a_role_on_which_the_suspects_laid_hands_is_in_doubt(call: str, asked: dict[str, object]) -> None:
    hands = made(call, requestParameters=asked)
    assert told(created(session("run-1")), hands).by_id[BORN].doubt == f"on which the suspects laid hands by {call}"
    refused = made(call, requestParameters=asked, errorCode="AccessDenied")
    assert told(created(session("run-1")), refused).by_id[BORN].doubt == ""


def test_a_role_that_a_service_took_on_is_in_doubt_where_the_suspects_used_that_service_too() -> None:
    one = created(session("AWSCloudFormation", invokedBy="cloudformation.amazonaws.com"))
    assert told(one).by_id[BORN].doubt == ""
    stack = made("cloudformation:CreateStack", requestParameters={"stackName": "s"})
    assert "cloudformation, which the suspects used" in told(one, stack).by_id[BORN].doubt


def test_two_of_one_name_are_told_apart_by_the_ids_that_iam_gave_them() -> None:
    again = "AIDA" + "E" * 17
    first, last = created(user(ADMIN)), created(user(ARN), again)
    found = makers_of((first, last), (last,), (ARN,), START).by_id
    assert found[BORN].doubt == ""
    assert "suspect" in found[again].doubt


def test_what_suspects_changed_is_told_by_the_first_call_and_what_they_only_read_is_not() -> None:
    given = made("iam:CreateAccessKey", 1, requestParameters={"userName": "bot"})
    read = made("iam:ListAccessKeys", 0, requestParameters={"userName": "ada"})
    later = made("iam:PutUserPolicy", 2, requestParameters={"userName": "bot", "policyName": "p"})
    assert told(created(user(ADMIN)), read, given, later).hands == {
        "bot": "iam:CreateAccessKey",
        "p": "iam:PutUserPolicy",
    }
