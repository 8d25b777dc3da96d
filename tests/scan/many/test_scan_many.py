"""Many repositories: real git over HTTP on loopback, real folders, real processes."""

from __future__ import annotations

import fcntl
import os
import random
import select
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from irkit.clients.git_process import GitProcess
from irkit.drill.world.git_server import GitServer
from irkit.errors import Unreachable as NoAnswer
from irkit.errors import UsageError
from irkit.scan.detect.detector import Detector, load_detector
from irkit.scan.finding import Report, Skipped
from irkit.scan.history import Unreachable, Wants
from irkit.scan.many import scan_many as many_module
from irkit.scan.many.mirrored import Server, TooLarge, hosts_of
from irkit.scan.many.record import load, save
from irkit.scan.many.scan_many import Ended, Many, record_file, scan_many
from irkit.scan.many.targets import Target, targets
from irkit.secret import Secret

TOKEN = "server-token-for-tests"


@pytest.fixture(scope="module")
def detector(rules_cache: Path) -> Detector:
    return load_detector(cache=rules_cache / "irkit")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    served = GitServer(tmp_path / "served", Secret(TOKEN))
    served.start()
    yield served
    served.stop()


def password(seed: int) -> str:
    return "".join(random.Random(seed).choices("abcdefghkmnpqrstuvwxyzABCDEFGH23456789#%!", k=24))


def filled(server: GitServer, name: str, text: str, more: bytes = b"") -> Target:
    folder = server.create(name)
    blob = server.git("hash-object", "-w", "--stdin", cwd=folder, stdin=text.encode())
    other = server.git("hash-object", "-w", "--stdin", cwd=folder, stdin=more)
    listing = f"100644 blob {blob}\tsettings.ini\n100644 blob {other}\tother.bin\n"
    tree = server.git("mktree", cwd=folder, stdin=listing.encode())
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    commit = server.git(*who, "commit-tree", tree, "-m", "one", cwd=folder)
    server.git("update-ref", "refs/heads/main", commit, cwd=folder)
    return Target(name, url=server.clone_url(name))


class Scans:
    def __init__(self, detector: Detector, folder: Path, disk: int = 1 << 30, token: str = TOKEN) -> None:
        self.told: dict[str, tuple[Ended, str]] = {}
        state = folder / "state"
        self.many = Many(
            detector,
            Wants(jobs=1, key=lambda: b"k" * 32),
            Server(Secret(token), frozenset({"127.0.0.1"}), state / "mirrors"),
            state,
            parallel=2,
            disk=disk,
            told=self._told,
        )

    def _told(self, target: Target, ended: Ended, why: str) -> None:
        self.told[target.name] = (ended, why)

    def scan(self, *targets: Target) -> Report:
        self.told.clear()
        return scan_many(targets, self.many)


def places(report: Report) -> set[tuple[str, str]]:
    return {(place.repository, place.path) for finding in report.findings for place in finding.places}


def test_one_value_in_two_repositories_is_one_finding_with_both(
    server: GitServer, detector: Detector, tmp_path: Path
) -> None:
    line = f'password = "{password(1)}"\n'
    one, two = filled(server, "acme/one", line), filled(server, "acme/two", line)
    report = Scans(detector, tmp_path).scan(one, two)
    assert len(report.findings) == 1
    assert places(report) == {("acme/one", "settings.ini"), ("acme/two", "settings.ini")}
    assert report.counts["repositories"] == 2


def test_a_bad_repository_does_not_stop_the_others_and_is_told(
    server: GitServer, detector: Detector, tmp_path: Path
) -> None:
    good = filled(server, "acme/good", f'password = "{password(2)}"\n')
    empty = Target("acme/empty", url=server.clone_url("acme/empty"))
    server.create("acme/empty")
    missing = Target("acme/missing", url=server.clone_url("acme/missing"))
    nothing = Target("folder", folder=tmp_path)
    scans = Scans(detector, tmp_path)
    report = scans.scan(missing, good, empty, nothing)
    assert places(report) == {("acme/good", "settings.ini")}
    assert {name: ended for name, (ended, _) in scans.told.items()} == {
        "acme/missing": Ended.FAILED,
        "acme/good": Ended.SCANNED,
        "acme/empty": Ended.EMPTY,
        "folder": Ended.FAILED,
    }
    assert report.is_incomplete
    assert {each.what for each in report.skipped} == {"acme/missing", "folder"}


def test_a_host_that_the_token_is_not_for_is_not_given_it(
    server: GitServer, detector: Detector, tmp_path: Path
) -> None:
    target = filled(server, "acme/one", "x\n")
    scans = Scans(detector, tmp_path)
    other = target._replace(url=target.url.replace("127.0.0.1", "localhost"))
    assert scans.scan(target).counts["repositories"] == 1
    assert scans.scan(other).is_incomplete
    assert [ended for ended, _ in scans.told.values()] == [Ended.FAILED]


@pytest.mark.parametrize(
    ("api", "host"),
    [
        ("https://api.github.com", "github.com"),
        ("https://git.acme.example/api/v3", "git.acme.example"),
        ("https://api.acme.ghe.com/", "acme.ghe.com"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
    ],
)
def test_the_token_is_for_the_host_of_the_api(api: str, host: str) -> None:
    assert hosts_of(api) == {host}


def test_a_refused_token_is_told_for_each_repository(server: GitServer, detector: Detector, tmp_path: Path) -> None:
    target = filled(server, "acme/one", "x\n")
    scans = Scans(detector, tmp_path, token="wrong")
    assert scans.scan(target).is_incomplete
    assert scans.told["acme/one"][0] is Ended.FAILED


def test_what_did_not_change_is_not_fetched_again_and_still_reported(
    server: GitServer, detector: Detector, tmp_path: Path
) -> None:
    target = filled(server, "acme/one", f'password = "{password(3)}"\n')
    scans = Scans(detector, tmp_path)
    first = scans.scan(target)
    second = scans.scan(target)
    assert scans.told["acme/one"][0] is Ended.UNCHANGED
    assert places(second) == places(first)
    assert [one.fingerprint for one in second.findings] == [one.fingerprint for one in first.findings]
    assert [one.places for one in second.findings] == [one.places for one in first.findings]


def test_a_commit_that_no_branch_has_yet_is_scanned_too(detector: Detector, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    git = ("git", "-C", str(folder), "-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    subprocess.run([*git, "checkout", "-q", "--detach"], check=True)
    scans, target = Scans(detector, tmp_path), Target("work", folder=folder)
    assert not scans.scan(target).findings
    assert not scans.scan(target).findings
    assert scans.told["work"][0] is Ended.UNCHANGED
    (folder / "settings.ini").write_text(f'password = "{password(3)}"\n')
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "two"], check=True)
    assert places(scans.scan(target)) == {("work", "settings.ini")}


def test_a_server_that_never_answers_is_given_up(
    server: GitServer, detector: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_HTTP_LOW_SPEED_TIME", "1")
    good = filled(server, "acme/good", f'password = "{password(4)}"\n')
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}/acme/mute.git"
        scans = Scans(detector, tmp_path)
        report = scans.scan(Target("mute", url=address), good)
    assert places(report) == {("acme/good", "settings.ini")}
    (skipped,) = report.skipped
    assert "too slow" in skipped.reason
    assert "look at its status" in skipped.reason


def test_a_moved_ref_is_scanned_again(server: GitServer, detector: Detector, tmp_path: Path) -> None:
    target = filled(server, "acme/one", f'password = "{password(4)}"\n')
    scans = Scans(detector, tmp_path)
    scans.scan(target)
    folder = server.folder("acme/one")
    server.git("update-ref", "refs/heads/other", "refs/heads/main", cwd=folder)
    scans.scan(target)
    assert scans.told["acme/one"][0] is Ended.SCANNED


def test_what_was_scanned_for_less_is_scanned_again_for_more(
    server: GitServer, detector: Detector, tmp_path: Path
) -> None:
    target = filled(server, "acme/one", "x\n")
    scans = Scans(detector, tmp_path)
    scans.scan(target)
    scans.many = scans.many._replace(wants=scans.many.wants._replace(unreachable=Unreachable.SHOWN))
    scans.scan(target)
    assert scans.told["acme/one"][0] is Ended.SCANNED


def test_a_run_that_was_killed_goes_on_with_what_is_left(server: GitServer, detector: Detector, tmp_path: Path) -> None:
    done, left = filled(server, "acme/done", "x\n"), filled(server, "acme/left", f'password = "{password(5)}"\n')
    scans = Scans(detector, tmp_path)

    def die_after_the_first(target: Target, ended: Ended, why: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    pid = os.fork()
    if pid == 0:
        scan_many([done, left], scans.many._replace(told=die_after_the_first, parallel=1))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    (scans.many.server.scratch / "mirror-left-behind").mkdir(exist_ok=True)
    assert load(record_file(scans.many.state, done)) is not None
    report = scans.scan(done, left)
    assert scans.told["acme/done"][0] is Ended.UNCHANGED
    assert places(report) == {("acme/left", "settings.ini")}
    assert not scans.many.server.scratch.exists()


def test_when_a_run_is_killed_its_processes_end_and_free_the_state(
    detector: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, begins = os.pipe()
    children = 2

    def wait_for_ever(target: Target, many: Many, most: int) -> tuple[int, str]:
        with subprocess.Popen(["sleep", "600"], stdout=begins) as git:
            os.write(begins, b"%d %d " % (os.getpid(), git.pid))
        return 0, ""

    monkeypatch.setattr(many_module, "_scanned", wait_for_ever)
    scans = Scans(detector, tmp_path)
    pid = os.fork()
    if pid == 0:
        scan_many([Target(str(number)) for number in range(children)], scans.many)
        os._exit(0)
    told = b""
    while told.count(b" ") < 2 * children:
        told += os.read(begun, 100)
    os.close(begins)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    try:
        assert select.select([begun], [], [], 60)[0], "they go on"  # its other ends are closed, or it would wait
        assert os.read(begun, 1) == b""
        with (scans.many.state / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        for left in map(int, told.split()):
            with suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)


def test_what_was_scanned_in_part_is_scanned_again(server: GitServer, detector: Detector, tmp_path: Path) -> None:
    target = filled(server, "acme/one", "x\n")
    scans = Scans(detector, tmp_path)
    scans.scan(target)
    file = record_file(scans.many.state, target)
    record = load(file)
    assert record is not None
    save(record._replace(report=record.report._replace(is_incomplete=True)), file)
    scans.scan(target)
    assert scans.told["acme/one"][0] is Ended.SCANNED


def test_a_repository_larger_than_the_disk_is_named_and_leaves_nothing(
    server: GitServer, detector: Detector, tmp_path: Path
) -> None:
    noise = random.Random(1).randbytes(3 << 20)
    large = filled(server, "acme/large", "x\n", noise)
    small = filled(server, "acme/small", f'password = "{password(6)}"\n')
    scans = Scans(detector, tmp_path, disk=2 << 20)
    report = scans.scan(large, small)
    assert scans.told["acme/large"][0] is Ended.TOO_LARGE
    assert places(report) == {("acme/small", "settings.ini")}
    assert report.is_incomplete
    assert not scans.many.server.scratch.exists()


def test_what_is_too_large_for_its_share_is_scanned_alone_with_all_of_it(
    server: GitServer, detector: Detector, tmp_path: Path
) -> None:
    noise = random.Random(1).randbytes(3 << 20)
    large = filled(server, "acme/large", f'password = "{password(7)}"\n', noise)
    small = filled(server, "acme/small", "x\n")
    scans = Scans(detector, tmp_path, disk=6 << 20)
    report = scans.scan(large, small)
    assert scans.told["acme/large"][0] is Ended.SCANNED
    assert places(report) == {("acme/large", "settings.ini")}


def test_a_git_that_was_stopped_at_the_limit_is_no_fault_of_the_network(
    detector: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote = 0

    def remote(git: GitProcess, *_: str) -> str:
        (git.folder / "objects/pack/tmp_pack_x").write_bytes(bytes(wrote))
        raise NoAnswer("git fetch: fatal: early EOF")

    monkeypatch.setattr(GitProcess, "remote", remote)
    server = Scans(detector, tmp_path).many.server
    server.scratch.mkdir(parents=True)
    target = Target("one", url="http://127.0.0.1:9/one.git")
    with pytest.raises(NoAnswer), server.mirrored(target, 100_000):
        pytest.fail("it was fetched")
    wrote = 80_000 // 512 * 512
    with pytest.raises(TooLarge), server.mirrored(target, 100_000):
        pytest.fail("it was fetched")


def test_a_size_that_the_server_told_spares_the_fetch(server: GitServer, detector: Detector, tmp_path: Path) -> None:
    told = filled(server, "acme/one", "x\n")._replace(size=1 << 40)
    scans = Scans(detector, tmp_path)
    scans.many.state.mkdir(parents=True)
    scans.many.server.scratch.mkdir()
    with pytest.raises(TooLarge), scans.many.server.mirrored(told, 1 << 30):
        pytest.fail("it was fetched")
    assert list(scans.many.server.scratch.iterdir()) == []


def test_nothing_of_a_value_is_kept(server: GitServer, detector: Detector, tmp_path: Path) -> None:
    value = password(8)
    target = filled(server, "acme/one", f'password = "{value}"\n')
    report = Scans(detector, tmp_path).scan(target)
    assert report.findings
    for file in (tmp_path / "state").rglob("*"):
        assert file.is_dir() or value.encode() not in file.read_bytes()
    assert [file.stat().st_mode & 0o777 for file in (tmp_path / "state").glob("*.json")] == [0o600]


def test_a_broken_record_is_made_anew(server: GitServer, detector: Detector, tmp_path: Path) -> None:
    target = filled(server, "acme/one", f'password = "{password(9)}"\n')
    scans = Scans(detector, tmp_path)
    scans.scan(target)
    record_file(scans.many.state, target).write_text('{"format": 1, "name"')
    report = scans.scan(target)
    assert scans.told["acme/one"][0] is Ended.SCANNED
    assert report.findings


def test_a_process_that_dies_takes_one_repository_with_it(
    server: GitServer, detector: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = filled(server, "acme/bad", "x\n"), filled(server, "acme/good", f'password = "{password(10)}"\n')
    scanned = many_module._scanned

    def die(target: Target, many: Many, most: int) -> tuple[int, str]:
        if target.name == "acme/bad":
            os.kill(os.getpid(), signal.SIGKILL)
        return scanned(target, many, most)

    monkeypatch.setattr(many_module, "_scanned", die)
    scans = Scans(detector, tmp_path)
    report = scans.scan(bad, good)
    assert scans.told["acme/bad"] == (Ended.FAILED, "its process ended with -9")
    assert places(report) == {("acme/good", "settings.ini")}


def test_two_scans_do_not_share_a_state(detector: Detector, tmp_path: Path) -> None:
    scans = Scans(detector, tmp_path)
    scans.many.state.mkdir(parents=True)
    with (scans.many.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another scan is at work"):
            scans.scan()


def test_a_list_names_addresses_folders_and_owners(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    listed = tmp_path / "list"
    listed.write_text(
        f"# ours\nhttps://host/acme/one.git # first\n\n{tmp_path}/here\ngithub:acme\nhttps://host/acme/one.git\n"
    )
    owned = [Target("acme/two", url="https://host/acme/two.git")]
    found = targets([str(listed)], lambda owner: owned if owner == "acme" else [])
    assert [target.name for target in found] == ["host/acme/one", f"{tmp_path}/here", "acme/two"]


@pytest.mark.parametrize(
    "line", ["http://host/a.git", "https://user:word@host/a.git", "no/such/folder", "github:a/b", "https://[::1/a"]
)
def test_a_wrong_line_is_named_with_its_number(tmp_path: Path, line: str) -> None:
    listed = tmp_path / "list"
    listed.write_text(f"\n{line}\n")
    with pytest.raises(UsageError, match=r"list:2: ") as raised:
        targets([str(listed)], lambda _: [])
    assert "word" not in raised.value.message


def test_a_folder_that_is_gone_is_told_and_the_others_are_scanned(
    server: GitServer, detector: Detector, tmp_path: Path
) -> None:
    scans = Scans(detector, tmp_path)
    listed = tmp_path / "list"
    listed.write_text(f"{tmp_path}/gone\n")
    (gone,) = targets([str(listed)], lambda _: [])
    report = scans.scan(gone, filled(server, "acme/one", f'password = "{password(2)}"\n'))
    why = "the folder is not there (it was moved or deleted: mend the list)"
    assert scans.told[gone.name] == (Ended.FAILED, why)
    assert report.is_incomplete
    assert report.skipped == (Skipped(gone.name, why),)
    assert report.counts["repositories"] == 1
    assert len(report.findings) == 1


def test_a_list_may_begin_with_a_mark_of_its_encoding(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"\xef\xbb\xbfhttps://host/acme/one.git\r\n")
    assert [one.url for one in targets([str(tmp_path / "list")], lambda _: [])] == ["https://host/acme/one.git"]


def test_a_share_that_holds_no_empty_mirror_is_told_as_too_small(
    server: GitServer, detector: Detector, tmp_path: Path
) -> None:
    scans = Scans(detector, tmp_path, disk=1024)
    scans.scan(filled(server, "acme/one", "x\n"))
    assert scans.told["acme/one"] == (Ended.TOO_LARGE, "it is larger than 1,024 bytes, its share of the disk")


def test_a_list_without_a_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("# nothing\n")
    with pytest.raises(UsageError, match="no repository"):
        targets([str(tmp_path / "list")], lambda _: [])
    with pytest.raises(UsageError, match="cannot read"):
        targets([str(tmp_path / "none")], lambda _: [])
