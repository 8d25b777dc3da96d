"""`irkit drill --matrix`: what is asked for, what was fought before, and the exit code."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

from irkit.cli import drill
from irkit.drill.matrix import Bout, Fought
from irkit.drill.world.settings import Membership
from irkit.errors import UsageError
from irkit.wiring.matrix import Matrix
from tests.drill.verdicts import score

ASKED = ("--matrix", "--runbooks", "key_leak", "--adversaries", "quiet,smash", "--seeds", "1-2")


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    drill.add_arguments(parser)
    return parser.parse_args(words)


def fought(bout: Bout, why: str = "") -> Fought:
    return Fought(bout=bout, score=None if why else score(), why=why, seconds=30)


def bout(adversary: str, seed: int) -> Bout:
    return Bout(runbook="key_leak", adversary=adversary, seed=seed)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Bout]:
    """The bouts that are really fought; each is won, but those of seed 2 against smash."""
    monkeypatch.setenv("IRKIT_DATA_FOLDER", str(tmp_path / "data"))
    seen: list[Bout] = []

    def fight(_: Matrix, bouts: Iterable[Bout]) -> Generator[Fought]:
        for each in bouts:
            seen.append(each)
            yield fought(each, "it hung" if (each.adversary, each.seed) == ("smash", 2) else "")

    monkeypatch.setattr(Matrix, "fight", fight)
    return seen


def test_a_matrix_tells_a_row_a_pair_and_is_lost_with_one_bout(
    ring: list[Bout], capsys: pytest.CaptureFixture[str]
) -> None:
    assert drill.run(arguments(*ASKED)) == 1
    out = capsys.readouterr().out.splitlines()
    assert len(ring) == 4
    assert [line.split()[:3] for line in out[1:3]] == [["key_leak", "quiet", "2/2"], ["key_leak", "smash", "1/2"]]
    assert out[-1] == "lost key_leak-smash-2: it hung"


def test_what_was_fought_before_is_not_fought_again(
    ring: list[Bout], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results.jsonl"
    results.write_text(fought(bout("quiet", 1)).model_dump_json() + "\n" + '{"bout": {"runb')
    assert drill.run(arguments(*ASKED, "--results", str(results))) == 1
    assert bout("quiet", 1) not in ring
    assert len(ring) == 3
    said = capsys.readouterr()
    assert "2/2" in said.out
    assert f"{results}:2 is no bout" in said.err
    assert drill.run(arguments(*ASKED, "--results", str(results))) == 1
    assert len(ring) == 3, "what was appended to half a line is read back"


def test_a_matrix_that_was_fought_whole_is_only_told(ring: list[Bout], tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    asked = ("--matrix", "--runbooks", "key_leak", "--adversaries", "quiet", "--seeds", "3", "--results", str(results))
    assert drill.run(arguments(*asked)) == 0
    assert drill.run(arguments(*asked)) == 0
    assert len(ring) == 3


@pytest.mark.parametrize(
    "wrong", [("--seeds", "0"), ("--seeds", "x"), ("--runbooks", "key_leek"), ("--adversaries", "quite")]
)
def test_what_cannot_be_meant_is_refused(ring: list[Bout], wrong: tuple[str, str]) -> None:
    with pytest.raises(UsageError):
        drill.run(arguments("--matrix", *wrong))
    assert ring == []


def test_a_matrix_is_fought_where_no_scp_binds_when_it_is_asked_so(ring: list[Bout]) -> None:
    asked = ("--matrix", "--runbooks", "key_leak", "--adversaries", "quiet", "--seeds", "3")
    assert drill.run(arguments(*asked, "--organization", "no-access")) == 0
    assert {each.organization for each in ring} == {Membership.NO_ACCESS}
    assert all(each.name.endswith("+no-access") for each in ring)


def test_an_organization_that_nobody_can_be_in_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments("key_leak", "--organization", "elsewhere")
    assert "is none of member, management, no-access, none" in capsys.readouterr().err
