"""The objects of families, what is to be looked at of them and the names in them: the same natively."""

from __future__ import annotations

import mmap
import zlib
from array import array
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from dulwich.pack import create_delta
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.detect.loading import detector
from irkit.scan.objects import families as task
from irkit.scan.objects import made as native_made
from irkit.scan.objects import texts as native_texts
from irkit.scan.objects import tree_names as native_names
from irkit.scan.objects.commit_heads import Heads
from irkit.scan.objects.made import Made
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_entries import BLOB, NONE, Entries, families
from tests.scan.pure import pure

made, texts, tree_names = (pure(f"irkit.scan.objects.{name}") for name in ("made", "texts", "tree_names"))


class Entry(NamedTuple):
    """What a pack says of an object: its base, its data, how many bytes too many it says, and what is cut off."""

    base: int
    data: bytes
    more: int = 0
    cut: int = 0


def packed(entries: list[Entry], behind: bytes = bytes(64)) -> Pack:
    """A pack without index and heads, and what stands behind its entries."""
    return of_streams([zlib.compress(one.data)[: -one.cut or None] for one in entries], entries, behind)


def of_streams(raw: list[bytes], entries: list[Entry], behind: bytes = bytes(64)) -> Pack:
    """The same of what was compressed already."""
    offsets = array("Q", (sum(map(len, raw[:number])) for number in range(len(raw) + 1)))
    sizes = array("Q", (max(0, len(one.data) + one.more) for one in entries))
    bases = array("i", (one.base for one in entries))
    kin = (array("i", column) for column in families(bases))
    pack = Pack.__new__(Pack)
    pack._map = mmap.mmap(-1, mmap.PAGESIZE)
    pack.view = memoryview(b"".join(raw) + behind)
    pack._entries = Entries(offsets, array("B", bytes(len(raw))), sizes, bytearray(len(raw)), bases, *kin)
    pack.broken = {}
    return pack


def _number(size: int) -> bytes:
    return bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14])


def _copy(base: bytes, at: int, size: int) -> bytes:
    at = min(at, len(base))
    size = min(size, len(base) - at)
    return bytes([0xB7, at & 255, at >> 8 & 255, at >> 16, size & 255, size >> 8]) if size else b""


MODE = st.sampled_from([b"100644", b"40000", b"160000", b"1234", b"80000", b"1006440"])
NAME = st.sampled_from([b"a", b"src", b"key.pem", b"", b"10064 x", b"long-" * 9]) | st.binary(max_size=6)
ID = st.binary(min_size=20, max_size=20) | st.sampled_from([b"100644 looks-alike\0\0", b"5" * 20, b"\0" * 20])
ENTRY = st.builds(lambda mode, name, id_: mode + b" " + name + b"\0" + id_, MODE, NAME, ID)
LINE = st.sampled_from([b"\n", b"text\n", b"x" * 300, b"y" * 9000 + b"\n"]) | st.binary(max_size=9)
PIECE = ENTRY | LINE
BODY = st.lists(PIECE, max_size=8).map(b"".join)


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Objects and deltas upon deltas of them; sound ones for the most part."""
    entries: list[Entry] = []
    bodies: list[bytes] = []
    for number in range(draw(st.integers(1, 7))):
        base = draw(st.integers(-1, number - 1))
        body = draw(BODY)
        data = body
        if base >= 0:
            before = bodies[base]
            if draw(st.booleans()):
                data = b"".join(create_delta(before, body))
            else:
                wanted = draw(st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 60000), PIECE), max_size=4))
                commands = b"".join(
                    _copy(before, at, size) + (bytes([len(some[:127])]) + some[:127] if some else b"")
                    for at, size, some in wanted
                )
                body = b"".join(before[min(at, len(before)) :][:size] + some[:127] for at, size, some in wanted)
                data = _number(len(before)) + _number(len(body)) + commands
            if draw(st.integers(0, 9)) == 0:
                data = data[:-1] + draw(st.binary(max_size=3))
        trouble = draw(st.integers(0, 19))
        entries.append(Entry(base, data, more=(trouble == 1) - (trouble == 2), cut=5 * (trouble == 3)))
        bodies.append(body)
    return entries


def _roots(entries: list[Entry]) -> array[int]:
    return array("i", (number for number, one in enumerate(entries) if one.base == NONE))


@settings(deadline=None)
@given(histories(), st.sampled_from([b"", bytes(20), bytes(64)]))
def test_objects_are_made_alike_and_the_broken_ones_told_alike(entries: list[Entry], behind: bytes) -> None:
    first, second = packed(entries, behind), packed(entries, behind)

    assert list(native_made.made(first, _roots(entries))) == list(made.made(second, _roots(entries)))
    assert first.broken == second.broken


WORD = st.sampled_from([b"\n", b"    ", b"return self.", b"x" * 300, b"ab" * 90, bytes(range(256)), b"12345678" * 40])
TEXT = st.builds(
    lambda words, times, end: b"".join(words) * times + end,
    st.lists(WORD | st.binary(max_size=40), max_size=30),
    st.sampled_from([1, 1, 2, 7, 60]),
    st.binary(max_size=9),
)
WAY = st.tuples(st.integers(0, 9), st.integers(9, 15), st.integers(1, 9), st.integers(0, 4), st.integers(0, 3))
CHANGE = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255))


def compressed(data: bytes, way: tuple[int, int, int, int, int]) -> bytes:
    """Zlib's stream of it, of several blocks perhaps: level, window, memory, strategy, and how often it is flushed."""
    level, window, memory, strategy, flushes = way
    made = zlib.compressobj(level, zlib.DEFLATED, window, memory, strategy)
    size = len(data) // (flushes + 1) + 1
    parts = [
        made.compress(data[at : at + size]) + made.flush(zlib.Z_FULL_FLUSH) for at in range(0, flushes * size, size)
    ]
    return b"".join(parts) + made.compress(data[flushes * size :]) + made.flush()


@settings(deadline=None, max_examples=300)
@given(TEXT, WAY, st.just(()) | st.lists(CHANGE, max_size=3), st.none() | st.integers(1, 12))
def test_whatever_was_compressed_is_inflated_alike(
    data: bytes, way: tuple[int, int, int, int, int], changes: list[tuple[float, int]], cut: int | None
) -> None:
    stream = bytearray(compressed(data, way))
    for place, bits in changes:
        stream[int(place * len(stream))] ^= bits
    raw = [bytes(stream)[: -cut if cut else None], compressed(b"the next", (6, 15, 8, 0, 0))]
    entries = [Entry(NONE, data), Entry(NONE, b"the next")]
    first, second = of_streams(raw, entries), of_streams(raw, entries)

    natively = list(native_made.made(first, _roots(entries)))

    assert natively == list(made.made(second, _roots(entries)))
    assert first.broken == second.broken
    if not changes and not cut:
        assert natively == [(0, data, b""), (1, b"the next", b"")]


@settings(deadline=None)
@given(histories(), st.lists(st.booleans(), min_size=7, max_size=7), st.integers(1, 30))
def test_the_same_texts_are_looked_at(entries: list[Entry], marks: list[bool], small: int) -> None:
    pack, other, known = packed(entries), packed(entries), bytearray(marks)
    bases = pack.entries.bases

    natively = list(_all(native_texts, native_made.made(pack, _roots(entries)), bases, known, small))

    assert natively == list(_all(texts, made.made(other, _roots(entries)), bases, known, small))


def _all(module: object, objects: Made, bases: array[int], known: bytearray, small: int) -> Iterator[object]:
    while (some := module.texts(objects, bases, known, small))[0]:  # type: ignore[attr-defined]
        partly, kinds = bytearray(7), bytearray([0, 1, 2, 3, 4, 3, 3])
        yield some, module.tally(*some, kinds, partly), partly  # type: ignore[attr-defined]


def test_so_many_texts_wait_as_are_looked_at_together() -> None:
    entries = [Entry(NONE, b"line\n" * 40_000) for _ in range(20)]
    pack = packed(entries)
    bases, known = pack.entries.bases, bytearray(20)

    for module, objects in ((native_texts, native_made.made), (texts, made.made)):
        numbers, _ = module.texts(objects(pack, _roots(entries)), bases, known, 5)
        assert numbers == [0, 1, 2]


def test_texts_are_added_up() -> None:
    some = [0, 2, 3], [(b"all", None), (b"", None), (b"in parts", ((0, 2),))]

    for module in (native_texts, texts):
        partly = bytearray(4)
        assert module.tally(*some, bytearray([1, 3, 3, 3]), partly) == (11, (0, 1, 0, 2, 0))
        assert partly == b"\0\0\0\1"


@settings(deadline=None)
@given(
    histories(),
    st.none() | st.lists(st.booleans(), min_size=7, max_size=7).map(bytearray),
    st.sets(st.builds(lambda mode, name: mode + b" " + name, MODE, NAME), max_size=5),
)
def test_the_same_names_are_found_in_trees(entries: list[Entry], known: bytearray | None, plain: set[bytes]) -> None:
    pack, other = packed(entries), packed(entries)

    natively = native_names.names_in(native_made.made(pack, _roots(entries)), known, plain)

    assert natively == tree_names.names_in(made.made(other, _roots(entries)), known, plain)
    assert not plain.intersection(mode + b" " + name for _, mode, name in natively[2])


def test_names_of_a_tree_with_very_many_changes_are_found() -> None:
    base, tree = (
        b"".join(b"100644 %b-%d\0%b" % (name, number, bytes([number]) * 20) for number in range(150))
        for name in (b"one", b"other")
    )
    entries = [Entry(NONE, base), Entry(0, b"".join(create_delta(base, tree)))]

    for names, objects in ((native_names, native_made.made), (tree_names, made.made)):
        _, _, found = names.names_in(objects(packed(entries), _roots(entries)), None, set())
        assert {name for number, _, name in found if number == 1} == {b"other-%d" % number for number in range(150)}


def test_an_object_that_says_it_is_huge_takes_no_memory() -> None:
    pack = packed([Entry(NONE, b"small", more=1 << 50)])

    assert list(pack.families([0])) == []
    assert list(pack.broken) == [0]


def test_a_delta_that_says_it_makes_an_exabyte_is_broken_and_the_rest_is_read() -> None:
    exabyte = bytes([128] * 8 + [16])
    entries = [Entry(NONE, b"base"), Entry(0, b"\x04" + exabyte + b"\x90\x04"), Entry(NONE, b"other")]

    for objects in (native_made.made, made.made):
        pack = packed(entries)
        assert list(objects(pack, _roots(entries))) == [(0, b"base", b""), (2, b"other", b"")]
        assert list(pack.broken) == [1]


@pytest.mark.parametrize(("kept", "released"), [(1 << 10, 0), (10, 2)], ids=["small", "large"])
def test_only_a_large_pack_gives_its_pages_back_with_each_task(
    monkeypatch: pytest.MonkeyPatch, kept: int, released: int
) -> None:
    given_back: list[Pack] = []

    def release(one: Pack) -> None:
        given_back.append(one)

    monkeypatch.setattr(Pack, "release", release)
    monkeypatch.setattr(task, "_KEPT_MAPPED", kept)
    pack = packed([Entry(NONE, b"a text of some bytes")])
    pack.entries.kinds[0] = BLOB
    for _ in range(2):
        looked = task.look_at_families(pack, [0], detector(()), None, task.Learned(), Heads.LEFT_OUT)
        assert looked.counts == {"blobs": 1}
    assert given_back == [pack] * released
