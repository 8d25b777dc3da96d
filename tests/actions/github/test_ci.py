"""What is found, saved and taken out at GitHub when its CI was taken over, against the drill's GitHub."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from pydantic import BaseModel

from irkit.actions.git import find_workflow_changes, find_workflow_gaps
from irkit.actions.github import (
    cancel_runs,
    delete_caches,
    delete_ci_logs,
    disable_webhook,
    find_ci_news,
    find_runners,
    find_runs,
    list_secrets,
    remove_branch,
    remove_deploy_key,
    remove_runner,
    save_ci_logs,
)
from irkit.clients.clients import Clients
from irkit.contract import Operation, Plan, Proof, Receipt, Standing
from irkit.drill.world.git_ci_seed import DEPLOY, seed_ci_repository
from irkit.drill.world.github_ci_seed import STOLEN_RUN, TakenCi, seed_ci
from irkit.errors import NotFound, Refused
from irkit.secret import Secret
from tests.forge import Forge

NAME = "acme/shop"
STOLEN = "a stolen value 0001"
Given = TypeVar("Given", bound=BaseModel)
ALARM = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def taken(forge: Forge) -> TakenCi:
    seed_ci_repository(forge.git, NAME, "arn:aws:iam::111122223333:role/ci-deploy", ALARM)
    return seed_ci(forge.github, NAME, Secret(STOLEN), ALARM)


@pytest.fixture
def clients(forge: Forge, taken: TakenCi) -> Clients:
    assert taken.goes_on
    return forge.clients("ci")


def done(clients: Clients, operation: Operation[Clients, Given] | None, plan: Plan) -> Receipt:
    """Drive an effect: untouched before, in place after, proven."""
    assert operation is not None
    assert operation.probe(clients, plan).standing is Standing.UNTOUCHED
    receipt = operation.apply(clients, plan)
    assert operation.verify(clients, receipt).proof is Proof.PROVEN
    assert operation.probe(clients, plan).standing is Standing.IN_PLACE
    return receipt


def undone(clients: Clients, operation: Operation[Clients, Receipt] | None, receipt: Receipt) -> None:
    assert operation is not None
    plan = operation.plan(clients, receipt)
    assert plan.changes
    assert operation.verify(clients, operation.apply(clients, plan)).proof is Proof.PROVEN


def test_a_runner_that_is_not_the_companys_is_told_and_removed(clients: Clients, taken: TakenCi) -> None:
    taken.register_runner("linux-77")
    found = find_runners.read(clients, find_runners.Params(repository=NAME, known=("acme-runner-*",)))
    assert found.outcome is find_runners.Outcome.FOUND
    assert [one.name for one in found.unknown] == ["linux-77"]
    assert len(found.runners) == 3
    (rogue,) = found.unknown
    given = remove_runner.Params(scope=rogue.scope, id=rogue.id, name=rogue.name)
    receipt = done(clients, remove_runner.ACTION.operation, remove_runner.plan(clients, given))
    taken.register_runner("linux-77")
    verdict = remove_runner.verify(clients, receipt)
    assert (verdict.proof, "again" in verdict.seen) == (Proof.REFUTED, True)


def test_where_nobody_said_which_runners_are_known_none_is_called_rogue(clients: Clients) -> None:
    found = find_runners.read(clients, find_runners.Params(repository=NAME))
    assert (found.outcome, found.unknown, found.needs_person) == (find_runners.Outcome.UNJUDGED, (), True)


def test_only_what_was_made_in_the_window_is_news(clients: Clients, taken: TakenCi) -> None:
    taken.add_deploy_key("sync")
    taken.poison_cache("npm-linux-0000")
    taken.github.access.add_hook(NAME, "https://hooks.invalid/T000/B000/xxxx", datetime.now(UTC))
    taken.github.add_repository("acme/exfil", created_at=datetime.now(UTC))
    found = find_ci_news.read(clients, find_ci_news.Params(repository=NAME, hours=6))
    assert [one.title for one in found.keys] == ["sync"]
    assert [one.key for one in found.caches] == ["npm-linux-0000"]
    assert [one.to for one in found.hooks] == ["https://hooks.invalid"]
    assert [one.full_name for one in found.repositories] == ["acme/exfil"]
    assert [one.name for one in found.artifacts] == ["npm-logs"]


def test_a_deploy_key_is_removed_and_can_be_put_back(clients: Clients, taken: TakenCi) -> None:
    number = taken.add_deploy_key("sync")
    plan = remove_deploy_key.plan(clients, remove_deploy_key.Params(repository=NAME, id=number))
    receipt = done(clients, remove_deploy_key.ACTION.operation, plan)
    undone(clients, remove_deploy_key.ACTION.revert, receipt)
    assert [one.title for one in clients.github_ci.deploy_keys(NAME)] == ["mirror to the archive", "sync"]


def test_a_webhook_is_switched_off_and_on_again(clients: Clients) -> None:
    (hook,) = clients.github_ci.hooks(NAME)
    plan = disable_webhook.plan(clients, disable_webhook.Params(repository=NAME, id=hook.id))
    receipt = done(clients, disable_webhook.ACTION.operation, plan)
    undone(clients, disable_webhook.ACTION.revert, receipt)
    assert clients.github_ci.hook(NAME, hook.id).active


def test_caches_of_the_window_are_deleted_and_no_others(clients: Clients, taken: TakenCi) -> None:
    number = taken.poison_cache("npm-linux-0000")
    plan = delete_caches.plan(clients, delete_caches.Params(repository=NAME, ids=(number,)))
    done(clients, delete_caches.ACTION.operation, plan)
    assert [one.key for one in clients.github_ci.caches(NAME)] == ["npm-linux-9c1e"]


def test_caches_that_a_lost_process_deleted_in_part_are_all_told(clients: Clients, taken: TakenCi) -> None:
    ids = tuple(taken.poison_cache(key) for key in ("npm-0", "npm-1", "npm-2"))
    first = delete_caches.plan(clients, delete_caches.Params(repository=NAME, ids=ids))
    clients.github_ci.delete_cache(NAME, ids[0])
    found = delete_caches.probe(clients, first)
    assert (found.standing, found.receipt is not None) == (Standing.BETWEEN, True)
    again = delete_caches.plan(clients, delete_caches.Params(repository=NAME, ids=ids))
    assert len(again.changes) == 2
    last = done(clients, delete_caches.ACTION.operation, again)
    whole = delete_caches.joined(found.receipt or last, last)
    assert delete_caches.Result.model_validate(whole.result).keys == ("npm-0", "npm-1", "npm-2")
    assert "deleted 3 caches" in whole.summary


def test_runs_that_a_lost_process_cancelled_in_part_are_all_told(clients: Clients, taken: TakenCi) -> None:
    sha = taken.github.git_server.refs(NAME)["refs/heads/main"]
    other = taken.github.ci.add_run(NAME, DEPLOY, "main", sha, ALARM, status="in_progress", number=66077)
    wanted = cancel_runs.Params(repository=NAME, runs=(STOLEN_RUN, other))
    first = cancel_runs.plan(clients, wanted)
    clients.github_ci.cancel(NAME, STOLEN_RUN)
    found = cancel_runs.probe(clients, first)
    assert (found.standing, found.receipt is not None) == (Standing.BETWEEN, True)
    last = done(clients, cancel_runs.ACTION.operation, cancel_runs.plan(clients, wanted))
    whole = cancel_runs.joined(found.receipt or last, last)
    assert cancel_runs.Result.model_validate(whole.result).runs == (STOLEN_RUN, other)
    assert "cancelled 2 runs" in whole.summary


def test_once_its_job_is_cancelled_the_intruder_can_do_nothing_more(clients: Clients, taken: TakenCi) -> None:
    found = find_runs.read(clients, find_runs.Params(repository=NAME, hours=6))
    assert found.in_flight == (STOLEN_RUN,)
    plan = cancel_runs.plan(clients, cancel_runs.Params(repository=NAME, runs=found.in_flight))
    done(clients, cancel_runs.ACTION.operation, plan)
    with pytest.raises(PermissionError):
        taken.register_runner("late")
    again = cancel_runs.plan(clients, cancel_runs.Params(repository=NAME, runs=found.in_flight))
    assert again.changes == ()


def test_the_rogue_workflow_is_told_from_a_branch_that_is_merely_old(clients: Clients, taken: TakenCi) -> None:
    taken.push_workflow("tidy", ".github/workflows/lint.yml")
    url = taken.github.git_server.clone_url(NAME)
    found = find_workflow_changes.read(clients, find_workflow_changes.Params(repository=url, hours=6))
    assert found.rogue == ("tidy",)
    (old,) = [one for one in found.changed if one.branch == "faster-deploy"]
    assert not old.dated_in_window
    (rogue,) = [one for one in found.changed if one.branch == "tidy" and one.path.endswith("lint.yml")]
    assert "sends data out" in rogue.risks
    assert "reads all secrets at once (toJSON(secrets))" in rogue.risks


def test_a_branch_is_removed_and_put_back_and_the_main_one_never_is(clients: Clients, taken: TakenCi) -> None:
    commit = taken.push_workflow("tidy", ".github/workflows/lint.yml")
    plan = remove_branch.plan(clients, remove_branch.Params(repository=NAME, branch="tidy"))
    receipt = done(clients, remove_branch.ACTION.operation, plan)
    undone(clients, remove_branch.ACTION.revert, receipt)
    assert clients.github_ci.branch(NAME, "tidy") == commit
    with pytest.raises(Refused):
        remove_branch.plan(clients, remove_branch.Params(repository=NAME, branch="main"))


def saved(clients: Clients) -> tuple[find_runs.Result, save_ci_logs.Result]:
    runs = find_runs.read(clients, find_runs.Params(repository=NAME, hours=6))
    artifacts = tuple(one.id for one in clients.github_ci.artifacts(NAME))
    return runs, save_ci_logs.read(
        clients, save_ci_logs.Params(repository=NAME, runs=(*runs.run_ids, STOLEN_RUN), artifacts=artifacts)
    )


def deletion(clients: Clients, kept: save_ci_logs.Result, runs: tuple[int, ...]) -> Plan:
    given = {"repository": NAME, "saved": [one.model_dump() for one in kept.saved], "runs": runs}
    return delete_ci_logs.plan(clients, delete_ci_logs.Params.model_validate(given))


def test_logs_are_sealed_with_what_could_not_be_had_named(forge: Forge, clients: Clients) -> None:
    _, kept = saved(clients)
    assert sorted(one.kind for one in kept.saved) == ["artifact", "logs", "logs"]
    assert len(kept.missing) == 1
    assert str(STOLEN_RUN) in kept.missing[0]
    for one in kept.saved:
        sealed = (forge.folder / one.path).read_bytes()
        assert sealed.startswith(b"age-encryption.org/v1")
        assert STOLEN.encode() not in sealed


def test_saved_logs_are_deleted_and_the_others_refused(clients: Clients) -> None:
    runs, kept = saved(clients)
    plan = deletion(clients, kept, (*runs.run_ids, STOLEN_RUN))
    assert plan.phrase
    assert f"logs {STOLEN_RUN}: no sealed copy" in plan.blast
    done(clients, delete_ci_logs.ACTION.operation, plan)
    assert not any(clients.github_ci.has_logs(NAME, number) for number in runs.run_ids)


def test_logs_that_a_lost_process_deleted_in_part_are_all_told_and_none_deleted_twice(clients: Clients) -> None:
    runs, kept = saved(clients)
    first = deletion(clients, kept, runs.run_ids)
    clients.github_ci.delete_logs(NAME, runs.run_ids[0])
    found = delete_ci_logs.probe(clients, first)
    assert found.standing is Standing.BETWEEN
    assert found.receipt is not None
    again = deletion(clients, kept, runs.run_ids)
    assert len(again.changes) == len(first.changes) - 1
    last = done(clients, delete_ci_logs.ACTION.operation, again)
    whole = delete_ci_logs.joined(found.receipt, last)
    told = delete_ci_logs.Result.model_validate(whole.result)
    assert set(told.deleted) == {f"logs of run {run}" for run in runs.run_ids}


def test_a_sealed_copy_that_was_changed_on_disk_is_none(forge: Forge, clients: Clients) -> None:
    runs, kept = saved(clients)
    for one in kept.saved:
        (forge.folder / one.path).chmod(0o600)
        (forge.folder / one.path).write_bytes(b"tampered")
    assert deletion(clients, kept, runs.run_ids).changes == ()


def test_a_copy_that_goes_after_the_plan_stops_the_deletion(forge: Forge, clients: Clients) -> None:
    runs, kept = saved(clients)
    plan = deletion(clients, kept, runs.run_ids)
    for one in kept.saved:
        (forge.folder / one.path).unlink()
    with pytest.raises(NotFound):
        delete_ci_logs.apply(clients, plan)
    assert all(clients.github_ci.has_logs(NAME, number) for number in runs.run_ids)


def test_the_names_of_all_secrets_that_a_job_reads_are_listed(clients: Clients) -> None:
    found = list_secrets.read(clients, list_secrets.Params(repository=NAME))
    assert found.names == ("environment production: DEPLOY_TARGET",)


def test_the_gaps_of_the_workflows_are_those_that_let_the_intruder_in(clients: Clients, taken: TakenCi) -> None:
    url = taken.github.git_server.clone_url(NAME)
    found = find_workflow_gaps.read(clients, find_workflow_gaps.Params(repository=url))
    rules = {(gap.rule, gap.path) for gap in found.gaps}
    assert rules == {
        (find_workflow_gaps.Rule.PINNED, DEPLOY),
        (find_workflow_gaps.Rule.APART, DEPLOY),
        (find_workflow_gaps.Rule.ENVIRONMENT, DEPLOY),
    }


def test_a_window_that_begins_before_the_repository_makes_all_of_it_new(clients: Clients, taken: TakenCi) -> None:
    url = taken.github.git_server.clone_url(NAME)
    since = ALARM - timedelta(days=400)
    found = find_workflow_changes.read(clients, find_workflow_changes.Params(repository=url, since=since))
    assert found.baseline is None
    assert {one.path for one in found.changed if one.branch == "main"} == {DEPLOY, ".github/workflows/tests.yml"}
