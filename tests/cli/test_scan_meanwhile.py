"""What a scan does itself while its processes look at a history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from irkit.cli import dispatch, main
from irkit.scan import origin, repository, repository_at
from irkit.scan.detect import detector
from irkit.scan.objects import workers
from tests.scan import planted
from tests.scan.work_tree import WorkTree

Told = Callable[[str, object], object]


@pytest.fixture
def tree(tmp_path: Path, rules_cache: Path, monkeypatch: pytest.MonkeyPatch) -> WorkTree:
    """A repository with a secret; what is run here has its environment."""
    tree = WorkTree(tmp_path, rules_cache)
    tree.commit("a.py", f"token = '{planted.GITHUB}'\n")
    for name, value in tree.environment.items():
        monkeypatch.setenv(name, value)
    return tree


@pytest.fixture
def order() -> list[str]:
    """What was done, as it was done."""
    return []


@pytest.fixture
def told(order: list[str]) -> Told:
    """Makes a function tell under a name that it was called."""

    def telling(name: str, do: object) -> object:
        def done(*given: object, **named: object) -> object:
            order.append(name)
            return do(*given, **named)  # type: ignore[operator]

        return done

    return telling


def scan(tree: WorkTree, *words: str) -> int:
    """The exit code."""
    report = str(tree.folder.parent / "report.json")
    asked = ["scan", str(tree.folder), "--history", "--format", "json", "--output", report, *words]
    return dispatch.dispatch(asked, main.COMMANDS)


def test_git_is_asked_which_repository_it_is_while_the_rules_are_loaded(
    tree: WorkTree, monkeypatch: pytest.MonkeyPatch, order: list[str], told: Told
) -> None:
    monkeypatch.setattr(repository_at, "ask", told("asked", repository.ask))
    monkeypatch.setattr(detector, "load_detector", told("rules loaded", detector.load_detector))
    monkeypatch.setattr(repository_at, "answered", told("answered", repository.answered))

    assert scan(tree) == 1

    assert order == ["asked", "rules loaded", "answered"]


def test_where_a_repository_comes_from_is_asked_while_other_processes_scan(
    tree: WorkTree, monkeypatch: pytest.MonkeyPatch, order: list[str], told: Told
) -> None:
    monkeypatch.setattr(origin, "_asked", told("asked", origin._asked))
    monkeypatch.setattr(workers, "_collect", told("collected", workers._collect))

    assert scan(tree, "--no-cache") == 1

    assert order == ["asked", "asked", "collected"]
    assert tree.git("rev-parse", "HEAD").strip() in (tree.folder.parent / "report.json").read_text()
