"""Rules read from TOML, and what is said of those that cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from irkit.scan.check_names import CHECK_NAMES
from irkit.scan.detect.engine import Engine
from irkit.scan.detect.loading import loaded
from irkit.scan.detect.structure import CHECKS
from irkit.scan.rule import Bounds, Confidence, Severity
from irkit.scan.ruleset import IS, RulesInvalid, load

GOOD = {
    "id": '"our_token"',
    "title": '"Our token"',
    "severity": '"high"',
    "confidence": '"high"',
    "pattern": "'''(?P<value>ours_[a-z0-9]{20,40})'''",
}


def written(folder: Path, text: str) -> Path:
    file = folder / "rules.toml"
    file.write_text(text, encoding="utf-8")
    return file


def table(**fields: str) -> str:
    return "[[rule]]\n" + "".join(f"{key} = {value}\n" for key, value in (GOOD | fields).items() if value)


def refusal(folder: Path, text: str) -> RulesInvalid:
    with pytest.raises(RulesInvalid) as caught:
        load(written(folder, text))
    return caught.value


def test_a_rule_is_read(tmp_path: Path) -> None:
    (rule,) = load(written(tmp_path, table(bounds='"base64"', min_entropy="3", reach="100", also='["x:y"]')))
    assert (rule.id, rule.severity, rule.confidence) == ("our_token", Severity.HIGH, Confidence.HIGH)
    assert (rule.bounds, rule.min_entropy, rule.reach, rule.also) == (Bounds.BASE64, 3.0, 100, ("x:y",))


def test_an_anchor_follows_from_the_pattern(tmp_path: Path) -> None:
    (rule,) = load(written(tmp_path, table()))
    assert rule.anchor == "ours_[a-z0-9]{20}"


def test_fixed_beginnings_follow_from_the_pattern_of_a_grave_secret(tmp_path: Path) -> None:
    pattern = "'''(?P<value>(?:live|beta)_key_[a-z0-9]{20})'''"
    (rule,) = load(written(tmp_path, table(pattern=pattern)))
    assert rule.literals == ("beta_key_", "live_key_")
    (rule,) = load(written(tmp_path, table(pattern=pattern, severity='"low"')))
    assert rule.literals == ()


def test_is_stands_for_what_comes_between_a_name_and_its_value(tmp_path: Path) -> None:
    (rule,) = load(written(tmp_path, table(pattern="'''(?i:ourtool)${is}(?P<value>[a-z0-9]{20})'''")))
    assert rule.pattern == f"(?i:ourtool){IS}(?P<value>[a-z0-9]{{20}})"


def test_an_unknown_key_is_refused_with_the_nearest_right_one(tmp_path: Path) -> None:
    error = refusal(tmp_path, table(patern='"x"'))
    assert str(tmp_path / "rules.toml") in error.message
    assert "our_token" in error.message
    assert "'patern'" in error.message
    assert "'pattern'" in error.hint


@pytest.mark.parametrize("key", ["id", "title", "severity", "confidence", "pattern"])
def test_what_must_be_given_is_asked_for(tmp_path: Path, key: str) -> None:
    assert f"no {key!r}" in refusal(tmp_path, table(**{key: ""})).message


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"severity": '"grave"'}, "severity: one of critical, high, medium, low"),
        ({"confidence": "3"}, "confidence: one of"),
        ({"bounds": '"words"'}, "bounds: one of"),
        ({"id": '"Our-Token"'}, "id: 3 to 64"),
        ({"reach": "100000"}, "reach: from 0 to"),
        ({"reach": "true"}, "reach: a number"),
        ({"min_entropy": '"3"'}, "min_entropy: a number"),
        ({"literals": '"ours_"'}, "literals: a list of texts"),
        ({"title": "5"}, "title: a text"),
        ({"checks": '["no_such"]'}, "checks: there is no 'no_such'"),
        ({"pattern": "'''(?P<value>ours_[a-z'''"}, "pattern: a [ that does not end"),
        ({"pattern": "'''ours_[a-z]{20}'''"}, "pattern: it needs one group with a name"),
        ({"pattern": "'''(?P<value>ours_)(?P<other>x)'''"}, "pattern: it needs one group with a name"),
        ({"pattern": "'''(?P<value>ours_(?!x)[a-z]{20})'''"}, "pattern: look-ahead"),
        ({"pattern": "'''(?<=x)(?P<value>ours_[a-z]{20})'''"}, "pattern: look-behind"),
        ({"pattern": "'''(?P<value>ours_(a)\\1)'''"}, "does not mean the same"),
        ({"pattern": "'''(?P<value>ours_[a-z]{20}+)'''"}, "possessive"),
        ({"pattern": "'''(?P<value>ours_a{5,2})'''"}, "upside down"),
        ({"pattern": "'''(?P<value>*ours_)'''"}, "nothing to repeat"),
        ({"pattern": '""'}, "pattern: it needs one group"),
        ({"pattern": "'''(?P<value>ours_))'''"}, "a ) too many"),
        ({"pattern": "'''(?P<value>[a-z0-9]{20})'''"}, "no fixed text"),
        ({"pattern": "'''(?P<value>.*)'''"}, "no fixed text"),
        ({"pattern": "'''" + "(" * 60 + "(?P<value>ours_)" + ")" * 60 + "'''"}, "more than 40 deep"),
        ({"anchor": '"ours_.*"'}, "anchor: an anchor's repetitions need a limit"),
        ({"anchor": '"[a-z]{5}"'}, "anchor: it has no fixed text"),
        ({"near": '"("'}, "near: a ( that does not end"),
    ],
)
def test_a_wrong_field_is_refused_by_name(tmp_path: Path, fields: dict[str, str], said: str) -> None:
    message = refusal(tmp_path, table(**fields)).message
    assert said in message
    assert message.startswith(f"{tmp_path / 'rules.toml'}: rule ")


def test_an_id_that_is_none_is_not_repeated(tmp_path: Path) -> None:
    message = refusal(tmp_path, table(id='"a\\u001b[31m\\n::error::"')).message
    assert message == f"{tmp_path / 'rules.toml'}: rule 1: id: 3 to 64 of a-z, 0-9 and _, a letter first"


def test_an_id_is_not_taken_twice(tmp_path: Path) -> None:
    assert "twice" in refusal(tmp_path, table() + table()).message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule", "no TOML"),
        ("", "no [[rule]] table"),
        ("rule = 5", "no [[rule]] table"),
        ("rule = [5]", "rule 1 is no table"),
        ("[[rules]]\nid = 'x'", "unknown key 'rules'"),
        ("x." * 500_000 + "y = 1", "dots"),
    ],
)
def test_what_is_no_file_of_rules_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text).message


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RulesInvalid, match="no TOML"):
        load(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulesInvalid, match="No such file"):
        load(tmp_path / "none.toml")


def test_an_expression_with_a_million_beginnings_is_read_at_once(tmp_path: Path) -> None:
    bomb = "(?:" + "[abcdefgh]" * 40 + ")"
    (rule,) = load(written(tmp_path, table(pattern=f"'''(?P<value>our{bomb})'''")))
    assert rule.literals == ()


def test_the_checks_that_may_be_named_are_those_that_exist() -> None:
    assert CHECKS.keys() == CHECK_NAMES


def test_brackets_without_end_are_refused_not_a_fault(tmp_path: Path) -> None:
    assert "brackets" in refusal(tmp_path, "a = " + "[" * 100_000).message


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(RulesInvalid, match="not a file"):
        load(tmp_path / "pipe.toml")


@pytest.mark.parametrize("pattern", ["acme_(?P<value>[a-z0-9]{20})", "acme-(?P<value>[a-z0-9]{20})"])
def test_a_letter_before_the_value_that_the_bounds_forbid_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(RulesInvalid, match="before the value can never be there"):
        load(written(tmp_path, table(pattern=f"'''{pattern}'''")))
    (rule,) = load(written(tmp_path, table(pattern=f"'''{pattern}'''", bounds='"none"')))
    assert rule.bounds is Bounds.NONE


@pytest.mark.parametrize("before", [r"acme\b", "acme=", r"acme\s"])
def test_an_escape_or_a_sign_before_the_value_is_no_letter(tmp_path: Path, before: str) -> None:
    (rule,) = load(written(tmp_path, table(pattern=f"'''{before}(?P<value>[a-z0-9]{{20}})'''")))
    assert rule.pattern.startswith(before)


@pytest.mark.parametrize(
    ("expression", "size"),
    [
        ("abc(?:(?:a|b|ab){1,30}(?:ab|ba|c){1,30}){1,30}end", "8,106"),
        ("abc[a-z]{1,1000}[0-9]{1,1000}[a-f]{1,1000}end", "3,006"),
    ],
)
def test_repetitions_that_take_minutes_to_compile_are_refused_unseen(
    tmp_path: Path, expression: str, size: str
) -> None:
    said = str(refusal(tmp_path, table(pattern=f"'''(?P<value>{expression})'''")))
    assert f"anchor: its repetitions come to {size} characters" in said
    (rule,) = load(written(tmp_path, table(pattern=f"'''(?P<value>{expression})'''", anchor='"abc[a-z]"')))
    assert rule.anchor == "abc[a-z]"


def test_what_hyperscan_finds_too_large_is_refused_before_all_are_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("hyperscan")
    monkeypatch.setattr("irkit.scan.ruleset.shipped", lambda: pytest.fail("read before the user's rule was tried"))
    pattern = "'''(?P<value>abc(?:(?:a|b|ab){1,9}(?:ab|ba|c){1,9}){1,9}end)'''"
    file = written(tmp_path, table(pattern=pattern))
    with pytest.raises(RulesInvalid, match=r"rule our_token: anchor: .*too large"):
        loaded((file,), Engine.HYPERSCAN, None, lambda: None)
