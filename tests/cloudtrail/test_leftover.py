"""What suspects left behind and what of it stands, from made records and a made account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from irkit.clients.deny_all import DENY_ALL, DENY_ALL_DOCUMENT
from irkit.clients.deny_older import DENY_OLDER, deny_older_document
from irkit.clients.holder import Holder, HolderKind
from irkit.clients.iam import AccessKey, KeyStatus, canonical_policy
from irkit.clients.iam_account import AccountView, Listed
from irkit.clients.trust_policy import NOBODY
from irkit.cloudtrail import leftover
from irkit.cloudtrail.identity_work import free_workers, workers
from irkit.cloudtrail.kin import kin
from irkit.cloudtrail.last_signs import signs
from irkit.cloudtrail.leftover import Ground
from irkit.cloudtrail.lineage import tree
from irkit.cloudtrail.made_since import dated
from irkit.cloudtrail.record import Record
from irkit.contract import Credential, CredentialKind
from tests.cloudtrail.made import ARN, KEY, START, made

ACCOUNT = "111122223333"
BOT = f"arn:aws:iam::{ACCOUNT}:user/bot"
DOOR = f"arn:aws:iam::{ACCOUNT}:user/door"
OLD = START - timedelta(days=200)
FOREIGN = "arn:aws:iam::444455556666:root"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def listed(kind: HolderKind, name: str, **fields: object) -> Listed:
    base = Listed(Holder(kind=kind, name=name), f"arn:aws:iam::{ACCOUNT}:{kind}/{name}", OLD, {}, ())
    return replace(base, **fields)  # type: ignore[arg-type]


def by(arn: str = ARN, key: str = KEY) -> dict[str, object]:
    return {
        "type": "IAMUser",
        "arn": arn,
        "accessKeyId": key,
        "accountId": ACCOUNT,
        "userName": arn.rsplit("/", maxsplit=1)[-1],
    }


def act(
    call: str, params: Mapping[str, object], after_s: float = 0, arn: str = ARN, key: str = KEY, **more: object
) -> Record:
    given = {"userIdentity": by(arn, key), "requestParameters": params, "recipientAccountId": ACCOUNT, **more}
    return made(call, after_s, **given)


def new_user(name: str, after_s: float = 0, arn: str = ARN, key: str = KEY) -> Record:
    answer = {"user": {"arn": f"arn:aws:iam::{ACCOUNT}:user/{name}", "userName": name}}
    return act("iam:CreateUser", {"userName": name}, after_s, arn, key, responseElements=answer)


def new_key(user: str, key_id: str, after_s: float = 0, arn: str = ARN, key: str = KEY) -> Record:
    answer = {"accessKey": {"accessKeyId": key_id, "userName": user}}
    return act("iam:CreateAccessKey", {"userName": user}, after_s, arn, key, responseElements=answer)


def ground(
    records: Sequence[Record],
    *there: Listed,
    keys: Mapping[str, Sequence[tuple[str, KeyStatus]]] | None = None,
    others: Sequence[Record] = (),
    quarantined: frozenset[str] = frozenset(),
) -> Ground:
    users = {one.holder.name: one for one in there if one.holder.kind is HolderKind.USER}
    roles = {one.holder.name: one for one in there if one.holder.kind is HolderKind.ROLE}
    held = keys or {}
    return Ground(
        suspects=frozenset({ARN}),
        records=records,
        tree=tree((ARN, KEY), records),
        account=AccountView(users, roles, {}),
        account_id=ACCOUNT,
        keys=lambda user: [AccessKey(key_id, status, OLD) for key_id, status in held.get(user, ())],
        others=others,
        quarantined=quarantined,
        now=START + timedelta(hours=1),
    )


def test_a_user_who_was_made_is_found_until_it_is_shut_in() -> None:
    records = [new_user("door"), new_key("door", "AKIADOOR", 1)]
    door = listed(HolderKind.USER, "door")
    found = list(leftover.users(ground(records, door, keys={"door": [("AKIADOOR", KeyStatus.ACTIVE)]})))
    assert [(one.user, one.by, one.call) for one in found] == [("door", ARN, "iam:CreateUser")]
    shut = replace(door, inline={DENY_ALL: DENY_ALL_DOCUMENT})
    half = ground(records, shut, keys={"door": [("AKIADOOR", KeyStatus.ACTIVE)]})
    whole = ground(records, shut, keys={"door": [("AKIADOOR", KeyStatus.INACTIVE)]})
    assert [one.user for one in leftover.users(half)] == ["door"]
    assert list(leftover.users(whole)) == []


def test_what_the_back_door_made_is_the_suspects_too() -> None:
    records = [new_user("door"), new_key("door", "AKIADOOR", 1), new_user("second", 2, DOOR, "AKIADOOR")]
    there = (listed(HolderKind.USER, "door"), listed(HolderKind.USER, "second"))
    assert [one.user for one in leftover.users(ground(records, *there))] == ["door", "second"]


def test_a_key_made_for_somebody_innocent_is_found_and_its_user_is_no_kin() -> None:
    records = [new_key("bot", "AKIABORROWED")]
    at = ground(records, listed(HolderKind.USER, "bot"), keys={"bot": [("AKIABORROWED", KeyStatus.ACTIVE)]})
    assert [(one.user, one.key_id) for one in leftover.stray_keys(at)] == [("bot", "AKIABORROWED")]
    assert kin(at.tree, [ARN], ACCOUNT, at.now) == ()
    off = ground(records, listed(HolderKind.USER, "bot"), keys={"bot": [("AKIABORROWED", KeyStatus.INACTIVE)]})
    assert list(leftover.stray_keys(off)) == []


def test_a_user_whom_a_password_was_given_is_not_one_that_was_made() -> None:
    answer = {"loginProfile": {"userName": "bot"}}
    records = [
        new_key("bot", "AKIABORROWED"),
        act("iam:CreateLoginProfile", {"userName": "bot"}, 1, responseElements=answer),
    ]
    at = ground(records, listed(HolderKind.USER, "bot"), keys={"bot": [("AKIABORROWED", KeyStatus.ACTIVE)]})
    assert list(leftover.users(at)) == []
    assert [one.key_id for one in leftover.stray_keys(at)] == ["AKIABORROWED"]


def test_a_key_that_was_made_active_again_is_found() -> None:
    records = [act("iam:UpdateAccessKey", {"userName": "bot", "accessKeyId": "AKIAOLD", "status": "Active"})]
    at = ground(records, listed(HolderKind.USER, "bot"), keys={"bot": [("AKIAOLD", KeyStatus.ACTIVE)]})
    assert [one.key_id for one in leftover.stray_keys(at)] == ["AKIAOLD"]


def trust(*names: str) -> str:
    body = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(names)}}]}  # fmt: skip
    return canonical_policy(body)  # type: ignore[arg-type]


def test_of_a_trust_only_what_is_foreign_or_the_suspects_own_was_added() -> None:
    text = trust(ROOT, FOREIGN, ARN, BOT)
    records = [act("iam:UpdateAssumeRolePolicy", {"roleName": "reader", "policyDocument": text})]
    (found,) = leftover.trusts(ground(records, listed(HolderKind.ROLE, "reader", trust=text)))
    assert (found.added, found.to) == ((FOREIGN, ARN), "")


def test_where_the_log_holds_the_trust_from_before_everything_else_was_added() -> None:
    before, text = trust(ROOT), trust(ROOT, BOT)
    records = [act("iam:UpdateAssumeRolePolicy", {"roleName": "reader", "policyDocument": text}, 9)]
    innocent = [act("iam:UpdateAssumeRolePolicy", {"roleName": "reader", "policyDocument": before}, 1, BOT, "AKIABOT")]
    (found,) = leftover.trusts(ground(records, listed(HolderKind.ROLE, "reader", trust=text), others=innocent))
    assert (found.added, found.to) == ((BOT,), before)


def test_a_trust_that_is_restored_or_blocked_is_found_no_more() -> None:
    records = [act("iam:UpdateAssumeRolePolicy", {"roleName": "reader", "policyDocument": trust(ROOT, FOREIGN)})]
    for text in (trust(ROOT), NOBODY):
        assert list(leftover.trusts(ground(records, listed(HolderKind.ROLE, "reader", trust=text)))) == []


def test_rights_that_suspects_gave_are_one_row_a_principal_and_only_while_they_are_held() -> None:
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    records = [
        act("iam:AttachUserPolicy", {"userName": "bot", "policyArn": admin}),
        act("iam:PutUserPolicy", {"userName": "bot", "policyName": "more"}, 1),
        act("iam:AddUserToGroup", {"userName": "bot", "groupName": "gone"}, 2),
        new_user("door", 3),
        act("iam:AttachUserPolicy", {"userName": "door", "policyArn": admin}, 4),
    ]
    there = listed(HolderKind.USER, "bot", attached=(admin,), inline={"more": "{}"})
    (found,) = leftover.rights(ground(records, there, listed(HolderKind.USER, "door", attached=(admin,))))
    assert (found.principal, found.rights) == (BOT, (f"attached {admin}", "inline more"))


def minted(key: str, arn: str, after_s: float = 0, until: str = "Nov 22, 2026, 1:00:00 PM") -> Record:
    answer = {"credentials": {"accessKeyId": key, "expiration": until}, "assumedRoleUser": {"arn": arn}}
    role = f"arn:aws:iam::{ACCOUNT}:role/reader"
    return act("sts:AssumeRole", {"roleArn": role}, after_s, responseElements=answer)


def test_a_session_is_open_until_it_ends_or_something_refuses_it() -> None:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/x"
    reader = listed(HolderKind.ROLE, "reader")
    cut = deny_older_document(START + timedelta(minutes=5), "x")
    early = deny_older_document(START - timedelta(minutes=5), "x")
    records = [minted("ASIA1", arn)]
    assert [one.principal for one in leftover.sessions(ground(records, reader))] == [arn]
    closed = (
        ground([minted("ASIA1", arn, until="Nov 21, 2026, 12:30:00 PM")], reader),
        ground(records, reader, quarantined=frozenset({arn})),
        ground(records, reader, quarantined=frozenset({f"arn:aws:iam::{ACCOUNT}:role/reader"})),
        ground(records, replace(reader, inline={DENY_ALL: DENY_ALL_DOCUMENT})),
        ground(records, replace(reader, inline={f"{DENY_OLDER}-x": cut})),
        ground(records),
    )
    assert [list(leftover.sessions(each)) for each in closed] == [[]] * len(closed)
    late = ground(records, replace(reader, inline={f"{DENY_OLDER}-x": early, f"{DENY_OLDER}-y": cut}))
    assert len(list(leftover.sessions(late))) == 1


def test_what_iam_lists_by_date_is_innocent_by_the_log_or_not_known() -> None:
    fresh = [replace(listed(HolderKind.USER, name), created_at=START) for name in ("theirs", "bots", "late", "without")]
    fresh[2] = replace(fresh[2], created_at=START + timedelta(minutes=50))
    records, others = [new_user("theirs")], [new_user("bots", 0, BOT, "AKIABOT")]
    found = dated(ground(records, *fresh, others=others), START, START + timedelta(minutes=45))
    assert found.innocent == (f"user bots, made by {BOT}",)
    assert [each.partition(",")[0] for each in found.unknown] == ["user late", "user without"]
    assert "lags" in found.unknown[0]
    assert "no record" in found.unknown[1]


def test_daily_workers_are_those_who_made_identities_before_the_suspects_did() -> None:
    records = [
        new_key("reports", "AKIA1", 0, BOT, "AKIABOT"),
        new_user("door", 10),
        new_user("new", 20, f"arn:aws:iam::{ACCOUNT}:user/newcomer", "AKIANEW"),
        act("iam:ListUsers", {}, 1, f"arn:aws:iam::{ACCOUNT}:user/looker", "AKIALOOK"),
    ]
    assert workers(records, [ARN]) == (BOT,)


def test_nobody_who_is_contained_already_is_a_daily_worker_nor_who_came_of_it() -> None:
    other = f"arn:aws:iam::{ACCOUNT}:user/first-suspect"
    records = [
        new_key("reports", "AKIA1", 0, BOT, "AKIABOT"),
        new_user("door", 1, other, "AKIAFIRST"),
        new_key("door", "AKIADOOR", 2, other, "AKIAFIRST"),
        new_user("second", 3, DOOR, "AKIADOOR"),
        new_user("mine", 10),
    ]
    assert free_workers(records, [ARN], lambda _: False) == tuple(sorted((BOT, DOOR, other)))
    assert free_workers(records, [ARN], lambda arn: arn == other) == (BOT,)


def test_nobody_who_came_of_the_suspects_is_a_daily_worker() -> None:
    records = [
        new_user("door", 0),
        new_key("door", "AKIADOOR", 1),
        new_user("second", 2, DOOR, "AKIADOOR"),
    ]
    assert workers(records, [ARN]) == ()


def test_an_accepted_identity_call_says_nothing_of_a_denied_user_and_much_of_a_dead_key() -> None:
    user = Credential(kind=CredentialKind.USER, id=ARN)
    key = Credential(kind=CredentialKind.ACCESS_KEY, id=KEY)
    records = [
        act("sts:GetCallerIdentity", {}, 10),
        act("kms:Decrypt", {}, 11, errorCode="AccessDenied"),
        act("kms:Decrypt", {}, -10),
        act("sts:GetCallerIdentity", {}, 12, userAgent="Boto3 irkit/INC-1/prove_dead"),
    ]
    found = signs(records, [user, key], START, "irkit/INC-1/")
    assert ([len(found[one].denied) for one in (user, key)], [len(found[one].accepted) for one in (user, key)]) == (
        [1, 1],
        [0, 1],
    )
