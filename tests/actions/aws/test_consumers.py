"""``aws.find_consumers`` and ``aws.restart_service``, with an ECS service and a health page of one's own."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from irkit.contract import Proof, Standing
from irkit.errors import NotFound, PlanStale
from tests.bench import Bench, applied, asked, done, operation, planned, proven

ID = "aws.restart_service"


@dataclass
class Page:
    """What a health page says; a test may change it."""

    url: str = ""
    status: int = 200
    body: dict[str, object] = field(default_factory=dict)


@contextmanager
def health_page() -> Iterator[Page]:
    page = Page()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raw = json.dumps(page.body).encode()
            self.send_response(page.status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page.url = f"http://127.0.0.1:{server.server_address[1]}/healthz"
    try:
        yield page
    finally:
        server.shutdown()
        server.server_close()


def service(on: Bench, value_from: str, health_url: str = "") -> tuple[str, str]:
    """A cluster and a service of one's own whose container gets a secret."""
    cluster, name = f"c-{uuid.uuid4().hex[:8]}", f"s-{uuid.uuid4().hex[:8]}"
    aws = on.clients("arrange").aws
    aws.call("ecs", "create_cluster", clusterName=cluster)
    definition = aws.call(
        "ecs",
        "register_task_definition",
        family=name,
        memory="128",
        containerDefinitions=[{"name": "a", "image": "x", "secrets": [{"name": "KEY", "valueFrom": value_from}]}],
    )["taskDefinition"]["taskDefinitionArn"]
    tags = [{"key": "irkit:healthz", "value": health_url}] if health_url else []
    aws.call(
        "ecs", "create_service", cluster=cluster, serviceName=name, taskDefinition=definition, desiredCount=1, tags=tags
    )
    return cluster, name


@pytest.mark.parametrize("written", ["{arn}", "{arn}:access_key_id::", "{name}"])
def test_a_service_is_found_however_it_names_the_secret(on: Bench, written: str) -> None:
    name = on.secret_of(on.suspect())
    arn = on.clients().secretsmanager.versions(name).arn
    cluster, own = service(on, written.format(arn=arn, name=name), "http://127.0.0.1:1/healthz")
    found = asked(on.clients(), "aws.find_consumers", secret_id=name, clusters=[cluster])
    assert [consumer["service"] for consumer in found["consumers"]] == [own]
    assert found["consumers"][0]["health_url"] == "http://127.0.0.1:1/healthz"
    assert "not Lambda" in found["coverage"]


def test_a_service_with_another_secret_is_no_consumer(on: Bench) -> None:
    name = on.secret_of(on.suspect())
    arn = on.clients().secretsmanager.versions(name).arn
    cluster, _ = service(on, f"{arn}x")
    found = asked(on.clients(), "aws.find_consumers", secret_id=name, clusters=[cluster])
    assert found["consumers"] == []
    assert found["services_seen"] == 1


def test_without_clusters_all_are_looked_at(on: Bench) -> None:
    found = asked(on.clients(), "aws.find_consumers", secret_id=on.world.facts.secret_id)
    services = {consumer["service"]: consumer["health_url"] for consumer in found["consumers"]}
    assert services == dict(on.world.facts.consumers)


def test_a_restart_is_proven_by_the_consumers_own_words(on: Bench) -> None:
    with health_page() as page:
        cluster, name = service(on, "arn:x", page.url)
        page.body = {"healthy": False, "secret_version": "old-version", "error": "key refused"}
        given = {"cluster": cluster, "service": name, "health_url": page.url, "version_id": "new-version"}
        plan = planned(on.clients(), ID, **given)
        assert plan.changes[0].before == "failing (key refused) on version old-vers"
        receipt = applied(on.clients(), operation(ID), plan)
        assert operation(ID).verify(on.clients(), receipt).proof is Proof.NOT_YET
        page.body = {"healthy": True, "secret_version": "old-version"}
        assert operation(ID).verify(on.clients(), receipt).proof is Proof.NOT_YET
        page.body, page.status = {"healthy": True, "secret_version": "new-version"}, 503
        assert operation(ID).verify(on.clients(), receipt).proof is Proof.NOT_YET
        page.status = 200
        verdict = operation(ID).verify(on.clients(), receipt)
        assert verdict.proof is Proof.PROVEN
        assert "healthy on version new-vers" in verdict.seen


def test_a_consumer_that_does_not_answer_is_not_proven_healthy(on: Bench) -> None:
    with health_page() as page:
        cluster, name = service(on, "arn:x", page.url)
    receipt = done(on.clients(), ID, cluster=cluster, service=name, health_url=page.url, version_id="v")
    verdict = operation(ID).verify(on.clients(), receipt)
    assert verdict.proof is Proof.NOT_YET
    assert "does not answer" in verdict.seen


def test_a_consumer_that_is_there_already_is_left_alone(on: Bench) -> None:
    with health_page() as page:
        cluster, name = service(on, "arn:x", page.url)
        page.body = {"healthy": True, "secret_version": "v"}
        plan = planned(on.clients(), ID, cluster=cluster, service=name, health_url=page.url, version_id="v")
    assert plan.changes == ()
    assert operation(ID).probe(on.clients(), plan).receipt is not None


def test_without_a_health_page_the_verdict_says_that_the_version_is_not_known(on: Bench) -> None:
    cluster, name = service(on, "arn:x")
    receipt = done(on.clients(), ID, cluster=cluster, service=name, version_id="v")
    verdict = proven(on.clients(), operation(ID), receipt)
    assert verdict.proof is Proof.PROVEN
    assert "not known" in verdict.seen


def test_a_plan_goes_stale_when_someone_else_restarted_first(on: Bench) -> None:
    cluster, name = service(on, "arn:x")
    plan = planned(on.clients(), ID, cluster=cluster, service=name, version_id="v")
    assert operation(ID).probe(on.clients(), plan).standing is Standing.UNTOUCHED
    on.clients().ecs.restart(cluster, name)
    assert operation(ID).probe(on.clients(), plan).standing is Standing.IN_PLACE
    with pytest.raises(PlanStale):
        operation(ID).apply(on.clients(), plan)


def test_a_service_that_is_not_there_is_not_found(on: Bench) -> None:
    cluster, _ = service(on, "arn:x")
    with pytest.raises(NotFound):
        planned(on.clients(), ID, cluster=cluster, service="nothing", version_id="v")
