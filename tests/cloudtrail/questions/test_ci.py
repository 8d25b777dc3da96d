from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.ci import CI, Run
from irkit.cloudtrail.record import Record
from tests.cloudtrail.held import Held
from tests.cloudtrail.made import START, made, service_decrypt

ROLE = "arn:aws:iam::111122223333:role/ci-deploy"
PROVIDER = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
SUBJECT = "repo:acme/pay:environment:prod"
WINDOW = Window(START, START + timedelta(hours=2))


def taken(key: str, after_s: float = 0, session: str = "run-1", subject: str = SUBJECT, **fields: object) -> Record:
    ends = START + timedelta(seconds=after_s, hours=1)
    return made(
        "sts:AssumeRoleWithWebIdentity",
        after_s,
        userIdentity={
            "type": "WebIdentityUser",
            "principalId": f"{PROVIDER}:sts.amazonaws.com:{subject}",
            "userName": subject,
            "identityProvider": PROVIDER,
        },
        sourceIPAddress="198.51.100.20",
        requestParameters={"roleArn": ROLE, "roleSessionName": session},
        responseElements={
            "credentials": {"accessKeyId": key, "expiration": f"{ends:%b %d, %Y, %I:%M:%S %p}"},
            "subjectFromWebIdentityToken": subject,
            "audience": "sts.amazonaws.com",
            "provider": PROVIDER,
            "assumedRoleUser": {"arn": f"arn:aws:sts::111122223333:assumed-role/ci-deploy/{session}"},
        },
        **fields,
    )


def used(call: str, key: str, after_s: float, session: str = "run-1", **fields: object) -> Record:
    arn = f"arn:aws:sts::111122223333:assumed-role/ci-deploy/{session}"
    context = {
        "sessionIssuer": {"type": "Role", "arn": ROLE, "userName": "ci-deploy"},
        "webIdFederationData": {"federatedProvider": PROVIDER},
    }
    identity = {"type": "AssumedRole", "arn": arn, "accessKeyId": key, "sessionContext": context}
    return made(call, after_s, userIdentity=identity, sourceIPAddress="198.51.100.21", **fields)


def runs(records: list[Record], query: Query) -> tuple[Run, ...]:
    return ask(Held(records), CI, query).rows


RECORDS = [
    taken("ASIARUN1"),
    used("secretsmanager:GetSecretValue", "ASIARUN1", 60, requestParameters={"secretId": "prod/payments/db"}),
    service_decrypt(61, arn="arn:aws:sts::111122223333:assumed-role/ci-deploy/run-1"),
    used("iam:ListUsers", "ASIARUN1", 90, errorCode="AccessDenied"),
    taken("ASIARUN2", 600, "run-2", "repo:acme@12/pay@345:ref:refs/heads/main"),
    made("iam:ListUsers", 700),
]
"""One run that read a secret, one that did nothing, and a call that is no run's."""


@pytest.mark.parametrize(
    "query",
    [Query(windows=(WINDOW,)), Query(arns=(ROLE,), windows=(WINDOW,)), Query(users=("ci-deploy",))],
)
def test_each_run_has_a_row_with_its_subject_and_what_it_opened(query: Query) -> None:
    first, second = runs(RECORDS, query)
    assert (first.session, first.repository, first.of) == ("run-1", "acme/pay", "environment:prod")
    assert (first.issuer, first.audience) == (PROVIDER, "sts.amazonaws.com")
    assert (first.taken_from, first.ips) == ("198.51.100.20", ("198.51.100.21",))
    assert (first.calls, first.errors) == (3, 1)
    assert first.opened == ("prod/payments/db",)
    assert first.decrypted == ("prod/payments/db",)
    assert first.until == datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
    assert (second.repository, second.repository_ids, second.calls) == ("acme/pay", "12/345", 0)
    assert second.note == "no call of it in the window"


def test_the_record_of_the_taking_on_is_found_before_the_window() -> None:
    window = Window(START + timedelta(seconds=30), START + timedelta(hours=1))
    (run, _) = runs(RECORDS, Query(arns=(ROLE,), windows=(window,)))
    assert (run.subject, run.calls) == (SUBJECT, 3)


def test_a_session_that_ended_before_the_window_is_no_run_of_it() -> None:
    window = Window(START + timedelta(hours=5), START + timedelta(hours=6))
    assert runs(RECORDS, Query(windows=(window,))) == ()


def test_a_session_whose_taking_on_is_not_recorded_is_told_without_its_subject() -> None:
    (run,) = runs(RECORDS[1:4], Query(arns=(ROLE,)))
    assert (run.session, run.subject, run.calls) == ("run-1", "", 3)
    assert "subject is not known" in run.note


def test_a_subject_finds_its_runs() -> None:
    (run,) = runs(RECORDS, Query(users=(SUBJECT,)))
    assert run.session == "run-1"


def test_a_refused_token_is_told_too() -> None:
    refused = made(
        "sts:AssumeRoleWithWebIdentity",
        userIdentity={"type": "WebIdentityUser", "userName": SUBJECT, "identityProvider": PROVIDER},
        requestParameters={"roleArn": ROLE, "roleSessionName": "run-9"},
        errorCode="AccessDenied",
    )
    (run,) = runs([refused], Query(windows=(WINDOW,)))
    assert (run.note, run.subject) == ("refused: AccessDenied", SUBJECT)


def test_without_any_run_nothing_else_is_looked_for_in_vain() -> None:
    source = Held([made("iam:ListUsers")])
    assert ask(source, CI, Query(windows=(WINDOW,))).rows == ()
    assert all(query.keys == ("none",) or query.calls for query in source.asked)


def test_a_session_of_the_role_that_no_provider_vouched_for_is_a_run_when_the_role_is_asked_for() -> None:
    context = {"sessionIssuer": {"type": "Role", "arn": ROLE, "userName": "ci-deploy"}}
    arn = "arn:aws:sts::111122223333:assumed-role/ci-deploy/by-hand"
    identity = {"type": "AssumedRole", "arn": arn, "accessKeyId": "ASIAHAND", "sessionContext": context}
    one = made("iam:ListUsers", userIdentity=identity)
    assert [run.session for run in runs([one], Query(arns=(ROLE,)))] == ["by-hand"]
    assert runs([one], Query(windows=(WINDOW,))) == ()


def test_by_what_was_done_or_from_where_only_the_runs_that_did_it_have_rows() -> None:
    assert [run.session for run in runs(RECORDS, Query(ips=("198.51.100.21",)))] == ["run-1"]
    assert [run.session for run in runs(RECORDS, Query(ips=("198.51.100.20",)))] == ["run-1", "run-2"]
    assert [run.session for run in runs(RECORDS, Query(mentions=("prod/payments",)))] == ["run-1"]
