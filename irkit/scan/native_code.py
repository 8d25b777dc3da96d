"""Whether a scan runs native code here: for ``irkit --version`` and ``irkit doctor``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import irkit

_LEFT_ASIDE = "Python alone: native code is left aside (IRKIT_PURE_PYTHON)"


def native_code() -> tuple[bool, str]:
    """Whether all of it is in use, and the words for that. A module that does not load is named with the reason."""
    if os.environ.get("IRKIT_PURE_PYTHON"):
        return False, _LEFT_ASIDE
    modules = list(_modules())
    wanting = {name: why for name in modules if (why := _does_not_load(name))}
    if not wanting:
        return True, f"native code: {len(modules)} modules"
    if len(wanting) == len(modules) and all("No module named" in why for why in wanting.values()):
        return False, "Python alone: no native code was compiled at installation"
    return False, "native code, but for " + "; ".join(f"{name} ({why})" for name, why in wanting.items())


def _modules() -> Iterator[str]:
    """One for every ``_*.c``, which are packed as well."""
    package = Path(irkit.__file__).parent
    for source in sorted(package.rglob("_*.c")):
        yield ".".join(source.relative_to(package.parent).with_suffix("").parts)


def _does_not_load(module: str) -> str:
    try:
        import_module(module)
    except ImportError as error:
        return str(error)
    return ""
