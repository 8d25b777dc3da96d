"""Native code where it was compiled when irkit was installed; else the same in Python.

``IRKIT_PURE_PYTHON=1`` leaves it aside: to compare, or when it is not trusted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import BuiltinFunctionType

from irkit.scan.quick import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from typing import TypeVar

    _Function = TypeVar("_Function", bound=Callable[..., object])


def native(module: str, python: _Function) -> _Function:
    """The function of that name in an extension module, or the Python one that does the same when there is none."""
    if os.environ.get("IRKIT_PURE_PYTHON"):
        return python
    try:
        return cast("_Function", getattr(__import__(module, fromlist=(python.__name__,)), python.__name__))
    except ImportError:
        return python


def is_native(function: Callable[..., object]) -> bool:
    """Whether a function that ``native`` gave is native code."""
    return isinstance(function, BuiltinFunctionType)
