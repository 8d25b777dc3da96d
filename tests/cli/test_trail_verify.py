"""``irkit trail verify``: what it prints, and how it ends."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest

from irkit.cli.main import main
from tests.cloudtrail.integrity.signed_trail import START, Stored, signed_trail

HERE = "eu-west-1"


def test_an_intact_trail_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    signed_trail().save(tmp_path)
    assert main(["trail", "verify", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("INTACT: ")
    assert "12 of 12 log files proven" in out
    assert "4 digests, 2026-11-20T00:01:31Z to 2026-11-20T04:01:31Z; proven: 4 by own signature" in out
    assert "public-keys.json: what they prove is worth as much as that file" in out


def test_a_tampered_trail_ends_with_1_and_names_the_file_what_was_expected_and_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trail = signed_trail()
    key = trail.logs[HERE][4]
    trail.objects[key].body = gzip.compress(b"{}")
    trail.save(tmp_path)
    assert main(["trail", "verify", "--from", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ALTERED: ")
    at = lines.index("ALTERED LOG (1)")
    assert lines[at + 1].strip() == str(tmp_path / key)
    assert [line.split()[0] for line in lines[at + 2 : at + 5]] == ["expected", "seen", "by"]


def test_json_has_the_verdict_and_every_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trail = signed_trail(2, files=30)
    for key in trail.logs[HERE][:25]:
        del trail.objects[key]
    trail.save(tmp_path)
    assert main(["trail", "verify", str(tmp_path), "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["verdict"]) == ("irkit.trail.integrity/1", "incomplete")
    assert document["counts"] == {"missing log": 25}
    assert len(document["findings"]) == 25
    main(["trail", "verify", str(tmp_path), "--most", "3"])
    assert "... and 22 more (--format json has all)" in capsys.readouterr().out


def test_keys_may_lie_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = signed_trail().save(tmp_path / "saved")
    shutil.move(folder / "public-keys.json", tmp_path / "keys.json")
    assert main(["trail", "verify", str(folder)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("UNPROVEN: ")
    assert "aws cloudtrail list-public-keys" in out
    assert main(["trail", "verify", str(folder), "--keys", str(tmp_path / "keys.json")]) == 0


def test_a_window_is_checked_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trail = signed_trail()
    del trail.objects[trail.logs[HERE][0]]
    trail.save(tmp_path)
    since = f"{START:%Y-%m-%d}T01:01:31Z"
    until = f"{START:%Y-%m-%d}T04:01:31Z"
    assert main(["trail", "verify", str(tmp_path), "--since", since, "--until", until]) == 0
    assert "9 of 9 log files proven" in capsys.readouterr().out
    assert main(["trail", "verify", str(tmp_path), "--since", "2026-11-19", "--until", until]) == 1
    assert "validation began at 2026-11-20T00:01:31Z: 24 h 02 min" in capsys.readouterr().out


def test_names_that_a_terminal_would_obey_are_printed_harmlessly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trail = signed_trail()
    trail.objects["AWSLogs/\x1b[2Jevil\u202e.json.gz"] = Stored(b"")
    trail.save(tmp_path)
    assert main(["trail", "verify", str(tmp_path)]) == 1
    assert main(["trail", "verify", str(tmp_path), "--format", "json"]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "ADDED LOG (1)" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name the one place to check"),
        (["event-history"], "has no log files to check"),
        (["nowhere"], "no file or folder nowhere"),
        ([".", "--from", "."], "one place at a time"),
        ([".", "--keys", "nowhere.json"], "gives no public keys"),
        ([".", "--jobs", "0"], "--jobs must be 1 or more"),
    ],
)
def test_what_cannot_be_checked_is_refused_with_the_way_out(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    signed_trail(1).save(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["trail", "verify", *words]) == 2
    assert said in capsys.readouterr().err
