"""Builds irkit's native code, where there is a C compiler; without one irkit does the same in Python, slower.

Every ``irkit/**/_*.c`` becomes one extension module beside it (in a wheel too); parts of ``_marks.c`` are ``marks_*.h``
there, and so on. They use Python's limited API of 3.11 (PEP 384), so that one file serves all later versions.
``IRKIT_PURE_PYTHON=1`` builds none.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SUFFIX = ".abi3.so"
_FLAGS = ("-std=c11", "-O2", "-fPIC", "-Wall", "-Wextra", "-Werror=implicit-function-declaration")
_API = "-DPy_LIMITED_API=0x030B0000"
_LIBRARIES = {"_families": "vendor/libdeflate"}
"""What others wrote and is compiled into a module, by its name: whole folders, unchanged."""


class NativeCode(BuildHookInterface):
    """The hook that hatchling calls before it packs."""

    def initialize(self, version: str, build_data: dict[str, object]) -> None:  # noqa: ARG002 - hatchling's interface
        """Compile; a file that cannot be compiled is left out, and said on stderr."""
        if self.target_name != "wheel" or os.environ.get("IRKIT_PURE_PYTHON"):
            return
        root = Path(self.root)
        built = [one for source in sorted(root.glob("irkit/**/_*.c")) if (one := compiled(source))]
        if built:
            build_data["pure_python"] = False
            build_data["tag"] = f"cp311-abi3-{_platform()}"
            build_data["artifacts"] = [str(one.relative_to(root)) for one in built]


def compiled(source: Path) -> Path | None:
    """The extension module made of a C file, beside it; None when there is no compiler that can."""
    target = source.with_suffix(_SUFFIX)
    made = target.with_suffix(".new")
    linker = shlex.split(sysconfig.get_config_var("LDSHARED") or "cc -shared")
    files = made_of(source)
    hashed = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    folders = (sysconfig.get_path("include"), *map(str, _libraries(source)))
    words = [*linker, *_FLAGS, _API, f'-DSOURCE_HASH="{hashed}"', *(f"-I{folder}" for folder in folders)]
    units = [str(file) for file in files if file.suffix == ".c"]
    try:
        subprocess.run([*words, *units, "-o", str(made)], check=True, capture_output=True, text=True)
        made.replace(target)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        sys.stderr.write(f"irkit: {source.name} is not compiled, Python does its work, slower: {said}\n")
        target.unlink(missing_ok=True)
        return None
    return target


def made_of(source: Path) -> list[Path]:
    """The files that an extension module is made of: the C file, its parts, and what of others is compiled into it."""
    parts = sorted(source.parent.glob(f"{source.stem[1:]}_*.h"))
    return [source, *parts, *(file for folder in _libraries(source) for file in sorted(folder.rglob("*.[ch]")))]


def _libraries(source: Path) -> list[Path]:
    folder = _LIBRARIES.get(source.stem)
    return [Path(__file__).parent / folder] if folder else []


def _platform() -> str:
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


if __name__ == "__main__":  # for whoever changes a C file; `make` installs anew, which compiles too
    done = [compiled(each) for each in sorted(Path(__file__).parent.glob("irkit/**/_*.c"))]
    sys.exit(0 if all(done) else 1)
