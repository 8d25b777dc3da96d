"""Commits of one second, as rebases make them: the first that brought a value, and the last that held it."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.finding import Commit, Place, PlaceKind
from irkit.scan.history import Wants, scan_history
from irkit.scan.places.changes import Wanted
from irkit.scan.places.packed_graph import listed_from
from irkit.scan.places.same_second import ranked
from irkit.scan.places.walk import Walk
from tests.scan.compared import KEY, Quiet
from tests.scan.places.histories import Git
from tests.scan.places.seeing import one_rule_detector, value


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path / "r")


def at_once(git: Git, *texts: bytes) -> list[str]:
    """Commits of one second, each with another version of a file."""
    made = []
    for text in texts:
        git.write("a.env", text)
        made.append(git.commit())
        git.clock -= 60
    return made


@pytest.mark.parametrize("more", range(6))  # what git finds first depends on the ids
def test_a_file_that_changed_within_a_second_has_its_first_and_last_commit(git: Git, more: int) -> None:
    versions = [b"%b\n%d %d\n" % (value(1), number, more) for number in range(6)]
    commits = at_once(git, b"nothing yet\n", *versions, b"no more\n")
    wants = Wants(1, lambda: KEY)
    (finding,) = scan_history(git.repository(), one_rule_detector(), wants, Quiet()).findings
    (place,) = finding.places
    assert place.first is not None
    assert place.last is not None
    assert (place.first.id, place.last.id) == (commits[1], commits[-2])


def test_a_commit_has_a_larger_number_than_its_ancestors_of_that_second(git: Git) -> None:
    ids = at_once(git, *(b"%d\n" % number for number in range(9)))
    at = git("show", "-s", "--format=%cI", "HEAD")

    def place(number: int, path: str = "a.env") -> Place:
        return Place(PlaceKind.BLOB, path, first=Commit(ids[number], "", "", at))

    numbers = ranked(git.repository(), [place(8), place(0), place(4)])
    assert numbers[ids[0]] < numbers[ids[4]] < numbers[ids[8]]
    walked = Walk(git.repository(), Wanted(frozenset()), 1).history().graph
    assert ranked(git.repository(), [place(8), place(0), place(4)], walked) == numbers
    assert ranked(git.repository(), [place(8), place(0), place(4)], listed_from(walked, [3])) == numbers, "half of them"
    assert ranked(git.repository(), [place(8), place(0, "b.env")]) == {}
