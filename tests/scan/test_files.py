"""Files and folders: all of them, whatever they are called and however many; what is not read is told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from irkit.scan.detect.detector import Detector, Looked, load_detector
from irkit.scan.files import FilesScanned, Ignored, scan_files
from irkit.scan.finding import PlaceKind
from irkit.scan.large import LARGE_BYTES
from irkit.scan.worktree import FileWants, scan_folders
from tests.scan import planted

LEAK = f"token = '{planted.GITHUB}'\n"


@pytest.fixture(scope="module")
def detector(rules_cache: Path) -> Detector:
    return load_detector(cache=rules_cache / "irkit")


def names(scanned: FilesScanned, root: Path) -> list[str]:
    return [os.path.relpath(path, root) for path, looked in scanned.looked if looked.sightings]


def reasons(scanned: FilesScanned, root: Path) -> dict[str, str]:
    return {os.path.relpath(each.what, root): each.reason for each in scanned.skipped}


def test_every_file_below_a_folder_is_scanned(tmp_path: Path, detector: Detector) -> None:
    for number in range(1000):
        file = tmp_path / f"d{number % 10}" / f"f{number}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(LEAK if number % 250 == 3 else f"nothing {number}\n")
    for jobs in (1, 3):
        scanned = scan_files([str(tmp_path)], detector, jobs)
        assert names(scanned, tmp_path) == sorted(f"d3/f{number}.txt" for number in (3, 253, 503, 753))
        assert scanned.counts == {"files": 1000}
        assert not scanned.is_incomplete
        assert scanned.skipped == ()


def test_links_are_texts_and_are_not_followed(tmp_path: Path, detector: Detector) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "a.py").write_text(LEAK)
    (inside / "folder").symlink_to(outside)
    (inside / "file").symlink_to(outside / "a.py")
    (inside / "loop").symlink_to(inside)
    (inside / "says").symlink_to(planted.GITHUB)
    scanned = scan_files([str(inside)], detector, 2)
    assert names(scanned, inside) == ["says"]
    assert scanned.counts == {"links": 4}
    assert names(scan_files([str(inside / "file")], detector, 2), outside) == ["a.py"]


def test_special_files_are_named_and_never_read(tmp_path: Path, detector: Detector) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(tmp_path / "socket"))
        (tmp_path / "a.py").write_text(LEAK)
        scanned = scan_files([str(tmp_path)], detector, 2)
    assert names(scanned, tmp_path) == ["a.py"]
    assert reasons(scanned, tmp_path) == {"pipe": "it is a named pipe", "socket": "it is a socket"}
    assert not scanned.is_incomplete


@pytest.mark.parametrize("what", ["absent", "pipe", "nul\0"])
def test_what_is_named_and_cannot_be_scanned_makes_it_incomplete(tmp_path: Path, detector: Detector, what: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    scanned = scan_files([str(tmp_path / what)], detector, 1)
    assert scanned.is_incomplete
    assert len(scanned.skipped) == 1


AS_NOBODY = """
import os, pathlib, sys
from irkit.scan.detect.detector import load_detector
from irkit.scan.files import scan_files
detector = load_detector(cache=pathlib.Path(sys.argv.pop()))
scan_files(sys.argv[1:], detector, 1)  # loads what is not readable to others
if os.geteuid() == 0:
    os.setgroups([])
    os.setresuid(65534, 65534, 65534)
got = scan_files(sys.argv[1:], detector, 2)
print(got.is_incomplete, *sorted(f"{os.path.basename(each.what)}: {each.reason};" for each in got.skipped))
print(*(os.path.basename(path) for path, _ in got.looked))
"""


def test_what_may_not_be_read_is_named(detector: Detector, rules_cache: Path) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "shut").mkdir(mode=0)
        (folder / "mine.py").write_text(LEAK)
        (folder / "mine.py").chmod(0)
        (folder / "b.py").write_text(LEAK)
        words = [sys.executable, "-c", AS_NOBODY, made, str(rules_cache / "irkit")]
        ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["True mine.py: Permission denied; shut: Permission denied;", "b.py"]


def test_hostile_names_are_scanned(tmp_path: Path, detector: Detector) -> None:
    hostile = [b"a\nb", b"\x1b[31m", b"\xff\xfe", b"-rf", b" ", "name \u202e.py".encode(), b"x" * 255]
    for name in hostile:
        (tmp_path / os.fsdecode(name)).write_text(LEAK)
    scanned = scan_files([str(tmp_path)], detector, 2)
    assert sorted(map(os.fsencode, names(scanned, tmp_path))) == sorted(hostile)


def test_a_file_larger_than_memory_should_hold_is_read_in_pieces(tmp_path: Path, detector: Detector) -> None:
    file = tmp_path / "big.log"
    with file.open("wb") as out:
        out.truncate(LARGE_BYTES + (20 << 20))
        out.seek(LARGE_BYTES + 1000)
        out.write(b"\n" + LEAK.encode())
    scanned = scan_files([str(file)], detector, 1)
    ((_, looked),) = scanned.looked
    assert [(one.line, one.start) for one in looked.sightings] == [(2, LARGE_BYTES + 1001 + len("token = '"))]
    assert scanned.size == LARGE_BYTES + (20 << 20)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("build/\n*.log\n")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "out.py").write_text(LEAK)
    (tmp_path / "a.log").write_text(LEAK)
    (tmp_path / "kept.log").write_text(LEAK)
    (tmp_path / "a.py").write_text(LEAK)
    subprocess.run(["git", "-C", str(tmp_path), "add", "-f", "kept.log"], check=True)
    return tmp_path


def test_what_git_ignores_is_counted_and_left_out(repository: Path, detector: Detector) -> None:
    scanned = scan_files([str(repository)], detector, 2)
    assert names(scanned, repository) == ["a.py", "kept.log"]
    assert [(each.what, each.reason[:15]) for each in scanned.skipped] == [("2 files and folders", "git ignores the")]
    assert not scanned.is_incomplete


def test_what_git_ignores_is_scanned_when_asked_or_named(repository: Path, detector: Detector) -> None:
    every = scan_files([str(repository)], detector, 2, Ignored.SCANNED)
    assert names(every, repository) == ["a.log", "a.py", "build/out.py", "kept.log"]
    assert names(scan_files([str(repository / "a.log")], detector, 2), repository) == ["a.log"]
    assert names(scan_files([str(repository / "build")], detector, 2), repository) == ["build/out.py"]


def test_the_history_of_a_repository_within_is_said_not_to_be_scanned(repository: Path, detector: Detector) -> None:
    subprocess.run(["git", "init", "-q", str(repository / "inner")], check=True)
    (repository / "inner" / "b.py").write_text(LEAK)
    scanned = scan_files([str(repository)], detector, 2)
    assert "inner/b.py" in names(scanned, repository)
    assert reasons(scanned, repository)["inner/.git"] == "another repository's history: scan it by itself"


class Deadly:
    """A detector that ends its process on some texts."""

    def __init__(self, real: Detector) -> None:
        self.real = real

    def look_at_each(self, texts: list[object]) -> dict[int, Looked]:
        if any(b"kill me" in getattr(text, "body", b"") for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return self.real.look_at_each(texts)  # type: ignore[arg-type]


def test_a_file_that_kills_its_scanner_is_named_and_the_rest_is_scanned(tmp_path: Path, detector: Detector) -> None:
    for number in range(500):
        (tmp_path / f"f{number}").write_text(LEAK if number in {7, 333} else "nothing\n")
    (tmp_path / "f250").write_text("kill me\n")
    scanned = scan_files([str(tmp_path)], Deadly(detector), 2)  # type: ignore[arg-type]
    assert names(scanned, tmp_path) == ["f333", "f7"]
    assert reasons(scanned, tmp_path) == {"f250": "its scanner was ended by signal 9"}
    assert scanned.is_incomplete
    assert scanned.counts == {"files": 499}


def test_a_tree_of_many_files_takes_no_memory_by_their_number(tmp_path: Path, rules_cache: Path) -> None:
    for folder in range(20):
        (tmp_path / str(folder)).mkdir()
        for file in range(2000):
            (tmp_path / str(folder) / str(file)).touch()
    script = (
        "import pathlib, resource, sys; from irkit.scan.detect.detector import load_detector;"
        "from irkit.scan.files import scan_files; detector = load_detector(cache=pathlib.Path(sys.argv.pop()));"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "got = scan_files(sys.argv[1:], detector, 2);"
        "print(got.counts['files'], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    words = [sys.executable, "-c", script, str(tmp_path), str(rules_cache / "irkit")]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    files, grown = map(int, ran.stdout.split())
    unit = 1024 if sys.platform != "darwin" else 1
    assert files == 40_000
    assert grown * unit < 6 << 20


def test_names_of_files_and_folders_are_looked_at_each_once(tmp_path: Path, detector: Detector) -> None:
    file, folder = tmp_path / f"k_{planted.GITHUB}.txt", tmp_path / planted.STRIPE
    file.write_text("nothing\n")
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}").write_text("nothing\n")
    for jobs in (1, 2):
        scanned = scan_files([str(tmp_path)], detector, jobs)
        assert scanned.looked == ()
        assert [path for path, _ in scanned.names] == sorted([str(file), str(folder)])
    report = scan_folders([str(tmp_path)], detector, FileWants(1, bytes))
    assert {
        (place.kind, place.line, "[secret]" in place.path) for each in report.findings for place in each.places
    } == {(PlaceKind.FILE_NAME, 0, True)}
    assert len(report.findings) == 2
