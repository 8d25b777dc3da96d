from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.finding import PlaceKind
from irkit.scan.objects.held import Scanned
from irkit.scan.places.commit_range import scan_range
from irkit.scan.places.located import Located
from irkit.scan.places.revisions import RevisionUnknown, Span, span
from tests.scan.places.histories import Git
from tests.scan.places.seeing import first_of, last_of, one_rule_detector, value


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path / "r")
    git.write("old", b"key = %b\n" % value(1))
    git.commit("root")
    git("tag", "base")
    return git


def scanned(git: Git, spec: str = "base..HEAD") -> tuple[Scanned, Located]:
    return scan_range(git.repository(), one_rule_detector(), spec)


def values(scanned: Scanned) -> set[bytes]:
    return {seen.value for one in scanned.held for seen in one.sightings}


def test_only_values_that_the_version_before_had_not_are_brought(git: Git) -> None:
    blob = git.write("old", b"key = %b\nmore = %b\n" % (value(1), value(2)))
    commit = git.commit()
    seen, located = scanned(git)
    assert values(seen) == {value(2)}
    (place,) = located.places[blob]
    assert (place.path, first_of(place), last_of(place), place.is_current) == ("old", commit, commit, True)
    assert place.refs == ("refs/heads/main",)
    assert seen.counts == {"blobs": 1, "commits": 1}
    assert not seen.is_incomplete


def test_a_line_that_was_only_moved_or_a_file_that_was_renamed_brings_nothing(git: Git) -> None:
    git.write("old", b"\n\n\nkey = %b\n" % value(1))
    git.commit()
    git("mv", "old", "new")
    git.write("new", b"key = %b # and more\n" % value(1))
    git.commit()
    assert not scanned(git)[0].held


def test_a_copy_brings_its_values(git: Git) -> None:
    blob = git.write("copy", b"key = %b\n" % value(1))
    git.commit()
    seen, located = scanned(git)
    assert values(seen) == {value(1)}
    assert [place.path for place in located.places[blob]] == ["copy"]


def test_what_was_brought_and_taken_away_again_is_found(git: Git) -> None:
    blob = git.write("passing", value(3))
    commit = git.commit()
    git("rm", "-q", "passing")
    git.commit()
    seen, located = scanned(git)
    assert values(seen) == {value(3)}
    (place,) = located.places[blob]
    assert (first_of(place), last_of(place), place.is_current) == (commit, commit, False)


def test_messages_tags_and_names_are_looked_at(git: Git) -> None:
    commit = git.commit(f"message with {value(4).decode()}")
    git("tag", "-a", "-m", value(5).decode(), "v1")
    tag = git("rev-parse", "v1")
    git.write(f"dir-{value(6).decode()}/file", b"x")
    named = git.commit()
    git.write(f"dir-{value(6).decode()}/file2", b"x")
    git.commit()
    seen, located = scanned(git)
    assert values(seen) == {value(4), value(5), value(6)}
    assert located.places[commit][0].kind is PlaceKind.COMMIT
    assert located.places[tag][0].kind is PlaceKind.TAG
    (place,) = located.names[value(6)]
    assert (place.kind, place.path, first_of(place)) == (PlaceKind.FILE_NAME, f"dir-{value(6).decode()}", named)


def test_tags_outside_of_the_range_are_not_looked_at(git: Git) -> None:
    git("tag", "-a", "-m", value(5).decode(), "v1")
    git.write("a", b"x")
    git.commit()
    seen, _ = scanned(git)
    assert not seen.held
    assert "tags" not in seen.counts


def test_a_merge_brings_only_what_was_made_in_it(git: Git) -> None:
    git("checkout", "-q", "-b", "side")
    git.write("side", value(7))
    git.commit()
    git("checkout", "-q", "main")
    git.write("main", b"x")
    before = git.commit()
    git("merge", "-q", "--no-commit", "side")
    evil = git.write("evil", value(8))
    git.commit("merge")
    seen, located = scanned(git, f"^{before} ^side HEAD")
    assert values(seen) == {value(8)}
    assert located.places[evil][0].path == "evil"


def test_a_merge_of_what_is_known_brings_nothing(git: Git) -> None:
    git("checkout", "-q", "-b", "side")
    git.write("side", b"x")
    git.commit()
    git("checkout", "-q", "main")
    git.write("main", value(7))
    git.commit()
    git("checkout", "-q", "side")
    git.clock += 60
    git("merge", "-q", "-m", "merge", "main")
    assert not scanned(git, "main..side")[0].held


def test_hostile_names_are_in_the_range_too(git: Git) -> None:
    for name in (b"new\nline", b"\xff", b"-d", b":100644 x"):
        git.write(name, value(9) + name)
    git.commit()
    seen, located = scanned(git)
    paths = {place.path.encode(errors="surrogateescape") for some in located.places.values() for place in some}
    assert paths == {b"new\nline", b"\xff", b"-d", b":100644 x"}
    assert len(seen.held) == 4


def test_an_empty_range_is_empty(git: Git) -> None:
    seen, located = scanned(git, "HEAD..HEAD")
    assert not seen.held
    assert located.commits == 0


def test_a_commit_that_is_left_out_is_not_looked_at_though_it_is_named(git: Git) -> None:
    git.commit(value(2).decode())
    git("tag", "-a", "-m", value(3).decode(), "known", "HEAD~1")
    seen, located = scanned(git, "HEAD..HEAD")
    assert (seen.held, seen.counts, located.places) == ((), {}, {})
    assert values(scanned(git, "HEAD..known")[0]) == {value(3)}


def test_a_span_is_written_in_words(git: Git) -> None:
    base, head = git("rev-parse", "HEAD"), git.commit()
    git("update-ref", "refs/remotes/origin/x", base)
    known = git.repository()
    assert span(known, "base..") == Span((head,), (base,))
    assert span(known, f"{head} ^refs/remotes/origin/*") == Span((head,), (base,))
    assert span(known, f"main ^{'1' * 40}") == Span((head,), ())


@pytest.mark.parametrize(
    "spec",
    [
        *["nothing..HEAD", "HEAD..nothing", "a...b", "", "--all", "^base", f"{'1' * 40}..HEAD", "HEAD:old"],
        *["..HEAD", "..", " ..HEAD", "@{upstream}..HEAD"],
    ],
)
def test_what_names_no_commit_is_refused_with_a_hint(git: Git, spec: str) -> None:
    with pytest.raises(RevisionUnknown) as error:
        scanned(git, spec)
    assert error.value.hint
    assert error.value.exit_code == 2


def test_a_repository_without_a_commit_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(RevisionUnknown, match="nothing is committed here yet"):
        scanned(Git(tmp_path / "new"), "HEAD")


def test_a_range_beyond_a_shallow_boundary_is_refused(git: Git, tmp_path: Path) -> None:
    first = git("rev-parse", "HEAD")
    for _ in range(4):
        git.commit()
    git("clone", "-q", "--depth=2", f"file://{git.folder}", str(tmp_path / "shallow"))
    clone = Git.__new__(Git)
    clone.folder, clone.clock = tmp_path / "shallow", git.clock
    with pytest.raises(RevisionUnknown, match="no such commit") as error:
        scanned(clone, f"{first}..HEAD")
    assert "--unshallow" in error.value.hint
    with pytest.raises(RevisionUnknown, match="shallow"):
        scanned(clone, f"HEAD ^{first}")
    assert not scanned(clone, "HEAD~1..HEAD")[0].held
