from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.detect import settled
from irkit.scan.detect.batch import Text
from irkit.scan.detect.looked import Told
from irkit.scan.detect.prefilter import Hit
from tests.scan.detect.samples import DETECTOR, KEY, PASSWORD, TOKEN
from tests.scan.pure import pure

PURE = pure("irkit.scan.detect.settled")
LINES = st.sampled_from(
    [
        *(TOKEN, f"key: '{TOKEN}'  # nosecret", f"password = {PASSWORD}", "password = changeme1", KEY, ""),
        *("sec abcdefghij0123456789", "password: example1", "-----BEGIN TEST KEY-----", "passwd=${PASSWORD1}", "a = 1"),
        *("password = 'a\\\\/b1c2d3e4f5'", "TSTID0001", "pass%77ord: changeme2", "x" * 5000 + " password = changeme3"),
    ]
)
ENDS = st.sampled_from(["\n", "\n\n", "\r\n", ""])
BODIES = st.lists(st.tuples(LINES, ENDS).map("".join), max_size=6).map(lambda lines: "".join(lines).encode())


class Forgetful(set[bytes]):
    """Lines of which none is remembered."""

    def update(self, *_: Iterable[bytes]) -> None: ...


@given(st.lists(BODIES, max_size=8), st.integers(1, 3))
@settings(deadline=None, max_examples=200)
def test_what_is_told_does_not_depend_on_lines_being_settled(bodies: list[bytes], at_once: int) -> None:
    told, forgetful = Told(), Told()
    forgetful.settled = Forgetful()
    for at in range(0, len(bodies), at_once):
        texts = [Text(body) for body in bodies[at : at + at_once]]
        assert DETECTOR.look_at_each(texts, told) == DETECTOR.look_at_each(texts, forgetful)
    assert told.lines == forgetful.lines


def test_a_line_that_was_passed_over_is_looked_at_once() -> None:
    line, other = b"password = changeme1\n", b"password = changeme2\n"
    told = Told()
    DETECTOR.look_at_each([Text(line)], told)
    (key,) = told.settled
    number = key[2:4]
    assert key == b"\x01\x00" + number + line
    DETECTOR.look_at_each([Text(line), Text(b"a\n" + line), Text(line + other)], told)
    assert told.settled == {key, key[:4] + b"\n" + line, key[:4] + b"\n" + other}


def test_a_line_with_a_finding_is_never_settled() -> None:
    told = Told()
    for _ in range(2):
        assert DETECTOR.look_at_each([Text(f"password = {PASSWORD}\n".encode())], told)
    assert told.settled == set()


SIGNS = st.binary(max_size=60) | st.lists(st.sampled_from([b"\n", b"a", b"b" * 4096, b"c" * 998]), max_size=6).map(
    b"".join
)


@given(SIGNS, st.lists(st.integers(0, 3), max_size=8), st.integers(0, 3), st.data())
@settings(deadline=None)
def test_settled_lines_are_left_out_alike(body: bytes, numbers: list[int], rules: int, data: st.DataObject) -> None:
    ends = sorted(data.draw(st.integers(0, len(body))) for _ in numbers)
    hits: list[Hit] = list(zip(numbers, ends, strict=True))
    plain = bytes(rules) if data.draw(st.integers(0, 3)) == 0 else b"\x01" * rules
    keys = [key for key, _, _ in settled._lines(body, hits)]
    known = {key for key in keys if data.draw(st.booleans())} | {b""}
    found = settled.unsettled(body, hits, plain, known)
    assert found == PURE.unsettled(body, hits, plain, known)
    assert settled.keys_of(body, hits, plain) == PURE.keys_of(body, hits, plain)
    if all(number < rules for number in numbers) and 0 not in plain:
        assert all(hit in hits for hit in found)
        assert len(found) == len(hits) or known != {b""}
    else:
        assert found == hits


def test_many_hits_in_a_line_and_many_lines_are_not_remembered() -> None:
    hits = [(0, 1)] * 101
    known: set[bytes] = set()
    settled.settle(b"a\n", hits, b"\x01", [], known)
    assert known == set()
    settled.settle(b"a\n", hits[:100], b"\x01", [], known)
    assert settled.unsettled(b"a\n", hits[:100], b"\x01", known) == []
    assert settled.unsettled(b"a\n", hits, b"\x01", known) == hits
    known = {b"%d" % number for number in range(settled._REMEMBERED)}
    settled.settle(b"a\n", hits[:1], b"\x01", [], known)
    assert len(known) == 1
