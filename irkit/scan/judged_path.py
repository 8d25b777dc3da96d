"""The part of a file's path that tells what kind of file it is: from its project on, whatever folders that lies in.

A project below ``~/tests`` is no test: its secrets would be passed over as a test's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

_INSTALLED = "/usr/"


def judged_path(named: Iterable[str]) -> Callable[[str], str]:
    """For paths of, or below, files and folders that were named: how they are judged.

    From the top of the git work tree on; outside of one from the working directory on when the name was relative and
    leads downwards, else from the folder that was named on, or the folder of the file. What a system installed is told
    by all of its path.
    """
    tops = sorted({_top(os.path.abspath(name), name) for name in named}, key=len, reverse=True)  # noqa: PTH100

    def judged(path: str) -> str:
        whole = os.path.abspath(path)  # noqa: PTH100
        if whole.startswith(_INSTALLED):
            return whole
        top = next((top for top in tops if whole.startswith(os.path.join(top, ""))), os.path.dirname(whole))  # noqa: PTH118, PTH120
        return os.path.relpath(whole, top)

    return judged


def _top(whole: str, name: str) -> str:
    folder = whole if os.path.isdir(whole) else os.path.dirname(whole)  # noqa: PTH112, PTH120
    at = folder
    while not os.path.lexists(os.path.join(at, ".git")):  # noqa: PTH118
        above = os.path.dirname(at)  # noqa: PTH120
        if above == at:
            here = os.path.abspath("")  # noqa: PTH100
            is_below = not os.path.isabs(name) and whole.startswith(os.path.join(here, ""))  # noqa: PTH117, PTH118
            return here if is_below else folder
        at = above
    return at
