from __future__ import annotations

from pathlib import Path

import pytest

from tests.scan.accepted.repo import Tree


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """A work tree that the test stands in."""
    root = tmp_path / "tree"
    root.mkdir()
    monkeypatch.chdir(root)
    return Tree(root)
