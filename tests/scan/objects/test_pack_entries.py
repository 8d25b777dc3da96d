"""What is read of a pack's heads is the same natively, whatever the heads say."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.scan.objects import pack_entries as native
from tests.scan.pure import pure

python = pure("irkit.scan.objects.pack_entries")

SIZE = st.integers(0, 2**70)
BACK = st.integers(0, 300) | st.integers(0, 2**66)


def _head(kind: int, size: int, back: int) -> bytes:
    """The head of an entry, as git writes it."""
    raw = [kind << 4 | size & 15]
    size >>= 4
    while size:
        raw[-1] |= 128
        raw.append(size & 127)
        size >>= 7
    if kind != native.OFFSET_DELTA:
        return bytes(raw)
    offset = [back & 127]
    while back := back >> 7:
        back -= 1
        offset.append(128 | back & 127)
    return bytes(raw + offset[::-1])


HEADS = st.builds(_head, st.integers(0, 7), SIZE, BACK)
RAW = st.lists(HEADS | st.binary(max_size=12) | st.just(b"\xff" * 50), max_size=12)


@given(RAW, st.lists(st.integers(0, 400), max_size=4))
def test_heads_that_say_anything_are_read_alike(parts: list[bytes], others: list[int]) -> None:
    starts = [sum(map(len, parts[:number])) for number in range(len(parts))]
    pack = b"".join(parts)
    offsets = array("Q", sorted([*starts, *others]))
    offsets.append(len(pack))

    read = native.read_heads(memoryview(pack), offsets, lambda: None)

    assert read == python.read_heads(memoryview(pack), offsets, lambda: None)


@given(st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 2000)), st.lists(st.integers(0, 2**64 - 1)))
def test_offsets_are_sorted_alike(short: list[int], long: list[int]) -> None:
    for offsets in (array("I", short), array("Q", long)):
        assert array("Q", native.in_order(offsets)).tolist() == sorted(offsets)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(-1, 12)), max_size=12))
def test_kinds_and_families_are_made_alike_of_any_bases(entries: list[tuple[int, int]]) -> None:
    bases = array("i", (min(base, len(entries) - 1) for _, base in entries))
    kinds, others = (bytearray(kind for kind, _ in entries) for _ in range(2))

    assert native.inherit_kinds(kinds, bases) == python.inherit_kinds(others, bases)
    assert kinds == others
    assert native.families(bases) == python.families(bases)


@given(st.lists(st.integers(0, 30)), st.sets(st.integers(0, 40)))
def test_wanted_offsets_are_found_alike(offsets: list[int], wanted: set[int]) -> None:
    expected = [at for at, offset in enumerate(offsets) if offset in wanted]
    for code in "IQ":
        for module in (native, python):
            assert module.places(array(code, offsets), array("Q", sorted(wanted))) == expected


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2**64 - 1) | st.integers(0, 200), st.integers(1, 99))))
def test_families_are_weighed_alike(entries: list[tuple[int, int, int]]) -> None:
    kinds, sizes = bytearray(kind for kind, _, _ in entries), array("Q", (size for _, size, _ in entries))
    members, roots = array("i", (one for _, _, one in entries)), array("i", range(0, len(entries), 2))

    weighed = native.weights(roots, members, sizes, kinds, 6000, 150)

    assert weighed == python.weights(roots, members, sizes, kinds, 6000, 150)
    git_must = [kinds[root] == native.UNKNOWN or sizes[root] > 150 for root in roots]
    assert [not one for one in array("Q", weighed)] == git_must


def test_a_root_that_is_no_entry_is_refused() -> None:
    for root in (-9, 1):
        with pytest.raises(IndexError):
            native.weights(array("i", [root]), array("i", [1]), array("Q", [1]), bytearray(1), 6000, 150)


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 2**31 - 1)), max_size=20), st.integers(0, 3000))
def test_families_are_grouped_alike(families: list[tuple[int, int]], most: int) -> None:
    costs = array("Q", [cost for cost, _ in families])
    members = array("i", [count for _, count in reversed(families)])
    roots = array("i", reversed(range(len(families))))

    grouped = native.groups(roots, costs, members, most)

    assert grouped == python.groups(roots, costs, members, most)
    costly = [root for root, cost in zip(roots, costs, strict=True) if cost]
    assert [root for raw, _, _ in grouped for root in array("i", raw)] == costly
    assert all(cost > most for _, _, cost in grouped[:-1])


def test_a_family_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError):
        native.groups(array("i", [3]), array("Q", [1]), array("i", [1]), 9)
