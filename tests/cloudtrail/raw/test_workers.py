from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from irkit.cloudtrail.hear_out import hear_out
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw import process
from irkit.cloudtrail.raw.looking import look_at_files
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.workers import Told, Workers
from tests.patience import PATIENCE_S

DEADLY = "tests.cloudtrail.raw.odd_readers:Deadly"
PARENT = """
import sys
from irkit.cloudtrail.raw import process
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.workers import Workers
process._is_alone = lambda: sys.argv[3] == "forked"
for told in Workers(sys.argv[1], sys.argv[2], 2).read(iter([RawFile("endless", 1), RawFile("endless", 1)])):
    pass
"""


@pytest.fixture(params=["forked", "new interpreter"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to start a process hold to all of this. The tests' own process may have threads that hold no lock."""
    monkeypatch.setattr(process, "_is_alone", lambda: request.param == "forked")
    return str(request.param)


def files(*places: str) -> list[RawFile]:
    return [RawFile(place, 1, place) for place in places]


def told(folder: Path, several: list[RawFile]) -> list[Told]:
    return [each for batch in Workers(DEADLY, folder, 2).read(iter(several)) for each in batch]


def ended(several: list[Told]) -> set[str]:
    return {str(each.part).split(" ", 1)[1].rpartition(" ")[0] for each in several if str(each.part).startswith("end")}


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_every_file_is_read_and_its_end_is_told(tmp_path: Path) -> None:
    names = [f"file {number}" for number in range(100)]
    found = told(tmp_path, files(*names))
    assert ended(found) == set(names)
    assert sorted(each.file.place for each in found if each.part is None) == sorted(names)
    assert not any(each.why for each in found)


def test_files_may_be_bytes_of_any_size(tmp_path: Path) -> None:
    sizes = [0, 1, 300_000, 70_000, 3_000_000, 5]
    several = [RawFile(f"file {number}", size, "", bytes(size)) for number, size in enumerate(sizes)]
    found = {str(each.part) for each in told(tmp_path, several)}
    assert {f"end file {number} {size}" for number, size in enumerate(sizes)} <= found


def test_a_file_that_kills_its_reader_twice_is_given_up_and_no_other(tmp_path: Path) -> None:
    names = [f"file {number}" for number in range(40)]
    found = told(tmp_path, files(*names[:9], "kill", *names[9:]))
    assert ended(found) == set(names)
    assert [(each.file.place, each.why) for each in found if each.why] == [
        ("kill", "the process that read it was killed (SIGKILL), twice")
    ]


def test_a_file_whose_reader_was_killed_once_is_read_after_all(tmp_path: Path) -> None:
    names = ["kill once", *(f"file {number}" for number in range(20))]
    found = told(tmp_path, files(*names))
    assert ended(found) == set(names)
    assert not any(each.why for each in found)


def test_without_a_process_that_starts_files_are_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    monkeypatch.setattr(process, "_is_alone", lambda: False)
    names = [f"file {number}" for number in range(20)]
    assert ended(told(tmp_path, files(*names))) == set(names)


def test_closing_ends_all_processes(tmp_path: Path) -> None:
    workers = Workers(DEADLY, tmp_path, 2)
    pids = [worker.process.pid for worker in workers._workers]
    reading = workers.read(iter(files("endless", "endless")))
    until(lambda: bool(next(reading)))
    reading.close()
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path, way: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, DEADLY, str(tmp_path), way])
    until(lambda: len(list(tmp_path.iterdir())) == 2)
    children = [psutil.Process(int(path.name)) for path in tmp_path.iterdir()]
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    gone, alive = psutil.wait_procs(children, PATIENCE_S)
    assert len(gone) == 2
    assert alive == []


def test_an_interrupt_of_the_terminal_is_left_to_the_parent(tmp_path: Path) -> None:
    workers = Workers(DEADLY, tmp_path, 1)
    reading = workers.read(iter(files(*(f"file {number}" for number in range(50)))))
    found: list[Told] = []
    while not found:
        found += next(reading)
    os.kill(workers._workers[0].process.pid, signal.SIGINT)
    for batch in reading:
        found += batch
    assert len(ended(found)) == 50
    assert not any(each.why for each in found)


def test_a_process_holds_open_nothing_of_its_parents_but_its_pipes(tmp_path: Path) -> None:
    held = (tmp_path / "held").open("w")
    workers = Workers(DEADLY, tmp_path, 2)
    pids = [each.process.pid for each in workers._workers]
    pipes = [
        os.fstat(pipe.fileno()) for each in workers._workers for pipe in (each.process.tasks, each.process.answers)
    ]
    inodes = sorted(each.st_ino for each in pipes)
    with held:
        reading = workers.read(iter(files("endless", "endless")))
        until(lambda: bool(next(reading)))
        until(lambda: sorted(each for each in opened(pids) if each in inodes) == inodes)
        assert os.fstat(held.fileno()).st_ino not in opened(pids)
        reading.close()


def opened(pids: list[int]) -> list[int]:
    """What some processes hold open, by inode."""
    found: list[int] = []
    for path in (path for pid in pids for path in Path(f"/proc/{pid}/fd").iterdir()):
        with suppress(FileNotFoundError):  # closed in the meantime
            found.append(path.stat().st_ino)
    return found


def test_a_thread_beside_makes_it_a_new_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()
    try:
        assert not process._is_alone()
    finally:
        ended.set()
        other.join()


def test_no_process_is_started_for_files_that_do_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_is_alone", lambda: pytest.fail("a process was started"))
    looked = hear_out(look_at_files(iter(()), Query(), jobs=2), lambda _: None)
    assert looked.counts.files == 0
