"""A terminal to try screens in: tmux, with a server and a socket of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DEADLINE_SECONDS = 90
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Tmux:
    """One window with a shell in it, addressed by its exact name: without ``=`` tmux takes any that begins like it."""

    socket: str
    environment: Mapping[str, str]
    target: str = "=screen:"

    def told(self, *words: str) -> str:
        """What tmux answers to a command."""
        command = ["tmux", "-L", self.socket, "-f", os.devnull, *words]
        done = subprocess.run(
            command, env=dict(self.environment), capture_output=True, text=True, timeout=30, check=True
        )
        return done.stdout

    def types(self, text: str) -> None:
        """Type a line into the shell."""
        self.told("send-keys", "-t", self.target, "-l", text)
        self.presses("Enter")

    def presses(self, *keys: str) -> None:
        """Press keys, in tmux's words: ``a``, ``C-c``."""
        self.told("send-keys", "-t", self.target, *keys)

    def resizes(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self.told("resize-window", "-t", self.target, "-x", str(columns), "-y", str(rows))

    def shows(self) -> list[str]:
        """The screen's lines, trailing blanks cut."""
        return [line.rstrip() for line in self.told("capture-pane", "-p", "-t", self.target).splitlines()]

    def shows_in_colour(self) -> str:
        """The screen with the escape sequences that draw it."""
        return self.told("capture-pane", "-e", "-p", "-t", self.target)

    def says(self, name: str) -> str:
        """One of tmux's formats: ``alternate_on``, ``pane_current_command``."""
        return self.told("display-message", "-p", "-t", self.target, f"#{{{name}}}").strip()

    def modes(self) -> list[object]:
        """The line discipline's settings, as ``stty`` shows them."""
        tty = os.open(self.says("pane_tty"), os.O_RDONLY | os.O_NOCTTY)
        try:
            return list(termios.tcgetattr(tty))
        finally:
            os.close(tty)

    def until(self, holds: Callable[[list[str]], bool]) -> list[str]:
        """The first screen of which ``holds`` is true."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not holds(lines := self.shows()):
            assert time.monotonic() < deadline, "\n".join(["the screen stayed at:", *lines])
            time.sleep(POLL_SECONDS)
        return lines

    def until_it_says(self, *texts: str) -> list[str]:
        """The first screen that has all of ``texts``."""
        return self.until(lambda lines: all(any(text in line for line in lines) for text in texts))

    def until_the_shell_is_back(self) -> None:
        """The program has ended, and what is typed is read by the shell again, and seen."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while self.says("pane_current_command") != "sh":
            assert time.monotonic() < deadline, "\n".join(["the program stayed:", *self.shows()])
            time.sleep(POLL_SECONDS)


@contextmanager
def terminal(environment: Mapping[str, str], folder: Path, columns: int, rows: int) -> Iterator[Tmux]:
    """A terminal of that size with a shell in ``folder``; all that runs in it ends with it."""
    sockets = tempfile.mkdtemp(prefix="irkit-tmux-")  # short: a socket's path has room for 107 bytes
    own = {**environment, "SHELL": "/bin/sh", "TERM": "xterm-256color", "TMUX_TMPDIR": sockets}
    tmux = Tmux(f"irkit-{secrets.token_hex(4)}", own)
    size = ["-x", str(columns), "-y", str(rows)]
    try:
        tmux.told("new-session", "-d", "-s", "screen", *size, "-c", str(folder), "/bin/sh")
        try:
            yield tmux
        finally:
            tmux.told("kill-server")
    finally:
        shutil.rmtree(sockets)
