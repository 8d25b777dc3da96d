"""``measure_kms_use``, ``find_key_changes``, ``measure_opened``: what the shared world's intruder did with its key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from irkit.clients.clients import Clients
from tests.actions.aws.sealed import unpaced
from tests.bench import Bench, asked

OURS = ["10.0.0.0/16"]


@pytest.fixture
def unhurried(on: Bench) -> Iterator[Clients]:
    """Clients of a step to which CloudTrail answers as often as they ask."""
    with unpaced(on) as quick:
        yield quick.clients()


@pytest.fixture
def key(on: Bench) -> str:
    return on.world.found.kms_key_arn


@pytest.fixture
def suspect(on: Bench) -> str:
    return f"arn:aws:iam::{on.world.facts.account}:user/svc-deploy"


def test_each_caller_is_told_by_address_and_services_decrypts_under_their_callers(
    on: Bench, unhurried: Clients, key: str, suspect: str
) -> None:
    found = asked(unhurried, "cloudtrail.measure_kms_use", key=key, hours=72, known_networks=OURS)
    rows = {one["ip"]: one for one in found["callers"] if one["principal"] == suspect}
    strange = rows["185.220.101.34"]
    assert strange["via"] == ["secretsmanager"]
    assert {strange["ip"], "10.0.4.21"} <= set(rows)
    assert any("ledger" in each for each in strange["contexts"])
    assert [one["sha256"] for one in (found,)] == [on.kept[-1].sha256]


def test_what_was_opened_is_the_truth_to_the_event(on: Bench, unhurried: Clients, key: str, suspect: str) -> None:
    values = asked(unhurried, "aws.find_sealed_values", key=key)["values"]
    found = asked(
        unhurried, "cloudtrail.measure_opened", principals=[suspect], values=values, known_networks=OURS, hours=4
    )
    truth = on.world.truth()["decrypts"]
    assert isinstance(truth, list)
    assert sorted(found["decrypts"]) == sorted(map(str, truth))
    assert len(found["reads"]) == 2
    assert "prod/payments/db (secret, of " in found["claim"]
    assert "): OPENED " in found["claim"]
    assert {one["name"]: one["opened"] for one in found["tasks"]} == dict.fromkeys(
        ("prod/payments/db", "prod/deploy/aws"), "yes"
    )


def test_without_known_networks_every_decrypt_of_the_suspect_counts(unhurried: Clients, suspect: str) -> None:
    known = asked(unhurried, "cloudtrail.measure_opened", principals=[suspect], known_networks=OURS, hours=48)
    every = asked(unhurried, "cloudtrail.measure_opened", principals=[suspect], hours=48)
    assert set(known["decrypts"]) < set(every["decrypts"])
    assert every["rightful"] == 0


def test_what_the_suspect_opened_by_right_is_told_beside(on: Bench, unhurried: Clients, key: str, suspect: str) -> None:
    values = asked(unhurried, "aws.find_sealed_values", key=key)["values"]
    given = {"principals": [suspect], "values": values, "known_networks": ["0.0.0.0/0"], "hours": 48}
    found = asked(unhurried, "cloudtrail.measure_opened", **given)
    assert (found["decrypts"], found["opened"]) == ([], [])
    assert found["rightful"] >= sum(one["count"] for one in found["by_right"]) > 0
    tasks = {one["name"]: one for one in found["tasks"]}
    assert (tasks["prod/payments/db"]["opened"], tasks["prod/payments/db"]["by_right"] > 0) == ("by right", True)
    whole = asked(unhurried, "cloudtrail.measure_opened", **given, wholly=[suspect])
    assert (whole["rightful"], len(whole["decrypts"]) > 0) == (0, True)


def test_what_a_principal_that_the_intruder_made_did_is_the_intruders(unhurried: Clients, suspect: str) -> None:
    found = asked(
        unhurried, "cloudtrail.measure_opened", principals=[suspect], made=[suspect], known_networks=OURS, hours=48
    )
    assert found["rightful"] == 0


def test_changes_to_the_key_leave_out_irkits_own(unhurried: Clients, key: str) -> None:
    unhurried.kms.disable(key)
    unhurried.kms.enable(key)
    found = asked(unhurried, "cloudtrail.find_key_changes", key=key, hours=1)
    assert found["changes"] == []
    assert found["deletion"] is False
