"""Most expressions are searched for beside long runs of a token's characters alone: nothing is missed by that."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.detect import runs
from irkit.scan.detect.batch import give_back
from irkit.scan.detect.expressions import expressions
from irkit.scan.detect.hyperscan_prefilter import LOOSE, HyperscanPrefilter, compiled
from irkit.scan.detect.long_runs import needs_run
from irkit.scan.detect.prefilter import Expression, Hit
from irkit.scan.detect.runs import BEFORE, CHARACTERS, RUN
from irkit.scan.example import example
from irkit.scan.ruleset import IS, shipped
from tests.scan.pure import pure

PURE = pure("irkit.scan.detect.runs")
PARTS = st.sampled_from(
    (
        *(b"a" * 23, b"a" * 24, b"B9_-+/=z" * 4, b"x" * 300, b" " * 300, b"." * 63, b"\n", b"\n" * 70, b" ", b"a"),
        *(b"\x00", b"\xff\x80", b"/" * 25, b"@" * 30, b"[" * 30, b"`" * 30, b"{" * 30, b":" * 30, b"." * 30, b"," * 30),
    )
)


@given(parts=st.lists(PARTS, max_size=20))
@settings(deadline=None)
def test_the_parts_beside_runs_are_the_same_natively(parts: list[bytes]) -> None:
    buffer = b"".join(parts)
    assert runs.beside_runs(buffer) == PURE.beside_runs(buffer)


def test_every_byte_is_told_the_same_natively() -> None:
    for byte in range(256):
        buffer = b"\n".join((b" " * byte, bytes([byte]) * RUN, b" " * 40))
        assert runs.beside_runs(buffer) == PURE.beside_runs(buffer)
        assert bool(runs.beside_runs(buffer)[0]) == (byte in CHARACTERS)


def test_a_part_is_a_line_s_rest_and_what_stands_before() -> None:
    before, after = b"e" * 20 + b" " * (BEFORE + 9), b" \xff end\n"
    buffer = before + b"k" * RUN + after + b"another line\n" * 99
    parts, pieces = runs.beside_runs(buffer)
    assert parts == before[-BEFORE:] + b"k" * RUN + after
    found: dict[int, list[Hit]] = {}
    give_back([(7, BEFORE)], pieces, found)
    assert found == {0: [(7, len(before))]}


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("key_[a-z0-9]{20}", True),
        ("key_[a-z0-9]{19}", False),
        ("[a-z0-9]{10,90}.[a-z0-9]{23}", False),
        ("(?:[0-9a-f]{32}|[A-Z]{24})x?", True),
        ("(?:[0-9a-f]{32}|[A-Z]{9})", False),
        ("name=(?:a{24}|'b{30}')", True),
        ("name(?:a{24})?", False),
        ("[a-z.]{30}", False),
        ("(?i:[a-z]{12}[0-9]{12})", True),
        ("[a-z]{20}[0-9]?[a-z]{4}", True),
        (r"^.{255}[a-z]{24}", True),
        (r".{256}[a-z]{24}", False),
        (r"[a-z]{24}[^a]{1,9}=", False),
        (r"[a-z]{24}[ \t]{0,9}[\s;]", True),
        (r"[a-z]{24}\s{0,9}", False),
        (r"[a-z]{24}(?s:.)x", False),
        (r"[a-z]{24}.x", True),
        (r"[a-z]{24}\s\b", False),
        ("é{30}", False),
        ("(?=a)[a-z]{30}", False),
    ],
)
def test_whether_an_expression_needs_a_run(text: str, needs: bool) -> None:  # noqa: FBT001 - what a case expects
    assert needs_run(text) == needs


def test_hits_are_those_of_python_wherever_a_run_stands() -> None:
    every = ("key_[a-z0-9]{20}", "secret", r"\bname[\s=]{1,200}[a-f0-9]{24}", r"[a-f0-9]{24}['\n]")
    assert [needs_run(one) for one in every] == [True, False, True, True]
    prefilter = HyperscanPrefilter(compiled([Expression(number, one) for number, one in enumerate(every)]))
    dice = random.Random(5)
    words = ["key_" + "b" * 20, "name", "0" * 24, "a" * 70, "secret", "=", " ", " " * 190, "\n", "'", "x.y", "." * 400]
    for _ in range(300):
        buffer = "".join(dice.choices(words, k=dice.randrange(30))).encode()
        found = prefilter.hits(buffer)
        assert [end for _, end in found] == sorted(end for _, end in found)
        for number, one in enumerate(every):
            ends = {hit.end() for hit in _each_match(one, buffer)}
            assert ends <= {end for which, end in found if which == number}
            assert number in {which for which, _ in found} or not ends
            assert ends or number not in {which for which, _ in found}


def _each_match(text: str, buffer: bytes) -> list[re.Match[bytes]]:
    pattern = re.compile(text.encode(), re.MULTILINE)
    found = (pattern.match(buffer, start) for start in range(len(buffer)))
    return [one for one in found if one]


def test_most_of_irkit_s_own_need_one_and_an_example_of_each_is_hit_far_from_all_else() -> None:
    rules = shipped()
    every = [one for one in expressions(rules, ()) if one.number < len(rules)]
    needing = [one for one in every if needs_run(one.text.replace(IS, LOOSE))]
    assert len(needing) > len(every) * 2 // 3
    prefilter = HyperscanPrefilter(compiled(needing))
    for one in needing:
        text = example(rules[one.number].matches[0], 1).encode()
        far = b"a b c\n" * 99 + text + b"\nd e f" * 99
        assert one.number in {number for number, _ in prefilter.hits(far)}, rules[one.number].id
