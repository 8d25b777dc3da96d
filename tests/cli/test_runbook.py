"""``irkit runbook``: data on stdout, talk on stderr."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import pytest

from irkit.cli import runbook as command
from irkit.errors import RunbookInvalid, UsageError

GOOD = """\
runbook: mine
title: My own
severity: SEV3
inputs:
  key_id: {type: text, example: AKIAIOSFODNN7EXAMPLE}
steps:
  identify_key:
    uses: aws.identify_principal
    with: {principal: $inputs.key_id}
  deactivate_key:
    uses: aws.deactivate_keys
    with: {only: [$identify_key.key_id], user: $identify_key.user}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's runbook folder, and the configuration that names it."""
    folder = tmp_path / "own"
    folder.mkdir()
    settings = tmp_path / "config.toml"
    settings.write_text(f'runbooks_folder = "{folder}"\n', encoding="utf-8")
    monkeypatch.setenv("IRKIT_CONFIG", str(settings))
    (folder / "mine.yaml").write_text(GOOD, encoding="utf-8")
    return folder


def irkit_runbook(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(words))


def test_list_tells_the_shipped_ones_and_the_users_own(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert irkit_runbook("list") == 0
    rows = [re.split(r" {2,}", line) for line in capsys.readouterr().out.splitlines()]
    origins = {row[0]: row[-1] for row in rows}
    assert list(origins) == sorted(origins)
    assert (origins["key_leak"], origins["mine"]) == ("shipped", "your own")


def test_list_and_show_tell_that_the_shipped_one_is_replaced(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own / "key_leak.yaml").write_text(GOOD.replace("runbook: mine", "runbook: key_leak"), encoding="utf-8")
    irkit_runbook("list")
    assert "replaces the shipped one" in capsys.readouterr().out
    irkit_runbook("show", "key_leak")
    assert "replaces the shipped one" in capsys.readouterr().out


def test_list_goes_on_past_a_broken_runbook(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own / "broken.yaml").write_text("[", encoding="utf-8")
    assert irkit_runbook("list") == 0
    out = capsys.readouterr().out
    assert "cannot be read: irkit runbook check broken" in out
    assert "mine" in out


@pytest.mark.usefixtures("own")
def test_show_draws_the_graph_and_the_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    assert irkit_runbook("show", "mine", "--ascii") == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "key_id  key id (text) e.g. AKIAIOSFODNN7EXAMPLE" in out
    assert "  .  identify_key    identify key\n  o  deactivate_key  deactivate key\n" in out
    assert "o waits for an approval" in out


@pytest.mark.usefixtures("own")
def test_show_prints_mermaid(capsys: pytest.CaptureFixture[str]) -> None:
    assert irkit_runbook("show", "mine", "--mermaid") == 0
    assert "s_identify_key --> s_deactivate_key" in capsys.readouterr().out


@pytest.mark.usefixtures("own")
def test_check_of_a_good_runbook_says_so_on_stderr_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert irkit_runbook("check", "mine") == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "1 runbook checked: nothing found\n")


def test_check_prints_every_finding_with_its_place_and_ends_with_one(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(GOOD.replace("mine", "bad").replace("user: $identify_key.user", "usr: 7"), encoding="utf-8")
    (own / "torn.yaml").write_text("runbook: torn\nsteps: [\n", encoding="utf-8")
    assert irkit_runbook("check", str(bad), "torn", "mine") == 1
    shown = capsys.readouterr()
    assert f"{bad}:12:47: aws.deactivate_keys takes no 'usr' (did you mean 'user'?)" in shown.out
    assert f"{own}/torn.yaml:3:1: not YAML" in shown.out
    assert "3 runbooks checked: 3 findings" in shown.err


@pytest.mark.usefixtures("own")
def test_the_shipped_runbooks_have_no_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    code = irkit_runbook("check")
    assert capsys.readouterr().out == ""
    assert code == 0


def test_where_tells_the_step_and_the_code_of_its_action(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert irkit_runbook("where", "mine", "deactivate_key") == 0
    step, action = capsys.readouterr().out.splitlines()
    assert step == f"{own}/mine.yaml:10"
    path, _, line = action.rpartition(":")
    assert path.endswith("irkit/actions/aws/deactivate_keys.py")
    assert Path(path).read_text(encoding="utf-8").splitlines()[int(line) - 1].startswith("ACTION")


@pytest.mark.usefixtures("own")
def test_where_refuses_an_unknown_step_with_the_nearest() -> None:
    with pytest.raises(UsageError) as refusal:
        irkit_runbook("where", "mine", "deactivate")
    assert refusal.value.hint == "did you mean 'deactivate_key'?"


def test_where_refuses_an_unknown_action_with_the_nearest(own: Path) -> None:
    (own / "mine.yaml").write_text(GOOD.replace("aws.deactivate_keys", "aws.deactivate_key"), encoding="utf-8")
    with pytest.raises(RunbookInvalid, match=r"mine\.yaml:11: there is no action") as refusal:
        irkit_runbook("where", "mine", "deactivate_key")
    assert refusal.value.hint == "did you mean 'aws.deactivate_keys'?"


@pytest.mark.usefixtures("own")
def test_policy_prints_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert irkit_runbook("policy", "mine") == 0
    (iam,) = [s for s in json.loads(capsys.readouterr().out)["Statement"] if s["Sid"] == "IrkitIam"]
    assert "iam:UpdateAccessKey" in iam["Action"]
    assert "iam:CreateAccessKey" not in iam["Action"]


@pytest.mark.usefixtures("own")
def test_schema_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert irkit_runbook("schema") == 0
    assert json.loads(capsys.readouterr().out)["properties"]["steps"]["minProperties"] == 1
