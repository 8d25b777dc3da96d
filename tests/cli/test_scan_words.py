"""What is read without ``argparse`` is what it reads; what it would refuse, or what is unusual, is left to it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from irkit.cli import scan
from irkit.cli.scan_words import plain
from tests.scan.work_tree import WorkTree

WORDS = st.sampled_from(
    [
        *("a", "b/c.py", "", "-", "--", "json", "human", "low", "high", "3", "HEAD~2", "a b", "--files=x", "-x", "@f"),
        *("--history", "--files", "--staged", "--pre-push", "--since", "--range", "--unreachable", "--no-locate"),
        *("--no-ignore", "--no-cache", "--jobs", "--rules", "--confidence", "--format", "--output", "--baseline"),
        *("--update-baseline", "--verify", "--show-secrets", "--no", "--hist", "--format=json", "--help", "--nothing"),
    ]
)
USUAL = st.sampled_from(
    [
        *(["--history"], ["--files"], ["--unreachable"], ["--no-locate"], ["--no-ignore"], ["--no-cache"]),
        *(["--format", "json"], ["--format", "sarif"], ["--output", "x.json"], ["--baseline", ".secrets.baseline"]),
        *(["--confidence", "low"], ["--confidence", "high"]),
    ]
)


def _by_argparse(words: list[str]) -> dict[str, object] | None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    scan.add_arguments(parser)
    try:
        return vars(parser.parse_args(words))
    except (argparse.ArgumentError, SystemExit):
        return None


@given(st.lists(WORDS, max_size=7))
def test_whatever_is_read_is_what_argparse_reads(words: list[str]) -> None:
    found = plain(words)
    assert found is None or vars(found) == _by_argparse(words)


@given(st.lists(st.sampled_from(["a", "b/c", "d e"]), max_size=3), st.lists(USUAL, max_size=4))
def test_what_is_usual_is_read(paths: list[str], options: list[list[str]]) -> None:
    words = [*paths, *(word for option in options for word in option)]
    found, expected = plain(words), _by_argparse(words)
    assert (found and vars(found)) == expected
    assert (found is None) == (["--history"] in options and ["--files"] in options)


def test_such_a_scan_loads_no_argparse(tmp_path: Path, rules_cache: Path) -> None:
    tree = WorkTree(tmp_path, rules_cache)
    command = [sys.executable, "-X", "importtime", "-m", "irkit.cli.main", "scan", str(tree.folder), "--history"]
    environment = dict(os.environ) | tree.environment
    for words, is_loaded in (([], False), (["--hist"], True)):
        ran = subprocess.run([*command, *words], env=environment, capture_output=True, check=False, text=True)
        assert ran.returncode == 0, ran.stderr
        loaded = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
        assert ("argparse" in loaded) is is_loaded
