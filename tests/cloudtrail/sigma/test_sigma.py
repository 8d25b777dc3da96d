from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest

from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.record import Record, record
from irkit.cloudtrail.sigma.hits import hits, sigma_question, unsure
from irkit.cloudtrail.sigma.ruleset import Ruleset, ruleset
from irkit.errors import UsageError
from tests.cloudtrail.made import body, made

Ruled = Callable[..., Ruleset]
_HEAD = """\
title: {title}
id: 11111111-2222-4333-8444-{number:012}
status: test
author: Robin Example
tags: [attack.credential-access, attack.t1552.005]
logsource: {{product: aws, service: cloudtrail}}
level: high
detection:
"""


@pytest.fixture
def ruled(tmp_path: Path) -> Ruled:
    """The rules of a folder; each is told by its detection."""

    def rules(*detections: str) -> Ruleset:
        for number, detection in enumerate(detections):
            text = _HEAD.format(title=f"rule {number}", number=number) + indent(detection, "    ")
            (tmp_path / f"rule{number}.yml").write_text(text, encoding="utf-8")
        return ruleset(tmp_path)

    return rules


def _true_of(rules: Ruleset, call: str = "ssm:GetParameter", /, **fields: object) -> bool:
    assert rules.left_out == ()
    return bool(list(hits(rules, (made(call, **fields),))))


@pytest.mark.parametrize(
    ("detection", "fields", "holds"),
    [
        ("s: {eventName: getparameter}\ncondition: s", {}, True),
        ("s: {eventName: GetParameters}\ncondition: s", {}, False),
        ("s: {eventSource: ssm.amazonaws.com, eventName: [PutParameter, GetParameter]}\ncondition: s", {}, True),
        ("s: {eventName|startswith: get}\ncondition: s", {}, True),
        ("s: {eventName|cased: getparameter}\ncondition: s", {}, False),
        ("s: {eventName: 'Get?aram*'}\ncondition: s", {}, True),
        ("s: {userAgent|contains: 'CLI/'}\ncondition: s", {}, True),
        ("s: {userAgent|contains|all: [aws, nothing]}\ncondition: s", {}, False),
        ("s: {userAgent|re: '^aws-cli/[0-9]$'}\ncondition: s", {}, True),
        ("s: {sourceIPAddress|cidr: 203.0.113.0/24}\ncondition: s", {}, True),
        ("s: {sourceIPAddress|cidr: 10.0.0.0/8}\ncondition: s", {}, False),
        ("s: {sourceIPAddress|cidr: 10.0.0.0/8}\ncondition: s", {"sourceIPAddress": "AWS Internal"}, False),
        ("s: {requestParameters.all: true}\ncondition: s", {"requestParameters": {"all": True}}, True),
        ("s: {requestParameters.n|gte: 7}\ncondition: s", {"requestParameters": {"n": 7}}, True),
        ("s: {requestParameters.n|lt: 7}\ncondition: s", {"requestParameters": {"n": "7"}}, False),
        ("s: {requestParameters.n: 7}\ncondition: s", {"requestParameters": {"n": "7"}}, True),
        ("s: {requestParameters.names: b}\ncondition: s", {"requestParameters": {"names": ["a", "b"]}}, True),
        ("s: {requestParameters.a.b: x}\ncondition: s", {"requestParameters": {"a": [{"b": "y"}, {"b": "x"}]}}, True),
        ("s: {requestParameters|contains: secret}\ncondition: s", {"requestParameters": {"a": {"b": "Secret"}}}, True),
        ("s: {errorCode: null}\ncondition: s", {}, True),
        ("s: {errorCode: null}\ncondition: s", {"errorCode": "AccessDenied"}, False),
        ("s: {errorCode|exists: true}\ncondition: s", {}, False),
        ("s: {eventName: GetParameter}\nf: {errorCode: AccessDenied}\ncondition: s and not f", {}, True),
        ("s: {userAgent: aws-cli/2}\nf: {errorCode: X}\ncondition: s and not f", {"errorCode": "X"}, False),
        ("a1: {eventName: X}\na2: {userAgent: aws-cli/2}\ncondition: 1 of a*", {}, True),
        ("a1: {eventName: X}\na2: {userAgent: aws-cli/2}\ncondition: all of a*", {}, False),
        ("keywords: [payments-db]\ncondition: keywords", {"requestParameters": {"name": "/prod/payments-db/x"}}, True),
        ("keywords: [payments-db]\ncondition: keywords", {}, False),
        ("s: {userAgent|fieldref: apiVersion}\ncondition: s", {"apiVersion": "AWS-cli/2"}, True),
        ("s: {userAgent|fieldref: apiVersion}\ncondition: s", {"apiVersion": "2"}, False),
    ],
)  # fmt: skip
def test_a_condition_says_what_sigma_says(ruled: Ruled, detection: str, fields: dict[str, object], holds: bool) -> None:  # noqa: FBT001
    assert _true_of(ruled(detection), **fields) is holds


def test_a_hit_names_its_rule_its_author_and_its_record(ruled: Ruled) -> None:
    text = json.dumps(body("secretsmanager:GetSecretValue"))
    one = record(text, Locator("s3://b/log.json.gz", 10, len(text)))
    (found,) = hits(ruled("s: {eventName: GetSecretValue}\ncondition: s"), (one,))
    assert (found.rule, found.author, found.level) == ("rule 0", "Robin Example", "high")
    assert (found.tactics, found.techniques) == (("credential-access",), ("T1552.005",))
    assert (found.rule_file, found.rule_id) == ("rule0.yml", "11111111-2222-4333-8444-000000000000")
    assert (found.event_id, found.locator) == (one.event_id, f"s3://b/log.json.gz#10+{len(text)}")


def test_only_the_calls_that_rules_can_be_true_of_are_asked_for(ruled: Ruled) -> None:
    either = (
        "a: {eventName: [PutKeyPolicy, CreateUser]}\nb: {eventSource: x, eventName: StopLogging}\ncondition: a or b"
    )
    narrow = ruled(either, "s: {eventName: DeleteTrail}\nf: {errorCode: x}\ncondition: s and not f")
    assert narrow.needs(Query()).calls == ("createuser", "deletetrail", "putkeypolicy", "stoplogging")
    assert narrow.needs(Query(calls=("kms:*",))).calls == ("kms:*",)
    wide = ruled(either, "s: {userAgent: x}\ncondition: s")
    assert wide.needs(Query()).calls == ()


def test_rules_that_cannot_be_evaluated_are_named_with_why(ruled: Ruled, tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text("title: [", encoding="utf-8")
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "windows.yml").write_text(
        "title: w\nlogsource: {product: windows}\ndetection: {s: {a: b}, condition: s}\n", encoding="utf-8"
    )
    (tmp_path / "count.yml").write_text(
        "title: many\ncorrelation: {type: event_count, rules: [x], group-by: [a], timespan: 1h, condition: {gte: 9}}\n",
        encoding="utf-8",
    )
    found = ruled(
        "s: {eventName: CreateUser}\ncondition: s",
        "s: {eventName: CreateUser}\ncondition: s | count() > 3",
        "s: {eventName|expand: '%names%'}\ncondition: s",
    )
    why = {one.file: one.why for one in found.left_out}
    assert len(found.rules) == 1
    assert found.foreign == 1
    assert set(why) == {"broken.yml", "binary.yml", "count.yml", "rule1.yml", "rule2.yml"}
    assert "pipe" in why["rule1.yml"]
    assert "placeholders" in why["rule2.yml"]
    assert "correlations" in why["count.yml"]
    assert found.notes[0] == "1 Sigma rules evaluated, 5 left out, 1 of other log sources"
    assert any(note.startswith("RULE LEFT OUT: rule 1") for note in found.notes)


def _without_text(one: Record) -> Record:
    return one._replace(text="")


def test_what_is_no_rule_at_all_is_not_told_as_one_that_was_left_out(ruled: Ruled, tmp_path: Path) -> None:
    (tmp_path / "workflow.yml").write_text("name: check\non: push\njobs: {}\n", encoding="utf-8")
    (tmp_path / "half.yml").write_text("title: half\n", encoding="utf-8")
    rules = ruled("s: {eventName: GetParameter}\ncondition: s")
    assert len(rules.rules) == 1
    assert [one.file for one in rules.left_out] == ["half.yml"]


def test_records_of_a_store_are_judged_by_what_it_keeps_and_rules_that_need_more_are_named(ruled: Ruled) -> None:
    identity = {
        "type": "AssumedRole",
        "arn": "arn:aws:sts::111122223333:assumed-role/ci/run",
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/ci", "userName": "ci"}
        },
    }
    rules = ruled(
        "s: {userIdentity.sessionContext.sessionIssuer.type: Role, eventSource: kms.amazonaws.com}\ncondition: s",
        "s: {requestParameters.keyId: k, userIdentity.sessionContext.sessionIssuer.userName: ci}\ncondition: s",
        "s: {eventType: AwsApiCall}\ncondition: s",
        "keywords: [none]\ncondition: keywords",
    )
    kept = _without_text(made("kms:Decrypt", userIdentity=identity, requestParameters={"keyId": "k"}))
    assert [one.rule for one in hits(rules, (kept,))] == ["rule 0", "rule 1"]
    assert [text.partition(" (")[0] for text in unsure(rules, (kept,))] == [
        "RULE NOT SURE: rule 2",
        "RULE NOT SURE: rule 3",
    ]
    assert unsure(rules, (made("kms:Decrypt"),)) == ()


def test_whether_parameters_are_there_is_not_known_of_records_of_a_store(ruled: Ruled) -> None:
    rules = ruled(
        "s: {requestParameters: null}\ncondition: s",
        "s: {responseElements|exists: true}\ncondition: s",
        "s: {requestParameters.keyId: null}\ncondition: s",
    )
    assert [text.partition(" is not")[0] for text in unsure(rules, (_without_text(made("kms:Decrypt")),))] == [
        "RULE NOT SURE: rule 0 (whether requestParameters is empty",
        "RULE NOT SURE: rule 1 (whether responseElements is empty",
    ]


@pytest.mark.parametrize(("issuer", "kind"), [("user/ann", "IAMUser"), ("root", "Root"), ("role/ci", "Role")])
def test_what_issued_a_session_is_known_of_records_of_a_store(ruled: Ruled, issuer: str, kind: str) -> None:
    context = {"sessionIssuer": {"type": kind, "arn": f"arn:aws:iam::111122223333:{issuer}"}}
    one = made("s3:GetObject", userIdentity={"type": "FederatedUser", "sessionContext": context})
    rules = ruled(f"s: {{userIdentity.sessionContext.sessionIssuer.type: {kind}}}\ncondition: s")
    assert len(list(hits(rules, (one, _without_text(one))))) == 2


def test_a_hit_is_a_row_whose_columns_a_table_shows(ruled: Ruled) -> None:
    question = sigma_question(ruled("s: {eventName: Decrypt}\ncondition: s"))
    assert set(question.columns) <= set(question.row.__dataclass_fields__)


def test_a_folder_without_rules_of_cloudtrail_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        ruleset(tmp_path / "none")
    with pytest.raises(UsageError, match="no Sigma rule"):
        ruleset(tmp_path)


def test_without_pysigma_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sigma.collection", None)
    with pytest.raises(UsageError, match="not installed") as refused:
        ruleset(tmp_path)
    assert refused.value.hint == "pip install 'irkit[sigma]'"
