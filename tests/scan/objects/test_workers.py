"""Processes that share tasks: all answers come, and no death is silent."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import threading
from collections.abc import Iterator
from functools import partial

import psutil
import pytest

from irkit.scan.objects.workers import ScanDied, run_each


@pytest.fixture(autouse=True)
def _no_child_is_left() -> Iterator[None]:
    """Of those that a test starts: other tests of this process may have servers running."""
    before = set(psutil.Process().children())
    yield
    assert set(psutil.Process().children()) <= before


def test_every_task_is_answered_once() -> None:
    answers: dict[int, bytes] = {}
    tasks = [partial(bytes, [number % 256] * number) for number in range(300)]

    run_each(tasks, 3, answers.__setitem__)

    assert answers == {number: bytes([number % 256] * number) for number in range(300)}


def test_answers_larger_than_a_pipe_come_whole() -> None:
    answers: dict[int, int] = {}

    def take(number: int, answer: bytes) -> None:
        answers[number] = len(answer)

    run_each([lambda: b"x" * 9_000_000] * 4, 2, take)

    assert answers == dict.fromkeys(range(4), 9_000_000)


def test_something_else_is_done_while_tasks_run() -> None:
    waiting, feed = os.pipe()
    answers: dict[int, bytes] = {}

    def wait() -> bytes:
        return os.read(waiting, 1) if select.select([waiting], [], [], 60)[0] else b""

    def write() -> None:
        os.write(feed, b"ab")

    run_each([wait, wait], 2, answers.__setitem__, write)

    assert sorted(answers.values()) == [b"a", b"b"]
    os.close(waiting)
    os.close(feed)


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="pipes are as large as this system makes them")
def test_a_process_does_not_wait_with_its_next_task_until_a_large_answer_is_read() -> None:
    here, there = os.pipe()

    def next_task() -> bytes:
        os.write(there, b"x")
        return b""

    def meanwhile() -> None:
        assert select.select([here], [], [], 60)[0], "the next task was not begun"

    run_each([lambda: bytes(500_000), next_task], 1, lambda *_: None, meanwhile)
    os.close(here)
    os.close(there)


def test_no_process_is_left_when_what_is_done_meanwhile_fails() -> None:
    def fail() -> None:
        raise OSError("no more files")

    def wait() -> bytes:
        signal.pause()
        return b""

    with pytest.raises(OSError, match="no more files"):
        run_each([wait, wait], 2, lambda _number, _answer: None, fail)


def test_no_tasks_start_no_process() -> None:
    done: list[str] = []
    run_each(
        [], 4, lambda _number, _answer: pytest.fail("no answer was asked for"), afterwards=lambda: done.append("!")
    )
    assert done == ["!"]


def test_what_is_left_is_done_when_all_answers_are_there_and_before_the_processes_have_ended() -> None:
    waiting, feed = os.pipe()
    answers: dict[int, bytes] = {}
    done: list[int] = []

    def end_late() -> bytes:
        real = os._exit
        os._exit = lambda code: (os.read(waiting, 1), real(code))[1]  # type: ignore[assignment]
        return b"answer"

    def finish() -> None:
        done.append(len(answers))
        os.write(feed, b"!")

    run_each([end_late], 1, answers.__setitem__, afterwards=finish)

    assert done == [1]
    os.close(waiting)
    os.close(feed)


def test_a_process_that_ends_badly_behind_its_last_answer_is_told() -> None:
    def end_badly() -> bytes:
        real = os._exit
        os._exit = lambda _code: real(7)  # type: ignore[assignment]
        return b""

    with pytest.raises(ScanDied, match="ended with 7"):
        run_each([end_badly], 1, lambda _number, _answer: None)


def test_a_process_that_is_killed_is_told() -> None:
    def die() -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    with pytest.raises(ScanDied, match="SIGKILL") as raised:
        run_each([die, lambda: b"", lambda: b""], 2, lambda _number, _answer: None)
    assert "--jobs" in raised.value.hint


def test_a_process_that_just_leaves_is_told() -> None:
    with pytest.raises(ScanDied, match="ended with 7"):
        run_each([partial(os._exit, 7)], 2, lambda _number, _answer: None)


def test_a_process_that_leaves_as_if_all_were_well_is_told() -> None:
    with pytest.raises(ScanDied, match="0 of 1 tasks"):
        run_each([partial(os._exit, 0)], 2, lambda _number, _answer: None)


def test_an_error_in_a_task_names_its_kind_and_line_but_not_what_it_says() -> None:
    def fail() -> bytes:
        raise ValueError("the value of a secret")

    with pytest.raises(ScanDied, match=r"ValueError in test_workers\.py, line \d+") as raised:
        run_each([fail], 1, lambda _number, _answer: None)
    assert "secret" not in raised.value.message


def test_an_interrupt_ends_all_processes() -> None:
    started, finish = os.pipe()

    def wait() -> bytes:
        os.write(finish, b"!")
        threading.Event().wait()
        return b""

    def interrupt() -> None:
        os.read(started, 1)
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)  # raised here it would not wake the main thread where that waits

    interrupter = threading.Thread(target=interrupt)
    heeded = signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite behind `&` ignores it
    interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        run_each([wait, wait], 2, lambda _number, _answer: None)
    interrupter.join()
    signal.signal(signal.SIGINT, heeded)
    os.close(started)
    os.close(finish)
