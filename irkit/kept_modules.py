"""Irkit's modules from one file: to find, open and check each of 130 takes 7 ms of a scan's start.

The file lies in the package's ``__pycache__``, beside the compiled modules that Python keeps there, and has the same:
each module's code, good while its source has the size and the time that are written with it (PEP 3147, PEP 552). What
is not in the file, or changed since, Python loads as always; what it loaded so is in the file for the next run.
"""

from __future__ import annotations

import marshal
import mmap
import os
import sys
from _imp import _fix_co_filename  # type: ignore[attr-defined]
from importlib.machinery import ModuleSpec, SourceFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import CodeType, ModuleType

    _Row = tuple[str, int, int, bool, int, int]
    """Of a module: its source within the package, that one's time and size, whether it is a package, and where in the
    file its code begins and ends."""

_PACKAGE = "irkit"
_FORMAT = f"irkit modules 1 {sys.hexversion:x}\n".encode()
_PYC_HEAD = 16
"""Bytes: a number of Python's version, flags (0 where the source's state follows), its time and its size, 4 each."""
_BEFORE = frozenset(name for name in sys.modules if name.partition(".")[0] == _PACKAGE)
"""Modules that every run loads before it can load any from the file."""
_SIZE = 4


class KeptModules:
    """The modules that a kind of run loads. A finder, as ``sys.meta_path`` has them."""

    def __init__(self, of: str) -> None:
        self.name = f"{of}.{sys.implementation.cache_tag}.modules"
        self._folder = os.path.dirname(__file__)  # noqa: PTH120 - pathlib takes 4 ms to load
        self._file = f"{self._folder}/__pycache__/{self.name}"
        self._rows: dict[str, _Row] = {}
        self._codes: memoryview = memoryview(b"")

    def use(self) -> None:
        """Load modules from the file from now on, where there is one."""
        if sys.pycache_prefix is not None:  # then compiled modules are wanted elsewhere
            return
        try:
            content = _mapped(self._file)
        except (OSError, ValueError):  # none yet, or an empty one
            return
        head = len(_FORMAT) + 2 * _SIZE
        index = int.from_bytes(content[len(_FORMAT) : head - _SIZE])
        codes = int.from_bytes(content[head - _SIZE : head])
        if content[: len(_FORMAT)] == _FORMAT and len(content) == head + index + codes:  # else it was cut off
            self._rows = marshal.loads(content[head : head + index])  # noqa: S302 - Python's own way with such code
            self._codes = content[head + index :]
            sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module comes from, if it is in the file and its source is as it was."""
        del path, target
        row = self._rows.get(name)
        if row is None:
            return None
        source, time, size, is_package, start, end = row
        source = f"{self._folder}/{source}"
        if _state(source) != (time, size):
            return None
        loader = _Loader(name, source, self._codes[start:end])
        spec = ModuleSpec(name, loader, origin=source, is_package=is_package)
        if is_package:
            spec.submodule_search_locations = [source.rpartition("/")[0]]
        spec.has_location = True
        spec.cached = self._file  # else it is made of the source's name, for nobody
        return spec

    def keep(self) -> None:
        """Write the file anew when modules were loaded that are not in it; where that does not work, not."""
        if sys.pycache_prefix is not None or sys.dont_write_bytecode:
            return
        new = [(spec.name, spec) for spec in map(_spec, sys.modules.values()) if spec and spec.name not in _BEFORE]
        compiled = {name: found for name, spec in new if (found := self._compiled(spec))}
        if compiled:
            kept = {name: (row, bytes(self._codes[row[4] : row[5]])) for name, row in self._rows.items()}
            self._write(kept | compiled)

    def _compiled(self, spec: ModuleSpec) -> tuple[_Row, bytes] | None:
        """A module's row, its place in the file left open, and its code; None where Python keeps none that fits."""
        source = spec.origin or ""
        state = _state(source) if source.startswith(f"{self._folder}/") else None
        try:
            with open(spec.cached or "", "rb", buffering=0) as opened:  # noqa: PTH123
                content = opened.read()
        except OSError:
            return None
        if state is None or content[4:_PYC_HEAD] != b"".join(number.to_bytes(4, "little") for number in (0, *state)):
            return None
        is_package = spec.submodule_search_locations is not None
        return (source[len(self._folder) + 1 :], *state, is_package, 0, 0), content[_PYC_HEAD:]

    def _write(self, compiled: Mapping[str, tuple[_Row, bytes]]) -> None:
        rows, at = {}, 0
        for name, (row, code) in compiled.items():
            rows[name] = (*row[:4], at, at + len(code))
            at += len(code)
        index = marshal.dumps(rows)
        part = f"{self._file}.{os.getpid()}"
        try:
            with open(part, "xb") as out:  # noqa: PTH123
                out.write(_FORMAT + len(index).to_bytes(_SIZE) + at.to_bytes(_SIZE) + index)
                out.writelines(code for _, code in compiled.values())
            os.replace(part, self._file)  # noqa: PTH105
        except OSError:
            _remove(part)


class _Loader(SourceFileLoader):
    """Loads one module from the file."""

    def __init__(self, name: str, source: str, code: memoryview) -> None:
        super().__init__(name, source)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        """Its code."""
        del fullname
        code: CodeType = marshal.loads(self._code)  # noqa: S302 - as above
        _fix_co_filename(code, self.path)  # as Python does: the package may have been moved
        return code


def _mapped(file: str) -> memoryview:
    """A file's content. Raises ``OSError``, and ``ValueError`` of an empty one or a pipe, which is not waited for."""
    handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return memoryview(mmap.mmap(handle, 0, prot=mmap.PROT_READ))
    finally:
        os.close(handle)


def _spec(module: ModuleType) -> ModuleSpec | None:
    """How a module of irkit's was loaded, if Python did it from a file of its own."""
    spec = getattr(module, "__spec__", None)
    is_so = spec is not None and spec.name.partition(".")[0] == _PACKAGE and type(spec.loader) is SourceFileLoader
    return spec if is_so else None


def _state(source: str) -> tuple[int, int] | None:
    """Time and size of a source, in the 32 bits that Python writes of each; None when there is none."""
    try:
        found = os.stat(source)  # noqa: PTH116
    except OSError:
        return None
    return int(found.st_mtime) & 0xFFFFFFFF, found.st_size & 0xFFFFFFFF


def _remove(file: str) -> None:
    try:
        os.unlink(file)  # noqa: PTH108
    except OSError:
        return  # it was not made, or the disk is as it is
