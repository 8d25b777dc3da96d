"""``irkit scan rules list`` and ``irkit scan rules test``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from irkit.cli.main import main
from irkit.scan.ruleset import shipped

RULE = """
[[rule]]
id = "our_token"
title = "Our token"
severity = "high"
confidence = "high"
pattern = '''(?P<value>ours_[A-Za-z0-9]{24})'''
checks = ["jumbled"]
matches = ["token = ${wrapped}"]
misses = ["ours_${base62:10}"]
"""
GOOD = RULE.replace("${wrapped}", "ours_${base62:24}")


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, rules_cache: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(rules_cache))


def written(folder: Path, text: str) -> str:
    file = folder / "ours.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_list_tells_each_rule_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "rules", "list"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].split() == ["id", "title", "severity", "confidence", "liveness", "file"]
    assert len(lines) == len(shipped()) + 1
    assert any(line.startswith("github_token ") and line.endswith("code.toml") for line in lines)
    assert f"{len(shipped())} rules" in said.err


def test_list_tells_a_users_rules_as_well(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["scan", "rules", "list", written(tmp_path, GOOD), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[-1]["id"] == "our_token"
    assert rows[-1]["file"] == "ours.toml"
    assert rows[-1]["anchor"] == "ours_[A-Za-z0-9]{24}"


def test_a_file_whose_examples_hold_passes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["scan", "rules", "test", written(tmp_path, GOOD)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "1 rule, 2 examples, 0 failed" in said.err


def test_an_example_that_does_not_hold_is_told_with_its_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = {
        "too_short": (RULE.replace("${wrapped}", "ours_${base62:23}"), "not found"),
        "too_plain": (RULE.replace("${wrapped}", "ours_${lower:24}"), "dismissed: not random"),
        "no_kind": (RULE.replace("${wrapped}", "ours_${nothing:24}"), "is unknown"),
        "false_one": (GOOD.replace("ours_${base62:10}", "x ours_${base62:24} x"), "found"),
        "no_example": (GOOD.replace("matches = [", "also = ["), "no example that must be found"),
    }
    texts = [text.replace("our_token", name).replace("ours_", f"{name}_") for name, (text, _) in said.items()]
    assert main(["scan", "rules", "test", written(tmp_path, "".join(texts))]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == list(said)
    for line, (_, why) in zip(lines, said.values(), strict=True):
        assert why in line


def test_a_users_rule_may_take_the_place_of_ours(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["scan", "rules", "test", written(tmp_path, GOOD.replace("our_token", "github_token"))]) == 0
    assert "0 failed" in capsys.readouterr().err


def test_an_invalid_file_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["scan", "rules", "test", written(tmp_path, GOOD.replace("title", "titel"))]) == 2
    said = capsys.readouterr().err
    assert "unknown key 'titel'" in said
    assert "'title'" in said


def test_an_expression_that_no_engine_takes_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bomb = GOOD.replace("{24})", "{24}" + "(?:(?:a{1,900}){1,900}){1,900})")
    assert main(["scan", "rules", "test", written(tmp_path, bomb)]) == 2
    assert "our_token" in capsys.readouterr().err


def test_an_expression_that_takes_exponential_time_elsewhere_ends(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    slow = GOOD.replace("ours_[A-Za-z0-9]{24}", "ours_(?:(?:[a-z]+)+)+x").replace("${base62:24}", "${lower:200}!")
    assert main(["scan", "rules", "test", written(tmp_path, slow)]) == 1
    assert "not found" in capsys.readouterr().out


def test_a_refused_expression_is_told_with_its_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = written(tmp_path, GOOD.replace("{24})", "{5000})"))
    assert main(["scan", "rules", "test", file]) == 2
    assert f"{file}: rule our_token: pattern: " in capsys.readouterr().err


def test_two_rules_of_one_id_are_refused_also_in_two_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file, other = written(tmp_path, GOOD), tmp_path / "theirs.toml"
    other.write_text(GOOD.replace("ours_", "theirs_"), encoding="utf-8")
    assert main(["scan", "rules", "test", file, str(other)]) == 2
    assert f"{other}: rule our_token: another rule of {file} has this id" in capsys.readouterr().err
    assert main(["scan", "rules", "test", file, file]) == 0
