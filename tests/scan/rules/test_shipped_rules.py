"""irkit's own rules: what they must have, and what their examples say."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.detect.detector import Detector, load_detector
from irkit.scan.detect.structure import CHECKS
from irkit.scan.example import example
from irkit.scan.rule import Bounds, Confidence, Rule, Severity
from irkit.scan.ruleset import IS, load, shipped, shipped_files
from irkit.scan.trial import failures

RULES = shipped()
BY_ID = {rule.id: rule for rule in RULES}
_NO_SECRET = "Public IP (ipv4)"
_TOKEN = re.compile(r"(?:ghp_|AKIA|xoxb-\d|sk_live_|glpat-|AIza|npm_|-----BEGIN)[A-Za-z0-9]{8}")


@pytest.fixture(scope="module")
def detector(rules_cache: Path) -> Detector:
    return load_detector(cache=rules_cache / "irkit")


def test_there_are_rules_for_hundreds_of_kinds() -> None:
    assert len(RULES) >= 400


def test_no_id_is_there_twice() -> None:
    assert [one for one, count in Counter(rule.id for rule in RULES).items() if count > 1] == []


def test_rules_for_secrets_of_no_known_kind_come_last() -> None:
    assert shipped_files()[-1].stem == "generic"
    generic = {rule.id for rule in load(shipped_files()[-1])}
    assert {rule.id for rule in RULES[-len(generic) :]} == generic


def test_each_rule_has_an_example_that_must_be_found() -> None:
    assert [rule.id for rule in RULES if not rule.matches] == []


def test_a_rule_that_is_not_sure_has_an_example_that_must_not_be_found() -> None:
    assert [rule.id for rule in RULES if rule.confidence is not Confidence.HIGH and not rule.misses] == []


def test_every_example_holds(detector: Detector) -> None:
    assert list(failures(RULES, detector)) == []


@pytest.mark.parametrize("before", [b"backup-", b"my_token_"])
def test_a_token_that_begins_like_nothing_else_is_found_in_the_middle_of_a_name(
    detector: Detector, before: bytes
) -> None:
    rules = [rule for rule in RULES if rule.bounds is Bounds.PREFIX]
    assert len(rules) > 110
    for rule in rules:
        text = example(rule.matches[0], 3).encode()
        value = next(one.value for one in detector.look(text).sightings if not one.dismissed)
        seen = detector.look(b'file = "' + before + value + b'.txt"\n').sightings
        assert any(value in one.value for one in seen if not one.dismissed), rule.id


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(RULES), st.integers(0, 10**9), st.data())
def test_an_anchor_matches_wherever_its_pattern_does(rule: Rule, seed: int, data: st.DataObject) -> None:
    text = example(data.draw(st.sampled_from(rule.matches)), seed).encode()
    if re.search(rule.pattern.encode(), text, re.MULTILINE):
        assert re.search(rule.anchor.encode(), text, re.MULTILINE), rule.anchor


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([rule for rule in RULES if rule.literals]), st.integers(0, 10**9))
def test_a_value_holds_one_of_its_rules_fixed_texts(rule: Rule, seed: int) -> None:
    values = [
        match["value"].decode()
        for template in rule.matches
        for match in re.finditer(rule.pattern.encode(), example(template, seed).encode(), re.MULTILINE)
    ]
    assert any(literal in value for value in values for literal in rule.literals)


def test_an_anchor_is_as_loose_as_its_pattern_or_the_engines_would_differ() -> None:
    assert not [rule.id for rule in shipped() if IS in rule.anchor and IS not in rule.pattern]


def test_every_check_that_a_rule_asks_for_exists() -> None:
    assert {check for rule in RULES for check in rule.checks} <= CHECKS.keys()


def test_there_is_a_rule_for_every_plug_in_of_detect_secrets() -> None:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    types = set(get_mapping_from_secret_type_to_class()) - {_NO_SECRET}
    assert {f"detect-secrets:{one}" for one in types} <= {name for rule in RULES for name in rule.also}


def test_liveness_names_rules_that_the_kingfisher_sdk_can_ask_with() -> None:
    sdk = pytest.importorskip("kingfisher_sdk")
    known = {one["id"] for one in sdk.Rules(cache=False, confidence="low").metadata() if one["validation"]}
    assert {rule.liveness for rule in RULES if rule.liveness} - known == set()


@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_no_file_of_rules_holds_what_looks_like_a_token(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith(("matches", "misses", "    ")):
            assert not _TOKEN.search(line), line


@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_no_file_of_rules_would_be_reported_by_irkit_itself(file: Path, detector: Detector) -> None:
    seen = detector.look(file.read_bytes()).sightings
    assert [(one.rule, one.line) for one in seen if not one.dismissed and one.confidence is Confidence.HIGH] == []


def test_what_pays_or_publishes_is_critical() -> None:
    critical = {"aws_secret_access_key", "github_token", "npm_token", "pypi_token", "stripe_key", "private_key"}
    assert {BY_ID[one].severity for one in critical} == {Severity.CRITICAL}


def test_public_identifiers_are_of_low_severity() -> None:
    public = {"twilio_account_sid", "mailgun_public_key", "posthog_project_key", "stripe_test_key", "algolia_id"}
    assert {BY_ID[one].severity for one in public} == {Severity.LOW}
