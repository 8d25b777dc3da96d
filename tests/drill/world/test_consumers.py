"""The three apps that hold the secret."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from irkit.drill.world import estate
from irkit.drill.world.json_shape import at
from irkit.drill.world.settings import WorldSettings
from irkit.drill.world.world import World
from tests.drill.world.accounts import admin, becomes, records, sdk

Raise = Callable[[WorldSettings], World]


def test_health_tells_the_version_that_is_current(world: World) -> None:
    current = sdk(world, world.found.admin, "secretsmanager").get_secret_value(SecretId=estate.DEPLOY_SECRET)
    for name in estate.SERVICES:
        report = world.consumers.report(name)
        assert report == {
            "service": name,
            "healthy": True,
            "secret_version": current["VersionId"],
            "key_id_last4": world.found.leaked.key_id[-4:],
            "error": "",
        }


def test_services_name_the_secret_and_where_their_health_is(world: World) -> None:
    ecs = sdk(world, world.found.responder, "ecs")
    arns = ecs.list_services(cluster=estate.CLUSTER)["serviceArns"]
    described = ecs.describe_services(cluster=estate.CLUSTER, services=arns, include=["TAGS"])["services"]
    assert {one["serviceName"] for one in described} == set(estate.SERVICES)
    for one in described:
        tags = {tag["key"]: tag["value"] for tag in one["tags"]}
        assert tags["irkit:healthz"] == world.facts.consumers[one["serviceName"]]
        task = ecs.describe_task_definition(taskDefinition=one["taskDefinition"])["taskDefinition"]
        assert task["containerDefinitions"][0]["secrets"][0]["valueFrom"] == world.found.deploy_secret_arn


def test_a_dead_key_makes_the_apps_unhealthy_and_a_deployment_heals_them(raise_world: Raise) -> None:
    world = raise_world(WorldSettings())
    by, iam = admin(world), sdk(world, world.found.admin, "iam")
    new = iam.create_access_key(UserName=estate.LEAKED_USER)["AccessKey"]
    put = sdk(world, world.found.admin, "secretsmanager").put_secret_value(
        SecretId=estate.DEPLOY_SECRET,
        SecretString=json.dumps({"access_key_id": new["AccessKeyId"], "secret_access_key": new["SecretAccessKey"]}),
    )
    iam.update_access_key(UserName=estate.LEAKED_USER, AccessKeyId=world.found.leaked.key_id, Status="Inactive")
    assert becomes(lambda: at(world.consumers.report("api"), "healthy") is False)
    assert at(world.consumers.report("api"), "error") == "kms:Decrypt: UnrecognizedClientException"

    before = world.consumers.pids
    by.json("ecs", "UpdateService", {"cluster": estate.CLUSTER, "service": "api", "forceNewDeployment": True})
    assert becomes(lambda: at(world.consumers.report("api"), "secret_version") == put["VersionId"])
    assert at(world.consumers.report("api"), "healthy") is True
    after = world.consumers.pids
    assert (after["api"] != before["api"], after["batch"] == before["batch"]) == (True, True)
    assert becomes(lambda: at(world.consumers.report("batch"), "healthy") is False)  # it looks in its own time


def test_a_deployment_that_is_refused_restarts_nothing(lonely: World) -> None:
    before = lonely.consumers.pids
    client = sdk(lonely, lonely.found.responder, "ecs")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.update_service(cluster=estate.CLUSTER, service="api", forceNewDeployment=True)
    assert before
    assert lonely.consumers.pids == before


def test_the_apps_work_with_the_key_from_inside(world: World) -> None:
    world.consumers.report("api")
    inside = [
        record
        for record in records(world, world.found.leaked.key_id)
        if str(record["sourceIPAddress"]).startswith("10.0.4.")
    ]
    assert {record["eventName"] for record in inside} == {"Decrypt"}
    assert "acme-api/2026.11" in {record["userAgent"] for record in inside}
