"""The names in trees, and which deltas of trees bring none."""

from __future__ import annotations

import random

from dulwich.pack import create_delta
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.objects.codec import apply_delta
from irkit.scan.objects.tree_names import brings_only_ids, names


def _id(seed: int) -> bytes:
    return random.Random(seed).randbytes(20)


def _tree(entries: dict[bytes, int]) -> bytes:
    return b"".join(b"100644 %b\0%b" % (name, _id(seed)) for name, seed in sorted(entries.items()))


def _delta(base: bytes, result: bytes) -> bytes:
    return b"".join(create_delta(base, result))


BASE = {b"file-%03d.py" % number: number for number in range(40)}


HEAD = bytes([100, 64])
COPY = bytes([0b10010000, 32])
"""32 bytes from the base's beginning."""


def test_a_tree_with_other_ids_brings_no_names() -> None:
    assert brings_only_ids(HEAD + COPY + b"\x14" + _id(1) + COPY + b"\x14" + _id(2))


def test_a_tree_with_another_file_may_bring_a_name() -> None:
    assert not brings_only_ids(_delta(_tree(BASE), _tree(BASE | {b"key-abcdefgh.txt": 7})))


def test_a_name_of_the_length_of_an_id_is_no_id() -> None:
    name = b"100644 a-long-name.x"

    assert len(name) == 20
    assert not brings_only_ids(HEAD + COPY + b"\x14" + name + COPY)


def test_two_copies_after_each_other_may_make_a_name() -> None:
    assert not brings_only_ids(HEAD + COPY + COPY)


def test_a_delta_cut_within_a_command_is_not_passed_over() -> None:
    delta = HEAD + COPY + b"\x14" + _id(1) + COPY

    assert not any(brings_only_ids(delta[:end]) for end in (1, 3, 5, 10, 24, 26))


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(sorted(BASE)), st.integers(0, 5000), max_size=6), st.sets(st.integers(0, 39)))
def test_a_delta_that_is_passed_over_brings_no_new_name(changed: dict[bytes, int], gone: set[int]) -> None:
    kept = {name: seed for name, seed in (BASE | changed).items() if BASE[name] not in gone}
    base = _tree(BASE)
    delta = _delta(base, _tree(kept))
    result = apply_delta(base, delta)

    if brings_only_ids(delta):
        assert {name for _, name in names(result)} <= set(BASE)
