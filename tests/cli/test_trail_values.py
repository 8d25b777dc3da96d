"""What a person types of who and what: in the spelling of records, or refused; never "nothing found" for a slip."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.cli.trail_values import as_recorded
from irkit.errors import UsageError
from tests.cli.test_trail import Ask, ask, log
from tests.cloudtrail.made import KEY, body

__all__ = ["ask"]
SPELLINGS = ("2001:db8:0:0:0:0:0:1", "2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001")


@pytest.mark.parametrize("recorded", SPELLINGS)
@pytest.mark.parametrize("typed", [*SPELLINGS, "2001:DB8::1", "2001:db8::/126"])
def test_an_ipv6_address_is_found_however_it_is_spelled(ask: Ask, tmp_path: Path, recorded: str, typed: str) -> None:
    log(tmp_path, {**body("iam:ListUsers"), "sourceIPAddress": recorded})
    assert len(ask("activity", "--ip", typed, "--from", tmp_path, "--format", "json").document["rows"]) == 1


def test_a_range_is_asked_for_address_by_address(ask: Ask, tmp_path: Path) -> None:
    inside, outside = ["198.51.100.16", "198.51.100.31"], ["198.51.100.15", "198.51.100.32", "198.51.100.170"]
    rows = [{**body("iam:ListUsers", number), "sourceIPAddress": ip} for number, ip in enumerate((*inside, *outside))]
    log(tmp_path, *rows)
    told = ask("activity", "--ip", "198.51.100.17/28", "--from", tmp_path, "--format", "json")
    assert [row["ip"] for row in told.document["rows"]] == inside


@pytest.mark.parametrize(
    ("option", "typed"),
    [
        ("--call", "kms.amazonaws.com:decrypt"),
        ("--key", KEY.lower()),
        ("--account", "1111-2222-3333"),
        ("--region", "EU-West-1"),
    ],
)
def test_other_spellings_of_the_same_are_the_same(ask: Ask, tmp_path: Path, option: str, typed: str) -> None:
    log(tmp_path, body("kms:Decrypt", recipientAccountId="111122223333"))
    assert len(ask("activity", option, typed, "--from", tmp_path, "--format", "json").document["rows"]) == 1


def test_an_event_id_in_capitals_is_found(ask: Ask, tmp_path: Path) -> None:
    event_id = "0c3f3b1e-1b6a-4a44-8e9b-1f0f5d1d7a10"
    log(tmp_path, body("kms:Decrypt", eventID=event_id))
    told = ask("activity", "--event-id", event_id.upper(), "--from", tmp_path, "--format", "json")
    assert len(told.document["rows"]) == 1


def test_the_tree_of_a_key_in_small_letters_is_that_of_the_key(ask: Ask, tmp_path: Path) -> None:
    log(tmp_path, body("kms:Decrypt"))
    told = ask("lineage", KEY.lower(), "--from", tmp_path, "--format", "json")
    assert told.document["query"]["keys"] == [KEY]


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("calls", "iam:Create*", "named whole"),
        ("calls", "Create*", "named whole"),
        ("users", "svc-*", "no \\*"),
        ("ips", "203.0.113.*", "no \\*"),
        ("ips", "203.0.113.", "no address"),
        ("ips", "203.0.113.1-203.0.113.9", "no address"),
        ("ips", "203.0.113.0/33", "no address"),
        ("ips", "10.0.0.0/8", "more than 1,024"),
        ("arns", "ci-deploy", "is no ARN"),
        ("arns", "arn:aws:sts::111122223333:assumed-role/ci-deploy", "names no session"),
        ("users", "arn:aws:iam::111122223333:user/svc", "is an ARN"),
    ],
)
def test_what_no_record_can_hold_is_refused(field: str, typed: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        as_recorded({field: (typed,)})


def test_who_asks_for_root_by_name_is_told_how_the_root_user_is_asked_for(ask: Ask, tmp_path: Path) -> None:
    root = "arn:aws:iam::111122223333:root"
    log(tmp_path, body("iam:CreateUser", userIdentity={"type": "Root", "arn": root, "accountId": "111122223333"}))
    assert "--arn arn:aws:iam::ACCOUNT:root" in ask("activity", "--user", "root", "--from", tmp_path).err
    assert len(ask("activity", "--arn", root, "--from", tmp_path, "--format", "json").document["rows"]) == 1


@pytest.mark.parametrize("service", ["AWS Internal", "secretsmanager.amazonaws.com"])
def test_a_services_name_is_an_address_too(service: str) -> None:
    assert as_recorded({"ips": (service,)}) == {"ips": (service,)}


def test_a_call_may_be_all_of_a_service() -> None:
    assert as_recorded({"calls": ("kms:*", "*", "Decrypt")}) == {"calls": ("kms:*", "*", "Decrypt")}
