from __future__ import annotations

from collections import defaultdict

import pytest

from irkit.cloudtrail.calls import known, plain, summary
from irkit.cloudtrail.known_calls import Known, Severity, Tactic, table
from tests.cloudtrail.held import stratus
from tests.cloudtrail.made import made

ELSEWHERE = {
    "aws.credential-access.ec2-steal-instance-credentials": Tactic.EXECUTION,
    "aws.exfiltration.ec2-security-group-open-port-22-ingress": Tactic.DEFENSE_EVASION,
}
"""Techniques whose calls show another tactic than their label: a command that is run, a port that is opened."""


def told_of() -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = defaultdict(list)
    for technique, one in stratus():
        found[technique] += [told for told in [known(one)] if told is not None]
    return found


TOLD = told_of()


@pytest.mark.parametrize("technique", sorted({technique for technique, _ in stratus()}))
def test_each_labelled_technique_is_hit_with_its_tactic(technique: str) -> None:
    label = technique.split(".")[1].replace("-", " ").title()
    expected = ELSEWHERE.get(technique, label)
    assert expected in {told.tactic for told in TOLD[technique]}


def test_all_thirty_five_techniques_are_among_them() -> None:
    assert len(TOLD) == 35


@pytest.mark.parametrize(
    "call", ["lambda:UpdateFunctionCode20150331v2", "lambda:UpdateFunctionCode20150331", "lambda:UpdateFunctionCode"]
)
def test_the_date_of_an_api_does_not_hide_a_call(call: str) -> None:
    assert plain(call) == "lambda:UpdateFunctionCode"
    told = known(made(call))
    assert told is not None
    assert told.tactic is Tactic.PERSISTENCE


def test_the_date_of_an_api_of_cloudfront_has_underscores() -> None:
    assert plain("cloudfront:UpdateDistribution2020_05_31") == "cloudfront:UpdateDistribution"


def test_taking_on_a_role_and_trying_to_are_different_tactics() -> None:
    taken, tried = known(made("sts:AssumeRole")), known(made("sts:AssumeRole", errorCode="AccessDenied"))
    assert taken is not None
    assert tried is not None
    assert (taken.tactic, tried.tactic) == (Tactic.PRIVILEGE_ESCALATION, Tactic.DISCOVERY)


def test_a_sign_in_without_a_second_factor_is_graver_and_a_failed_one_is_not() -> None:
    def severity(mfa: str, answer: str) -> Severity | None:
        one = made(
            "signin:ConsoleLogin", additionalEventData={"MFAUsed": mfa}, responseElements={"ConsoleLogin": answer}
        )
        told = known(one)
        return told.severity if told else None

    assert severity("No", "Success") is Severity.HIGH
    assert severity("Yes", "Success") is Severity.LOW
    assert severity("No", "Failure") is Severity.LOW


def test_a_call_that_tells_nothing_is_not_known() -> None:
    assert known(made("ec2:DescribeRouteTables")) is None


def test_the_table_names_each_call_and_outcome_once_with_a_reason() -> None:
    lines = table()
    assert len({(one.call, one.when) for one in lines}) == len(lines)
    assert all(one.why and one.call.count(":") == 1 and plain(one.call) == one.call for one in lines)


def test_a_summary_is_in_the_tactics_order_the_gravest_first() -> None:
    records = [
        made("iam:CreateUser"),
        made("iam:UpdateAssumeRolePolicy"),
        made("iam:CreateUser"),
        made("ec2:RunInstances"),
    ]
    assert summary(records) == (
        (Tactic.EXECUTION, Severity.MEDIUM, "ec2:RunInstances", 1),
        (Tactic.PERSISTENCE, Severity.CRITICAL, "iam:UpdateAssumeRolePolicy", 1),
        (Tactic.PERSISTENCE, Severity.HIGH, "iam:CreateUser", 2),
    )
