"""Report and actions do not know each other: here is where it shows when a result's field is renamed."""

from __future__ import annotations

from types import UnionType
from typing import Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from irkit.actions.catalog import ACTIONS
from irkit.contract import ActionId
from irkit.report import views
from irkit.report.findings import Loose

READS: list[tuple[type[Loose], str]] = [
    (views.Identity, "aws.identify_principal"),
    (views.Sighting, "git.find_secret"),
    (views.Audience, "github.find_exposure"),
    (views.Death, "aws.prove_principal_dead"),
    (views.KeyUse, "cloudtrail.measure_key_use"),
    (views.Judgement, "cloudtrail.judge_use"),
    (views.NewKey, "aws.issue_access_key"),
    (views.ShutIn, "aws.quarantine_user"),
    (views.ShutRole, "aws.quarantine_role"),
    (views.LetGo, "aws.let_go"),
    (views.Purge, "git.purge_history"),
]


@pytest.mark.parametrize(("view", "action"), READS, ids=[action for _, action in READS])
def test_every_field_that_the_report_reads_is_one_that_the_action_tells(view: type[Loose], action: str) -> None:
    assert missing(view, [ACTIONS[ActionId(action)].result]) == []


def test_every_list_of_leftovers_is_one_that_the_hunt_tells() -> None:
    told = ACTIONS[ActionId("cloudtrail.hunt_persistence")].result.model_fields
    traces = {field for name, each in told.items() for inner in models(each.annotation) for field in inner.model_fields}
    assert set(views.LeftBehind.model_fields) <= set(told)
    assert set(views.Trace.model_fields) <= traces


def test_every_thing_that_the_report_reads_of_a_sweep_is_one_that_the_sweep_tells() -> None:
    told = ACTIONS[ActionId("aws.sweep_window")].result.model_fields
    things = {field for name, each in told.items() for inner in models(each.annotation) for field in inner.model_fields}
    assert set(views.Swept.model_fields) <= set(told)
    assert set(views.Remnant.model_fields) <= things


def missing(view: type[BaseModel], told: list[type[BaseModel]]) -> list[str]:
    """Fields of ``view`` that none of the models has; nested models included."""
    lacking = []
    for name, field in view.model_fields.items():
        types = [model.model_fields[name].annotation for model in told if name in model.model_fields]
        if not types:
            lacking.append(f"{view.__name__}.{name}")
        inner = models(field.annotation)
        if inner and types:
            lacking += missing(inner[0], [each for found in types for each in models(found)])
    return lacking


def models(annotation: object) -> list[type[BaseModel]]:
    """The models within a type: of a tuple, a list, an optional."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in {tuple, list, Union, UnionType}:
        return [each for part in get_args(annotation) for each in models(part)]
    return []
