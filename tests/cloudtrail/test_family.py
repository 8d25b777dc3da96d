"""Who belongs to a tree: by what a caller is, when; and that a question looks for all of them."""

from __future__ import annotations

from collections.abc import Mapping

from irkit.cloudtrail.births import Kind, births
from irkit.cloudtrail.family import Join
from irkit.cloudtrail.lineage import tree
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.record import Record
from tests.cloudtrail.held import Held
from tests.cloudtrail.made import KEY, made
from tests.cloudtrail.test_lineage import ACCOUNT, identity, new_key, new_password, new_user, session

BACKDOOR = "arn:aws:iam::111122223333:role/team/backdoor"
OUTSIDER = {"type": "AWSAccount", "accountId": "999999999999", "principalId": "AIDAX"}


def new_role(by: str, after_s: float = 0) -> Record:
    answer = {"role": {"arn": BACKDOOR, "roleName": "backdoor"}}
    return made("iam:CreateRole", after_s, userIdentity=identity(by), responseElements=answer)


def as_role(
    key: str, arn: str = "arn:aws:sts::111122223333:assumed-role/backdoor/x", **context: object
) -> dict[str, object]:
    issuer = {"type": "Role", "arn": f"arn:aws:iam::111122223333:role/team/{arn.split('/')[1]}"}
    whose = {"type": "AssumedRole", "arn": arn, "accessKeyId": key, "accountId": ACCOUNT}
    return {**whose, "sessionContext": {"sessionIssuer": issuer, **context}}


def taken(whose: Mapping[str, object], minted: str, after_s: float, role: str = "backdoor", **asked: object) -> Record:
    who = {"assumedRoleUser": {"arn": f"arn:aws:sts::111122223333:assumed-role/{role}/x"}}
    return made(
        "sts:AssumeRole",
        after_s,
        userIdentity=whose,
        requestParameters={"roleArn": f"arn:aws:iam::111122223333:role/team/{role}", **asked},
        responseElements={"credentials": {"accessKeyId": minted}, **who},
        recipientAccountId=ACCOUNT,
    )


def key_made(whose: Mapping[str, object], minted: str, user: str, after_s: float) -> Record:
    answer = {"accessKey": {"accessKeyId": minted, "userName": user}}
    return made("iam:CreateAccessKey", after_s, userIdentity=whose, responseElements=answer, recipientAccountId=ACCOUNT)


def test_what_others_do_as_a_role_that_the_tree_made_is_of_the_tree() -> None:
    records = [new_role(KEY), taken(OUTSIDER, "ASIAX", 60), key_made(as_role("ASIAX"), "AKIANEW", "admin", 90)]
    grown = tree([KEY], records)
    assert [(one.id, grown.above(one), grown.join(one)) for one in grown.births] == [
        (BACKDOOR, KEY, Join.KEY),
        ("ASIAX", BACKDOOR, Join.OWNER),
        ("AKIANEW", "ASIAX", Join.KEY),
    ]
    untold = tree([KEY], [records[0], records[2]])
    assert [(one.id, untold.join(one)) for one in untold.births][1:] == [("AKIANEW", Join.IDENTITY)]


def test_what_a_role_did_before_it_was_made_anew_is_not_of_the_tree() -> None:
    assert tree([KEY], [new_role(KEY, 60), key_made(as_role("ASIAOLD"), "AKIAOLD", "admin", 0)]).keys == (KEY,)


def test_a_password_given_to_a_user_to_whom_another_gave_one_before_is_of_the_tree() -> None:
    records = [new_password("AKIAHELPDESK", "bob"), new_password(KEY, "bob", 60)]
    (one,) = tree([KEY], records).births
    assert (one.id, one.by) == ("arn:aws:iam::111122223333:user/bob", KEY)


def test_a_password_given_to_a_user_whom_another_made_makes_a_guest_of_it() -> None:
    own = key_made(identity("AKIABOBS", "arn:aws:iam::111122223333:user/team/bob"), "AKIABOBS2", "bob", 90)
    console = key_made(identity("ASIACONSOLE", "arn:aws:iam::111122223333:user/team/bob"), "AKIAMORE", "bob", 90)
    records = [new_user("AKIAHELPDESK", "bob"), new_password(KEY, "bob", 60), own, console]
    grown = tree([KEY], records)
    assert [(one.id, one.is_creation) for one in grown.births if one.kind is Kind.USER] == [
        ("arn:aws:iam::111122223333:user/bob", False)
    ]
    assert grown.keys == (KEY, "AKIAMORE")


def test_who_is_first_given_a_password_by_one_of_the_tree_and_made_by_another_is_made() -> None:
    plain = "arn:aws:iam::111122223333:user/new"
    born = made("iam:CreateUser", 5, userIdentity=identity("ASIA1"), responseElements={"user": {"arn": plain}})
    (_, one) = tree([KEY], [session(KEY, "ASIA1"), born, new_password(KEY, "new", 6)]).births
    assert (one.id, one.is_creation) == (plain, True)


def test_a_key_made_for_a_user_below_a_path_whom_the_tree_made_is_of_it() -> None:
    assert tree([KEY], [new_user(KEY, "new"), new_key("AKIAADMIN", "AKIA2", "new", 2)]).keys == (KEY, "AKIA2")


def test_a_source_identity_that_others_were_given_too_joins_none_of_theirs() -> None:
    marked = taken(identity(KEY), "ASIAMINE", 0, "admin", sourceIdentity="alice")
    hers = taken(identity("AKIAALICE"), "ASIAHERS", 5, "admin", sourceIdentity="alice")
    later = [
        key_made(as_role(each, sourceIdentity="alice"), f"AKIAOF{each}", "u", 60) for each in ("ASIAHERS", "ASIA?")
    ]
    assert tree([KEY], [marked, hers, *later]).keys == (KEY, "ASIAMINE", "AKIAOFASIA?")


def test_a_session_named_as_a_function_of_the_tree_but_of_another_role_is_a_strangers() -> None:
    made_it = made(
        "lambda:CreateFunction20150331",
        userIdentity=identity(KEY),
        requestParameters={"functionName": "deploy", "role": "arn:aws:iam::111122223333:role/service-role/fn"},
        recipientAccountId=ACCOUNT,
    )
    ways = {"AKIAFN": "fn", "AKIACI": "ci"}
    calls = [
        key_made(as_role(f"ASIA{role}", f"arn:aws:sts::111122223333:assumed-role/{role}/deploy"), key, "u", 9)
        for key, role in ways.items()
    ]
    assert tree([KEY], [made_it, *calls]).keys == (KEY, "AKIAFN")


def test_a_session_for_a_members_root_speaks_for_that_root_not_for_its_caller() -> None:
    answer = {"credentials": {"accessKeyId": "ASIAROOT"}}
    for target in ("444455556666", "arn:aws:iam::444455556666:root"):
        asked = {"targetPrincipal": target}
        (one,) = births([made("sts:AssumeRoot", requestParameters=asked, responseElements=answer)])
        assert one.arn == "arn:aws:iam::444455556666:root"


def test_who_comes_by_key_of_another_that_joins_later_is_below_that_one() -> None:
    records = [
        new_role(KEY),
        taken(as_role("ASIAFAR"), "ASIANEAR", 60, "other"),
        taken(as_role("ASIANEAR", "arn:aws:sts::111122223333:assumed-role/other/x"), "ASIALAST", 70),
    ]
    grown = tree([KEY], records)
    assert [(one.id, grown.join(one)) for one in grown.births][1:] == [
        ("ASIANEAR", Join.IDENTITY),
        ("ASIALAST", Join.KEY),
    ]


def followed(source: Held) -> list[str]:
    """The calls of a key's tree."""
    return [row.call for row in ask(source, ACTIVITY, Query(keys=(KEY,)), Follow.TREE).rows]


def test_a_question_finds_what_bears_a_source_identity_of_the_tree_and_was_born_where_no_record_was_kept() -> None:
    source = Held(
        [
            taken(identity(KEY), "ASIAMINE", 0, "admin", sourceIdentity="mallory"),
            made("iam:ListUsers", 60, userIdentity=as_role("ASIAUNTOLD", sourceIdentity="mallory")),
            made("iam:ListRoles", 60, userIdentity=as_role("ASIAUNTOLD", sourceIdentity="alice")),
        ]
    )
    assert followed(source) == ["sts:AssumeRole", "iam:ListUsers"]


def test_a_question_finds_no_sessions_that_others_gave_the_same_source_identity() -> None:
    source = Held(
        [
            taken(identity("AKIAALICE"), "ASIAHERS", -3600, "admin", sourceIdentity="alice"),
            taken(identity(KEY), "ASIAMINE", 0, "admin", sourceIdentity="alice"),
            made("iam:ListUsers", 60, userIdentity=as_role("ASIAHERS", sourceIdentity="alice")),
        ]
    )
    assert followed(source) == ["sts:AssumeRole"]


class History(Held):
    """Knows records by attributes, as the event history does."""

    is_by_attribute = True


def test_of_the_event_history_a_source_identity_is_named_instead_of_reading_all_of_it() -> None:
    source = History([taken(identity(KEY), "ASIAMINE", 0, "admin", sourceIdentity="mallory")])
    answer = ask(source, ACTIVITY, Query(keys=(KEY,)), Follow.TREE)
    (note,) = (each for each in answer.notes if each.startswith("NOT FOLLOWED"))
    assert "mallory" in note
    assert "--source-identity" in note
    assert not any(each.source_identities or each.mentions for each in source.asked)


def test_a_question_finds_who_took_a_role_that_the_tree_made_and_what_they_did() -> None:
    source = Held(
        [
            new_role(KEY),
            taken(OUTSIDER, "ASIAX", 60),
            key_made(as_role("ASIAX"), "AKIANEW", "admin", 90),
            made("iam:ListUsers", 120, userIdentity=identity("AKIANEW", "arn:aws:iam::111122223333:user/admin")),
        ]
    )
    rows = ask(source, QUESTIONS["lineage"], Query(keys=(KEY,))).rows
    assert [(vars(row)["id"], vars(row)["calls"]) for row in rows] == [
        (KEY, 1), (BACKDOOR, 1), ("ASIAX", 1), ("AKIANEW", 1),
    ]  # fmt: skip
    assert followed(source) == ["iam:CreateRole", "iam:CreateAccessKey", "iam:ListUsers"]


def test_a_question_finds_what_a_user_below_a_path_does_with_a_password_of_the_tree_and_nothing_of_its_own() -> None:
    bob = "arn:aws:iam::111122223333:user/team/bob"
    source = Held([
        new_password(KEY, "bob"),
        *(made(call, 60, userIdentity={**identity(key, arn), "userName": "bob"}) for call, key, arn in (
            ("iam:ListUsers", "ASIACONSOLE", bob),
            ("iam:ListRoles", "AKIAOFBOB", bob),
            ("iam:ListGroups", "ASIAELSEWHERE", bob.replace("111122223333", "444455556666")),
        )),
    ])  # fmt: skip
    assert followed(source) == ["iam:CreateLoginProfile", "iam:ListUsers"]


def test_a_session_asked_for_by_its_arn_has_its_calls() -> None:
    arn = "arn:aws:sts::111122223333:assumed-role/backdoor/x"
    source = Held([made("iam:ListUsers", userIdentity=as_role("ASIAX", arn))])
    rows = ask(source, QUESTIONS["lineage"], Query(arns=(arn,))).rows
    assert (vars(rows[0])["id"], vars(rows[0])["calls"]) == (arn, 1)
