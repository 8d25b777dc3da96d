"""The reading actions over a trail's files: rows, counts, coverage, and the evidence that has every record."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from irkit.clients.clients import Clients, Listeners, Outside
from irkit.clients.evidence import EvidenceFile
from irkit.config import load
from irkit.errors import UsageError
from tests.bench import Postmortem, asked
from tests.cloudtrail.made import KEY, SECRET_ARN, body, service_decrypt

DATA = Path(__file__).parents[2] / "data" / "cloudtrail" / "invictus.jsonl"
LEAKED = "AKIATFQR7NSC8Q4X20BJ"
SPAN = {"since": "2023-07-10T00:00:00Z", "until": "2023-07-11T00:00:00Z"}
MADE = {"since": "2026-11-21T00:00:00Z", "until": "2026-11-22T00:00:00Z"}
SESSION = "ASIATFQR7NSC6V3LY3GE"


class Desk:
    """An incident's clients, and what they kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: list[EvidenceFile] = []
        config = load(environment={}, flags={"data_folder": str(folder)})
        self._outside = Outside(config, "INC-0001", folder, b"k" * 32, Postmortem())

    @property
    def clients(self) -> Clients:
        return self._outside.clients("step", Listeners(kept=self.kept.append))

    def ask(self, action: str, **given: object) -> Mapping[str, Any]:
        return asked(self.clients, f"cloudtrail.{action}", **given)

    def evidence(self, result: Mapping[str, Any]) -> list[dict[str, Any]]:
        raw = (self.folder / result["evidence"]).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == result["sha256"]
        return [json.loads(line) for line in raw.splitlines()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def log(folder: Path, *bodies: object) -> str:
    file = folder / "log.json.gz"
    file.write_bytes(gzip.compress(json.dumps({"Records": bodies}, separators=(",", ":")).encode()))
    return str(file)


def test_decrypts_that_services_made_are_listed_with_the_callers_key(desk: Desk) -> None:
    found = desk.ask("list_decrypts", key_ids=[LEAKED], sources=[str(DATA)], **SPAN)
    ids = {each["eventID"] for each in desk.evidence(found) if each["eventName"] == "Decrypt"}
    assert sum(row["count"] for row in found["first"]) == len(ids) > 0
    assert {row["key_id"] for row in found["first"]} == {LEAKED}


def test_every_record_of_an_answer_is_kept_as_evidence(desk: Desk) -> None:
    found = desk.ask("list_activity", sources=[str(DATA)], **SPAN)
    assert len(desk.evidence(found)) == found["rows"] == found["records"] == len(DATA.read_text().splitlines())
    assert desk.kept[0].coverage == found["coverage"]
    assert "complete until" in found["coverage"]


def test_a_result_holds_the_first_rows_and_the_count_of_all(desk: Desk) -> None:
    many = log(desk.folder, *(body("iam:GetUser", number) for number in range(230)))
    found = desk.ask("list_activity", sources=[many], **MADE)
    assert (len(found["first"]), found["rows"], len(desk.evidence(found))) == (200, 230, 230)


def test_secrets_refusals_and_lineage_are_told(desk: Desk) -> None:
    place = log(
        desk.folder,
        body("secretsmanager:GetSecretValue", requestParameters={"secretId": SECRET_ARN}),
        json.loads(service_decrypt(1).text),
        body("iam:CreateUser", 2, errorCode="AccessDenied"),
        body("sts:AssumeRole", 3, responseElements={"credentials": {"accessKeyId": SESSION}}),
    )
    given = {"key_ids": [KEY], "sources": [place], **MADE}
    secret = desk.ask("list_secrets_read", **given)["first"][0]
    assert (secret["outcome"], secret["count"], secret["decrypts"]) == ("read", 1, 1)
    assert [row["call"] for row in desk.ask("list_denied", **given)["first"]] == ["iam:CreateUser"]
    tree = desk.ask("trace_lineage", **given)["first"]
    assert [(row["depth"], row["id"]) for row in tree] == [(0, KEY), (1, SESSION)]


def test_what_is_new_is_told_against_the_time_before(desk: Desk) -> None:
    place = log(
        desk.folder,
        body("iam:GetUser", eventTime="2026-11-15T00:00:00Z"),
        body("iam:GetUser"),
        body("iam:ListUsers", 1, sourceIPAddress="198.51.100.7"),
    )
    found = desk.ask("find_news", sources=[place], **MADE)
    assert {(row["what"], row["value"]) for row in found["first"]} == {
        ("call", "iam:ListUsers"),
        ("ip", "198.51.100.7"),
    }


def test_runs_of_ci_are_listed_by_their_subject(desk: Desk) -> None:
    subject = "repo:acme/payments:ref:refs/heads/main"
    place = log(
        desk.folder,
        body(
            "sts:AssumeRoleWithWebIdentity",
            userIdentity={"type": "WebIdentityUser", "userName": subject},
            requestParameters={"roleArn": "arn:aws:iam::111122223333:role/ci", "roleSessionName": "run-1"},
            responseElements={"credentials": {"accessKeyId": SESSION}, "subjectFromWebIdentityToken": subject},
        ),
        body("iam:GetUser", 5, userIdentity={"type": "AssumedRole", "accessKeyId": SESSION}),
    )
    run = desk.ask("list_ci_sessions", sources=[place], **MADE)["first"][0]
    assert (run["repository"], run["session"], run["calls"]) == ("acme/payments", "run-1", 1)


def test_a_key_can_be_measured_in_files_as_in_the_event_history(desk: Desk) -> None:
    place = log(
        desk.folder,
        body("secretsmanager:GetSecretValue", requestParameters={"secretId": SECRET_ARN}),
        json.loads(service_decrypt(1).text),
        body("sts:AssumeRole", 3, responseElements={"credentials": {"accessKeyId": SESSION}}),
        body("iam:ListUsers", 9, userIdentity={"type": "AssumedRole", "accessKeyId": SESSION}),
    )
    used = desk.ask("measure_key_use", key_id=KEY, since=MADE["since"], sources=[place])
    assert (used["total"], used["sessions"], len(used["decrypts"])) == (4, [SESSION], 1)
    assert "followed 1 sessions" in used["coverage"]


def test_a_file_that_cannot_be_read_is_named_in_the_result(desk: Desk) -> None:
    place = Path(log(desk.folder, body("iam:GetUser")))
    (desk.folder / "cut.json.gz").write_bytes(place.read_bytes()[:-20])
    found = desk.ask("list_activity", sources=[str(place), str(desk.folder / "cut.json.gz")], **MADE)
    assert any("cut.json.gz" in each for each in found["not_seen"])
    assert "NOT READ" in found["coverage"]


def test_a_source_that_there_is_not_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError):
        desk.ask("list_activity", sources=["nowhere/at/all"])
