"""Heads of commits are read and put together in native code as in Python, whatever stands in them."""

from __future__ import annotations

import importlib.util
from array import array
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from irkit.scan.objects import commit_heads as module

IDS = [b"%040x" % number for number in range(9)]
KINDS = bytearray(b"\1\1\1\3\1\4\1\1\1")


@pytest.fixture(scope="module")
def python() -> ModuleType:
    """The same module without native code."""
    spec = importlib.util.find_spec(module.__name__)
    assert spec is not None
    assert spec.loader is not None
    pure = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IRKIT_PURE_PYTHON", "1")
        spec.loader.exec_module(pure)
    return pure


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A commit, with a few bytes of it replaced, perhaps."""
    parents = b"".join(b"parent %b\n" % one for one in draw(st.lists(st.sampled_from(IDS), max_size=3)))
    at = draw(st.integers(0, 10**19))
    zone = draw(st.sampled_from([b"+0000", b"-0130", b"", b"+", b"+0000000", b"0000"]))
    name = draw(st.sampled_from([b"A B", b"", b"A <B", b"A> B", b"\xff"]))
    body = b"tree %b\n%bauthor A\ncommitter %b <a@b> %d %b\ngpgsig x\n\nA\n" % (IDS[0], parents, name, at, zone)
    place, gone = draw(st.integers(0, len(body))), draw(st.integers(0, 2))
    return body[:place] + draw(st.sampled_from([b"", b"", b"\n", b"x", b"0"])) + body[place + gone :]


OF_A_PARENT = b"tree %b\n%bauthor A\ncommitter A B <a@b> 0 +0000\n\nA\n"
HERE_TWICE = [OF_A_PARENT % (IDS[0], b"parent %b\n" % IDS[0]), *[OF_A_PARENT % (IDS[0], b"")] * 2]


@settings(deadline=None)
@example(HERE_TWICE, b"", [IDS[8]])
@given(st.lists(bodies(), min_size=1, max_size=len(KINDS)), st.binary(max_size=60), st.lists(st.sampled_from(IDS)))
def test_native_code_does_what_python_does(
    python: ModuleType, texts: list[bytes], odd: bytes, edges: list[bytes]
) -> None:
    numbers = list(range(len(texts)))
    rows = module.heads(numbers, [(text, None) for text in texts], KINDS)
    assert rows == python.heads(numbers, [(text, None) for text in texts], KINDS)

    offsets = array("Q", (12 + 100 * number for number in range(len(IDS) + 1)))
    raw = b"".join(bytes.fromhex(id_.decode()) for id_ in IDS)
    places = [112 + 100 * number for number in range(len(IDS) - 1)] + [12]
    loose = b"".join(bytes.fromhex(id_.decode()) + python.row(texts[0]) for id_ in IDS[-2:] if python.row(texts[0]))
    boundary = bytes.fromhex(b"".join(edges).decode())
    for width, some in (("I", rows), ("Q", rows), ("I", rows + odd), ("I", rows[:-1])):
        packs = [(some, offsets, memoryview(raw), array(width, places))]
        results = []
        for code in (module, python):
            try:
                results.append(code.pooled(packs, loose, boundary))
            except ValueError:
                results.append(None)
        assert results[0] == results[1]


def test_a_commit_is_read_with_its_parents_time_and_tree() -> None:
    body = b"tree %b\nparent %b\nauthor A <a> 1 +0000\ncommitter B <b@c> 1234 -0800\n\nx\n" % (IDS[1], IDS[2])
    rows = module.heads([4, 3], [(body, None), (body, None)], KINDS)
    assert rows[:8] == array("I", [4, 1]).tobytes()
    assert rows[8:16] == array("Q", [1234]).tobytes()
    assert rows[16:].hex().encode() == IDS[1] + IDS[2]
