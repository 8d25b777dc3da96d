from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.detect import batch, beginnings
from irkit.scan.detect.batch import Text, hits_of_each
from irkit.scan.detect.detector import Looked
from irkit.scan.detect.prefilter import Hit
from tests.scan.detect.samples import DETECTOR, DETECTORS, KEY, PASSWORD, TOKEN
from tests.scan.pure import pure

PURE = pure("irkit.scan.detect.batch")
PURE_BEGINNINGS = pure("irkit.scan.detect.beginnings")

PARTS = st.sampled_from(
    (
        *(TOKEN, KEY, f"password = {PASSWORD}", "TSTID0001", "sec abcdefghij0123456789", "tst_", "password:"),
        *("-----BEGIN TEST KEY-----", "\n", " ", "x" * 90, "\n" * 9, "# gitleaks:allow", "é", "\x00", "PK\x05\x06"),
    )
)
BODIES = st.lists(PARTS, max_size=12).map(lambda parts: "".join(parts).encode())


@given(bodies=st.lists(BODIES, max_size=8), data=st.data())
@settings(deadline=None)
def test_what_is_seen_does_not_depend_on_what_is_looked_at_together(bodies: list[bytes], data: st.DataObject) -> None:
    alone = [DETECTOR.look(body) for body in bodies]
    together = DETECTOR.look_at_each([Text(body) for body in bodies])
    assert alone == [together.get(index, Looked(())) for index in range(len(bodies))]
    cut = data.draw(st.integers(0, len(bodies)))
    parts = [DETECTOR.look_at_each([Text(body) for body in part]) for part in (bodies[:cut], bodies[cut:])]
    assert alone == [
        parts[index >= cut].get(index - (cut if index >= cut else 0), Looked(())) for index in range(len(bodies))
    ]


@given(body=BODIES)
@settings(deadline=None)
def test_the_whole_text_as_a_span_is_the_whole_text(body: bytes) -> None:
    looked = DETECTOR.look_at_each([Text(body, ((0, len(body)),))])
    assert looked.get(0, Looked(())) == DETECTOR.look(body)


@given(body=BODIES, data=st.data())
@settings(deadline=None)
def test_spans_show_no_more_than_the_whole_text(body: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), min_size=2, max_size=4)))
    spans = tuple(zip(cuts[::2], cuts[1::2], strict=False))
    looked = DETECTOR.look_at_each([Text(body, spans)]).get(0, Looked(()))
    whole = DETECTOR.look(body).sightings
    for one in looked.sightings:  # of two that overlap the weightier speaks, and it may begin beyond a span
        assert any(one.start < each.end and each.start < one.end for each in whole), one


@given(body=BODIES)
@settings(deadline=None)
def test_both_engines_see_the_same(body: bytes) -> None:
    first, second = (detector.look(body) for detector in DETECTORS.values())
    assert first == second


@given(body=st.binary(max_size=600))
@settings(deadline=None)
def test_random_bytes_are_no_trouble(body: bytes) -> None:
    assert DETECTOR.look(body) == DETECTOR.look(body)


@given(bodies=st.lists(st.binary(max_size=9), max_size=12), size=st.integers(1, 30), data=st.data())
def test_a_hit_finds_its_way_back(bodies: list[bytes], size: int, data: st.DataObject) -> None:
    mark = data.draw(st.sampled_from([b"a", b"\x00", b"\n"]))

    def look(buffer: bytes) -> list[Hit]:
        return [(buffer[end - 1], end) for end in range(1, len(buffer) + 1) if buffer[end - 1 : end] == mark]

    found = _with_joined_bytes(size, bodies, look)
    assert found == {
        index: [(mark[0], end) for end in range(1, len(body) + 1) if body[end - 1 : end] == mark]
        for index, body in enumerate(bodies)
        if mark in body
    }


def _with_joined_bytes(size: int, bodies: list[bytes], look: object) -> dict[int, list[Hit]]:
    kept, batch.JOINED_BYTES = batch.JOINED_BYTES, size
    try:
        return hits_of_each([Text(body) for body in bodies], look)  # type: ignore[arg-type]
    finally:
        batch.JOINED_BYTES = kept


CUTS = st.lists(st.integers(0, 30), max_size=6).map(sorted)
SPANS = CUTS.map(lambda cuts: tuple(zip(cuts[::2], cuts[1::2], strict=False)))
TEXTS = st.lists(st.tuples(st.binary(max_size=20), st.none() | SPANS), max_size=9)


@given(TEXTS, st.integers(0, 10), st.integers(1, 40), st.data())
def test_texts_are_joined_and_hits_given_back_alike(
    texts: list[tuple[bytes, batch.Spans]], first: int, most: int, data: st.DataObject
) -> None:
    buffer, pieces, left = batch.join(texts, first, most)
    assert (buffer, pieces, left) == PURE.join(texts, first, most)
    if pieces:
        hits = data.draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, len(buffer)))))
        found: dict[int, list[Hit]] = {}
        expected: dict[int, list[Hit]] = {}
        batch.give_back(hits, pieces, found)
        PURE.give_back(hits, pieces, expected)
        assert found == expected


BEGINNINGS = st.sampled_from(
    [
        *beginnings.PACKED,
        *beginnings.MARKS,
        beginnings.LFS,
        b"\xfe\xed\xfe\xed",
        b"0\x82",
        b"P",
        b"0" * 28,
        b"x" * 257 + b"ustar",
    ]
)


@given(st.lists(st.tuples(st.builds(bytes.__add__, BEGINNINGS, st.binary(max_size=6)), st.none())))
def test_what_texts_begin_with_is_seen_alike(texts: list[tuple[bytes, None]]) -> None:
    special = beginnings.specials(texts)
    assert special == PURE_BEGINNINGS.specials(texts)
    assert special == [
        index for index, (body, _) in enumerate(texts) if beginnings.is_special(body) or 32 <= len(body) <= 34
    ]
