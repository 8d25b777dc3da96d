"""``irkit trail`` over files: what comes out, what is said about it, and how it ends."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from irkit.cli.trail import VERBS, trail
from tests.cloudtrail.made import ARN, KEY, SECRET_ARN, body

DATA = Path(__file__).parents[1] / "data" / "cloudtrail" / "invictus.jsonl"
HOSTILE = "aws-cli\x1b[2J\u202e =HYPERLINK(1)"
LOADED = "import sys; from irkit.cli.main import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
HEAVY = {"boto3", "botocore", "duckdb", "pydantic", "rich", "sqlite3", "textual", "yaml"}


class Told:
    """What one run wrote."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Ask:
    """Runs ``irkit trail`` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object) -> Told:
        self._capsys.readouterr()
        try:
            code = trail([str(word) for word in words])
        except SystemExit as end:
            code = int(str(end.code))
        told = self._capsys.readouterr()
        return Told(code, told.out, told.err)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("IRKIT_DATA_FOLDER", str(tmp_path / "data"))
    return Ask(capsys)


def log(folder: Path, *bodies: dict[str, object], name: str = "a.json.gz") -> Path:
    """A log file of these records."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    text = json.dumps({"Records": list(bodies)}, separators=(",", ":")).encode()
    file.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return file


def raw_lines() -> dict[str, dict[str, Any]]:
    return {row["eventID"]: row for row in map(json.loads, DATA.read_text().splitlines())}


def test_an_answer_has_a_row_for_every_record_in_the_order_of_time(ask: Ask) -> None:
    told = ask("activity", "--from", DATA, "--format", "json")
    rows = told.document["rows"]
    assert {row["event_id"] for row in rows} == set(raw_lines())
    assert [row["at"] for row in rows] == sorted(row["eventTime"] for row in raw_lines().values())
    assert (told.code, told.document["question"]) == (0, "activity")


def test_decrypts_that_services_made_are_found_by_the_callers_key(ask: Ask) -> None:
    decrypts = [row for row in raw_lines().values() if row["eventName"] == "Decrypt"]
    key = "AKIATFQR7NSC8Q4X20BJ"
    assert key not in {row["userIdentity"]["accessKeyId"] for row in decrypts}
    rows = ask("decrypts", "--key", key, "--from", DATA, "--format", "json").document["rows"]
    assert sum(row["count"] for row in rows) == len(decrypts)
    alone = ask("decrypts", "--key", key, "--follow", "alone", "--from", DATA, "--format", "json").document["rows"]
    assert alone == []


def test_json_lines_of_activity_hold_every_row_once_and_end_with_the_coverage(ask: Ask) -> None:
    *rows, last = ask("activity", "--from", DATA, "--format", "jsonl").lines
    assert sorted(row["event_id"] for row in rows) == sorted(raw_lines())
    assert last["coverage"]["is_whole"] is True
    document = ask("activity", "--from", DATA, "--format", "json").document
    assert sorted(rows, key=lambda row: str(row["event_id"])) == sorted(
        document["rows"], key=lambda row: str(row["event_id"])
    )


def test_json_lines_that_are_asked_for_in_an_order_come_in_it(ask: Ask) -> None:
    *rows, _ = ask("activity", "--from", DATA, "--format", "jsonl", "--sort", "-at", "--limit", "5").lines
    assert len(rows) == 5
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)


def test_a_csv_has_every_column_and_no_formula(ask: Ask, tmp_path: Path) -> None:
    log(tmp_path / "logs", body("iam:GetUser", userAgent="=cmd|calc"))
    told = ask("activity", "--from", tmp_path / "logs", "--format", "csv")
    heads, row = csv.reader(io.StringIO(told.out))
    assert dict(zip(heads, row, strict=True))["agent"] == "'=cmd|calc"
    assert "locator" in heads


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_what_an_intruder_wrote_is_no_command_to_a_terminal(ask: Ask, tmp_path: Path, form: str) -> None:
    log(tmp_path / "logs", body("iam:GetUser", userAgent=HOSTILE))
    told = ask("activity", "--from", tmp_path / "logs", "--format", form)
    assert "aws-cli" in told.out
    assert all(each in "\r\n" or each.isprintable() for each in told.out + told.err)


def test_the_coverage_is_told_on_stderr_and_stdout_is_data(ask: Ask) -> None:
    told = ask("activity", "--from", DATA)
    assert "complete until" in told.err
    assert "complete until" not in told.out
    assert "17 rows" in told.err


def test_nothing_found_says_until_when_that_can_be_trusted(ask: Ask) -> None:
    told = ask("activity", "--ip", "198.51.100.1", "--from", DATA)
    assert (told.code, told.out) == (0, "")
    assert "nothing found: this can be trusted until 20" in told.err


def test_a_file_that_cannot_be_read_is_named_and_the_exit_code_says_so(ask: Ask, tmp_path: Path) -> None:
    whole = log(tmp_path / "logs", body("iam:GetUser"), body("iam:ListUsers"))
    cut = tmp_path / "logs" / "cut.json.gz"
    cut.write_bytes(whole.read_bytes()[:-30])
    told = ask("activity", "--from", tmp_path / "logs")
    assert told.code == 1
    assert "cut.json.gz" in told.err
    assert "THE ANSWER IS NOT WHOLE" in told.err


def test_a_place_that_is_not_there_is_refused_with_what_can_be_named(ask: Ask, tmp_path: Path) -> None:
    told = ask("activity", "--from", tmp_path / "nowhere")
    assert told.code == 2
    assert "event-history" in told.err


@pytest.mark.parametrize("words", [["activty"], ["activity", "--format", "xml"], ["activity", "--since", "yesterday"]])
def test_what_is_misspelt_ends_with_2(ask: Ask, words: list[str]) -> None:
    assert ask(*words, "--from", DATA).code == 2


def test_a_verb_that_there_is_not_is_refused_with_the_nearest(ask: Ask) -> None:
    assert "did you mean 'decrypts'" in ask("decrypt").err


def test_every_verb_has_its_own_help(ask: Ask) -> None:
    assert ask("--help").code == 0
    for verb in VERBS:
        told = ask(verb, "--help")
        assert (told.code, f"irkit trail {verb}" in told.out) == (0, True), verb


def test_columns_are_chosen_and_a_wrong_one_is_refused_with_those_there_are(ask: Ask) -> None:
    assert ask("activity", "--from", DATA, "--columns", "call,ip", "--limit", "1").out.splitlines()[0].split() == [
        "CALL",
        "IP",
    ]
    told = ask("activity", "--from", DATA, "--columns", "cal")
    assert told.code == 2
    assert "call" in told.err


def test_how_many_rows_a_limit_leaves_out_is_told(ask: Ask) -> None:
    told = ask("activity", "--from", DATA, "--limit", "3", "--format", "csv")
    assert len(list(csv.reader(io.StringIO(told.out)))) == 4
    assert "14 more rows are left out by --limit 3" in told.err


def test_a_span_with_its_sign_is_no_option(ask: Ask, tmp_path: Path) -> None:
    log(tmp_path / "logs", body("iam:GetUser", eventTime="2016-01-01T00:00:00Z"))
    told = ask("activity", "--since", "-30h", "--until", "now", "--from", tmp_path / "logs", "--format", "json")
    assert (told.code, told.document["rows"]) == (0, [])


def test_rows_go_into_a_file_that_is_whole(ask: Ask, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    told = ask("activity", "--from", DATA, "--format", "csv", "--output", out)
    assert (told.out, len(list(csv.reader(io.StringIO(out.read_text(), newline=""))))) == ("", 18)
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".part"] == []


def test_the_raw_record_behind_a_row_is_shown_by_its_id_and_by_its_locator(ask: Ask, tmp_path: Path) -> None:
    bodies = [body("iam:GetUser"), body("iam:CreateUser", 1, userAgent="é")]
    log(tmp_path / "logs", *bodies)
    rows = ask("activity", "--from", tmp_path / "logs", "--format", "json").document["rows"]
    for row, written in zip(rows, bodies, strict=True):
        assert ask("show", row["event_id"], "--from", tmp_path / "logs").document == written
        assert ask("show", row["locator"]).document == written


def test_an_event_that_is_not_there_is_not_shown(ask: Ask) -> None:
    told = ask("show", "no-such-event", "--from", DATA)
    assert told.code == 1
    assert "no-such-event" in told.err


def test_the_lineage_of_a_key_is_a_tree(ask: Ask, tmp_path: Path) -> None:
    session = "ASIATFQR7NSC6V3LY3GE"
    log(
        tmp_path / "logs",
        body("sts:AssumeRole", responseElements={"credentials": {"accessKeyId": session}}),
        body("iam:ListUsers", 5, userIdentity={"type": "AssumedRole", "accessKeyId": session}),
    )
    told = ask("lineage", KEY, "--from", tmp_path / "logs")
    root, below = told.out.splitlines()
    assert root.startswith(KEY)
    assert below.startswith(f"└─ {session}")
    rows = ask("lineage", KEY, "--from", tmp_path / "logs", "--format", "json").document["rows"]
    assert [(row["depth"], row["id"], row["calls"]) for row in rows] == [(0, KEY, 1), (1, session, 1)]
    assert ask("lineage", KEY, "--from", tmp_path / "logs", "--columns", "nope").code == 2
    first = ask("lineage", KEY, "--from", tmp_path / "logs", "--sort", "-depth", "--limit", "1", "--format", "json")
    assert [row["id"] for row in first.document["rows"]] == [session]
    assert "1 more rows are left out" in first.err


def test_lineage_wants_a_key(ask: Ask) -> None:
    assert ask("lineage", "--from", DATA).code == 2


def test_conditions_add_up_and_values_are_alternatives(ask: Ask, tmp_path: Path) -> None:
    log(
        tmp_path / "logs",
        body("secretsmanager:GetSecretValue", requestParameters={"secretId": SECRET_ARN}),
        body("secretsmanager:GetSecretValue", 1, requestParameters={"secretId": "other"}),
        body("iam:GetUser", 2, errorCode="AccessDenied"),
    )
    asked = ("--from", tmp_path / "logs", "--format", "json", "--arn", ARN)
    for words, count in (
        (["--call", "iam:*", "GetSecretValue"], 3),
        (["--call", "getsecretvalue", "--mention", "prod/payments"], 1),
        (["--denied"], 1),
        (["--succeeded"], 2),
        (["--key", KEY, "--user", "nobody"], 0),
    ):
        assert len(ask("activity", *asked, *words).document["rows"]) == count, words


RULE = """
title: Secret read
id: 7d4a4f0e-0000-4000-8000-000000000001
author: irkit
level: medium
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventSource: secretsmanager.amazonaws.com, eventName: GetSecretValue}
  condition: selection
"""


@pytest.mark.parametrize("words", [["sigma", "RULES"], ["activity", "--sigma", "RULES"]])
def test_what_sigma_rules_say_is_told_a_row_a_hit(ask: Ask, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "secret.yml").write_text(RULE)
    named = [str(tmp_path / "secret.yml") if word == "RULES" else word for word in words]
    document = ask(*named, "--from", DATA, "--format", "json").document
    reads = [row for row in raw_lines().values() if row["eventName"] == "GetSecretValue"]
    assert [row["event_id"] for row in document["rows"]] == [row["eventID"] for row in reads]
    assert any("1 Sigma rules evaluated" in note for note in document["notes"])


def test_a_question_over_files_loads_nothing_that_it_does_not_need() -> None:
    words = ["trail", "activity", "--from", str(DATA), "--key", "AKIATFQR7NSC8Q4X20BJ", "--no-cache"]
    ran = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True)
    assert set(ran.stderr.splitlines()[-1].split()) & HEAVY == set()


def test_what_is_counted_of_files_loads_no_client_of_aws(tmp_path: Path) -> None:
    words = ["trail", "seen", "--follow", "alone", "--from", str(DATA)]
    place = {"XDG_CACHE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    for _ in ("built", "asked"):
        ran = subprocess.run(
            [sys.executable, "-c", LOADED, *words],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **place},
        )
    assert (
        set(ran.stderr.splitlines()[-1].split()) & {"boto3", "botocore", "pydantic", "irkit.cloudtrail.bucket"} == set()
    )
