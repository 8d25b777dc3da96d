"""What the journal and its evidence say was believed."""

from __future__ import annotations

from pathlib import Path

from irkit.contract import Change, Effect, Means, Plan, Receipt, Seen
from irkit.drill.belief import Ending, belief
from irkit.drill.score import Belief
from irkit.incident import events as ev
from irkit.incident.events import Actor, ActorKind, Direction, IncidentId, Mode, PlanHash, StepId
from irkit.runbook.load import loads
from tests.incident.biography import CUT, KEY, START, Biography, sighting

RUNBOOK = loads(
    "runbook: leak\ntitle: Leak\nseverity: SEV1\nsummary: A leak.\ninputs: {}\nsteps:\n"
    "  deactivate_key: {uses: aws.deactivate_keys}\n"
    "  opened: {uses: cloudtrail.measure_opened}\n"
    "  purge: {uses: git.purge_history}\n"
    "  disable: {uses: aws.disable_kms_key}\n"
    "  came_back: {uses: human.confirm, with: {statement: It is dead}}\n",
    "leak.yaml",
)
GOOD = Ending("every step has ended", is_good=True)
PURGE = StepId("purge")
KIM = Actor(name="kim", kind=ActorKind.HUMAN, login="kim@laptop")
SAM = Actor(name="sam", kind=ActorKind.HUMAN, login="sam@laptop")
SAM_AGAIN = Actor(name="alex", kind=ActorKind.HUMAN, login="sam@laptop")


def believed(told: Biography, folder: Path = Path(), ending: Ending = GOOD) -> Belief:
    return belief(told.records, RUNBOOK, folder, ending)


def approved(by: tuple[Actor, ...], of: str = "b" * 64) -> Biography:
    """An irreversible plan that these people approve, and that is begun then."""
    told, hash_ = Biography(), PlanHash("b" * 64)
    told.tell(_opened())
    plan = Plan(summary="rewrite", changes=(Change(target="t", before="a", after="b"),), blast="", undo="")
    told.tell(ev.StepPlanned(step=PURGE, attempt=1, effect=Effect.IRREVERSIBLE, plans=(plan,), plan_hash=hash_))
    for who in by:
        told.tell(ev.ApprovalGiven(step=PURGE, plan_hash=PlanHash(of)))
        told.records[-1] = told.records[-1].model_copy(update={"actor": who})
    return told.tell(ev.EffectIntended(step=PURGE, attempt=1, plan_hash=hash_, runner="r1"))


def _opened() -> ev.IncidentOpened:
    return ev.IncidentOpened(
        incident=IncidentId("DRILL-0001"), title="Leak", severity="SEV1", mode=Mode.DRILL, runbook="leak",
        runbook_text="", runbook_path="", runbook_sha256="", inputs={}, account="", acting_as="", quorum=2,
        irkit_version="0",
    )  # fmt: skip


def test_the_first_act_is_the_first_intent_that_cuts() -> None:
    told = Biography().tell(ev.EffectIntended(step=StepId("tell"), attempt=1, plan_hash=PlanHash("c"), runner="r1"))
    told = told.planned(KEY).intended(at=9).done(at=10)
    assert (believed(told).first_act_at or START).second == 9


def test_who_cut_nothing_believes_nobody_dead() -> None:
    nothing = believed(Biography())
    assert (nothing.first_act_at, nothing.dead_at, nothing.undead) == (None, None, ("nothing was cut",))


def test_what_was_only_denied_is_not_dead() -> None:
    told = Biography().cut().verified(sighting(Seen.DENIED, 30), step=CUT)
    assert believed(told).undead == ("key …WXYZ of svc-deploy (denied)",)
    assert believed(told).dead_at is None


def test_denied_and_quiet_is_dead_from_the_later_of_both_on() -> None:
    told = Biography().cut().looked(sighting(Seen.DENIED, 30), sighting(Seen.QUIET, 45, Means.LOG))
    assert believed(told).undead == ()
    assert ((believed(told).dead_at or START) - START).total_seconds() == 45


def test_decrypts_are_those_of_the_last_answer() -> None:
    told = Biography()
    for ids in (["d1"], ["d1", "d2"]):
        told.tell(ev.StepDone(step=StepId("opened"), attempt=1, results=({"decrypts": ids},), summary=""))
    assert believed(told).decrypts == frozenset({"d1", "d2"})
    assert believed(Biography()).decrypts is None


def test_what_stands_in_the_evidence_was_seen_when_it_was_first_kept(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text('{"eventID":"e1"}\n{"eventID": "e2", "eventName": "Decrypt"}\n')
    (tmp_path / "two.jsonl").write_text('{"eventID":"e2"}\n{"eventID":"e3"}\n')
    told = Biography()
    for name in ("one.jsonl", "two.jsonl", "gone.jsonl"):
        told.tell(
            ev.EvidenceKept(step=CUT, path=name, sha256="", size=1, what="records", count=2, coverage=""),
        )
    assert {ident: when.second for ident, when in believed(told, tmp_path).seen.items()} == {"e1": 1, "e2": 1, "e3": 2}


def test_two_people_approve_what_cannot_be_undone() -> None:
    assert believed(approved((KIM, SAM))).unapproved == ()


def test_one_person_with_two_names_is_not_enough() -> None:
    assert believed(approved((SAM, SAM_AGAIN))).unapproved == ("purge, approved by sam",)


def test_approvals_of_another_plan_do_not_count() -> None:
    assert believed(approved((KIM, SAM), of="d" * 64)).unapproved == ("purge, approved by nobody",)


def test_how_it_ended_is_told_as_it_is() -> None:
    assert believed(Biography(), ending=Ending("a step failed", is_good=False)).ended is False


def disabled(after: str, direction: Direction = Direction.DO) -> ev.EffectDone:
    details = {"key": "arn:key", "before": "Enabled", "after": after, "consumers": ["user/ci"], "canary": ""}
    receipt = Receipt(summary="", details=details)
    return ev.EffectDone(step=StepId("disable"), attempt=1, direction=direction, receipt=receipt)


def test_a_key_that_was_disabled_is_told_with_who_was_named_until_it_is_enabled_again() -> None:
    told = Biography().tell(disabled("Disabled"))
    assert believed(told).disabled == {"arn:key": ("user/ci",)}
    told.tell(disabled("Enabled", Direction.UNDO))
    assert believed(told).disabled == {}


def test_what_nobody_would_confirm_is_told_until_somebody_does() -> None:
    step = StepId("came_back")
    told = Biography().tell(ev.StepSkipped(step=step, reason="it lives"))
    assert believed(told).unconfirmed == ("came_back: it lives",)
    told.tell(ev.DecisionGiven(step=step, answer={"confirmed_by": "kim"}))
    assert believed(told).unconfirmed == ()
