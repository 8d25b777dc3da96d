from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask, asking
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.questions.decrypts import DECRYPTS
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, found
from irkit.errors import Throttled
from tests.cloudtrail.held import Held, invictus
from tests.cloudtrail.made import ARN, KEY, SECRET_ARN, START, body, made, service_decrypt

OTHER_KEY = "AKIAQ3EGUZ7LMN4PXWZZ"
HOUR = Window(START, START + timedelta(hours=1))


def identity(key: str, arn: str = ARN) -> dict[str, object]:
    return {"type": "IAMUser", "arn": arn, "userName": "svc-deploy", "accessKeyId": key, "accountId": "111122223333"}


def read(after_s: float = 0, key: str = KEY, **fields: object) -> Record:
    asked = {"requestParameters": {"secretId": "prod/payments/db"}, **fields}
    return made("secretsmanager:GetSecretValue", after_s, userIdentity=identity(key), **asked)


def took_on(by: str, minted: str, after_s: float) -> Record:
    return made(
        "sts:AssumeRole",
        after_s,
        userIdentity=identity(by),
        requestParameters={"roleArn": "arn:aws:iam::111122223333:role/admin", "roleSessionName": "s"},
        responseElements={"credentials": {"accessKeyId": minted}},
    )


def test_a_question_by_key_has_the_decrypts_that_services_made_for_it() -> None:
    source = Held([read(10), service_decrypt(11)])
    answer = ask(source, ACTIVITY, Query(keys=(KEY,)))
    direct, service = answer.rows
    assert (service.call, service.via, service.key_id, service.ip) == ("kms:Decrypt", "secretsmanager", KEY, direct.ip)
    assert service.caller_id == direct.event_id


def test_of_doubles_that_is_told_which_lies_first_whichever_is_read_first() -> None:
    there = [made("iam:ListUsers", eventID="twice"), made("iam:ListUsers", eventID="twice")]
    lies = [one._replace(locator=Locator(place, 12, 900)) for one, place in zip(there, "ab", strict=True)]
    for records in (lies, lies[::-1]):
        answer = ask(Held(records), ACTIVITY, Query(keys=(KEY,)))
        assert [row.locator for row in answer.rows] == ["a#12+900"]
        assert [one.locator.place for one in found(Held(records), Query()).records] == ["a"]


def test_alone_misses_them() -> None:
    source = Held([read(10), service_decrypt(11)])
    assert len(ask(source, ACTIVITY, Query(keys=(KEY,)), Follow.ALONE).rows) == 1
    assert len(source.asked) == 1


def test_the_second_look_is_only_near_the_callers_calls_and_in_their_regions() -> None:
    source = Held([read(10), service_decrypt(11), service_decrypt(3000)])
    ask(source, ACTIVITY, Query(keys=(KEY,)))
    second = source.asked[1]
    assert second.regions == ("eu-west-1",)
    assert second.accounts == ("111122223333",)
    assert second.arns == (ARN,)
    assert second.windows == (Window(START + timedelta(seconds=5), START + timedelta(seconds=16)),)
    assert "kms:*" in second.calls


def test_nothing_that_services_act_on_is_no_second_look() -> None:
    source = Held([made("iam:ListUsers")])
    ask(source, ACTIVITY, Query(keys=(KEY,)))
    assert len(source.asked) == 1


def test_only_decrypts_asked_for_by_key_are_found_through_the_calls_that_caused_them() -> None:
    source = Held([read(10), made("iam:ListUsers", 10), service_decrypt(11)])
    answer = ask(source, ACTIVITY, Query(keys=(KEY,), calls=("kms:Decrypt",)))
    assert [row.call for row in answer.rows] == ["kms:Decrypt"]
    assert answer.rows[0].key_id == KEY


def test_what_was_made_for_the_same_identity_with_another_key_is_counted_and_left_out() -> None:
    source = Held([read(10), read(12, key=OTHER_KEY, requestParameters={"secretId": "prod/x"}), service_decrypt(10)])
    other = service_decrypt(12, secret_arn="arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/x-AbCdEf")
    source.records.append(other)
    answer = ask(source, DECRYPTS, Query(keys=(KEY,)))
    assert [row.count for row in answer.rows] == [1]
    assert answer.attributed.other_keys == (other,)
    assert any("1 more were made for the same identity, other key" in note for note in answer.notes)


def test_reads_with_two_keys_at_once_are_told_as_unclear() -> None:
    source = Held([read(10), read(10, key=OTHER_KEY), service_decrypt(10)])
    (row,) = ask(source, DECRYPTS, Query(keys=(KEY,))).rows
    assert row.key_id == KEY
    assert "different keys" in row.certainty


def test_a_decrypt_whose_cause_is_nowhere_is_in_the_answer_by_user_and_counted() -> None:
    source = Held([service_decrypt(10)])
    answer = ask(source, DECRYPTS, Query(users=("svc-deploy",)))
    assert [row.certainty for row in answer.rows] == ["the causing call is not known"]
    assert len(answer.attributed.unknown) == 1
    assert any("causing call is not known" in note for note in answer.notes)


def test_the_cause_of_a_decrypt_is_looked_for_outside_what_is_asked() -> None:
    source = Held([read(10), service_decrypt(11)])
    arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
    (row,) = ask(source, DECRYPTS, Query(mentions=(arn,))).rows
    assert (row.key_id, row.ip) == (KEY, "203.0.113.9")


def test_a_users_decrypts_of_one_secret_are_asked_for_as_such_and_not_all_that_the_user_did() -> None:
    context = {"SecretARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payments/db-AbCdEf"}
    source = Held([read(10), service_decrypt(11), made("iam:ListUsers", 20)])
    query = Query(users=("svc-deploy",), calls=("kms:Decrypt",), mentions=(context["SecretARN"],))
    (row,) = ask(source, ACTIVITY, query).rows
    assert source.asked[0] == query
    assert (row.call, row.key_id) == ("kms:Decrypt", KEY)


def test_a_decrypt_at_a_windows_start_is_joined_to_the_read_before_it() -> None:
    source = Held([read(10), service_decrypt(11)])
    window = Window(START + timedelta(seconds=11), START + timedelta(hours=1))
    (row,) = ask(source, ACTIVITY, Query(windows=(window,))).rows
    assert row.key_id == KEY


def test_a_whole_set_is_not_looked_through_twice() -> None:
    source = Held([service_decrypt(600)])
    ask(source, ACTIVITY, Query(windows=(HOUR,)))
    assert len(source.asked) == 1


def test_the_tree_has_what_the_sessions_of_a_key_did_and_what_was_made_for_them() -> None:
    role_arn = "arn:aws:sts::111122223333:assumed-role/admin/s"
    late = made(
        "secretsmanager:GetSecretValue",
        120,
        userIdentity=identity("ASIA2", role_arn),
        requestParameters={"secretId": "prod/payments/db"},
    )
    source = Held([
        *(took_on(KEY, "ASIA1", 10), took_on("ASIA1", "ASIA2", 60)),
        *(late, service_decrypt(121, arn=role_arn)),
        made("iam:ListUsers", 200, userIdentity=identity("ASIAOTHER")),
    ])  # fmt: skip
    answer = ask(source, ACTIVITY, Query(keys=(KEY,)), Follow.TREE)
    assert [row.call for row in answer.rows] == [
        *("sts:AssumeRole", "sts:AssumeRole", "secretsmanager:GetSecretValue", "kms:Decrypt"),
    ]
    assert answer.rows[-1].key_id == "ASIA2"
    assert answer.tree is not None
    assert answer.tree.keys == (KEY, "ASIA1", "ASIA2")


def test_each_generation_is_looked_for_from_its_birth_on() -> None:
    source = Held([took_on(KEY, "ASIA1", 600), made("iam:ListUsers", 700, userIdentity=identity("ASIA1"))])
    ask(source, ACTIVITY, Query(keys=(KEY,), windows=(HOUR,)), Follow.TREE)
    of_session = next(each for each in source.asked if each.keys == ("ASIA1",))
    assert of_session.windows == (Window(START + timedelta(seconds=595), HOUR.end),)


def test_the_tree_is_followed_when_only_one_call_is_asked_for() -> None:
    source = Held([took_on(KEY, "ASIA1", 10), made("iam:CreateUser", 20, userIdentity=identity("ASIA1"))])
    answer = ask(source, ACTIVITY, Query(keys=(KEY,), calls=("iam:CreateUser",)), Follow.TREE)
    assert [row.call for row in answer.rows] == ["iam:CreateUser"]


def test_what_a_session_does_in_the_console_is_of_the_tree() -> None:
    arn = "arn:aws:sts::111122223333:assumed-role/admin/s"
    first = made(
        "sts:AssumeRole",
        userIdentity=identity(KEY),
        responseElements={"credentials": {"accessKeyId": "ASIA1"}, "assumedRoleUser": {"arn": arn}},
    )
    source = Held([
        first,
        made("signin:GetSigninToken", 5, userIdentity=identity("ASIA1", arn)),
        made("iam:ListUsers", 60, userIdentity=identity("ASIACONSOLE", arn)),
    ])  # fmt: skip
    answer = ask(source, QUESTIONS["lineage"], Query(keys=(KEY,)))
    console = vars(answer.rows[-1])
    assert (console["kind"], console["of"], console["calls"]) == ("console", "ASIA1", 1)
    assert [one.name for one in answer.records] == ["AssumeRole", "GetSigninToken", "ListUsers"]


def test_a_circle_of_sessions_ends() -> None:
    source = Held([took_on("ASIA1", "ASIA2", 10), took_on("ASIA2", "ASIA1", 20)])
    answer = ask(source, ACTIVITY, Query(keys=("ASIA1",)), Follow.TREE)
    assert len(answer.records) == 2


def test_what_a_stack_made_for_the_caller_is_found_hours_later() -> None:
    made_by = {**identity("ASIAFRESH"), "invokedBy": "cloudformation.amazonaws.com"}
    source = Held([
        made("cloudformation:CreateStack", requestParameters={"stackName": "s"}),
        made("iam:CreateUser", 1800, userIdentity=made_by, requestParameters={"userName": "u"}),
    ])  # fmt: skip
    for query in (Query(keys=(KEY,)), Query(keys=(KEY,), calls=("iam:CreateUser",))):
        row = ask(source, ACTIVITY, query).rows[-1]
        assert (row.call, row.via, row.key_id) == ("iam:CreateUser", "cloudformation", KEY)


def test_batches_are_told_as_they_come_and_hold_only_what_is_asked() -> None:
    source = Held([*(read(number) for number in range(12)), service_decrypt(3)])
    batches: list[Batch] = []
    answer = ask(source, ACTIVITY, Query(keys=(KEY,), outcome=Outcome.SUCCEEDED), told=batches.append)
    assert len(batches) >= 4
    assert {one.event_id for batch in batches for one in batch.records} == {one.event_id for one in answer.records}


def test_a_listener_that_stops_ends_the_look() -> None:
    class Enough(Exception):
        pass

    def stop(_: Batch) -> None:
        raise Enough

    source = Held([read(number) for number in range(12)])
    with pytest.raises(Enough):
        ask(source, ACTIVITY, Query(keys=(KEY,)), told=stop)
    assert source.closed == 1


def test_closing_the_answer_before_its_end_closes_the_source() -> None:
    source = Held([read(number) for number in range(12)])
    look = asking(source, ACTIVITY, Query(keys=(KEY,)))
    next(look)
    look.close()
    assert source.closed == 1


def test_what_the_second_look_did_not_see_is_in_the_coverage() -> None:
    source = Held([read(10), service_decrypt(11)], not_seen={"eu-west-1": "throttled"})
    coverage = ask(source, ACTIVITY, Query(keys=(KEY,))).coverage
    assert coverage.not_seen == {"eu-west-1": "throttled"}
    assert (coverage.start, coverage.end) == (HOUR.start, HOUR.end)
    assert coverage.counts.files == 1, "the second look is at the same files"


def test_when_a_later_look_fails_the_first_answer_stays_and_the_coverage_names_it() -> None:
    source = Held([read(10), service_decrypt(11), took_on(KEY, "ASIA1", 20)], fails_at=2)
    answer = ask(source, ACTIVITY, Query(keys=(KEY,)))
    assert len(answer.rows) == 2
    assert answer.coverage.not_seen == {"what services made for the callers": "AWS asks to slow down"}
    assert not answer.coverage.is_whole
    tree = ask(Held(source.records, fails_at=2), ACTIVITY, Query(keys=(KEY,)), Follow.TREE)
    assert "what came of the keys" in tree.coverage.not_seen
    assert len(tree.rows) == 3, "what services made is looked for all the same"


def test_when_the_first_look_fails_there_is_no_answer() -> None:
    with pytest.raises(Throttled):
        ask(Held([read(10)], fails_at=1), ACTIVITY, Query(keys=(KEY,)))


def test_doubles_are_counted_once() -> None:
    one = read(10)
    assert len(ask(Held([one, one]), ACTIVITY, Query(keys=(KEY,))).rows) == 1


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_every_question_is_answered_of_real_records_and_its_rows_name_their_events(name: str) -> None:
    question = QUESTIONS[name]
    records = invictus()
    start = min(one.at for one in records)
    windows = (Window(start + timedelta(minutes=5), start + timedelta(hours=2)),) if name == "news" else ()
    answer = ask(Held(records), question, Query(windows=windows))
    known = {one.event_id for one in (*answer.records, *answer.asked.leads)}
    for row in answer.rows:
        fields = vars(row)
        assert set(question.columns) <= set(fields)
        ids = fields["event_ids"] if "event_ids" in fields else (fields["event_id"],)
        assert set(ids) <= known
        assert "locators" in fields or fields["locator"]


def test_the_verbs_are_these_and_each_question_is_named_as_it_is_kept() -> None:
    expected = {"activity", "decrypts", "ci", "secrets", "persistence", "seen", "denied", "news", "lineage"}
    assert set(QUESTIONS) == expected
    assert all(QUESTIONS[name].id == name for name in QUESTIONS)


@pytest.mark.parametrize("name", ["activity", "decrypts", "lineage", "secrets"])
def test_the_order_that_a_source_gives_its_records_in_does_not_matter(name: str) -> None:
    records = [
        *(read(10), read(10, key=OTHER_KEY), service_decrypt(10), service_decrypt(10)),
        *(took_on(OTHER_KEY, "ASIA1", 5), took_on(KEY, "ASIA2", 5), took_on("ASIA1", "ASIA3", 5)),
    ]
    query = Query(users=("svc-deploy",))
    forth = ask(Held(records), QUESTIONS[name], query, Follow.TREE)
    back = ask(Held(reversed(records)), QUESTIONS[name], query, Follow.TREE)
    assert forth.rows == back.rows


def test_a_region_that_only_irkit_asked_for_is_no_gap_of_an_export(tmp_path: Path) -> None:
    """A decrypt's cause is looked for in its region; of a large file's regions, samples are seen."""
    stray = body("kms:Decrypt", 5000, awsRegion="ap-south-1", **_forwarded())
    lines = [body("s3:ListBuckets", each, userIdentity=None) for each in range(10_000)]
    export = tmp_path / "export.jsonl"
    export.write_text("\n".join(map(json.dumps, [*lines[:5000], stray, *lines[5000:]])), encoding="utf-8")
    asked = Query(users=("svc-deploy",))
    answer = ask(LocalFiles([export]), DECRYPTS, asked)
    assert [row.event_ids for row in answer.rows] == [(stray["eventID"],)]
    assert (answer.coverage.is_whole, answer.coverage.not_seen) == (True, {})
    elsewhere = ask(LocalFiles([export]), DECRYPTS, replace(asked, regions=("sa-east-1",)))
    assert list(elsewhere.coverage.not_seen) == ["sa-east-1"]


def _forwarded() -> dict[str, object]:
    who = {"type": "IAMUser", "arn": ARN, "userName": "svc-deploy", "accessKeyId": "ASIAFRESH"}
    return {
        "userIdentity": {**who, "invokedBy": "secretsmanager.amazonaws.com"},
        "requestParameters": {"encryptionContext": {"SecretARN": SECRET_ARN}},
    }
