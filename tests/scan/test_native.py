"""What was compiled is of the C files that lie beside it; without it, irkit does the same in Python."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import irkit

PACKAGE = Path(irkit.__file__).parent
SOURCES = sorted(PACKAGE.rglob("_*.c"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_a_compiled_module_was_made_of_the_file_beside_it(source: Path) -> None:
    name = ".".join(source.relative_to(PACKAGE.parent).with_suffix("").parts)
    try:
        module = import_module(name)
    except ImportError:
        pytest.skip("not compiled: there is no C compiler here")
    assert hashlib.sha256(source.read_bytes()).hexdigest() == module.SOURCE, "compile it: make .venv/dev"


def test_native_code_can_be_left_aside() -> None:
    code = "from irkit.scan.objects.delta import touched_by; print(type(touched_by).__name__)"
    words = [sys.executable, "-c", code]
    assert subprocess.run(words, env={"IRKIT_PURE_PYTHON": "1"}, capture_output=True, text=True, check=True).stdout == (
        "function\n"
    )
