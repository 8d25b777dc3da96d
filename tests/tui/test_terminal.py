"""The screens in a real (pseudo) terminal: whatever way irkit ends, the terminal is as it was."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
LEFT_ALTERNATE_SCREEN, CURSOR_SHOWN = b"\x1b[?1049l", b"\x1b[?25h"

PROGRAM = """
import sys
from pathlib import Path
from irkit.tui.look import Look
from irkit.tui.show import show
from tests.tui.story import ScriptedDesk, ScriptedHome, halfway
class Crashing(ScriptedDesk):
    def refresh(self):
        if self.reads > 3:
            typed = "".join(["wJalr", "XUtnFEMI"])
            raise ValueError("a bug")
        return super().refresh()
desk = (Crashing if sys.argv[1] == "crash" else ScriptedDesk)(halfway())
try:
    print(show(ScriptedHome(desk), Look(screens_folder=Path(".")), desk))
finally:
    print("closed" if desk.closed.is_set() else "left open")
"""


class Terminal:
    """A child on a terminal of 100 by 30, and what it wrote."""

    def __init__(self, child: subprocess.Popen[bytes], master: int, slave: int) -> None:
        self.child, self.master, self.slave = child, master, slave
        self.output = b""

    def reads_until(self, text: bytes) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.output:
            assert time.monotonic() < deadline, self.output[-3000:]
            self._read()

    def _read(self) -> None:
        try:
            self.output += os.read(self.master, 65536)
        except BlockingIOError:
            time.sleep(0.02)

    def ends(self) -> int:
        deadline = time.monotonic() + PATIENCE_S
        while self.child.poll() is None:
            assert time.monotonic() < deadline, self.output[-3000:]
            self._read()
        self._read()
        return self.child.returncode

    def modes(self) -> list[object]:
        return termios.tcgetattr(self.slave)


@contextmanager
def terminal(how: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    os.set_blocking(master, False)
    env = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, how], stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
    )
    try:
        yield Terminal(child, master, slave)
    finally:
        child.kill()
        child.wait()
        os.close(master)
        os.close(slave)


def test_ctrl_c_gives_the_terminal_back_and_says_how_to_resume() -> None:
    with terminal("leave") as term:
        before = term.modes()
        term.reads_until(b"update_consumers")
        os.write(term.master, b"\x03")
        assert term.ends() == 0
        assert LEFT_ALTERNATE_SCREEN in term.output
        assert CURSOR_SHOWN in term.output
        assert term.modes() == before
        rest = term.output.rpartition(LEFT_ALTERNATE_SCREEN)[2]
        assert b"Come back with: irkit resume INC-0042" in rest
        assert b"closed" in rest


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_leave_gives_the_terminal_back_and_closes_the_incident(number: int) -> None:
    with terminal("leave") as term:
        before = term.modes()
        term.reads_until(b"update_consumers")
        term.child.send_signal(number)
        assert term.ends() == 0
        assert LEFT_ALTERNATE_SCREEN in term.output
        assert term.modes() == before
        assert b"closed" in term.output.rpartition(LEFT_ALTERNATE_SCREEN)[2]


@pytest.mark.filterwarnings("default")
def test_a_bug_gives_the_terminal_back_too_and_closes_the_incident() -> None:
    with terminal("crash") as term:
        before = term.modes()
        assert term.ends() == 1
        assert LEFT_ALTERNATE_SCREEN in term.output
        assert CURSOR_SHOWN in term.output
        assert term.modes() == before
        rest = term.output.rpartition(LEFT_ALTERNATE_SCREEN)[2]
        assert b"a bug" in rest
        assert b"nothing recorded is lost" in rest
        assert b"wJalrXUtnFEMI" not in term.output, "a traceback must not print local variables"
        assert b"closed" in rest
