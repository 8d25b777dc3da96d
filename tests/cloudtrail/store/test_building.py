"""A store may be killed, built twice, filled up or damaged: it never tells half of anything, and answers stay right."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.source import found
from irkit.cloudtrail.store.building import StoreBusy
from irkit.cloudtrail.store.cached import Cached
from irkit.cloudtrail.store.entries import PARTS
from irkit.cloudtrail.store.holdings import Holdings
from irkit.cloudtrail.store.manifest import NAME, StoreBroken, StoreUnwritable
from irkit.cloudtrail.store.stored import Stored
from tests.cloudtrail.made import body
from tests.cloudtrail.store.logs import aws_form, aws_name, build, cached, log, raw, real, told
from tests.patience import PATIENCE_S

EVERYTHING = Query()
BUILD = """
import sys
from pathlib import Path
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.store import building
from irkit.cloudtrail.store.cached import Cached
building._JOB_FILES = 1
for progress in Cached(LocalFiles([Path(sys.argv[1])]), Path(sys.argv[2])).build(1):
    print(progress.done, flush=True)
"""


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    bodies = real()
    for number in range(6):
        log(
            tmp_path / "logs" / aws_name(hour=number, unique=str(number)),
            aws_form(bodies[number * 12 : number * 12 + 12]),
        )
    return tmp_path / "logs"


def ids(folder: Path) -> list[str]:
    return [one.event_id for one in found(Stored(folder), EVERYTHING).records]


def wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, "it did not come to be"
        time.sleep(0.02)


def test_a_build_reads_each_file_once(logs: Path, tmp_path: Path) -> None:
    assert build(logs, tmp_path / "store").files == 6
    assert build(logs, tmp_path / "store").files == 0
    assert len(ids(tmp_path / "store")) == 72


def test_a_build_that_is_killed_goes_on_where_it_was(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    builder = subprocess.Popen([sys.executable, "-c", BUILD, logs, folder], stdout=subprocess.PIPE, text=True)
    assert builder.stdout is not None
    with builder.stdout:
        assert builder.stdout.readline() == "1\n"
        builder.send_signal(signal.SIGKILL)
        builder.wait()
    (folder / PARTS / "left-behind.parquet").write_bytes(b"half a part")
    at_death = ids(folder)
    assert 12 <= len(at_death) < 72
    assert cached(logs, folder, EVERYTHING)[0] == raw(logs, EVERYTHING)
    assert build(logs, folder).events == 72 - len(at_death)
    assert len(ids(folder)) == 72
    assert "left-behind.parquet" not in {part.name for part in (folder / PARTS).iterdir()}


def test_workers_end_when_their_builder_is_killed(logs: Path, tmp_path: Path) -> None:
    import psutil

    builder = subprocess.Popen(
        [sys.executable, "-c", BUILD, logs, tmp_path / "store"], stdout=subprocess.PIPE, text=True
    )
    assert builder.stdout is not None
    with builder.stdout:
        builder.stdout.readline()
        workers = psutil.Process(builder.pid).children()
        builder.kill()
        builder.wait()
    wait_for(lambda: not any(worker.is_running() and worker.status() != "zombie" for worker in workers))


def test_what_comes_after_reading_is_told_step_by_step(tmp_path: Path) -> None:
    for name in "ab":
        log(tmp_path / "logs" / f"{name}.json", aws_form(real()[:5]))
    progress, _ = told(tmp_path / "logs", tmp_path / "store")
    steps = [(each.unit, each.done, each.total) for each in progress if each.unit != "files"]
    assert steps == [
        ("slices of the event ids compared", 0, 1),
        ("slices of the event ids compared", 1, 1),
        ("parts written anew", 0, 1),
        ("parts written anew", 1, 1),
        ("parts marked", 1, 1),
        ("parts looked through", 1, 1),
        ("events counted", 0, 5),
    ]


def test_two_builds_at_once_do_not_double(logs: Path, tmp_path: Path) -> None:
    first = Cached(LocalFiles([logs]), tmp_path / "store").build(1)
    next(first)
    with pytest.raises(StoreBusy, match="another process"):
        build(logs, tmp_path / "store")
    first.close()
    build(logs, tmp_path / "store")
    assert len(ids(tmp_path / "store")) == 72


def test_a_file_that_changed_is_read_raw_and_then_stored_anew(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    build(logs, folder)
    log(logs / aws_name(hour=0, unique="0"), aws_form([body("iam:CreateUser", eventID="new")]))
    for _ in range(2):
        assert cached(logs, folder, EVERYTHING)[0] == raw(logs, EVERYTHING)
        build(logs, folder)
    assert len(ids(folder)) == 61


def test_what_a_changed_file_stood_for_comes_from_the_other_file_again(tmp_path: Path) -> None:
    logs, folder = tmp_path / "logs", tmp_path / "store"
    log(logs / "a.json", aws_form(real()[:5]))
    log(logs / "b.json", aws_form(real()[:5]))
    build(logs, folder)
    assert found(Stored(folder), EVERYTHING).coverage.counts.doubles == 5
    log(logs / "a.json", aws_form([body("iam:CreateUser", eventID="new")]))
    for _ in range(2):
        assert len(cached(logs, folder, EVERYTHING)[0]) == 6
        assert cached(logs, folder, EVERYTHING)[0] == raw(logs, EVERYTHING)
        build(logs, folder)
    assert found(Stored(folder), EVERYTHING).coverage.counts.doubles == 0


def test_a_part_that_is_lost_is_read_raw_and_built_again(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    build(logs, folder)
    (part,) = (folder / PARTS).iterdir()
    part.write_bytes(part.read_bytes()[:-9])
    assert cached(logs, folder, EVERYTHING)[0] == raw(logs, EVERYTHING)
    assert build(logs, folder).events == 72
    assert len(ids(folder)) == 72


def test_a_damaged_part_is_no_answer_and_all_is_read_raw(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    build(logs, folder)
    (part,) = (folder / PARTS).iterdir()
    part.write_bytes(b"x" * part.stat().st_size)
    with pytest.raises(StoreBroken, match="cannot be read"):
        ids(folder)
    records, coverage = cached(logs, folder, EVERYTHING)
    assert records == raw(logs, EVERYTHING)
    assert any("the store was not used" in note for note in coverage.notes)


def test_a_damaged_manifest_is_told_and_all_is_read_raw(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(StoreBroken, match="cannot be read") as told_why:
        Holdings.opened(folder)
    assert "delete the folder" in told_why.value.hint
    assert cached(logs, folder, EVERYTHING)[0] == raw(logs, EVERYTHING)


def test_files_that_are_gone_are_told_from_the_store_alone(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    build(logs, folder)
    (logs / aws_name(hour=0, unique="0")).unlink()
    records, coverage = cached(logs, folder, EVERYTHING)
    assert len(records) == 72
    assert "files that are no longer there, whose events come from the store alone: 1" in coverage.notes


def test_a_folder_that_cannot_be_written_is_told_and_questions_still_work(logs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnwritable, match="cannot be written"):
        build(logs, tmp_path / "file" / "store")
    assert cached(logs, tmp_path / "file" / "store", EVERYTHING)[0] == raw(logs, EVERYTHING)


def test_a_disk_without_room_is_told_and_nothing_half_counts(logs: Path, tmp_path: Path) -> None:
    # A part is larger than the manifest: files may grow to 50 kB, as on a disk that is nearly full.
    bodies = [{**one, "eventID": f"{number}", "requestParameters": {"x": os.urandom(2000).hex()}}
              for number, one in enumerate(real())]  # fmt: skip
    log(logs / "big.json", aws_form(bodies))
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, {resource.RLIM_INFINITY}))"
    done = subprocess.run(
        [sys.executable, "-c", f"{limit}\n{BUILD}", logs, tmp_path / "store"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "StoreUnwritable" in done.stderr
    assert cached(logs, tmp_path / "store", EVERYTHING)[0] == raw(logs, EVERYTHING)
    build(logs, tmp_path / "store")
    assert len(ids(tmp_path / "store")) == 72 + 75


def test_files_over_which_workers_die_are_named_and_read_raw(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(sys, "executable", shutil.which("false"))
        built = build(logs, tmp_path / "store")
    assert (built.files, len(built.unread)) == (0, 6)
    assert all("died" in each.why for each in built.skipped)
    assert cached(logs, tmp_path / "store", EVERYTHING)[0] == raw(logs, EVERYTHING)
    assert build(logs, tmp_path / "store").files == 6
    assert found(Stored(tmp_path / "store"), EVERYTHING).coverage.skipped == ()


def test_many_small_parts_become_one(logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "store"
    for number in range(9):
        log(logs / f"{number}.json", aws_form([body("s3:PutObject", eventID=f"small-{number}")]))
        build(logs, folder)
    assert len(ids(folder)) == 72 + 9
    holdings = Holdings.opened(folder)
    assert holdings is not None
    assert len(holdings.parts) < 4
    assert {part.name for part in holdings.parts} == {left.name for left in (folder / "parts").iterdir()}
    assert holdings.is_settled
    holdings.close()


def test_how_far_a_build_is_comes_with_each_part(logs: Path, tmp_path: Path) -> None:
    progress, built = told(logs, tmp_path / "store")
    assert (progress[0].unit, progress[0].done, progress[0].total, progress[0].events) == ("files", 6, 6, 72)
    assert (built.files, built.events, built.parts) == (6, 72, 1)
