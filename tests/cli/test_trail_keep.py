"""``irkit trail keep``: a bundle of a bucket's log files, in an incident's evidence or a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from irkit.cli.main import main
from irkit.drill.world import estate
from tests.cloudtrail.integrity.signed_trail import signed_trail

if TYPE_CHECKING:
    from irkit.drill.world.world import World


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["."], "say where to keep it"),
        ([".", "--to", "bundle", "--incident", "INC-0001"], "say where to keep it"),
        ([".", "--to", "bundle"], "are files already"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    signed_trail(1).save(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["trail", "keep", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_rehearsal_clouds_log_files_are_kept_and_proven_again(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.aws.deliver()
    place, config = f"s3://{estate.TRAIL_BUCKET}/AWSLogs", ["--config", world.facts.config_file]
    assert main(["trail", "verify", place, *config]) == 0
    assert capsys.readouterr().out.startswith("INTACT: ")
    assert main(["trail", "keep", place, "--to", str(tmp_path / "bundle"), *config]) == 0
    capsys.readouterr()
    assert main(["trail", "verify", str(tmp_path / "bundle")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("INTACT: ")
    assert "The public keys are those that AWS gave when the bundle was made" in out
    touched = next((tmp_path / "bundle" / "objects").rglob("*_CloudTrail_*.json.gz"))
    touched.write_bytes(b"")
    assert main(["trail", "verify", str(tmp_path / "bundle")]) == 1
    assert "ALTERED COPY (1)" in capsys.readouterr().out
