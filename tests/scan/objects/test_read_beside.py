"""Entries of packs are read in a thread while other things are done, with the same end as one after the other."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from irkit.native import is_native
from irkit.scan.objects import read_beside as module
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_entries import read_heads
from irkit.scan.objects.read_beside import read_beside
from tests.scan.objects.repositories import commit, git, made, numbered_lines

needs_native = pytest.mark.skipif(not is_native(read_heads), reason="native code was not built")


class _Pack:
    """As much of a pack as is read; notes which thread asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.readers: list[int] = []
        self._error = error

    @property
    def entries(self) -> str:
        self.readers.append(get_ident())
        if self._error:
            raise self._error
        return "entries"


def _nothing() -> None:
    pass


def _read(packs: list[_Pack], work: Callable[[], None] = _nothing) -> None:
    read_beside(cast("list[Pack]", packs), work)


@needs_native
def test_all_packs_are_read_by_another_thread_when_the_work_is_done() -> None:
    packs, worked = [_Pack(), _Pack()], []

    _read(packs, lambda: worked.append(get_ident()))

    assert worked == [get_ident()]
    assert all(len(pack.readers) == 1 and pack.readers[0] != get_ident() for pack in packs)


@needs_native
def test_an_error_is_told_to_whoever_asks_for_the_entries() -> None:
    broken = _Pack(OSError("no such device"))

    _read([broken])

    with pytest.raises(OSError, match="no such device"):
        _ = broken.entries


def test_an_error_of_the_work_comes_through_once_the_packs_are_read() -> None:
    pack = _Pack()

    def fails() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _read([pack], fails)

    assert len(pack.readers) == is_native(read_heads)  # no thread is left that reads


def test_without_a_thread_or_native_code_the_work_is_done_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(module, "start_new_thread", refuses)
    worked: list[int] = []
    pack = _Pack()

    _read([pack], lambda: worked.append(1))

    assert (worked, pack.readers) == ([1], [])


def test_the_packs_of_a_repository_are_read_alike(tmp_path: Path) -> None:
    folder = made(tmp_path / "repository")
    commit(folder, {"a": numbered_lines(100)})
    commit(folder, {"a": numbered_lines(100, (7, b"changed"))})
    git(folder, "repack", "-adq")
    file = next((folder / ".git" / "objects" / "pack").glob("*.pack"))
    beside, alone = Pack(file), Pack(file)

    read_beside([beside], lambda: None)

    assert beside.entries == alone.entries
