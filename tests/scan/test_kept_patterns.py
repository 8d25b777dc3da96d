"""Expressions recalled from an earlier run match as compiled ones do; what is not right in the file is never used."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from irkit.scan import kept_patterns
from irkit.scan.kept_patterns import KeptPatterns, _arguments, _cache

PATTERNS: list[tuple[str | bytes, int]] = [
    (rb"(?i)pass(?:word)?\s*[:=]\s*(?P<value>[^\s'\"]{8,64})", re.MULTILINE),
    (rb"(?<![A-Za-z0-9])(?P<value>gh[pousr]_[A-Za-z0-9]{36})(?![A-Za-z0-9])", 0),
    (r"^(?P<a>[\w.-]+)(?:\s+(?P<b>\S+))?$", re.VERBOSE),
    (r"(.)\1{5,}|([^\s]{2,10}?)\2{3,}", re.DOTALL),
    (r"[äöü]{2,}|\bß", re.IGNORECASE),
    (rb"", 0),
]
TEXTS = some.text(alphabet="pasword=:'\" ghp_äöüßA1\n", max_size=60)


def again(pattern: str | bytes, flags: int) -> re.Pattern[str] | re.Pattern[bytes]:
    """What a later run gets."""
    made = vars(vars(re)["_compiler"])["_sre"].compile(pattern, *_arguments(pattern, flags))
    assert isinstance(made, re.Pattern)
    return made


@pytest.mark.parametrize(("pattern", "flags"), PATTERNS)
@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_a_recalled_expression_matches_as_a_compiled_one(pattern: str | bytes, flags: int, text: str) -> None:
    compiled, recalled = re.compile(pattern, flags), again(pattern, flags)
    assert recalled == compiled
    assert (recalled.flags, recalled.groups, recalled.groupindex) == (
        compiled.flags,
        compiled.groups,
        compiled.groupindex,
    )
    subject = text if isinstance(pattern, str) else text.encode()
    first, second = compiled.finditer(subject), recalled.finditer(subject)  # type: ignore[arg-type]
    assert [(one.span(), one.groups()) for one in first] == [(one.span(), one.groups()) for one in second]


RUN = """
import json, re, sys
from irkit.scan.kept_patterns import KeptPatterns
kept = KeptPatterns(sys.argv[1])
kept.recall()
compiled = []
inner = re._compiler.compile
re._compiler.compile = lambda pattern, flags=0: (compiled.append(str(pattern)), inner(pattern, flags))[1]
found = re.compile(rb"(?P<value>ab+c)", re.I).search(b"xABBC")["value"].decode()
kept.keep()
print(json.dumps([found, [one for one in compiled if "ab+c" in one]]))
"""


def run(folder: Path) -> list[object]:
    ran = subprocess.run([sys.executable, "-c", RUN, str(folder)], capture_output=True, check=True, text=True)
    told = json.loads(ran.stdout)
    assert isinstance(told, list)
    return told


def test_the_second_run_compiles_nothing_and_finds_the_same(tmp_path: Path) -> None:
    found, compiled = run(tmp_path / "made" / "by it")
    assert (found, compiled) == ("ABBC", ["b'(?P<value>ab+c)'"])
    assert run(tmp_path / "made" / "by it") == ["ABBC", []]


def test_a_file_that_is_not_whole_or_not_ours_is_not_used(tmp_path: Path) -> None:
    run(tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    for broken in (b"", whole[:-1], whole[:40], b"\0" * 32 + whole[32:], whole[:-1] + b"\xff"):
        file.write_bytes(broken)
        assert run(tmp_path)[0] == "ABBC"
        assert file.read_bytes() == whole  # made anew
    file.chmod(0o666)
    assert run(tmp_path) == ["ABBC", ["b'(?P<value>ab+c)'"]]


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    run(tmp_path)
    (file,) = tmp_path.iterdir()
    file.unlink()
    os.mkfifo(file)
    assert run(tmp_path)[0] == "ABBC"


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert run(tmp_path / "file" / "below")[0] == "ABBC"


def test_what_looks_otherwise_than_expected_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptPatterns(str(tmp_path))
    before = dict(_cache())
    monkeypatch.delattr(re, "_cache")
    kept.recall()
    kept.keep()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert dict(_cache()) == before


def test_when_there_are_too_many_those_of_earlier_versions_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_patterns, "_MOST", 3)
    for texts in ("ab", "cd"):
        re.purge()
        kept = KeptPatterns(str(tmp_path))
        kept.recall()
        for text in texts:
            re.compile(text)
        kept.keep()

    re.purge()
    KeptPatterns(str(tmp_path)).recall()
    assert {pattern for _, pattern, _ in _cache()} == {"c", "d"}


def test_runs_of_other_kinds_keep_in_other_files(tmp_path: Path) -> None:
    re.purge()  # tests before this one may have compiled more than are kept
    for kept in (KeptPatterns(str(tmp_path)), KeptPatterns(str(tmp_path), "scan")):
        kept.recall()
        re.compile("one is kept")
        kept.keep()
    assert len(list(tmp_path.glob("patterns-*.bin"))) == 2
    assert len(list(tmp_path.glob("patterns-scan-*.bin"))) == 1


def test_a_run_that_recalled_none_leaves_those_of_earlier_runs(tmp_path: Path) -> None:
    run(tmp_path)
    (file,) = tmp_path.iterdir()
    before = file.read_bytes(), file.stat().st_ino
    re.compile("of the script that pip wrote")
    KeptPatterns(str(tmp_path)).keep()
    assert (file.read_bytes(), file.stat().st_ino) == before
