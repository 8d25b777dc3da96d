from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from irkit.actions.github import update_actions_secret
from irkit.actions.github.update_actions_secret import Params, Result
from irkit.clients.clients import Clients
from irkit.clients.secretsmanager import SecretVersions
from irkit.contract import Plan, Proof, Standing
from irkit.errors import NotFound, PlanStale
from irkit.secret import Secret
from tests.forge import Forge

NAME = "acme/payments"
NEW_ID, NEW_SECRET = "AKIANEWNEWNEWNEWNEW1", "nEw0secret0value0that0nobody0may0see0abcd"
VERSION = "5f3d7c1e-0000-4000-8000-000000000001"


class OneSecret:
    """A store that holds one secret in one version."""

    def __init__(self, text: str) -> None:
        self.text = text

    def versions(self, secret_id: str) -> SecretVersions:
        return SecretVersions(f"arn:{secret_id}", {VERSION: ("AWSCURRENT",)})

    def read(self, secret_id: str, version_id: str = "") -> Secret:
        assert (secret_id, version_id) == ("prod/deploy/aws", VERSION)
        return Secret(self.text)


def clients(forge: Forge, text: str = "") -> Clients:
    held = text or json.dumps({"access_key_id": NEW_ID, "secret_access_key": NEW_SECRET, "region": "eu-central-1"})
    made = forge.clients("update_actions")
    made.__dict__["secretsmanager"] = OneSecret(held)
    return made


def planned(forge: Forge, **changes: object) -> Plan:
    given = {"repository": forge.url, "secret_id": "prod/deploy/aws"} | changes
    return update_actions_secret.plan(clients(forge), Params.model_validate(given))


def test_workflows_see_the_new_key_afterwards(forge: Forge) -> None:
    receipt = update_actions_secret.apply(clients(forge), planned(forge))
    assert forge.github.unseal(NAME, "AWS_ACCESS_KEY_ID") == Secret(NEW_ID)
    assert forge.github.unseal(NAME, "AWS_SECRET_ACCESS_KEY") == Secret(NEW_SECRET)
    assert update_actions_secret.verify(clients(forge), receipt).proof is Proof.PROVEN
    assert Result.model_validate(receipt.result).version_id == VERSION


def test_the_new_secret_is_in_no_plan_receipt_or_store(forge: Forge) -> None:
    plan = planned(forge)
    receipt = update_actions_secret.apply(clients(forge), plan)
    store = (forge.github.root / "github.json").read_text()
    for text in (plan.model_dump_json(), receipt.model_dump_json(), store):
        assert NEW_SECRET not in text


def test_the_plan_says_when_each_was_last_written_and_that_nothing_brings_it_back(forge: Forge) -> None:
    plan = planned(forge)
    assert [change.before.split()[0] for change in plan.changes] == ["written", "written"]
    assert "cannot be read back" in plan.undo


def test_a_secret_that_is_not_there_yet_is_made(forge: Forge) -> None:
    plan = planned(forge, fields={"DEPLOY_KEY_ID": "access_key_id"})
    assert [change.before for change in plan.changes] == ["absent"]
    receipt = update_actions_secret.apply(clients(forge), plan)
    assert update_actions_secret.verify(clients(forge), receipt).proof is Proof.PROVEN


def test_a_write_by_someone_else_makes_the_plan_stale(forge: Forge) -> None:
    plan = planned(forge)
    forge.clients().github.put_secret(NAME, "AWS_ACCESS_KEY_ID", Secret("theirs"))
    with pytest.raises(PlanStale):
        update_actions_secret.apply(clients(forge), plan)
    assert forge.github.unseal(NAME, "AWS_ACCESS_KEY_ID") == Secret("theirs")


def test_a_write_in_the_second_of_the_one_before_is_made_again_and_proven(forge: Forge) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        forge.github._repositories[NAME].secrets[name]["updated_at"] = soon
    receipt = update_actions_secret.apply(clients(forge), planned(forge))
    assert update_actions_secret.verify(clients(forge), receipt).proof is Proof.PROVEN
    assert forge.github.unseal(NAME, "AWS_SECRET_ACCESS_KEY") == Secret(NEW_SECRET)


def test_a_crash_between_the_two_writes_is_seen_between(forge: Forge) -> None:
    plan = planned(forge)
    assert update_actions_secret.probe(clients(forge), plan).standing is Standing.UNTOUCHED
    forge.clients().github.put_secret(NAME, "AWS_ACCESS_KEY_ID", Secret(NEW_ID))
    assert update_actions_secret.probe(clients(forge), plan).standing is Standing.BETWEEN
    forge.clients().github.put_secret(NAME, "AWS_SECRET_ACCESS_KEY", Secret(NEW_SECRET))
    probe = update_actions_secret.probe(clients(forge), plan)
    assert probe.standing is Standing.IN_PLACE
    assert probe.receipt is not None


def test_a_secret_deleted_after_the_write_is_not_proven(forge: Forge) -> None:
    receipt = update_actions_secret.apply(clients(forge), planned(forge))
    forge.github._repositories[NAME].secrets.pop("AWS_ACCESS_KEY_ID")
    assert update_actions_secret.verify(clients(forge), receipt).proof is Proof.NOT_YET


@pytest.mark.parametrize("text", ["no json", json.dumps({"access_key_id": NEW_ID}), "[1]"])
def test_a_secret_without_the_fields_is_refused_at_planning(forge: Forge, text: str) -> None:
    params = Params(repository=forge.url, secret_id="prod/deploy/aws")
    with pytest.raises(NotFound) as caught:
        update_actions_secret.plan(clients(forge, text), params)
    assert NEW_ID not in str(caught.value)
