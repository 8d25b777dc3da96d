from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.cloudtrail.births import Kind, births, moment
from irkit.cloudtrail.family import Join
from irkit.cloudtrail.lineage import tree
from irkit.cloudtrail.reached import reached
from irkit.cloudtrail.record import Record
from tests.cloudtrail.held import stratus
from tests.cloudtrail.made import KEY, made

ACCOUNT = "111122223333"
ROLE = "arn:aws:iam::111122223333:role/admin"


def identity(key: str, arn: str = "arn:aws:iam::111122223333:user/u", **more: object) -> dict[str, object]:
    return {"type": "IAMUser", "arn": arn, "accessKeyId": key, "accountId": ACCOUNT, **more}


def session(by: str, minted: str, after_s: float = 0, name: str = "s", **fields: object) -> Record:
    return made(
        "sts:AssumeRole",
        after_s,
        userIdentity=identity(by),
        requestParameters={"roleArn": ROLE, "roleSessionName": name},
        responseElements={
            "credentials": {"accessKeyId": minted, "expiration": "Nov 21, 2026, 1:00:00 PM"},
            "assumedRoleUser": {"arn": f"arn:aws:sts::111122223333:assumed-role/admin/{name}"},
        },
        recipientAccountId=ACCOUNT,
        **fields,
    )


def new_key(by: str, minted: str, user: str, after_s: float = 0) -> Record:
    answer = {"accessKey": {"accessKeyId": minted, "userName": user}}
    return made(
        "iam:CreateAccessKey",
        after_s,
        userIdentity=identity(by),
        requestParameters={"userName": user},
        responseElements=answer,
        recipientAccountId=ACCOUNT,
    )


def new_user(by: str, user: str, after_s: float = 0) -> Record:
    arn = f"arn:aws:iam::111122223333:user/team/{user}"
    return made(
        "iam:CreateUser", after_s, userIdentity=identity(by), responseElements={"user": {"arn": arn, "userName": user}}
    )


def new_password(by: str, user: str, after_s: float = 0, **fields: object) -> Record:
    asked = {"userName": user}
    return made(
        "iam:CreateLoginProfile",
        after_s,
        userIdentity=identity(by),
        requestParameters=asked,
        responseElements={"loginProfile": asked},
        recipientAccountId=ACCOUNT,
        **fields,
    )


@pytest.mark.parametrize("event_id", ["a-before", "z-after"])
def test_who_was_made_and_given_a_password_in_one_second_was_made(event_id: str) -> None:
    user = "arn:aws:iam::111122223333:user/new"
    born = made("iam:CreateUser", userIdentity=identity(KEY), responseElements={"user": {"arn": user}}, eventID="e-1")
    (one,) = births([born, new_password(KEY, "new", eventID=event_id)])
    assert (one.id, one.is_creation) == (user, True)


def test_keys_of_a_user_below_a_path_are_the_makers_though_it_has_a_password_too() -> None:
    other = "AKIAQ3EGUZ7LMN4POTHE"
    grown = tree([KEY], [new_user(KEY, "new"), new_password(KEY, "new", 1), new_key(other, "AKIA2", "new", 2)])
    assert "AKIA2" in grown.keys


def test_a_chain_of_sessions_is_a_tree_from_the_first_key_to_the_last() -> None:
    grown = tree([KEY], [session(KEY, "ASIA1"), session("ASIA1", "ASIA2", 60), session("ASIA2", "ASIA3", 120)])
    assert [(depth, here) for depth, here, _ in grown.walk()] == [(0, KEY), (1, "ASIA1"), (2, "ASIA2"), (3, "ASIA3")]
    assert {grown.join(one) for one in grown.births} == {Join.KEY}


def test_the_order_of_the_records_does_not_matter() -> None:
    records = [session("ASIA2", "ASIA3", 0), session("ASIA1", "ASIA2", 0), session(KEY, "ASIA1", 0)]
    assert tree([KEY], records).ids == (KEY, *(one.id for one in births(records)))
    assert len(tree([KEY], records).births) == 3


def test_a_session_of_another_key_is_not_of_the_tree() -> None:
    assert tree([KEY], [session("AKIAOTHER", "ASIA9")]).births == ()


def test_a_refused_call_brings_nothing_into_being() -> None:
    assert births([session(KEY, "ASIA1", errorCode="AccessDenied")]) == ()


def test_a_session_tells_its_end_its_role_and_its_name() -> None:
    (one,) = births([session(KEY, "ASIA1", name="mallory")])
    assert one.until == datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
    assert one.arn.endswith("assumed-role/admin/mallory")
    assert (one.kind, one.by, one.call) == (Kind.SESSION, KEY, "sts:AssumeRole")


def test_a_circle_of_keys_ends() -> None:
    records = [new_key("AKIAA", "AKIAB", "b"), new_key("AKIAB", "AKIAA", "a", 1), session("AKIAB", "AKIAB", 2)]
    grown = tree(["AKIAA"], records)
    assert [here for _, here, _ in grown.walk()] == ["AKIAA", "AKIAB"]


def test_a_new_user_and_the_key_that_another_makes_for_it_are_of_the_tree() -> None:
    plain = made(
        "iam:CreateUser",
        userIdentity=identity(KEY),
        responseElements={"user": {"arn": "arn:aws:iam::111122223333:user/back", "userName": "back"}},
    )
    grown = tree([KEY], [plain, new_key("AKIAADMIN", "AKIABACK", "back", 60)])
    assert [(one.kind, grown.join(one)) for one in grown.births] == [(Kind.USER, Join.KEY), (Kind.KEY, Join.OWNER)]


def test_what_a_made_user_does_in_the_console_is_of_the_tree() -> None:
    arn = "arn:aws:iam::111122223333:user/team/back"
    later = made(
        "sts:GetSessionToken",
        60,
        userIdentity=identity("ASIACONSOLE", arn),
        responseElements={"credentials": {"accessKeyId": "ASIA7"}},
    )
    grown = tree([KEY], [new_user(KEY, "back"), later])
    assert [grown.join(one) for one in grown.births] == [Join.KEY, Join.IDENTITY]


def test_the_source_identity_joins_what_was_taken_on_where_no_record_was_kept() -> None:
    first = session(KEY, "ASIA1")
    marked = made(
        "sts:AssumeRole",
        userIdentity=identity("ASIA1"),
        requestParameters={"roleArn": ROLE, "sourceIdentity": "mallory"},
        responseElements={"credentials": {"accessKeyId": "ASIA2"}, "sourceIdentity": "mallory"},
    )
    context: dict[str, Any] = {"sessionContext": {"sourceIdentity": "mallory"}}
    elsewhere = made(
        "sts:AssumeRole",
        60,
        userIdentity=identity("ASIAUNKNOWN", **context),
        requestParameters={"roleArn": ROLE},
        responseElements={"credentials": {"accessKeyId": "ASIA8"}},
    )
    grown = tree([KEY], [first, marked, elsewhere])
    assert [(one.id, grown.join(one)) for one in grown.births][-1] == ("ASIA8", Join.SOURCE_IDENTITY)
    assert grown.above(grown.births[-1]) == "ASIA2"


def test_a_source_identity_that_the_caller_already_had_joins_nobody() -> None:
    context: dict[str, Any] = {"sessionContext": {"sourceIdentity": "alice"}}
    mine = made(
        "sts:AssumeRole",
        userIdentity=identity(KEY, **context),
        requestParameters={"roleArn": ROLE, "sourceIdentity": "alice"},
        responseElements={"credentials": {"accessKeyId": "ASIA2"}},
    )
    hers = made(
        "sts:AssumeRole",
        60,
        userIdentity=identity("ASIAALICE", **context),
        responseElements={"credentials": {"accessKeyId": "ASIA9"}},
    )
    assert [one.id for one in tree([KEY], [mine, hers]).births] == ["ASIA2"]


def test_the_two_records_of_a_call_between_accounts_are_one_birth_by_the_callers_key() -> None:
    theirs = made(
        "sts:AssumeRole",
        userIdentity={"type": "AWSAccount", "accountId": "444455556666", "principalId": "AIDAX"},
        responseElements={"credentials": {"accessKeyId": "ASIA1"}},
        sharedEventID="shared-1",
        recipientAccountId="444455556666",
    )
    ours = session(KEY, "ASIA1", sharedEventID="shared-1")
    for records in ([theirs, ours], [ours, theirs]):
        (one,) = births(records)
        assert one.by == KEY
        assert tree([KEY], records).births == (one,)


def test_certificates_and_apps_identities_bring_sessions_into_being_too() -> None:
    answer = {"credentialSet": [{"credentials": {"accessKeyId": "ASIAR"}, "roleArn": ROLE}]}
    roles_anywhere = made("rolesanywhere:CreateSession", responseElements=answer)
    cognito = made(
        "cognito-identity:GetCredentialsForIdentity", responseElements={"credentials": {"accessKeyId": "ASIAC"}}
    )
    assert {one.id for one in births([roles_anywhere, cognito])} == {"ASIAR", "ASIAC"}


def test_a_real_federated_session_is_known_by_key_and_end() -> None:
    records = [one for technique, one in stratus() if technique.endswith("sts-federation-token")]
    (one,) = births(records)
    assert one.until == datetime(2024, 11, 30, 20, 43, 17, tzinfo=UTC)
    assert one.arn == "arn:aws:sts::742491224508:federated-user/stratus_red_team"
    assert tree([one.by], records).keys == (one.by, one.id)


def test_ends_are_read_as_cloudtrail_writes_them() -> None:
    at = datetime(2024, 11, 30, 20, 43, 17, tzinfo=UTC)
    assert moment("Nov 30, 2024, 8:43:17 PM") == at
    assert moment("Nov 30, 2024, 8:43:17\u202fPM") == at
    assert moment("2024-11-30T20:43:17Z") == at
    assert moment("soon") is None
    assert moment("Nov 30, 2024, 12:03:17 AM") == datetime(2024, 11, 30, 0, 3, 17, tzinfo=UTC)
    assert moment("Nov 30, 2024, 12:03:17 PM") == datetime(2024, 11, 30, 12, 3, 17, tzinfo=UTC)
    for wrong in ("Nov 30, 2024, 13:43:17 PM", "Nov 31, 2024, 8:43:17 PM", "Nox 30, 2024, 8:43:17 PM", "Nov 30, 2024"):
        assert moment(wrong) is None


def test_what_an_instance_of_the_tree_does_with_its_role_is_of_the_tree() -> None:
    started = made(
        "ec2:RunInstances",
        userIdentity=identity(KEY),
        requestParameters={"iamInstanceProfile": {"name": "admin"}},
        responseElements={"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}},
    )
    arn = "arn:aws:sts::111122223333:assumed-role/admin/i-1"
    stolen = made(
        "sts:AssumeRole",
        60,
        userIdentity={"type": "AssumedRole", "arn": arn, "accessKeyId": "ASIAINSTANCE"},
        responseElements={"credentials": {"accessKeyId": "ASIA5"}},
    )
    grown = tree([KEY], [started, stolen])
    assert [(one.id, grown.above(one), grown.join(one)) for one in grown.births] == [
        *(("i-1", KEY, Join.KEY), ("i-2", KEY, Join.KEY), ("ASIA5", "i-1", Join.SESSION)),
    ]
    assert grown.keys == (KEY, "ASIA5")


def test_a_session_taken_into_the_console_goes_on_under_its_name() -> None:
    arn = "arn:aws:sts::111122223333:assumed-role/admin/s"
    whose = {"type": "AssumedRole", "arn": arn}
    records = [
        session(KEY, "ASIA1"),
        made("signin:GetSigninToken", 5, userIdentity={**whose, "accessKeyId": "ASIA1"}),
        made("signin:ConsoleLogin", 6, userIdentity=whose, responseElements={"ConsoleLogin": "Success"}),
        new_key("ASIACONSOLE", "AKIANEW", "back", 60),
    ]
    grown = tree([KEY], records)
    assert [(one.id, one.kind) for one in grown.births] == [("ASIA1", Kind.SESSION), (arn, Kind.CONSOLE)]
    without_token = tree([KEY], [records[0], records[2]])
    assert without_token.join(without_token.births[-1]) is Join.IDENTITY


@pytest.mark.parametrize(
    ("arn", "answer"),
    [
        ("arn:aws:iam::111122223333:user/u", "Success"),
        ("arn:aws:sts::111122223333:assumed-role/admin/s", "Failure"),
        ("arn:aws:sts::111122223333:assumed-role/admin/another", "Success"),
    ],
)
def test_a_sign_in_that_no_session_of_the_tree_made_is_not_of_it(arn: str, answer: str) -> None:
    sign_in = made("signin:ConsoleLogin", 6, userIdentity={"arn": arn}, responseElements={"ConsoleLogin": answer})
    assert [one.id for one in tree([KEY], [session(KEY, "ASIA1"), sign_in]).births] == ["ASIA1"]


def test_what_was_there_before_and_was_taken_hold_of_is_named() -> None:
    records = [
        made("iam:UpdateAssumeRolePolicy", userIdentity=identity(KEY), requestParameters={"roleName": "admin"}),
        made("ssm:SendCommand", userIdentity=identity(KEY), requestParameters={"instanceIds": ["i-7", "i-8"]}),
        made(
            "lambda:UpdateFunctionCode20150331v2", userIdentity=identity(KEY), requestParameters={"functionName": "pay"}
        ),
        made("ssm:SendCommand", userIdentity=identity(KEY), requestParameters={"instanceIds": ["i-9"]}, errorCode="X"),
        made("ssm:SendCommand", userIdentity=identity("AKIAOTHER"), requestParameters={"instanceIds": ["i-6"]}),
    ]
    expected = ("function pay", "instance i-7", "instance i-8", "role admin")
    for order in (records, records[::-1]):  # they come as workers find them
        assert reached(order, tree([KEY], records)) == expected


def test_what_the_tree_made_itself_is_not_named_as_taken() -> None:
    answer = {"role": {"arn": ROLE, "roleName": "admin"}}
    records = [
        made("iam:CreateRole", userIdentity=identity(KEY), responseElements=answer),
        made("iam:UpdateAssumeRolePolicy", 9, userIdentity=identity(KEY), requestParameters={"roleName": "admin"}),
    ]
    assert reached(records, tree([KEY], records)) == ()


_KEYS = st.sampled_from([f"K{number}" for number in range(8)])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_KEYS, _KEYS, st.integers(0, 5)), max_size=25))
def test_whatever_made_what_each_is_in_the_tree_once_and_below_what_made_it(links: list[tuple[str, str, int]]) -> None:
    grown = tree(["K0"], [session(by, minted, after) for by, minted, after in links])
    walked = [here for _, here, _ in grown.walk()]
    assert len(walked) == len(set(walked)) == len(grown.ids)
    reached = {"K0"}
    for _ in links:
        reached |= {minted for by, minted, _ in links if by in reached}
    assert set(walked) <= reached
