from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest

from irkit.actions.git import find_secret, purge_history
from irkit.actions.git.purge_history import Params, Result
from irkit.actions.github import find_exposure
from irkit.clients.git import PushOutcome
from irkit.clients.github import GitHubRest, Protection
from irkit.contract import Plan, Proof, Receipt, Standing, Verdict
from irkit.drill.world.loopback_server import Outage
from irkit.errors import InputMissing, PlanStale, Unreachable
from irkit.purge.rewritten import MARK
from irkit.secret import Secret
from tests.forge import KEY_ID, SECRET, Forge, started_forge

NAME = "acme/payments"


def planned(forge: Forge) -> Plan:
    found = find_secret.read(forge.clients("find_leak"), find_secret.Params(repository=forge.url, key_id=KEY_ID))
    exposure = find_exposure.read(forge.clients(), find_exposure.Params(repository=forge.url, refs=found.refs))
    params = Params(repository=forge.url, key_id=KEY_ID, locators=found.locators, protections=exposure.protections)
    return purge_history.plan(forge.clients(), params)


def texts_on_the_server(forge: Forge, *refs: str) -> str:
    """Every object that the refs reach, as text."""
    folder = forge.git.folder(NAME)
    listed = forge.git.git("rev-list", "--objects", *refs, cwd=folder)
    ids = [line.split()[0] for line in listed.splitlines()]
    tags = [forge.git.git("rev-parse", ref, cwd=folder) for ref in refs if ref.startswith("refs/tags/")]
    return "".join(forge.git.git("cat-file", "-p", oid, cwd=folder) for oid in [*ids, *tags])


def test_the_plan_shows_exactly_the_refs_that_will_move(forge: Forge) -> None:
    plan = planned(forge)
    assert [change.target for change in plan.changes] == [
        "refs/heads/feature/batch-import",
        "refs/heads/main",
        "refs/tags/v1.4.0",
    ]
    before = forge.git.refs(NAME)
    assert all(before[change.target].startswith(change.before) for change in plan.changes)
    purge_history.apply(forge.clients(), plan)
    after = forge.git.refs(NAME)
    assert all(after[change.target].startswith(change.after) for change in plan.changes)


@dataclass(frozen=True)
class Purged:
    """A forge after a purge, to look at and to change no more."""

    forge: Forge
    before: Mapping[str, str]
    protection: Protection | None
    plan: Plan
    receipt: Receipt
    verdict: Verdict

    @property
    def result(self) -> Result:
        return Result.model_validate(self.receipt.result)


@pytest.fixture(scope="module")
def purged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Purged]:
    with started_forge(tmp_path_factory.mktemp("purged")) as forge:
        before, protection = forge.git.refs(NAME), forge.clients().github.protection(NAME, "main")
        plan = planned(forge)
        receipt = purge_history.apply(forge.clients(), plan)
        verdict = purge_history.verify(forge.clients(), receipt)
        yield Purged(forge, before, protection, plan, receipt, verdict)


def test_the_plan_says_what_it_cannot_reach_and_what_must_be_typed(purged: Purged) -> None:
    plan = purged.plan
    assert plan.phrase == "purge acme/payments"
    for place in ("refs/pull/1/head", "refs/pull/1/merge", "fork dana/payments", "old commits by their hash"):
        assert place in plan.blast
    assert SECRET not in plan.model_dump_json()


def test_planning_twice_gives_the_same_plan(forge: Forge) -> None:
    assert planned(forge) == planned(forge)


def test_planning_pushes_nothing(forge: Forge) -> None:
    before = forge.git.refs(NAME)
    plan = planned(forge)
    assert forge.git.refs(NAME) == before
    assert purge_history.probe(forge.clients(), plan).standing is Standing.UNTOUCHED


def test_after_a_purge_the_key_is_in_no_branch_and_no_tag(purged: Purged) -> None:
    refs = [ref for ref in purged.forge.git.refs(NAME) if not ref.startswith("refs/pull/")]
    seen = texts_on_the_server(purged.forge, *refs)
    assert KEY_ID not in seen
    assert SECRET not in seen
    assert seen.count(MARK) >= 8
    assert purged.verdict.proof is Proof.PROVEN
    assert "refs/pull/1/head" in purged.verdict.seen


def test_branches_without_the_key_keep_their_commits(purged: Purged) -> None:
    after = purged.forge.git.refs(NAME)
    for ref in ("refs/heads/release/1.3", "refs/tags/v1.3.0", "refs/pull/1/head", "refs/pull/1/merge"):
        assert after[ref] == purged.before[ref]


def test_the_result_has_one_outcome_a_ref(purged: Purged) -> None:
    assert {one.ref: one.outcome for one in purged.result.refs} == {
        "refs/heads/feature/batch-import": PushOutcome.UPDATED,
        "refs/heads/main": PushOutcome.UPDATED,
        "refs/tags/v1.4.0": PushOutcome.UPDATED,
    }
    assert purged.result.first_changed == (purged.forge.seeded.leak_commit,)


def test_branch_protection_is_as_before(purged: Purged) -> None:
    assert purged.protection is not None
    assert purged.forge.clients().github.protection(NAME, "main") == purged.protection
    assert purged.result.unguarded == ()


def test_branch_protection_is_put_back_when_the_push_fails(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(forge)
    before = forge.clients().github.protection(NAME, "main")
    lift = GitHubRest.unprotect

    def lift_and_lose_git(self: GitHubRest, repository: str, branch: str) -> None:
        lift(self, repository, branch)
        forge.git.outage(Outage.ON)

    monkeypatch.setattr(GitHubRest, "unprotect", lift_and_lose_git)
    with pytest.raises(Unreachable):
        purge_history.apply(forge.clients(), plan)
    assert forge.clients().github.protection(NAME, "main") == before


def test_a_server_that_keeps_refusing_is_told_and_refuted(forge: Forge) -> None:
    plan = planned(forge)
    forge.git.protect(NAME, ["main"])
    hook = forge.git.folder(NAME) / "hooks" / "update"
    hook.write_text('#!/bin/sh\ntest "$1" = refs/heads/main && exit 1\nexit 0\n')
    receipt = purge_history.apply(forge.clients(), plan)
    refused = [one for one in Result.model_validate(receipt.result).refs if one.outcome is PushOutcome.REFUSED]
    assert [(one.ref, one.reason) for one in refused] == [("refs/heads/main", "hook declined")]
    verdict = purge_history.verify(forge.clients(), receipt)
    assert verdict.proof is Proof.REFUTED
    assert "refs/heads/main" in verdict.seen


def test_a_backup_bundle_of_every_ref_is_kept_sealed(purged: Purged, tmp_path: Path) -> None:
    forge, result = purged.forge, purged.result
    kept = next(one for one in forge.kept if one.path == result.backup)
    assert kept.sha256 == result.backup_sha256
    sealed = (forge.folder / result.backup).read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1")
    opened = io.BytesIO()
    pyrage.decrypt_io(io.BytesIO(sealed), opened, [forge.age_key])
    bundle = tmp_path / "backup.bundle"
    bundle.write_bytes(opened.getvalue())
    listed = subprocess.run(["git", "bundle", "list-heads", str(bundle)], capture_output=True, text=True, check=True)
    assert {line.split()[1]: line.split()[0] for line in listed.stdout.splitlines()} == purged.before


def test_without_a_recipient_there_is_no_plan_to_approve(forge: Forge) -> None:
    object.__setattr__(forge.outside.config, "evidence_recipient", "")
    with pytest.raises(InputMissing, match="the bundle of the old history"):
        planned(forge)


def test_without_a_recipient_nothing_is_pushed(forge: Forge) -> None:
    plan = planned(forge)
    before = forge.git.refs(NAME)
    object.__setattr__(forge.outside.config, "evidence_recipient", "")
    with pytest.raises(InputMissing):
        purge_history.apply(forge.clients(), plan)
    assert forge.git.refs(NAME) == before


def test_a_push_after_the_plan_makes_it_stale_and_nothing_is_pushed(forge: Forge) -> None:
    plan = planned(forge)
    folder = forge.git.folder(NAME)
    forge.git.git("update-ref", "refs/heads/main", "refs/heads/main~1", cwd=folder)
    before = forge.git.refs(NAME)
    with pytest.raises(PlanStale):
        purge_history.apply(forge.clients(), plan)
    assert forge.git.refs(NAME) == before


def test_a_purge_whose_receipt_was_lost_is_seen_in_place(forge: Forge) -> None:
    plan = planned(forge)
    purge_history.apply(forge.clients(), plan)
    probe = purge_history.probe(forge.clients(), plan)
    assert probe.standing is Standing.IN_PLACE
    assert probe.receipt is not None
    assert purge_history.verify(forge.clients(), probe.receipt).proof is Proof.PROVEN


def test_an_attempt_that_died_with_the_protection_off_is_seen_between(forge: Forge) -> None:
    plan = planned(forge)
    forge.clients().github.unprotect(NAME, "main")
    probe = purge_history.probe(forge.clients(), plan)
    assert probe.standing is Standing.BETWEEN
    assert "PROTECTION IS OFF for main" in probe.seen
    again = planned_with(forge, plan)
    assert "protection of main" in [change.target for change in again.changes]
    assert purge_history.probe(forge.clients(), again).standing is Standing.UNTOUCHED
    purge_history.apply(forge.clients(), again)
    assert forge.clients().github.protection(NAME, "main") is not None
    assert purge_history.probe(forge.clients(), again).standing is Standing.IN_PLACE


def test_an_attempt_that_died_between_push_and_protection_is_planned_again_and_ended(forge: Forge) -> None:
    """All refs have moved; what is left to do is to put the protection back, which someone must approve."""
    plan = planned(forge)
    before = forge.clients().github.protection(NAME, "main")
    purge_history.apply(forge.clients(), plan)
    forge.clients().github.unprotect(NAME, "main")
    again = planned_with(forge, plan)
    assert [change.target for change in again.changes] == ["protection of main"]
    assert purge_history.probe(forge.clients(), again).standing is Standing.UNTOUCHED
    receipt = purge_history.apply(forge.clients(), again)
    assert forge.clients().github.protection(NAME, "main") == before
    assert purge_history.probe(forge.clients(), again).standing is Standing.IN_PLACE
    assert purge_history.verify(forge.clients(), receipt).proof is Proof.PROVEN


def planned_with(forge: Forge, former: Plan) -> Plan:
    """Plan again with what find_exposure had seen before the protection was lifted, as a runbook does."""
    work = purge_history._Work.model_validate(former.details)
    params = Params(repository=forge.url, key_id=KEY_ID, locators=work.locators, protections=work.protections)
    return purge_history.plan(forge.clients(), params)


def test_a_second_purge_has_nothing_to_do(purged: Purged) -> None:
    assert [change.target for change in planned(purged.forge).changes] == []


def test_after_a_push_that_was_taken_in_part_a_new_plan_holds_the_rest(forge: Forge) -> None:
    plan = planned(forge)
    hook = forge.git.folder(NAME) / "hooks" / "update"
    willing = hook.read_text()
    hook.write_text('#!/bin/sh\ntest "$1" = refs/heads/main && exit 1\nexit 0\n')
    purge_history.apply(forge.clients(), plan)
    assert purge_history.probe(forge.clients(), plan).standing is Standing.BETWEEN
    hook.write_text(willing)
    rest = planned_with(forge, plan)
    assert [change.target for change in rest.changes] == ["refs/heads/main"]
    receipt = purge_history.apply(forge.clients(), rest)
    assert purge_history.verify(forge.clients(), receipt).proof is Proof.PROVEN


def test_a_key_pushed_back_by_a_collaborator_refutes_the_purge(forge: Forge) -> None:
    plan = planned(forge)
    old_main = forge.git.refs(NAME)["refs/heads/main"]
    receipt = purge_history.apply(forge.clients(), plan)
    forge.git.git("update-ref", "refs/heads/old-clone", old_main, cwd=forge.git.folder(NAME))
    verdict = purge_history.verify(forge.clients(), receipt)
    assert verdict.proof is Proof.REFUTED
    assert "refs/heads/old-clone" in verdict.seen


def test_the_secret_alone_is_found_again_by_its_fingerprint(forge: Forge) -> None:
    """A new process does not know the secret's text; its fingerprint is enough to see it come back."""
    receipt = purge_history.apply(forge.clients(), planned(forge))
    folder = forge.git.folder(NAME)
    forge.outside.known_secrets._secrets.clear()
    commit = (
        "commit refs/heads/late\ncommitter A <a@b.example> 1790000000 +0000\ndata 4\nlate\n"
        f"M 100644 inline notes.txt\ndata {len(SECRET) + 6}\npass: {SECRET}\n"
    )
    forge.git.git("fast-import", "--quiet", cwd=folder, stdin=commit.encode())
    verdict = purge_history.verify(forge.clients(), receipt)
    assert verdict.proof is Proof.REFUTED
    assert "refs/heads/late" in verdict.seen


def test_the_secret_is_nowhere_in_the_incident_folder(purged: Purged) -> None:
    forge = purged.forge
    assert SECRET not in purged.receipt.model_dump_json()
    for path in forge.folder.rglob("*"):
        assert not path.is_file() or not [name for name, text in forge.planted().items() if text in path.read_bytes()]
    assert list((forge.folder / "work").iterdir()) == []
    assert forge.clients().known_secrets.get(KEY_ID) == Secret(SECRET)
