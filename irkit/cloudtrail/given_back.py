"""Memory that was let go of, given back to the system: glibc keeps what many small pieces lie between."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import cast

_NAME = "CS_GNU_LIBC_VERSION"


def give_back() -> None:
    """Give back what can be; where the C library is not glibc, it does so when it likes."""
    if _TRIM is not None:
        _TRIM(0)


def _trim() -> Callable[[int], int] | None:
    if _NAME not in getattr(os, "confstr_names", {}) or not os.confstr(_NAME):
        return None
    found = ctypes.CDLL(None).malloc_trim
    found.argtypes = [ctypes.c_size_t]
    found.restype = ctypes.c_int
    return cast("Callable[[int], int]", found)


_TRIM = _trim()
