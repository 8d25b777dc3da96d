"""Native code where it was compiled when irkit was installed; else the same in Python.

``IRKIT_PURE_PYTHON=1`` leaves it aside: to compare, or when it is not trusted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import BuiltinFunctionType

TYPE_CHECKING = False  # type checkers take it for typing's, whose import would take an eighth of the hook's time
if TYPE_CHECKING:
    from typing import TypeVar

    _Function = TypeVar("_Function", bound=Callable[..., object])


def native(module: str, python: _Function) -> _Function:
    """The function of that name in an extension module; the Python one that does the same when there is none."""
    if os.environ.get("IRKIT_PURE_PYTHON"):
        return python
    try:
        found = __import__(module, fromlist=(python.__name__,))
    except ImportError:
        return python
    compiled: _Function = getattr(found, python.__name__, python)
    return compiled


def is_native(function: Callable[..., object]) -> bool:
    """Whether a function that ``native`` gave is native code."""
    return isinstance(function, BuiltinFunctionType)
