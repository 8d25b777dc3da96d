"""A module without its native code."""

from __future__ import annotations

import os
from importlib.util import find_spec, module_from_spec
from types import ModuleType


def pure(name: str) -> ModuleType:
    """The module of that name, loaded once more, with what it does in Python where there is native code as well."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    before = os.environ.get("IRKIT_PURE_PYTHON")
    os.environ["IRKIT_PURE_PYTHON"] = "1"
    try:
        spec.loader.exec_module(module)
    finally:
        if before is None:
            del os.environ["IRKIT_PURE_PYTHON"]
        else:
            os.environ["IRKIT_PURE_PYTHON"] = before
    return module
