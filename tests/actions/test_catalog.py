from __future__ import annotations

from pathlib import Path

import pytest

import irkit.actions
from irkit.actions import catalog
from irkit.contract import Action, ActionId, Effect


def test_the_catalogue_names_every_action_file_and_nothing_else() -> None:
    folder = Path(irkit.actions.__file__).parent
    files = {f"{path.parent.name}.{path.stem}" for path in folder.glob("*/*.py") if path.stem != "__init__"}
    assert set(catalog.MODULES) == files
    assert list(catalog.MODULES) == sorted(catalog.MODULES)


def test_every_id_leads_to_an_action() -> None:
    assert all(isinstance(action, Action) for action in catalog.ACTIONS.values())
    assert len(catalog.ACTIONS) == len(catalog.ids())


def test_an_unknown_id_leads_nowhere() -> None:
    assert catalog.lookup("aws.delete_everything") is None
    with pytest.raises(KeyError):
        catalog.ACTIONS[ActionId("aws.delete_everything")]
    with pytest.raises(KeyError):
        catalog.source("aws.delete_everything")


@pytest.mark.parametrize("action_id", catalog.MODULES)
def test_the_source_of_an_action_is_the_line_of_its_definition(action_id: str) -> None:
    path, line = catalog.source(action_id)
    assert path.is_file()
    assert path.read_text(encoding="utf-8").splitlines()[line - 1].startswith("ACTION")


@pytest.mark.parametrize("action_id", catalog.MODULES)
def test_every_permission_is_written_as_service_and_operation(action_id: str) -> None:
    for permission in catalog.ACTIONS[ActionId(action_id)].iam:
        service, _, name = permission.partition(":")
        assert service.islower()
        assert name[:1].isupper()
        assert "*" not in permission


@pytest.mark.parametrize("action_id", catalog.MODULES)
def test_a_reversible_effect_can_be_undone_or_says_how_not(action_id: str) -> None:
    action = catalog.ACTIONS[ActionId(action_id)]
    if action.effect is Effect.REVERSIBLE and action.revert is None:
        assert action_id in {
            *("aws.remove_login_profile", "aws.restart_service"),
            *("github.cancel_runs", "github.delete_caches", "github.remove_runner", "github.update_actions_secret"),
        }


@pytest.mark.parametrize("action_id", [name for name in catalog.MODULES if name.startswith(("aws.", "cloudtrail."))])
def test_a_reading_says_what_it_found_in_one_line(action_id: str) -> None:
    action = catalog.ACTIONS[ActionId(action_id)]
    assert action.read is None or isinstance(action.result.__dict__.get("summary"), property)
