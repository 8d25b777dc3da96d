"""What refs lead to."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from irkit.scan.places.commits_here import commits_here
from irkit.scan.places.graph import graph
from irkit.scan.places.refs import read_refs
from irkit.scan.places.tips import tips
from tests.scan.places.histories import Git

_TAGS = 10_000


def test_many_annotated_tags_take_little_memory(tmp_path: Path) -> None:
    git = Git(tmp_path / "r")
    git.commit()
    commit = git("rev-parse", "HEAD").strip()
    lines = [f"{number:040x} refs/tags/t{number}\n^{commit}\n" for number in range(1, _TAGS + 1)]
    head = "# pack-refs with: peeled fully-peeled sorted \n"
    (git.folder / ".git/packed-refs").write_text(head + "".join(sorted(lines, key=lambda line: line[41:])))
    repository = git.repository()
    refs, commits = read_refs(repository), graph(commits_here(repository))
    assert len(refs.starts) > _TAGS

    tracemalloc.start()
    try:
        ends = tips(repository, refs, commits, ())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(ends.of_object) == _TAGS
    assert most < _TAGS * 500
