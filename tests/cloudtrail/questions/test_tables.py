"""Each question's rows, from made records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.decrypts import DECRYPTS
from irkit.cloudtrail.questions.denied import DENIED
from irkit.cloudtrail.questions.lineage import LINEAGE, drawing
from irkit.cloudtrail.questions.news import NEWS
from irkit.cloudtrail.questions.persistence import PERSISTENCE
from irkit.cloudtrail.questions.secrets import SECRETS
from irkit.cloudtrail.questions.seen import SEEN
from irkit.cloudtrail.questions.target import plain, target, targets
from irkit.cloudtrail.record import Record
from irkit.errors import UsageError
from tests.cloudtrail.held import Held, invictus, stratus
from tests.cloudtrail.made import ARN, KEY, SECRET_ARN, START, made, service_decrypt

KMS_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"
BY_KEY = Query(keys=(KEY,))


def read(after_s: float = 0, **fields: object) -> Record:
    return made(
        "secretsmanager:GetSecretValue", after_s, **{"requestParameters": {"secretId": "prod/payments/db"}, **fields}
    )


def direct_decrypt(after_s: float, context: object) -> Record:
    params = {"encryptionContext": context} if context else {}
    return made("kms:Decrypt", after_s, requestParameters=params, resources=[{"ARN": KMS_KEY}])


# -------------------- activity


def test_activity_tells_tactic_severity_target_and_where_the_raw_record_is() -> None:
    (row,) = ask(Held([made("iam:CreateUser", requestParameters={"userName": "back"})]), ACTIVITY, BY_KEY).rows
    assert (row.tactic, row.severity, row.target, row.who) == ("Persistence", "high", "back", "user/svc-deploy")
    assert row.why


def test_of_many_records_each_has_the_target_that_it_has_alone() -> None:
    real = [*invictus(), *(one for _, one in stratus())]
    one, other = direct_decrypt(0, {}), made("kms:Decrypt", 1, resources=[{"ARN": "arn:aws:kms:eu-west-1:1:key/2"}])
    shared = [one, other._replace(params=one.params)]
    assert list(targets([*real, *shared])) == [target(each) for each in (*real, *shared)]
    assert len(set(targets(shared))) == 2, "parameters in common, but other resources"


def test_a_call_that_nobody_asked_for_is_told_with_the_services_own_address() -> None:
    (row,) = ask(Held([service_decrypt()]), ACTIVITY, Query()).rows
    assert (row.via, row.caller_id, row.ip) == ("secretsmanager", "", "secretsmanager.amazonaws.com")


@pytest.mark.parametrize(
    ("call", "fields", "expected"),
    [
        ("s3:GetObject", {"requestParameters": {"bucketName": "pay", "key": "a/b"}}, "pay/a/b"),
        ("iam:AttachUserPolicy", {"requestParameters": {"userName": "u", "policyArn": "arn:p"}}, "u, arn:p"),
        ("ssm:GetParameters", {"requestParameters": {"names": ["/a", "/b", "/c", "/d"]}}, "/a, /b, /c and 1 more"),
        ("ec2:TerminateInstances", {"requestParameters": {"instancesSet": {"items": [{"instanceId": "i-1"}]}}}, "i-1"),
        ("ec2:DeleteFlowLogs", {"requestParameters": {"Request": {"FlowLogId": {"content": "fl-1"}}}}, "fl-1"),
        ("ec2:CreateVpc", {"responseElements": {"requestId": "r", "vpc": {"vpcId": "vpc-1"}}}, "vpc-1"),
        ("sts:AssumeRole", {"errorMessage": "not authorized to perform: x on resource: arn:r"}, "arn:r"),
        ("iam:CreateRole", {"requestParameters": {"roleName": "r", "path": "/"}}, "r"),
        ("sts:GetCallerIdentity", {}, ""),
        ("ec2:DescribeImages", {"requestParameters": {"filterSet": {"items": [
            {"name": "state", "valueSet": {"items": [{"value": "available"}]}}]}}}, "state=available"),
        ("ssm:DescribeInstanceInformation", {"requestParameters": {"filters": [
            {"key": "InstanceIds", "values": ["i-1", "i-2", "i-3", "i-4"]}, "odd", {"key": "no", "values": None}]}},
            "InstanceIds=i-1|i-2|i-3 and 1 more"),
    ],
)  # fmt: skip
def test_what_a_call_was_done_to_is_told_in_words(call: str, fields: dict[str, object], expected: str) -> None:
    (row,) = ask(Held([made(call, **fields)]), ACTIVITY, Query()).rows
    assert row.target == expected


# -------------------- decrypts


def test_decrypts_of_one_secret_are_one_row_with_the_callers_key_and_times() -> None:
    source = Held([read(10), service_decrypt(10), read(60), service_decrypt(61)])
    (row,) = ask(source, DECRYPTS, BY_KEY).rows
    assert (row.count, row.key_id, row.ip, row.agents) == (2, KEY, "203.0.113.9", ("aws-cli/2",))
    assert (row.target, row.kms_key, row.via) == ("prod/payments/db", KMS_KEY, "secretsmanager")
    assert (row.first_at, row.last_at) == (START + timedelta(seconds=10), START + timedelta(seconds=61))
    assert row.context.startswith('{"SecretARN": ')


def test_a_decrypt_without_a_context_says_that_it_does_not_tell_what() -> None:
    (row,) = ask(Held([direct_decrypt(0, None)]), DECRYPTS, BY_KEY).rows
    assert "no encryption context" in row.note


def test_a_context_that_never_changes_says_that_it_tells_nothing_apart() -> None:
    (row,) = ask(Held([direct_decrypt(0, {"app": "pay"}), direct_decrypt(9, {"app": "pay"})]), DECRYPTS, BY_KEY).rows
    assert "the only context" in row.note
    several = [direct_decrypt(0, {"order": "1"}), direct_decrypt(9, {"order": "2"})]
    assert [row.note for row in ask(Held(several), DECRYPTS, BY_KEY).rows] == ["", ""]


def test_the_order_of_a_contexts_keys_makes_no_second_row() -> None:
    records = [direct_decrypt(0, {"a": "1", "b": "2"}), direct_decrypt(1, {"b": "2", "a": "1"})]
    assert len(ask(Held(records), DECRYPTS, BY_KEY).rows) == 1


def test_a_refused_decrypt_has_a_row_of_its_own() -> None:
    refused = made("kms:Decrypt", 5, errorCode="AccessDenied", requestParameters={"keyId": KMS_KEY})
    assert [row.error for row in ask(Held([direct_decrypt(0, None), refused]), DECRYPTS, BY_KEY).rows] == [
        "",
        "AccessDenied",
    ]


# -------------------- secrets


def test_a_secret_is_told_by_name_with_count_versions_and_its_decrypts() -> None:
    source = Held(
        [read(10), service_decrypt(10), read(60, requestParameters={"secretId": SECRET_ARN}), service_decrypt(61)]
    )
    (row,) = ask(source, SECRETS, BY_KEY).rows
    assert (row.secret, row.kind, row.outcome, row.count, row.decrypts) == ("prod/payments/db", "secret", "read", 2, 2)
    assert row.versions == ("v1",)
    assert len(row.event_ids) == 4


def test_refused_tries_are_apart_and_last() -> None:
    source = Held([read(0, errorCode="AccessDenied"), read(10), read(20, errorCode="ResourceNotFoundException")])
    rows = ask(source, SECRETS, BY_KEY).rows
    assert [row.outcome for row in rows] == ["read", "denied", "ResourceNotFoundException"]


def test_secrets_read_at_once_by_a_filter_are_named_by_their_decrypts() -> None:
    asked = {"filters": [{"key": "tag-key", "values": ["team"]}]}
    other = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/other-AbCdEf"
    batch = made("secretsmanager:BatchGetSecretValue", requestParameters=asked)
    source = Held([batch, service_decrypt(1), service_decrypt(1, secret_arn=other)])
    assert {row.secret for row in ask(source, SECRETS, BY_KEY).rows} == {"prod/payments/db", "prod/other"}
    (row,) = ask(Held([batch]), SECRETS, BY_KEY).rows
    assert row.secret == "filter tag-key, team"


def test_parameters_read_by_a_path_are_named_by_their_decrypts_else_by_the_path() -> None:
    by_path = made("ssm:GetParametersByPath", requestParameters={"path": "/app", "withDecryption": True})
    identity = {"type": "IAMUser", "arn": ARN, "accessKeyId": "ASIAFRESH", "invokedBy": "AWS Internal"}
    context = {"encryptionContext": {"PARAMETER_ARN": "arn:aws:ssm:eu-west-1:111122223333:parameter/app/db"}}
    decrypt = made("kms:Decrypt", 1, userIdentity=identity, requestParameters=context)
    assert [row.secret for row in ask(Held([by_path, decrypt]), SECRETS, BY_KEY).rows] == ["/app/db"]
    assert [row.secret for row in ask(Held([by_path]), SECRETS, BY_KEY).rows] == ["/app/*"]


def test_a_secret_whose_read_is_not_recorded_is_told_by_its_decrypt() -> None:
    other = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/other-AbCdEf"
    rows = ask(Held([read(10), service_decrypt(10), service_decrypt(12, secret_arn=other)]), SECRETS, BY_KEY).rows
    assert [(row.secret, row.outcome, row.count, row.decrypts) for row in rows] == [
        ("prod/payments/db", "read", 1, 1),
        ("prod/other", "read, by its decrypt alone", 0, 1),
    ]


def test_a_decrypt_for_a_changed_secret_is_no_read() -> None:
    changed = made("secretsmanager:PutSecretValue", requestParameters={"secretId": "prod/payments/db"})
    assert ask(Held([changed, service_decrypt(0)]), SECRETS, BY_KEY).rows == ()


def test_a_parameter_read_without_decryption_is_told_as_such() -> None:
    one = made("ssm:GetParameterHistory", requestParameters={"name": "/app/db"})
    (row,) = ask(Held([one]), SECRETS, BY_KEY).rows
    assert (row.kind, row.outcome) == ("parameter", "read, not decrypted")


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (SECRET_ARN, "prod/payments/db"),
        ("arn:aws:secretsmanager:eu-west-1:1:secret:prod/payments/db", "prod/payments/db"),
        ("arn:aws:ssm:eu-west-1:1:parameter/app/db", "/app/db"),
        ("prod/payments/db", "prod/payments/db"),
    ],
)
def test_a_secret_has_one_name_however_it_is_asked_for(asked: str, name: str) -> None:
    assert plain(asked) == name


def test_real_secrets_and_parameters_are_all_named() -> None:
    rows = ask(Held(invictus()), SECRETS, Query()).rows
    assert len(rows) == 11
    assert all(row.decrypts for row in rows)


# -------------------- persistence, denied


def test_what_is_left_behind_names_thing_right_and_key() -> None:
    policy = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    one = made("iam:PutUserPolicy", requestParameters={"userName": "u", "policyName": "p", "policyDocument": policy})
    (row,) = ask(Held([one, made("iam:ListUsers")]), PERSISTENCE, BY_KEY).rows
    assert (row.means, row.target, row.what, row.rights, row.key_id) == ("rights", "u", "p", "* on *", KEY)


def test_every_persistence_technique_leaves_a_row() -> None:
    labelled = [(technique, one) for technique, one in stratus() if technique.startswith("aws.persistence.")]
    rows = ask(Held([one for _, one in labelled]), PERSISTENCE, Query()).rows
    found = {row.event_id for row in rows}
    assert {technique for technique, one in labelled if one.event_id in found} == {name for name, _ in labelled}


def test_instances_that_were_started_are_named_with_their_role() -> None:
    one = made(
        "ec2:RunInstances",
        requestParameters={"instancesSet": {"items": [{"imageId": "ami-1"}]}, "iamInstanceProfile": {"name": "admin"}},
        responseElements={"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}},
    )
    (row,) = ask(Held([one]), PERSISTENCE, BY_KEY).rows
    assert (row.what, row.rights) == ("i-1, i-2", "as admin")


def test_refusals_of_one_call_are_one_row_with_awss_own_words() -> None:
    def refused(after_s: float) -> Record:
        return made(
            "iam:ListUsers", after_s, errorCode="AccessDenied", errorMessage="no identity-based policy allows it"
        )

    (row,) = ask(Held([refused(0), refused(9), made("iam:ListRoles")]), DENIED, BY_KEY).rows
    assert (row.count, row.call, row.message) == (2, "iam:ListUsers", "no identity-based policy allows it")
    assert row.last_at - row.first_at == timedelta(seconds=9)


# -------------------- seen, news


def test_seen_counts_to_the_exact_and_tells_services_addresses_apart() -> None:
    records = [
        *(made("iam:ListUsers", number, sourceIPAddress=f"203.0.113.{number % 3}") for number in range(9)),
        made("iam:ListUsers", 20, errorCode="AccessDenied"),
        service_decrypt(30),
    ]
    rows = {(row.what, row.value): row for row in ask(Held(records), SEEN, Query()).rows}
    call = rows["call", "iam:ListUsers"]
    assert (call.count, call.errors, call.denied, call.ips, call.agents) == (10, 1, 1, 4, 1)
    assert (call.first_at, call.last_at) == (START, START + timedelta(seconds=20))
    assert rows["service address", "secretsmanager.amazonaws.com"].count == 1
    assert ("agent", "secretsmanager.amazonaws.com") not in rows
    assert rows["key", KEY].event_ids == (records[0].event_id, records[9].event_id)


def test_news_are_what_the_days_before_did_not_have() -> None:
    day = 86_400
    window = Window(START + timedelta(days=2), START + timedelta(days=3))
    records = [
        made("iam:ListUsers", 0),
        made("iam:ListUsers", 2 * day + 5),
        made("iam:CreateUser", 2 * day + 9, sourceIPAddress="198.51.100.7", awsRegion="ap-east-1"),
    ]
    answer = ask(Held(records), NEWS, Query(windows=(window,)))
    assert {(row.what, row.value) for row in answer.rows} == {
        *(("ip", "198.51.100.7"), ("call", "iam:CreateUser"), ("region", "ap-east-1")),
    }
    assert {row.against for row in answer.rows} == {1}
    assert answer.records == tuple(records[1:]), "what came before is compared with, and no part of the answer"


def test_news_without_a_past_to_compare_with_say_so() -> None:
    window = Window(START, START + timedelta(hours=1))
    (note,) = ask(Held([made("iam:ListUsers")]), NEWS, Query(windows=(window,))).notes
    assert "everything is new, or those days are not in the source" in note


def test_no_decrypts_is_told_with_what_that_may_be_for() -> None:
    answer = ask(Held([made("iam:ListUsers")]), DECRYPTS, BY_KEY)
    assert answer.rows == ()
    assert any("leave KMS out" in note for note in answer.notes)


def test_activity_sums_up_the_tactics_with_the_gravest_calls() -> None:
    records = [made("iam:CreateUser"), made("iam:CreateUser"), made("iam:ListUsers"), made("cloudtrail:StopLogging")]
    (note,) = ask(Held(records), ACTIVITY, BY_KEY).notes
    assert note == (
        "by tactic: Persistence 2 (iam:CreateUser 2); Defense Evasion 1 (cloudtrail:StopLogging 1); Discovery 1"
    )


def test_a_call_between_accounts_with_two_records_is_told_as_such() -> None:
    ours = made("kms:Decrypt", sharedEventID="shared-1", recipientAccountId="111122223333")
    theirs = made("kms:Decrypt", sharedEventID="shared-1", recipientAccountId="444455556666")
    answer = ask(Held([ours, theirs]), DECRYPTS, Query())
    assert any("1 calls between accounts stand in the logs of both" in note for note in answer.notes)


def test_a_session_of_a_known_role_is_no_news() -> None:
    def of_session(name: str, after_s: float) -> Record:
        issuer = {"sessionIssuer": {"arn": "arn:aws:iam::1:role/ci", "userName": "ci"}}
        arn = f"arn:aws:sts::1:assumed-role/ci/{name}"
        identity = {"type": "AssumedRole", "arn": arn, "accessKeyId": f"ASIA{name}", "sessionContext": issuer}
        return made("iam:ListUsers", after_s, userIdentity=identity)

    window = Window(START + timedelta(days=1), START + timedelta(days=2))
    source = Held([of_session("run-1", 0), of_session("run-2", 86_400)])
    assert ask(source, NEWS, Query(windows=(window,))).rows == ()


def test_news_need_a_start() -> None:
    with pytest.raises(UsageError, match="without a start"):
        ask(Held([]), NEWS, BY_KEY)


# -------------------- lineage


def test_lineage_is_drawn_as_a_tree_with_what_each_key_did() -> None:
    def took_on(by: str, minted: str, after_s: float) -> Record:
        return made(
            "sts:AssumeRole",
            after_s,
            userIdentity={"type": "IAMUser", "arn": ARN, "accessKeyId": by},
            responseElements={
                "credentials": {"accessKeyId": minted, "expiration": "Nov 21, 2026, 1:00:00 PM"},
                "assumedRoleUser": {"arn": "arn:aws:sts::1:assumed-role/admin/s"},
            },
        )

    records = [took_on(KEY, "ASIA1", 0), took_on("ASIA1", "ASIA2", 5), took_on(KEY, "ASIA3", 9)]
    answer = ask(Held(records), LINEAGE, BY_KEY)
    assert [(row.depth, row.id, row.of, row.joined_by) for row in answer.rows] == [
        *((0, KEY, "", ""), (1, "ASIA1", KEY, "key"), (2, "ASIA2", "ASIA1", "key"), (1, "ASIA3", KEY, "key")),
    ]
    assert drawing(answer.rows).splitlines() == [
        f"{KEY} user/svc-deploy: 2 calls",
        "├─ ASIA1 assumed-role/admin/s by sts:AssumeRole at 2026-11-21T12:00:00Z until 13:00:00Z: 1 call",
        "│  └─ ASIA2 assumed-role/admin/s by sts:AssumeRole at 2026-11-21T12:00:05Z until 13:00:00Z: not used",
        "└─ ASIA3 assumed-role/admin/s by sts:AssumeRole at 2026-11-21T12:00:09Z until 13:00:00Z: not used",
    ]
