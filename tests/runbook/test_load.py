"""What the loader takes, and how it refuses."""

# ruff: noqa: E501 - a table of findings reads best with a row on a line
from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from irkit.errors import RunbookInvalid
from irkit.runbook.finding import Place
from irkit.runbook.load import load, loads
from irkit.runbook.model import (
    InputKind,
    InputName,
    InputRef,
    ItemRef,
    ListOf,
    Literal,
    MapOf,
    RunbookPhase,
    Severity,
    StepId,
    StepRef,
    Test,
)
from irkit.runbook.nodes import DEEPEST, LONGEST_FILE, MOST_NODES
from tests.runbook.sample import SAMPLE, TEXT, changed, refused, sample

SMALL = """\
runbook: small
title: Small
severity: SEV3
steps:
  only:
    uses: a.b
"""


def test_the_sample_is_loaded_in_file_order() -> None:
    runbook = load(SAMPLE)
    assert [step.id for step in runbook.steps] == [
        "identify", "lock", "measure", "judge", "search", "burn", "decide", "replace", "tell",
    ]  # fmt: skip
    assert (runbook.name, runbook.severity, runbook.title) == ("stolen_badge", Severity.SEV2, "A badge was stolen")


def test_the_hash_is_that_of_the_files_bytes() -> None:
    assert load(SAMPLE).sha256 == hashlib.sha256(SAMPLE.read_bytes()).hexdigest()


def test_a_runbook_loads_from_its_text_as_a_resumed_incident_does() -> None:
    assert loads(TEXT, str(SAMPLE)) == load(SAMPLE)


def test_inputs_keep_their_type_default_and_options() -> None:
    inputs = sample().inputs
    assert inputs[InputName("badge")].required
    assert inputs[InputName("known_doors")].default == ["front", "garage"]
    assert inputs[InputName("tone")].kind is InputKind.CHOICE
    assert inputs[InputName("tone")].options == ("calm", "loud")
    assert not inputs[InputName("reporter")].required


def test_references_are_typed_and_placed() -> None:
    runbook = sample()
    assert runbook.step(StepId("identify")).params["badge"] == InputRef(InputName("badge"), Place(30, 14))
    search = runbook.step(StepId("search"))
    assert search.for_each == StepRef(StepId("measure"), ("uses",), Place(58, 15))
    assert search.params["door"] == ItemRef(("door",), Place(61, 13))


def test_lists_and_maps_may_hold_references() -> None:
    burn, tell = sample().step(StepId("burn")), sample().step(StepId("tell"))
    labels, to = burn.params["labels"], tell.params["to"]
    assert isinstance(labels, MapOf)
    assert isinstance(to, ListOf)
    assert [str(member) for member in to.members[:2]] == ["$identify.owner", "$replace.badge"]
    assert str(labels.members["owner"]) == "$identify.owner"


def test_a_when_is_read_with_its_test() -> None:
    search, decide = sample().step(StepId("search")).when, sample().step(StepId("decide")).when
    assert search is not None
    assert decide is not None
    assert (str(search.ref), search.test, search.value) == ("$judge.outcome", Test.IS, "abused")
    assert str(decide) == "$judge.outcome is not unclear"


def test_phase_and_approve_are_read() -> None:
    burn = sample().step(StepId("burn"))
    assert (burn.phase, burn.approve, burn.needs) == (RunbookPhase.ERADICATE, 3, ("lock",))


def test_an_unknown_step_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        sample().step(StepId("nothing"))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ('"true"', "true"),
        ("null", None),
        ("7", 7),
        ("007", "007"),
        ("-1.5", -1.5),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("2026-01-01", "2026-01-01"),
        ("12:30:45", "12:30:45"),
        ("$$five", "$five"),
        ("costs $5", "costs $5"),
    ],
)
def test_scalars_mean_what_they_look_like(written: str, value: object) -> None:
    step = loads(f"{SMALL}    with:\n      x: {written}\n", "f").step(StepId("only"))
    found = step.params["x"]
    assert isinstance(found, Literal)
    assert found.value == value
    assert type(found.value) is type(value)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("severity: SEV2", "severity: SEV9", "4:11: 'SEV9' is no severity; one of SEV1, SEV2, SEV3, SEV4"),
        ("severity: SEV2", "severty: SEV2", "4:1: a runbook has no key 'severty' (did you mean 'severity'?)"),
        ("title: A badge was stolen", "title: 7", "3:8: title must be a text"),
        ("title: A badge was stolen", "title: ''", "3:8: title is empty"),
        ("runbook: stolen_badge", "runbook: Stolen Badge", "no runbook name"),
        ("    type: list", "    type: lits", "'lits' is no type of input"),
        ("    options: [calm, loud]", "", "a choice has options"),
        ("    default: calm", "    default: quiet", "20:14: the default does not fit the type choice"),
        ("    default: [front, garage]", "    default: front", "the default of a list must be a list"),
        ("    optional: true", "    optional: yes", "23:15: optional must be true or false"),
        ("  reporter:\n", "  Reporter!:\n", "'Reporter!' is no input name"),
        ("  identify:\n", "  Identify:\n", "26:3: 'Identify' is no step id"),
        ("  identify:\n", "  identify_the_badge1:\n", "is no step id: lower snake, at most 18 letters"),
        ("  identify:\n", "  item:\n", "'item' is no step id"),
        ("badge: $inputs.badge", "badge: $inputs.bagde", "no input 'bagde' (did you mean '$inputs.badge'?)"),
        ("badge: $inputs.badge", "badge: $input.badge", "there is no step 'input' above (did you mean '$inputs'?)"),
        ("badge: $inputs.badge", "badge: id $inputs.badge", "$inputs.badge stands within a longer text"),
        ("badge: $inputs.badge", "badge: $inputs", "'$inputs' is no reference"),
        ("badge: $inputs.badge", "badge: $Inputs.badge", "'$Inputs.badge' is no reference"),
        ("badge: $inputs.badge", "badge: $lock.badge", "30:14: lock does not stand above this step"),
        ("badge: $inputs.badge", "badge: $item.badge", "$item means something only in a step with for_each"),
        ("uses: $measure.uses", "uses: $mesure.uses", "no step 'mesure' above (did you mean '$measure'?)"),
        ("for_each: $measure.uses", "for_each: doors", "for_each must be a list or a reference to one"),
        ("for_each: $measure.uses", "for_each: {a: b}", "for_each must be a list or a reference to one"),
        ("needs: [lock]", "needs: [lokc]", "there is no step 'lokc' (did you mean 'lock'?)"),
        ("needs: [lock]", "needs: [burn]", "a step cannot need itself"),
        ("needs: [lock]", "after: [burnt]", "there is no step 'burnt'"),
        ("needs: [lock]", "needs: [decide]", "decide does not stand above burn"),
        ("when: $judge.outcome is abused", "when: $judge.outcome == abused", "when must read:"),
        ("when: $judge.outcome is abused", "when: $inputs.tone is loud", "when tests the result of a step"),
        ("when: $judge.outcome is abused", "when: true", "when must read:"),
        ("approve: 3", "approve: 0", "approve must be a whole number of at least 1"),
        ("approve: 3", "approve: true", "approve must be a whole number of at least 1"),
        ("    approve: 3", "    aprove: 3", "a step has no key 'aprove' (did you mean 'approve'?)"),
        ("phase: contain", "phase: containment", "'containment' is no phase; one of contain, measure"),
        ("uses: badge.identify", "uses: identify", "'identify' is no action id"),
        ("    uses: badge.identify\n", "", "a step lacks its key 'uses'"),
        ("    uses: badge.identify\n", "    uses: badge.identify\n    uses: badge.lock\n", "29:5: 'uses' stands here twice"),
        ("needs: [lock]", "needs: &them [lock]", "anchors (&name) are not allowed"),
        ("needs: [lock]", "needs: *them", "aliases (*name) are not allowed"),
        ("needs: [lock]", "needs: !!python/name:os.system [lock]", "tags (!name) are not allowed"),
        ("needs: [lock]", "needs: [lock", "not YAML"),
        ("needs: [lock]", "? [lock]\n    : 1", "a key must be a plain text"),
        ("needs: [lock]", 'needs: ["\\UFFFFFFFF"]', "not YAML: a character or number out of range"),
        ("needs: [lock]", 'needs: ["\\ud800"]', "half of a surrogate pair"),
        ("needs: [lock]", "needs: [\x07]", "a character that YAML does not allow"),
        ("steps:\n", "---\nsteps:\n", "one YAML document"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_a_place(old: str, new: str, finding: str) -> None:
    found = refused(changed(old, new))
    assert any(finding in line for line in found), found


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "1:1: the file is empty"),
        ("# nothing\n", "1:1: the file is empty"),
        ("just text", "1:1: a runbook must be a map"),
        ("- a\n- b\n", "1:1: a runbook must be a map"),
        ("x" * (LONGEST_FILE + 1), "1:1: a runbook holds at most 256 KiB"),
        (f"a: {'[' * (DEEPEST + 1)}{']' * (DEEPEST + 1)}", f"nested more than {DEEPEST} deep"),
        (f"a: [{'1,' * MOST_NODES}]", f"at most {MOST_NODES} parts"),
        (SMALL.replace("  only:\n    uses: a.b\n", "  {}\n"), "a runbook has 1 to 200 steps"),
        (SMALL + "inputs:\n  key: {type: secret, default: hunter2}\n", "a secret has no default"),
        (SMALL + "    with: {x: $inputs.key}\ninputs:\n  key: {type: secret}\n", "is a secret, and no step may refer to it"),
    ],
)  # fmt: skip
def test_what_is_no_runbook_at_all_is_refused_with_a_place(text: str, finding: str) -> None:
    found = refused(text)
    assert any(finding in line for line in found), found


def test_all_findings_come_at_once_from_the_top_down() -> None:
    text = changed("severity: SEV2", "severity: bad").replace("needs: [lock]", "needs: [nothing]")
    assert [line.split(":")[0] for line in refused(text)] == ["4", "67"]


def test_a_finding_never_prints_control_characters() -> None:
    (line,) = refused(changed("needs: [lock]", 'needs: ["\\e[31mred"]'))
    assert line.isprintable()


def test_a_file_must_be_named_as_its_runbook(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(TEXT, encoding="utf-8")
    with pytest.raises(RunbookInvalid, match=r"its file must be stolen_badge\.yaml"):
        load(path)


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(RunbookInvalid, match=r"none\.yaml:1:1: cannot be read: No such file"):
        load(tmp_path / "none.yaml")


def test_a_file_that_is_not_utf8_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"runbook: latin\ntitle: caf\xe9\n")
    with pytest.raises(RunbookInvalid, match=r"latin\.yaml:2:1: the file is not UTF-8"):
        load(path)
