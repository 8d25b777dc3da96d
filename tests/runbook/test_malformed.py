"""Whatever the bytes, a file is loaded or refused with placed findings; never anything else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from irkit.errors import RunbookInvalid
from irkit.runbook.check import check
from irkit.runbook.graph import graph, reduced
from irkit.runbook.load import load, loads
from irkit.tui.lanes import lanes
from tests.runbook.catalogue import Catalogue
from tests.runbook.sample import TEXT

FINDING = re.compile(r"[^:]+:[1-9]\d*:[1-9]\d*: .+")
WORDS = re.findall(r"[\w$.]+|[^\w\s]", TEXT)
KEYS = [
    "runbook",
    "title",
    "severity",
    "inputs",
    "steps",
    "uses",
    "with",
    "needs",
    "when",
    "for_each",
    "approve",
    "type",
]

json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=20,
)


def survives(text: str) -> None:
    """Load, check and draw it, or be refused with placed findings."""
    try:
        runbook = loads(text, "f.yaml")
    except RunbookInvalid as refusal:
        lines = refusal.message.splitlines()
        assert lines
        assert all(FINDING.fullmatch(line) for line in lines), lines
        return
    assert all(FINDING.fullmatch(str(finding)) for finding in check(runbook, Catalogue()))
    assert len(lanes(reduced(graph(runbook)))) == len(runbook.steps)


@given(text=st.text(max_size=200))
def test_random_text_is_survived(text: str) -> None:
    survives(text)


@given(data=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_are_survived(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "random.yaml"
    path.write_bytes(data)
    with pytest.raises(RunbookInvalid) as refusal:
        load(path)
    assert all(FINDING.fullmatch(line) for line in refusal.value.message.splitlines())


@given(value=json_like)
def test_random_yaml_is_survived(value: object) -> None:
    survives(yaml.safe_dump(value))


@given(inputs=json_like, steps=json_like)
def test_random_yaml_where_inputs_and_steps_belong_is_survived(inputs: object, steps: object) -> None:
    survives(yaml.safe_dump({"runbook": "f", "title": "F", "severity": "SEV1", "inputs": inputs, "steps": steps}))


@given(step=st.dictionaries(st.sampled_from(KEYS[5:]), json_like | st.sampled_from(WORDS), max_size=6))
def test_a_random_step_is_survived(step: dict[str, object]) -> None:
    steps = {"first": {"uses": "badge.identify", "with": {"badge": "B-1"}}, "second": {"uses": "badge.lock", **step}}
    survives(yaml.safe_dump({"runbook": "f", "title": "F", "severity": "SEV1", "steps": steps}, sort_keys=False))


@given(data=st.data())
def test_a_sample_with_characters_cut_or_put_in_is_survived(data: st.DataObject) -> None:
    text = TEXT
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 30))
        text = text[:at] + data.draw(st.text(max_size=6) | st.sampled_from(WORDS)) + text[at + cut :]
    survives(text)


@given(data=st.data())
def test_a_sample_with_lines_moved_is_survived(data: st.DataObject) -> None:
    lines = TEXT.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        line = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        lines.insert(data.draw(st.integers(0, len(lines))), line)
    survives("\n".join(lines))


@given(data=st.data())
def test_a_sample_with_words_swapped_is_survived(data: st.DataObject) -> None:
    old, new = data.draw(st.sampled_from(WORDS)), data.draw(st.sampled_from(WORDS))
    survives(TEXT.replace(old, new, data.draw(st.integers(1, 3))))
