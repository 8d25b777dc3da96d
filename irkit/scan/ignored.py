"""What git ignores below a folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

from irkit.scan.repository import environment

_ASK = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")


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
        out, _ = git.communicate()
        names = [os.fsdecode(name).rstrip("/") for name in out.split(b"\0") if name and not git.returncode]
        return frozenset(os.path.join(folder, name) for name in names if name != ".")  # noqa: PTH118 - as walk() joins

    return answer
