from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from irkit.errors import UsageError
from irkit.scan import ruleset
from irkit.scan.detect import loading
from irkit.scan.detect.detector import load_detector
from irkit.scan.detect.engine import Engine
from irkit.scan.detect.hyperscan_prefilter import compiled
from irkit.scan.detect.kept import Kept, keep, kept
from irkit.scan.detect.prefilter import Expression, ExpressionRefused
from irkit.scan.ruleset import RulesInvalid
from tests.scan.detect.samples import BLOCK, PREFIXED

PARTS = Kept((PREFIXED, BLOCK), (False, True), 1, (b"database", b"another"))
USERS_RULE = """
[[rule]]
id = "ours"
title = "Our token"
severity = "high"
confidence = "high"
pattern = '(?P<value>our_[a-z]{20})'
"""


@pytest.fixture(autouse=True)
def few_rules(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading and compiling all of ours takes seconds."""
    folder = tmp_path_factory.mktemp("rules")
    (folder / "few.toml").write_text(USERS_RULE.replace('"ours"', '"github_token"'))
    monkeypatch.setattr(ruleset, "SHIPPED", folder)


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_what_is_kept_is_read_back_the_same(tmp_path: Path) -> None:
    file = str(tmp_path / "folder" / "detector-1.bin")
    keep(file, PARTS)
    found = kept(file)
    assert found
    assert found._replace(rules=tuple(found.rules)) == PARTS
    assert found.rules[1:][0] == BLOCK
    assert Path(file).stat().st_mode & 0o777 == 0o600
    assert names(tmp_path / "folder") == ["detector-1.bin"]


def test_a_damaged_file_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "detector-1.bin"
    keep(str(file), PARTS)
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], whole[:40], bytes(len(whole)), whole[:60] + b"x" + whole[61:], b"x" + whole[1:]):
        file.write_bytes(damaged)
        assert kept(str(file)) is None


def test_a_file_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "detector-1.bin"
    keep(str(file), PARTS)
    file.chmod(0o620)
    assert kept(str(file)) is None


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.bin")
    assert kept(str(tmp_path / "x.bin")) is None


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    keep(str(tmp_path / "file" / "detector-1.bin"), PARTS)
    assert names(tmp_path) == ["file"]


def test_only_the_newest_few_are_kept(tmp_path: Path) -> None:
    for number in range(12):
        keep(str(tmp_path / f"detector-{number:02}.bin"), PARTS)
        os.utime(tmp_path / f"detector-{number:02}.bin", (number, number))
    assert len(names(tmp_path)) <= 9
    assert (tmp_path / "detector-11.bin").exists()


def test_a_second_detector_neither_reads_rules_nor_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_detector(cache=tmp_path)
    monkeypatch.setattr(loading, "_made", None)
    second = load_detector(cache=tmp_path)
    assert (tuple(second.rules), second.rules_hash) == (tuple(first.rules), first.rules_hash)


def test_a_cache_of_another_machine_is_replaced(tmp_path: Path) -> None:
    load_detector(cache=tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    parts = kept(str(file))
    assert parts
    keep(str(file), parts._replace(databases=(b"of another machine", b"")))
    load_detector(cache=tmp_path)
    assert file.read_bytes() == whole


def test_a_file_of_rules_that_is_not_there_is_refused_though_all_else_is_kept(tmp_path: Path) -> None:
    load_detector(cache=tmp_path)
    with pytest.raises(UsageError):
        load_detector([tmp_path / "absent.toml"], cache=tmp_path)


@pytest.mark.parametrize("place", [-1000, -20_000, -100_000])
def test_a_database_with_a_wrong_byte_is_replaced(tmp_path: Path, place: int) -> None:
    load_detector(cache=tmp_path)
    (file,) = tmp_path.iterdir()
    whole = bytearray(file.read_bytes())
    whole[place] ^= 1
    file.write_bytes(whole)
    load_detector(cache=tmp_path)
    whole[place] ^= 1
    assert file.read_bytes() == whole


def test_a_changed_rule_changes_the_hash_and_the_same_rules_do_not(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(USERS_RULE)
    ours = load_detector([file], cache=tmp_path)
    assert ours.rules_hash == load_detector([file]).rules_hash
    assert ours.rule("ours").title == "Our token"
    file.write_text(USERS_RULE.replace("{20}", "{21}"))
    assert load_detector([file], cache=tmp_path).rules_hash != ours.rules_hash
    assert load_detector().rules_hash != ours.rules_hash


def test_the_engine_does_not_change_the_hash() -> None:
    assert load_detector(engine=Engine.RE2).rules_hash == load_detector(engine=Engine.HYPERSCAN).rules_hash


def test_a_users_rule_takes_the_place_of_ours_with_its_id(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(USERS_RULE.replace('"ours"', '"github_token"').replace("Our token", "Theirs"))
    assert [rule.title for rule in load_detector([file]).rules] == ["Theirs"]


@pytest.mark.parametrize("pattern", ["(?P<value>our_(?:[a-z]{1,900}x){1,900})", "(?P<value>our_[a-z]{20,4000})"])
def test_a_rule_that_an_engine_cannot_run_is_refused_by_name(pattern: str, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(USERS_RULE.replace("(?P<value>our_[a-z]{20})", pattern))
    with pytest.raises(RulesInvalid, match=r"rule ours: .*repetition"):
        load_detector([file])


def test_an_expression_that_hyperscan_cannot_run_is_named() -> None:
    with pytest.raises(ExpressionRefused) as refused:
        compiled(
            [Expression(4, "fine"), Expression(5, r"(?:a\d{1,900}b){900}[a-z]{1,900}c{900}\b"), Expression(6, "too")]
        )
    assert refused.value.number == 5


def test_a_start_with_a_cache_loads_little(tmp_path: Path) -> None:
    load_detector(cache=tmp_path)
    program = (
        "import sys\n"
        "from irkit.scan.detect.detector import load_detector\n"
        f"load_detector(cache={str(tmp_path)!r}).look(b'nothing to see')\n"
        "print(*sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    slow = "typer rich git detect_secrets dataclasses tomllib json re2 hashlib pathlib typing re zipfile tarfile"
    assert "hyperscan._hs_ext" in ran.stdout.split()
    assert not set(slow.split()) & set(ran.stdout.split())
