"""`python -m irkit.cli.skewed SECONDS WORDS...`: irkit on a machine whose clock is ahead, or behind when negative.

For drills alone (`irkit drill --inject clock-skew`): whatever asks Python for the time is told another one, from before
any of irkit is loaded. The rehearsal cloud is a process of its own and keeps the right time. Timers do not change.
"""

from __future__ import annotations

import copyreg
import datetime as dt
import importlib
import os
import sys
import time
from collections.abc import Sequence

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


class _Alike(type):
    """Of a ``datetime`` that only tells another time: every ``datetime`` is one of it, and it makes no other ones."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _RIGHT)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _RIGHT)


_RIGHT = dt.datetime


def _set_clock(off: dt.timedelta) -> None:
    class Skewed(dt.datetime, metaclass=_Alike):
        """The time of a clock that is off."""

        off_by = off

        def __new__(cls, *given: object, **named: object) -> dt.datetime:  # type: ignore[misc]  # its parent's
            return _RIGHT(*given, **named)  # type: ignore[arg-type]

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]  # its parent's
            """Now, by that clock."""
            return _RIGHT.now(tz) + off

        @classmethod
        def utcnow(cls) -> dt.datetime:  # type: ignore[override]  # its parent's
            """The same in UTC, without saying so: botocore asks for it."""
            return _RIGHT.now(dt.UTC).replace(tzinfo=None) + off

    # A time's own class is not to be found any more; and who unpickles one has another ``__main__``.
    read = importlib.import_module("irkit.cli.skewed").told_at
    copyreg.pickle(_RIGHT, lambda at: (read, (at.isoformat(),)))
    told = time.time
    dt.datetime = Skewed  # type: ignore[misc]
    time.time = lambda: told() + off.total_seconds()


def told_at(text: str) -> dt.datetime:
    """A time that was pickled in a process whose clock is off."""
    return dt.datetime.fromisoformat(text)


def main() -> int:
    """Set the clock, then be irkit."""
    _set_clock(dt.timedelta(seconds=int(sys.argv[1])))
    sys.argv = ["irkit", *sys.argv[2:]]
    from irkit.cli.main import main as irkit

    return irkit()


if __name__ == "__main__":
    sys.exit(main())
