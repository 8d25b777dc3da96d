from __future__ import annotations

import re

import pytest

from irkit.scan.detect.detector import Detector, Text
from irkit.scan.detect.loading import parts_of
from irkit.scan.detect.looked import Told
from tests.scan.detect.samples import BESIDE, DETECTOR, KEY, PASSWORD, RULES, TOKEN, seen, some, spanned, values


def test_a_value_is_seen_with_its_place() -> None:
    (one,) = seen(f"first\nkey: '{TOKEN}' end\n")
    assert (one.rule, one.value.decode(), one.line, one.column, one.via) == ("prefixed", TOKEN, 2, 7, ())
    assert (one.start, one.end) == (12, 12 + len(TOKEN))
    assert one.near == f"key: '{TOKEN}' end".encode()
    assert one.dismissed == ""


def test_a_part_of_a_longer_word_is_no_value() -> None:
    assert values(f"x{TOKEN}") == []
    assert values(f"{TOKEN}x") == []
    assert values(f"my-{TOKEN}") == []


def test_an_escaped_line_end_before_a_value_is_no_letter() -> None:
    assert values(f'"a\\n{TOKEN}"') == [TOKEN]


def test_each_line_with_the_value_is_a_sighting_of_its_own() -> None:
    assert [one.line for one in seen(f"{TOKEN}\n\n{TOKEN} {TOKEN}\n")] == [1, 3, 3]
    assert [one.column for one in seen(f"{TOKEN}\n\n{TOKEN} {TOKEN}\n")] == [1, 1, 2 + len(TOKEN)]


def test_a_value_over_several_lines_is_seen_whole() -> None:
    assert values(f"a\n{KEY}\nb") == [KEY]


def test_what_must_be_near_is_looked_for_beyond_the_line() -> None:
    secret = some(20)
    assert values(f"id = TSTID0042\n\nsec {secret}\n") == [secret]
    assert values(f"sec {secret}\n\nid = TSTID0042\n") == [secret]
    assert values(f"sec {secret}\n") == []
    assert values(f"id = TSTID0042{'.' * (BESIDE.reach + 1)}\nsec {secret}\n") == []


def test_the_surer_rule_speaks_for_a_place() -> None:
    assert [one.rule for one in seen(f"password = {TOKEN}")] == ["prefixed"]


def test_a_line_that_allows_itself_is_dismissed_with_the_reason() -> None:
    (one,) = seen(f"{TOKEN}  # pragma: allowlist secret")
    assert one.dismissed == "allowed by its line"


def test_a_value_in_a_line_of_a_megabyte_is_seen() -> None:
    rest = "x,y;" * (1 << 18)
    assert values(f"{rest} {TOKEN} {rest}") == [TOKEN]


def test_a_value_cut_by_the_window_of_a_long_line_is_no_value() -> None:
    long = "password=" + "a1#" * 3000
    assert all(len(value) <= 60 for value in values(long))


def test_only_the_spans_named_are_looked_at() -> None:
    body = f"{TOKEN}\nnothing\n{TOKEN}\n".encode()
    assert [one.line for one in spanned(body, (0, len(body)))] == [1, 3]
    assert [one.line for one in spanned(body, (40, len(body)))] == [3]
    assert [one.line for one in spanned(body, (0, 40))] == [1]
    assert spanned(body, (35, 42)) == []
    assert [one.line for one in spanned(body, (0, 36), (43, len(body)))] == [1, 3]


def test_a_text_without_anything_is_not_in_the_result() -> None:
    looked = DETECTOR.look_at_each([Text(b"nothing"), Text(TOKEN.encode()), Text(b"")])
    assert list(looked) == [1]


def test_a_value_does_not_reach_from_one_text_into_the_next() -> None:
    head, tail = KEY.encode()[:60], KEY.encode()[60:]
    assert DETECTOR.look_at_each([Text(head), Text(tail)]) == {}


def test_a_value_at_either_end_of_a_text_among_many_is_seen() -> None:
    texts = [Text(f"{TOKEN}{'.' * index}{TOKEN if index else ''}".encode()) for index in range(50)]
    looked = DETECTOR.look_at_each(texts)
    assert [len(looked[index].sightings) for index in range(50)] == [1] + [2] * 49


def test_lines_passed_over_are_told_once_and_known_ones_not_at_all() -> None:
    allowed, other = f"{TOKEN}  # nosecret\n", f"x = '{TOKEN}'  # nosecret\n"
    texts = [
        Text(text.encode()) for text in (f"{TOKEN}\n{allowed}", allowed, other, f"{TOKEN}\n", f"a\n{allowed}{TOKEN}")
    ]
    every = DETECTOR.look_at_each(texts)
    assert [[bool(one.dismissed) for one in every[index].sightings] for index in range(5)] == [
        [False, True], [True], [True], [False], [True, False]
    ]  # fmt: skip
    once = DETECTOR.look_at_each(texts, Told())
    assert once == {
        0: every[0],
        2: every[2],
        3: every[3],
        4: every[4]._replace(sightings=every[4].sightings[1:]),
    }
    (of_other,) = every[2].sightings
    told = Told()
    told.lines.add((of_other.rule, of_other.dismissed, of_other.near))
    known = DETECTOR.look_at_each(texts, told)
    assert known == {index: looked for index, looked in once.items() if index != 2}


def test_a_rule_is_known_by_its_id() -> None:
    assert DETECTOR.rule("beside") is BESIDE
    with pytest.raises(KeyError):
        DETECTOR.rule("none of ours")


def test_rules_that_were_asked_can_be_compiled_elsewhere_but_for_those_of_a_user() -> None:
    parts, prefilter = parts_of(RULES)
    looking = Detector(parts, prefilter, "")
    assert looking.asked() == []
    looking.look(f"password = {PASSWORD}\n{TOKEN}".encode())
    assert sorted(looking.asked()) == [0, 1]

    re.purge()
    Detector(parts._replace(trusted=1), prefilter, "").compile([0, 1])

    compiled = {pattern for _, pattern, _ in vars(re)["_cache"] if isinstance(pattern, bytes)}
    assert any(b"tst_" in pattern for pattern in compiled)
    assert not any(b"password" in pattern for pattern in compiled)


def test_a_git_lfs_pointer_is_named_as_skipped() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n"
    (one,) = DETECTOR.look(pointer).skipped
    assert one == ("Git LFS pointer", "its content is not in the repository")


def test_a_representation_never_shows_a_value() -> None:
    looked = DETECTOR.look(f"password = {PASSWORD}\n{TOKEN}".encode())
    assert len(looked.sightings) == 2
    assert PASSWORD not in repr(looked)
    assert TOKEN not in repr(looked)
