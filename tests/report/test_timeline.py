from __future__ import annotations

import json
from pathlib import Path

from irkit.contract import Effect, Proof, Receipt, Standing
from irkit.incident import events as ev
from irkit.incident.events import Event, StepId
from irkit.report.narration import narration
from irkit.report.spans import interval, span
from irkit.report.timeline import Detail, timeline
from irkit.report.timeline_json import timeline_json
from irkit.report.timeline_text import timeline_text
from tests.report import story as tell
from tests.report.story import ANA, KEY, minutes, story

STEP = StepId("deactivate_key")


def test_every_kind_of_event_is_told_in_words_of_its_own() -> None:
    kinds = {model.model_fields["kind"].default for model in ev.Event.__args__}
    told = {event.kind: narration(event) for event in samples()}
    assert set(told) == kinds - {"incident_opened", "step_planned"}
    assert [kind for kind, text in told.items() if text == kind.replace("_", " ")] == []
    assert len(set(told.values())) == len(told)


def samples() -> list[Event]:
    place = {"step": STEP, "attempt": 1}
    call = ev.Call(at=minutes(0), text="iam:ListUsers", error="AccessDenied")
    return [
        ev.RunnerStarted(runner="r", pid=1, host="h"),
        ev.RunnerStopped(runner="r", reason="done"),
        ev.StepStarted(**place, effect=Effect.READ),
        ev.ApprovalGiven(step=STEP, plan_hash=ev.PlanHash("a" * 64)),
        ev.OrderRefused(step=STEP, plan_hash=ev.PlanHash("c" * 64), why="kim has approved already"),
        ev.EffectIntended(**place, plan_hash=ev.PlanHash("b" * 64), runner="r"),
        ev.EffectDone(**place, receipt=Receipt(summary="iam:UpdateAccessKey")),
        ev.EffectFailed(**place, error="Denied", message="no", standing=Standing.UNTOUCHED),
        ev.EffectVerified(**place, proof=Proof.PROVEN, seen="refused", looks=1),
        ev.DoubtProbed(**place, standing=None, seen="no answer"),
        ev.DoubtResolved(**place, resolution=ev.Resolution.WAS_DONE),
        ev.CallsMade(step=STEP, calls=(call,)),
        ev.EvidenceKept(step=STEP, path="evidence/a", sha256="", size=1, what="records", count=1, coverage=""),
        ev.StepDone(**place, results=(), summary="svc-deploy"),
        ev.StepPreviewed(**place),
        ev.StepFailed(**place, error="Denied", message="protected"),
        ev.StepPostponed(**place, message="outage", again_at=minutes(1)),
        ev.StepSkipped(step=STEP, reason="not ours"),
        ev.StepOmitted(step=STEP, because="$verdict.choice is abused"),
        ev.StepUndone(**place),
        ev.RetryAsked(step=STEP, reason="again"),
        ev.UndoAsked(step=STEP, reason="wrong key"),
        ev.DecisionGiven(step=STEP, answer={"choice": "abused"}, reason="why"),
        ev.NoteAdded(text="called Bo"),
        ev.IncidentAborted(reason="false alarm"),
        ev.IncidentClosed(outcome="all done"),
    ]


def test_a_line_of_text_holds_time_event_step_and_words(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.deactivate(told)
        lines = list(timeline_text(timeline(told.records)))
    assert (
        lines[-1]
        == f"2026-03-01 06:04:00Z  #8    deactivate_key      done: iam:UpdateAccessKey {'AKIA…WXYZ'} Inactive  [irkit]"
    )


def test_the_main_timeline_tells_an_effect_by_its_receipt_and_its_proof(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.identify(told)
        tell.deactivate(told)
        rows = timeline(told.records, detail=Detail.MAIN)
    assert [row.text.partition(":")[0] for row in rows] == [
        "incident opened",
        "done",
        "planned",
        "approved plan abababababab",
        "iam",
        "proven after 2 looks",
    ]


def test_control_characters_do_not_reach_a_terminal(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        told.add(ev.NoteAdded(text="\x1b]0;owned\x07 \u202e gone\nnext"), 1, by=ANA)
        lines = list(timeline_text(timeline(told.records)))
    assert all(line.isprintable() for line in lines)
    assert "<U+001B>]0;owned" in lines[-1]


def test_json_rows_read_back(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.deactivate(told)
        rows = [json.loads(line) for line in timeline_json(timeline(told.records))]
    assert rows[-1] == {
        "at": "2026-03-01T06:04:00Z",
        "clock": "this machine",
        "uncertainty_ms": 0,
        "step": "deactivate_key",
        "who": "irkit",
        "text": "done: iam:UpdateAccessKey AKIA…WXYZ Inactive",
        "basis": "observed",
        "event": 8,
    }


def test_key_ids_are_masked_in_a_timeline(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.deactivate(told)
        assert KEY not in "\n".join(timeline_text(timeline(told.records)))


def test_spans_are_told_in_two_units_at_most() -> None:
    ends = [0.2, 12, 245, 3600 * 3 + 420, 86400 * 2 + 3600 * 4]
    told = [span(minutes(seconds / 60) - minutes(0)) for seconds in ends]
    assert told == ["0 s", "12 s", "4 min 05 s", "3 h 07 min", "2 d 04 h"]


def test_an_interval_tells_its_open_ends() -> None:
    assert interval(None, None) == "not established"
    assert interval(None, minutes(0)) == "by 2026-03-01 06:00:00Z"
    assert interval(minutes(0), None) == "after 2026-03-01 06:00:00Z"
    assert interval(minutes(0), minutes(0)) == "2026-03-01 06:00:00Z"
    assert interval(minutes(0), minutes(90)) == "2026-03-01 06:00:00Z – 2026-03-01 07:30:00Z (1 h 30 min wide)"
