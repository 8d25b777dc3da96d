"""After new commits the remembered report is told with what they change in it: as if everything were looked at anew."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from irkit.scan.detect.detector import load_detector
from irkit.scan.finding import Commit, Finding
from irkit.scan.held_last import held_last
from irkit.scan.history import Unreachable
from tests.scan import planted
from tests.scan.compared import Scans
from tests.scan.places.histories import Git

LEAK = f"token = '{planted.GITHUB}'\n".encode()
OTHER = f"token = '{planted.with_checksum('ghs_')}'\n".encode()
TEXTS = (b"nothing\n", b"retries = 3\n", b"a\nb\n", LEAK, b"first = 1\n" + LEAK, OTHER, LEAK + OTHER)
PLAIN = 3
NEW = 0.2
PATHS = (b"a", b"b", b"dir/a", b"dir/b c", b"\xff\xfe", b"tests/new\nline")


def _value(line: bytes) -> str:
    return line.split(b"'")[1].decode()


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path / "r")


@pytest.fixture
def scans(git: Git, tmp_path: Path, rules_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Scans:
    return Scans(git, load_detector([], cache=rules_cache / "irkit"), tmp_path / "cache", monkeypatch)


class Walk:
    """A repository that is changed at random: most often a branch goes on by a few commits."""

    def __init__(self, git: Git, seed: int) -> None:
        self.git, self.dice = git, random.Random(seed)
        self.trees: dict[str, dict[bytes, bytes]] = {}
        self.secret: set[bytes] = set()
        if self.dice.random() < 0.5:
            git("config", "core.logAllRefUpdates", "always")
        start = self._commit({path: self._blob(self.dice.choice(TEXTS)) for path in PATHS[:3]}, [])
        for name in ("heads/main", "heads/side", "remotes/origin/main"):
            git("update-ref", f"refs/{name}", start)

    def step(self) -> None:
        kinds = ("on",) * 12 + ("along", "merge", "branch", "tag", "gone", "back", "pack", "message", "lost")
        kind = self.dice.choice(kinds)
        branch = self.dice.choice(self._branches())
        if kind == "on":
            self._on(branch, risk=0.2)
        elif kind == "along":
            self._move(branch, self._tip(self.dice.choice(self._branches())))
        elif kind == "merge":
            other = self.dice.choice(self._branches())
            tips = [self._tip(branch), self._tip(other)]
            self._move(branch, self._commit(self.trees[tips[self.dice.randrange(2)]], tips))
        elif kind in {"branch", "tag"}:
            at = self.dice.choice(list(self.trees))
            self.git("update-ref", f"refs/{'heads' if kind == 'branch' else 'tags'}/{self.dice.randrange(5)}", at)
        elif kind == "gone":
            self.git("update-ref", "-d", "refs/heads/side")
        elif kind == "back":
            self._move(branch, self.dice.choice(list(self.trees)))
        elif kind == "pack":
            self.git(*self.dice.choice((("pack-refs", "--all"), ("repack", "-adq"), ("gc", "-q", "--prune=now"))))
            known = self.git("rev-list", "--all", "--reflog").split()
            self.trees = {id_: tree for id_, tree in self.trees.items() if id_ in known}
        elif kind == "message":
            tip = self._tip(branch)
            self._move(branch, self._commit(self.trees[tip], [tip], OTHER.decode()))
        elif kind == "lost":
            tip = self._tip(branch)
            self._commit({**self.trees[tip], b"lost": self._blob(self.dice.choice(TEXTS))}, [tip])

    def _on(self, branch: str, risk: float) -> None:
        """Some commits more; with some risk they touch what holds a secret."""
        for _ in range(self.dice.randint(1, 3)):
            tip = self._tip(branch)
            files = dict(self.trees[tip])
            path = self.dice.choice(PATHS)
            if self.dice.random() < risk:
                files[path] = self._blob(self.dice.choice(TEXTS))
            elif self.dice.random() < NEW and files.get(path) not in self.secret:
                files[path] = self._blob(f"token = '{planted.with_checksum('ghp_')}'\n".encode(), is_secret=True)
            elif files.get(path) not in self.secret:
                files[path] = self._blob(b"%d\n" % self.git.clock)
            self._move(branch, self._commit(files, [tip]))
        if self.dice.random() < 0.3:
            self._move("refs/remotes/origin/main", self._tip("refs/heads/main"))

    def _blob(self, text: bytes, *, is_secret: bool = False) -> bytes:
        id_ = self.git("hash-object", "-w", "--stdin", read=text).encode()
        self.secret |= {id_} if is_secret or text in TEXTS[PLAIN:] else set()
        return id_

    def _branches(self) -> list[str]:
        return self.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes").split()

    def _tip(self, branch: str) -> str:
        return self.git("rev-parse", branch)

    def _move(self, branch: str, commit: str) -> None:
        self.git("update-ref", "-m", "moved", branch, commit)

    def _commit(self, files: dict[bytes, bytes], parents: list[str], message: str = "message") -> str:
        commit = self.git.commit_tree(files, list(dict.fromkeys(parents)), message)
        self.trees[commit] = files
        return commit


@pytest.mark.parametrize("seed", [6, 24])
def test_whatever_changes_the_report_is_the_one_of_a_scan_anew(scans: Scans, git: Git, seed: int) -> None:
    walk = Walk(git, seed)
    scans()
    known = 0
    for _ in range(12):
        walk.step()
        known += scans()[1]
    assert known


def test_commits_of_other_files_are_told_from_memory(scans: Scans, git: Git) -> None:
    git.write("a.py", LEAK)
    git.commit()
    scans()
    for number in range(2):
        git.write(f"note{number}", b"nothing\n")
        git.commit(f"note {number}")
        newest = git.commit("empty")
        report, is_known = scans()
        assert is_known
        assert [place.last.id for place in report.findings[0].places if place.last] == [newest]
        assert report.counts["commits"] == 2 * number + 2


def test_a_commit_on_a_packed_branch_is_told_from_memory(scans: Scans, git: Git) -> None:
    git.write("a.py", LEAK)
    git.commit()
    git("pack-refs", "--all")
    git("repack", "-adq")
    scans()
    git.commit("onward")
    assert scans()[1]


def test_beside_a_name_as_long_as_a_key_alone_in_its_file_a_commit_is_told_from_memory(scans: Scans, git: Git) -> None:
    git.write("8e83d16133499b505bf3986f4f209a65", LEAK)  # Rails' key is all of its file
    git.commit()
    scans()
    git.write("note", b"nothing\n")
    git.commit("onward")
    assert scans()[1]


def test_a_branch_that_holds_another_version_of_the_file_is_looked_at(scans: Scans, git: Git) -> None:
    git.write("a.py", LEAK)
    git.commit()
    git("checkout", "-q", "-b", "side")
    git.write("a.py", b"more = 1\n" + LEAK)
    git.commit("another version, the newest")
    git("checkout", "-q", "main")
    scans()
    git.commit("now that of main is the newest")
    assert not scans()[1]
    git.commit("and again")
    assert scans()[1]


def test_a_version_of_the_file_without_the_value_is_no_other_place_of_it(scans: Scans, git: Git) -> None:
    git.write("a.py", LEAK)
    git.commit()
    git("branch", "side")
    git.write("a.py", OTHER)
    git.commit("another value in the same file")
    scans()
    onward = git.commit("onward")
    report, is_known = scans()
    assert is_known
    last = {one.secret.reveal(): place.last for one in report.findings for place in one.places}
    assert [value for value, commit in last.items() if commit and commit.id == onward] == [_value(OTHER)]


def test_a_new_secret_in_a_new_file_is_told_from_memory(scans: Scans, git: Git) -> None:
    git.write("a.py", LEAK)
    git.commit()
    scans()
    git.write("dir/new.py", b"first = 1\n" + OTHER)
    git.write("dir/copy.py", b"first = 1\n" + OTHER)
    brought = git.commit("with another secret")
    newest = git.commit("onward")
    report, is_known = scans()
    assert is_known
    (new,) = [one for one in report.findings if one.secret.reveal() == _value(OTHER)]
    assert [(place.path, place.line) for place in new.places] == [("dir/copy.py", 2), ("dir/new.py", 2)]
    assert {(place.first and place.first.id, place.last and place.last.id) for place in new.places} == {
        (brought, newest)
    }
    assert {place.refs for place in new.places} == {("refs/heads/main",)}


def test_what_was_pushed_with_a_new_secret_is_told_from_memory(scans: Scans, git: Git) -> None:
    git.write("a.py", b"nothing\n")
    git("update-ref", "refs/remotes/origin/main", git.commit())
    scans()
    git.write("b.py", LEAK)
    git("update-ref", "refs/remotes/origin/main", git.commit("pushed"))
    git.write("c.py", OTHER)
    git.commit("not pushed")
    report, is_known = scans()
    assert is_known
    assert {one.secret.reveal(): one.pushed for one in report.findings} == {_value(LEAK): True, _value(OTHER): False}


@pytest.mark.parametrize("how", ["known", "gone again", "moved", "twice", "staged", "message", "name"])
def test_a_new_secret_that_is_not_new_alone_has_everything_looked_at(scans: Scans, git: Git, how: str) -> None:
    git.write("a.py", LEAK)
    git.commit()
    git("branch", "side")
    scans()
    text = b"again = 1\n" + LEAK if how == "known" else OTHER
    git.write(
        f"b-{_value(OTHER)}.py" if how == "name" else "b.py", b"nothing\n" if how in {"message", "name"} else text
    )
    if how == "staged":
        git.clock += 60
        git("update-ref", "HEAD", git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "of nothing"))
    else:
        git.commit(OTHER.decode() if how == "message" else "new")
    if how == "gone again":
        git.write("b.py", b"nothing\n")
        git.commit("taken out")
    if how == "twice":
        git("checkout", "-q", "side")
        git.write("b.py", OTHER)
        git.commit("the same")
        git("checkout", "-q", "main")
    if how == "moved":
        git("mv", "b.py", "c.py")
        git.commit("moved")
    assert not scans()[1]


@pytest.fixture
def unreached(scans: Scans, git: Git) -> Scans:
    """Of a repository with a secret that nothing leads to."""
    git("config", "core.logAllRefUpdates", "false")
    git.write("a.py", LEAK)
    git.commit()
    git.commit_tree({b"lost": git("hash-object", "-w", "--stdin", read=OTHER).encode()}, ["HEAD"])
    report, _ = scans()
    assert report.unreachable == 1
    return scans


def test_beside_what_nothing_leads_to_a_commit_is_told_from_memory(unreached: Scans, git: Git) -> None:
    git.write("note", b"nothing\n")
    git.commit("onward")
    report, is_known = unreached()
    assert is_known
    assert report.unreachable == 1
    assert unreached(unreachable=Unreachable.SHOWN)[0].unreachable == 0
    git.commit("onward")
    assert unreached(unreachable=Unreachable.SHOWN)[1]


@pytest.mark.parametrize("how", ["committed", "staged", "with a value more", "named"])
def test_what_nothing_led_to_has_everything_looked_at_when_it_is_back(unreached: Scans, git: Git, how: str) -> None:
    if how in {"committed", "staged"}:
        git.write("b.py", OTHER)
    if how == "with a value more":
        git.write("b.py", b"first = 1\n" + OTHER)
    if how == "named":
        lost = git("fsck", "--unreachable", "--no-reflogs").split("unreachable commit ")[1].split()[0]
        git("update-ref", "refs/heads/main", lost)
    elif how != "staged":
        git.commit("back")
    assert not unreached()[1]


def test_a_clock_that_went_back_has_everything_looked_at(scans: Scans, git: Git) -> None:
    git.commit()
    scans()
    git.commit("later")
    assert scans()[1]
    git.clock -= 90
    git.commit("before the last")
    assert not scans()[1]


def test_of_commits_of_the_same_second_nobody_can_say_which_is_the_newest(scans: Scans, git: Git) -> None:
    git.write("a.py", LEAK)
    git.commit()
    report, _ = scans()
    place = report.findings[0].places[0]
    assert place.last
    onward = git.commit()
    holding = frozenset({place.object_id})

    def told(at: str) -> tuple[Finding, ...] | None:
        tips = {onward.encode(): Commit(onward, "Ann", "ann@example.org", at)}
        return held_last(git.repository(), report.findings, tips, [holding])

    assert told(place.last.at) is None
    assert told("not a time") is None
    later = told("2024-01-01T00:00:00+00:00")
    assert later is not None
    assert later[0].places[0].last == Commit(onward, "Ann", "ann@example.org", "2024-01-01T00:00:00+00:00")


def test_a_secret_in_a_setting_has_everything_looked_at(scans: Scans, git: Git) -> None:
    url = f"https://user:{planted.GITHUB}@example.org/r.git"
    git("config", "remote.origin.url", url)
    git.write("saved", f"\turl = {url}\n".encode())
    git.commit()
    scans()
    assert scans()[1]
    git.commit("onward")
    assert not scans()[1]
