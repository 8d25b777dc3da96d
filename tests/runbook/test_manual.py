"""docs/runbooks.md tells the truth: its example checks, its tables list just the keys there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from irkit.actions import catalog
from irkit.runbook.check import check
from irkit.runbook.keys import INPUT_KEYS, RUNBOOK_KEYS, STEP_KEYS, Key, Presence
from irkit.runbook.load import loads

MANUAL = (Path(__file__).parents[2] / "docs" / "runbooks.md").read_text(encoding="utf-8")


def test_the_manuals_example_has_no_mistakes() -> None:
    example = next(block for block in re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL) if "runbook:" in block)
    assert check(loads(example, "stale_key.yaml"), catalog) == ()


@pytest.mark.parametrize(
    ("heading", "keys"), [("## The file", RUNBOOK_KEYS), ("### Inputs", INPUT_KEYS), ("### Steps", STEP_KEYS)]
)
def test_the_manuals_tables_list_the_keys_and_which_are_needed(heading: str, keys: dict[str, Key]) -> None:
    part = MANUAL.split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (needed)? ?\|", part, re.MULTILINE))
    assert rows == {name: "needed" if key.presence is Presence.NEEDED else "" for name, key in keys.items()}
