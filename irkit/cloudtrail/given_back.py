"""Memory that was let go of, given back to the system: glibc keeps what many small pieces lie between."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import Protocol, TypeVar, cast

_NAME = "CS_GNU_LIBC_VERSION"
_OF_PYTHON = ("_clear_internal_caches", "_clear_type_cache")
"""Of CPython's ``sys``, from 3.13 on and before. They change nothing but what is remembered, and what that holds."""


class Remembering(Protocol):
    """A function behind ``functools.lru_cache``."""

    def cache_clear(self) -> None:
        """Forget all answers."""


_Remembering = TypeVar("_Remembering", bound=Remembering)
_REMEMBERING: list[Remembering] = []


def forgetful(function: _Remembering) -> _Remembering:
    """Let ``give_back`` empty what a function remembers.

    A few answers that were remembered between a hundred thousand records hold all their memory: Python gives nothing
    of a megabyte back in which one thing is still held.
    """
    _REMEMBERING.append(function)
    return function


def give_back() -> None:
    """Give back what can be; where the C library is not glibc, it does so when it likes.

    What only holds itself goes too: AWS's client leaves some of it behind with each request.
    """
    for each in _REMEMBERING:
        each.cache_clear()
    if (forget := getattr(sys.modules.get("urllib.parse"), "clear_cache", None)) is not None:
        forget()  # it remembers the addresses of some objects of a bucket
    for name in _OF_PYTHON:
        if (forget := getattr(sys, name, None)) is not None:
            forget()  # names by which methods were looked for: a copy here and there, which holds its megabyte
            break
    gc.collect()
    trim = _trim()
    if trim is not None:
        trim(0)


def _trim() -> Callable[[int], int] | None:
    if _NAME not in getattr(os, "confstr_names", {}) or not os.confstr(_NAME):
        return None
    import ctypes  # 2 ms, that an answer that gives nothing back does without

    found = ctypes.CDLL(None).malloc_trim
    found.argtypes = [ctypes.c_size_t]
    found.restype = ctypes.c_int
    return cast("Callable[[int], int]", found)
