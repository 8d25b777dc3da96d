"""Asks how far a paid statement is, again and again: that one look fails must not throw away what is paid for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from irkit.errors import Throttled, Unreachable

_T = TypeVar("_T")
_TRIES = 10
_PAUSE, _GROWTH, _LONGEST_PAUSE = 1.0, 1.6, 10.0
"""Seconds: a minute and more in all, beside what the client itself waits."""


def ask_again(ask: Callable[[], _T], pause: Callable[[float], None]) -> _T:
    """What ``ask`` gives. Raises ``Throttled`` or ``Unreachable`` when that is all there is, time and again."""
    wait = _PAUSE
    for _ in range(_TRIES - 1):
        try:
            return ask()
        except (Throttled, Unreachable):
            pause(wait)
        wait = min(wait * _GROWTH, _LONGEST_PAUSE)
    return ask()
