"""What git ignores below a folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

from irkit.scan.endless import endless_below
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import environment

_PATIENCE = 10.0
"""Seconds after which it is asked why a git takes long."""
_ASK = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")


class Heard(NamedTuple):
    """What a git said."""

    out: bytes
    error: bytes
    endless: str = ""
    """The file that it would have read for ever."""


def ignored_below(folder: str) -> frozenset[str]:
    """The untracked files and folders below it that git ignores, as paths that begin with ``folder``.

    A folder stands for all in it. Empty where there is no repository: nothing is ignored then.
    """
    return ask_ignored(folder)()


def ask_ignored(folder: str) -> Callable[[], frozenset[str]]:
    """Have git look for them meanwhile; the answer of ``ignored_below`` when it is called."""
    asked = ["git", "-C", folder, "-c", "core.fsmonitor=false", *_ASK]
    quiet = subprocess.DEVNULL
    try:
        git = subprocess.Popen(asked, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, env=environment())
    except OSError:
        return frozenset

    def answer() -> frozenset[str]:
        out = heard_out(git, folder).out
        names = [os.fsdecode(name).rstrip("/") for name in out.split(b"\0") if name and not git.returncode]
        return frozenset(os.path.join(folder, name) for name in names if name != ".")  # noqa: PTH118 - as walk() joins

    return answer


def heard_out(git: subprocess.Popen[bytes], tree: str) -> Heard:
    """What a git says that looks through a work tree; one that would not come back is ended."""
    try:
        try:
            return Heard(*git.communicate(timeout=_PATIENCE))
        except subprocess.TimeoutExpired:
            found = endless_below(tree)
            return Heard(b"", b"", found) if found else Heard(*git.communicate())
    finally:
        git.kill()
        git.wait()
