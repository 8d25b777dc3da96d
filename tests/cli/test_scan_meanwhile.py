"""What a scan does itself while its processes look at a history."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.cli import dispatch, main
from irkit.scan import origin
from irkit.scan.objects import workers
from tests.scan import planted
from tests.scan.work_tree import WorkTree


def test_where_a_repository_comes_from_is_asked_while_other_processes_scan(
    tmp_path: Path, rules_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = WorkTree(tmp_path, rules_cache)
    head = tree.commit("a.py", f"token = '{planted.GITHUB}'\n")
    order: list[str] = []

    def told(name: str, do: object) -> object:
        def done(*given: object) -> object:
            order.append(name)
            return do(*given)  # type: ignore[operator]

        return done

    monkeypatch.setattr(origin, "_asked", told("asked", origin._asked))
    monkeypatch.setattr(workers, "_collect", told("collected", workers._collect))
    for name, value in tree.environment.items():
        monkeypatch.setenv(name, value)

    words = ["scan", str(tree.folder), "--history", "--no-cache", "--format", "json", "--output", str(tmp_path / "o")]
    assert dispatch.dispatch(words, main.COMMANDS) == 1

    assert order == ["asked", "asked", "asked", "collected"]
    assert head in (tmp_path / "o").read_text()
