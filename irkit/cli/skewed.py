"""`python -m irkit.cli.skewed SECONDS WORDS...`: irkit on a machine whose clock is ahead, or behind when negative.

For drills alone (`irkit drill --inject clock-skew`): whatever asks Python for the time is told another one, from before
any of irkit is loaded. The rehearsal cloud is a process of its own and keeps the right time. Timers do not change.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Sequence
from typing import Self

_MARK = "off_by"
"""An attribute of the ``datetime`` of a process whose clock is off."""


def skew() -> dt.timedelta:
    """How far this process's clock is off."""
    found: dt.timedelta = getattr(dt.datetime, _MARK, dt.timedelta())
    return found


def again(words: Sequence[str], off: dt.timedelta) -> None:
    """Become the same irkit with its clock off; it does not return."""
    seconds = str(int(off.total_seconds()))
    os.execv(sys.executable, [sys.executable, "-m", "irkit.cli.skewed", seconds, *words])  # noqa: S606  irkit itself


def _set_clock(off: dt.timedelta) -> None:
    class Skewed(dt.datetime):
        """The time of a clock that is off."""

        off_by = off

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Self:
            """Now, by that clock."""
            return super().now(tz) + off

        @classmethod
        def utcnow(cls) -> Self:
            """The same in UTC, without saying so: botocore asks for it."""
            return super().now(dt.UTC).replace(tzinfo=None) + off

    told = time.time
    dt.datetime = Skewed  # type: ignore[misc]
    time.time = lambda: told() + off.total_seconds()


def main() -> int:
    """Set the clock, then be irkit."""
    _set_clock(dt.timedelta(seconds=int(sys.argv[1])))
    sys.argv = ["irkit", *sys.argv[2:]]
    from irkit.cli.main import main as irkit

    return irkit()


if __name__ == "__main__":
    sys.exit(main())
