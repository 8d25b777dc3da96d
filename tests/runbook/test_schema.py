"""The JSON Schema agrees with the loader and the checker on what it can say."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from irkit.actions import catalog
from irkit.runbook.load import load
from irkit.runbook.schema import schema
from irkit.runbook.shelf import shelf
from tests.runbook.catalogue import Catalogue
from tests.runbook.sample import SAMPLE, TEXT, changed

SCHEMA = schema(Catalogue())


def errors(text: str) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(yaml.safe_load(text))]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator.check_schema(schema(catalog))


def test_the_sample_fits() -> None:
    assert errors(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("severity: SEV2", "severity: SEV9"),
        ("severity: SEV2", "severty: SEV2"),
        ("    type: list", "    type: lits"),
        ("  identify:\n", "  Identify:\n"),
        ("    approve: 3", "    aprove: 3"),
        ("phase: contain", "phase: containment"),
        ("uses: badge.identify", "uses: badge.identfy"),
        ("badge: $inputs.badge", "bagde: $inputs.badge"),
        ("badge: $inputs.badge", "badge: 7"),
        ("badge: $inputs.badge", "badge: B"),
        ("when: $judge.outcome is abused", "when: $judge.outcome == abused"),
        ("tone: $inputs.tone", "tone: shrill"),
        ("to: [$identify.owner, ", "to: [7, "),
        ("for_each: $measure.uses", "for_each: doors"),
    ],
)
def test_what_the_loader_or_checker_refuses_does_not_fit(old: str, new: str) -> None:
    assert errors(changed(old, new))


def test_the_shipped_runbooks_fit_the_schema_of_the_real_actions() -> None:
    validator = jsonschema.Draft202012Validator(schema(catalog))
    for one in shelf(SAMPLE.parent / "none").values():
        found = [error.message for error in validator.iter_errors(yaml.safe_load(load(one.path).text))]
        assert found == [], one.name
