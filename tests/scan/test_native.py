"""What was compiled is of the C files that lie beside it; without it, irkit does the same in Python."""

from __future__ import annotations

import hashlib
import runpy
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import irkit
from irkit.scan import native_code

PACKAGE = Path(irkit.__file__).parent
SOURCES = sorted(PACKAGE.rglob("_*.c"))
MADE_OF = runpy.run_path(str(PACKAGE.parent / "hatch_build.py"))["made_of"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_a_compiled_module_was_made_of_the_file_beside_it(source: Path) -> None:
    name = ".".join(source.relative_to(PACKAGE.parent).with_suffix("").parts)
    try:
        module = import_module(name)
    except ImportError:
        pytest.skip("not compiled: there is no C compiler here")
    read = b"".join(file.read_bytes() for file in MADE_OF(source))
    assert hashlib.sha256(read).hexdigest() == module.SOURCE, "compile it: make .venv/dev"


def test_native_code_can_be_left_aside() -> None:
    code = "from irkit.scan.objects.delta import touched_by; print(type(touched_by).__name__)"
    words = [sys.executable, "-c", code]
    assert subprocess.run(words, env={"IRKIT_PURE_PYTHON": "1"}, capture_output=True, text=True, check=True).stdout == (
        "function\n"
    )


def test_whether_native_code_is_in_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IRKIT_PURE_PYTHON", raising=False)
    lost = {"irkit.scan.detect._batch": "wrong ELF class"}

    def loaded(name: str) -> object:
        if name in lost:
            raise ImportError(lost[name])
        return name

    monkeypatch.setattr(native_code, "import_module", loaded)
    assert native_code.native_code() == (False, "native code, but for irkit.scan.detect._batch (wrong ELF class)")
    lost.clear()
    assert native_code.native_code() == (True, f"native code: {len(SOURCES)} modules")
    lost.update(
        {f"irkit.{'.'.join(one.relative_to(PACKAGE).with_suffix('').parts)}": "No module named x" for one in SOURCES}
    )
    assert native_code.native_code() == (False, "Python alone: no native code was compiled at installation")
    monkeypatch.setenv("IRKIT_PURE_PYTHON", "1")
    assert native_code.native_code() == (False, "Python alone: native code is left aside (IRKIT_PURE_PYTHON)")


def test_the_version_says_it() -> None:
    words = [sys.executable, "-m", "irkit.cli.main", "--version"]
    said = subprocess.run(words, capture_output=True, text=True, check=True, env={"IRKIT_PURE_PYTHON": "1"}).stdout
    assert said.splitlines()[0] == f"irkit {irkit.__version__}"
    assert "left aside" in said.splitlines()[1]
