"""What git ignores below a folder."""

from __future__ import annotations

import os
import subprocess

from irkit.scan.repository import environment

_ASK = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")


def ignored_below(folder: str) -> frozenset[str]:
    """The untracked files and folders below it that git ignores, as paths that begin with ``folder``.

    A folder stands for all in it. Empty where there is no repository: nothing is ignored then.
    """
    asked = ["git", "-C", folder, "-c", "core.fsmonitor=false", *_ASK]
    try:
        ran = subprocess.run(asked, capture_output=True, check=False, stdin=subprocess.DEVNULL, env=environment())
    except OSError:
        return frozenset()
    if ran.returncode != 0:
        return frozenset()
    names = [os.fsdecode(name).rstrip("/") for name in ran.stdout.split(b"\0") if name]
    return frozenset(os.path.join(folder, name) for name in names if name != ".")  # noqa: PTH118 - as walk() joins
