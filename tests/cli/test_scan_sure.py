"""What is of low confidence: values that their names alone tell, in tests, examples and documents."""

from __future__ import annotations

import json

import pytest

from tests.scan import planted
from tests.scan.work_tree import WorkTree


def _doubtful(tree: WorkTree) -> str:
    """A random value that its name alone tells, in a test."""
    line = f'api_secret = "{planted.TOKEN}"\n'
    tree.write("tests/test_api.py", line)
    return line


@pytest.mark.parametrize("mode", ["--history", "--files", "--staged"])
def test_a_value_by_its_name_in_a_test_is_counted_and_shown_when_asked(tree: WorkTree, mode: str) -> None:
    line = _doubtful(tree)
    tree.stage("tests/test_api.py", line) if mode == "--staged" else tree.commit("tests/test_api.py", line)
    told = tree.scan(mode)
    assert told.code == 0, told.err
    assert "1 of low confidence not shown" in told.err
    assert "--confidence low" in told.err
    assert "fp_" not in told.out
    shown = tree.scan(mode, "--confidence", "low", "--format", "json")
    assert shown.code == 1
    (finding,) = json.loads(shown.out)["findings"]
    assert finding["confidence"] == "low"
    assert json.loads(shown.out)["summary"]["below_confidence"] == 0


@pytest.mark.parametrize("form", ["human", "json", "jsonl", "csv", "sarif", "junit", "github"])
def test_what_is_not_sure_is_never_silent(tree: WorkTree, form: str) -> None:
    tree.commit("tests/test_api.py", _doubtful(tree))
    told = tree.scan("--format", form)
    assert told.code == 0
    said = {"json": '"below_confidence": 1', "sarif": '"belowConfidence": 1'}.get(form, "1 of low confidence not shown")
    assert said in told.out + told.err
    assert planted.TOKEN not in told.out + told.err


def test_a_value_of_a_test_that_stands_in_the_program_too_is_told_with_both_places(tree: WorkTree) -> None:
    tree.commit("tests/test_api.py", _doubtful(tree))
    tree.write("deploy/app.py", f'api_secret = "{planted.TOKEN}"\n')  # only in the work tree
    told = tree.scan("--format", "json")
    (finding,) = json.loads(told.out)["findings"]
    assert finding["confidence"] == "medium"
    assert {place["path"] for place in finding["places"]} >= {"tests/test_api.py", "deploy/app.py"}


def test_a_remembered_report_answers_for_every_confidence(tree: WorkTree) -> None:
    tree.commit("tests/test_api.py", _doubtful(tree))
    counts = [
        len(json.loads(tree.scan("--history", *words, "--format", "json").out)["findings"])
        for words in ([], ["--confidence", "low"], [], ["--confidence", "low", "--no-cache"])
    ]
    assert counts == [0, 1, 0, 1]


def test_without_places_nothing_is_doubted(tree: WorkTree) -> None:
    tree.commit("tests/test_api.py", _doubtful(tree))
    told = tree.scan("--history", "--no-locate", "--format", "json")
    assert [one["confidence"] for one in json.loads(told.out)["findings"]] == ["medium"]


def test_a_baseline_that_knows_a_doubtful_value_keeps_it_and_takes_up_no_other(tree: WorkTree) -> None:
    tree.commit("tests/test_api.py", _doubtful(tree))
    tree.scan("--baseline", ".secrets.baseline", "--update-baseline", "--confidence", "low")
    accepted = json.loads((tree.folder / ".secrets.baseline").read_text())["results"]
    assert accepted
    told = tree.scan("--baseline", ".secrets.baseline", "--confidence", "low")
    assert told.code == 0
    assert "stale" not in told.err
    tree.stage("tests/test_more.py", f'api_secret = "{planted.AWS_SECRET[::-1]}"\n')
    tree.stage("deploy/a.py", f"token = '{planted.GITHUB}'\n")
    told = tree.scan("--baseline", ".secrets.baseline", "--update-baseline")
    assert "1 added, 0 stale dropped" in told.err or "2 added, 0 stale dropped" in told.err
    kept = json.loads((tree.folder / ".secrets.baseline").read_text())["results"]
    assert accepted.keys() <= kept.keys()
    assert not any("test_more" in file for file in kept)
