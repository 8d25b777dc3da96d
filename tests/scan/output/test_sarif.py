from __future__ import annotations

import io
import json
import random
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sarif_kit.validate import validation_errors

from irkit.scan.finding import Place, PlaceKind, Report, Skipped
from irkit.scan.output import sarif, sarif_limits
from irkit.scan.output.about import About
from tests.scan.output.reports import HOSTILE, NOTHING, TOKEN, about, finding, report


def log(made: Report, told: About | None = None) -> dict[str, Any]:
    out = io.StringIO()
    sarif.write(made, out, told or about())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def run(made: Report) -> dict[str, Any]:
    found: dict[str, Any] = log(made)["runs"][0]
    return found


def test_a_log_is_valid_by_the_schema_of_oasis() -> None:
    assert validation_errors(log(report())) == []
    assert validation_errors(log(NOTHING)) == []
    assert validation_errors(log(report(), About("1"))) == []


def test_the_schema_refuses_what_is_no_sarif() -> None:
    broken = log(report())
    broken["runs"][0]["results"][0]["level"] = "critical"
    assert validation_errors(broken)


def test_a_result_names_its_rule_its_level_and_its_keyed_fingerprint() -> None:
    made = run(report())
    rules = made["tool"]["driver"]["rules"]
    for result, one in zip(made["results"], report().findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == one.rule
        assert result["partialFingerprints"] == {"irkitSecret/v1": one.fingerprint}
    assert [result["level"] for result in made["results"]] == ["error", "warning", "warning", "error"]


def test_of_a_value_in_very_many_places_a_service_takes_a_thousand_and_those_of_now_come_first() -> None:
    history = [Place(PlaceKind.BLOB, f"{number}.env", 1, object_id="1" * 40) for number in range(1_500)]
    now = [Place(PlaceKind.FILE, "now.env", 1)]
    (made,) = run(report()._replace(findings=(finding(TOKEN)._replace(places=(*history, *now)),)))["results"]
    assert made["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "now.env"
    assert len(made["locations"]) + len(made["relatedLocations"]) == 1_000
    assert made["properties"]["places"] == 1_501
    assert "in 1,501 places" in made["message"]["text"]


def _said(made: Report) -> tuple[str, dict[str, Any]]:
    """What is left out, in words, and the run."""
    out = io.StringIO()
    left_out = sarif.write(made, out, about())
    whole = json.loads(out.getvalue())
    assert validation_errors(whole) == []
    return left_out, whole["runs"][0]


def _notes(made: dict[str, Any]) -> list[str]:
    return [each["message"]["text"] for each in made["invocations"][0]["toolExecutionNotifications"]]


def test_of_more_results_than_github_takes_the_first_are_written_and_the_others_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif_limits, "MOST_RESULTS", 3)
    many = tuple(finding(TOKEN, Place(PlaceKind.FILE, f"{number}.env", 1)) for number in range(5))
    left_out, made = _said(report()._replace(findings=many))
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in made["results"]]
    assert uris == ["0.env", "1.env", "2.env"]
    assert left_out.startswith("left out of the SARIF log: 2 findings of 5: GitHub takes 3 results")
    assert left_out in _notes(made)
    assert _said(report()._replace(findings=many[:3]))[0] == ""


def test_a_log_that_is_too_large_compressed_has_fewer_places_then_fewer_results(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dice = random.Random(5)
    places = [Place(PlaceKind.FILE, f"{dice.getrandbits(256):x}.env", 1) for _ in range(1_000)]
    many = tuple(finding(TOKEN)._replace(places=tuple(places[at:])) for at in range(0, 800, 40))
    monkeypatch.setattr(sarif_limits, "MOST_BYTES", 100_000)
    left_out, made = _said(report()._replace(findings=many))
    assert "places of a value beyond the first 100:" in left_out
    assert {len(one["relatedLocations"]) for one in made["results"]} == {99}
    assert len(made["results"]) == len(many)
    singles = tuple(finding(TOKEN, Place(PlaceKind.FILE, f"{dice.getrandbits(256):x}.env", 1)) for _ in range(3_000))
    monkeypatch.setattr(sarif_limits, "MOST_BYTES", 40_000)
    left_out, made = _said(report()._replace(findings=singles))
    lost = len(singles) - len(made["results"])
    assert 0 < lost < len(singles)
    assert f"{lost:,} findings of 3,000: GitHub takes" in left_out
    assert left_out in _notes(made)


def test_what_was_skipped_does_not_fill_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_SKIPPED", 2)
    skipped = tuple(Skipped(f"object {number}", "7z archive") for number in range(5))
    notes = _notes(_said(NOTHING._replace(skipped=skipped))[1])
    assert notes[:3] == [
        "skipped: object 0: 7z archive",
        "skipped: object 1: 7z archive",
        "skipped: 3 more, told in the format json",
    ]


def test_a_rule_has_help_a_severity_and_a_precision() -> None:
    rule = run(report())["tool"]["driver"]["rules"][0]
    assert rule["name"] == "GithubToken"
    assert "Revoke" in rule["help"]["text"]
    assert rule["helpUri"] == "https://docs.github.com/en/rest?x=a%20b"
    assert rule["properties"]["security-severity"] == "9.5"
    assert rule["properties"]["precision"] == "very-high"


def test_a_rule_of_a_finding_that_is_not_listed_is_described_all_the_same() -> None:
    made = log(report(), About("1"))["runs"][0]
    assert [rule["id"] for rule in made["tool"]["driver"]["rules"]] == ["github_token", "password"]


def test_the_place_in_the_files_of_now_comes_first_and_the_history_is_related() -> None:
    result = run(report())["results"][0]
    assert result["locations"][0]["properties"]["kind"] == "file"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 12}
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "conf/old%20name.env"
    assert related["properties"]["first"]["id"] == "1" * 40
    assert "region" not in related["physicalLocation"]


def test_a_commit_message_is_a_logical_location() -> None:
    location = run(report())["results"][2]["locations"][0]
    assert location["logicalLocations"] == [{"name": "2" * 40, "kind": "commit"}]
    assert "physicalLocation" not in location


def test_the_run_says_which_commit_it_looked_at_and_that_it_is_incomplete() -> None:
    made = run(report())
    provenance = {"repositoryUri": "https://example.org/a/b", "revisionId": "3" * 40, "branch": "main"}
    assert made["versionControlProvenance"] == [provenance]
    assert made["invocations"][0]["executionSuccessful"] is False
    told = [each["message"]["text"] for each in made["invocations"][0]["toolExecutionNotifications"]]
    assert told[0] == "skipped: big\\x1b.bin: larger than the limit"


def test_a_hostile_path_is_percent_encoded_byte_by_byte() -> None:
    uri = run(report())["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote_to_bytes(uri) == HOSTILE.encode("utf-8", "surrogateescape")
    assert ":" not in uri


@given(st.binary(min_size=1, max_size=40).filter(lambda path: b"\0" not in path))
def test_any_path_becomes_a_uri_reference_that_gives_it_back(path: bytes) -> None:
    name = path.decode("utf-8", "surrogateescape")
    made = sarif.uri(name)
    parts = urlsplit(made)
    assert made.isascii()
    assert parts.scheme == ("file" if name.startswith("/") else "")
    assert unquote_to_bytes(made.removeprefix("file://")) == path


def test_a_place_that_moves_keeps_its_fingerprint() -> None:
    before = NOTHING._replace(findings=(finding(TOKEN, Place(PlaceKind.FILE, "a.py", 3)),))
    after = NOTHING._replace(findings=(finding(TOKEN, Place(PlaceKind.FILE, "b.py", 30)),))
    assert run(before)["results"][0]["partialFingerprints"] == run(after)["results"][0]["partialFingerprints"]
