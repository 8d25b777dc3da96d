"""What the steps of the other runbooks found stands in the report too: CI runs, runners, decrypts, callers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from irkit.actions.catalog import ACTIONS
from irkit.report import looked as told
from irkit.report.findings import Findings, Found
from irkit.report.intruder import intruder
from irkit.report.statement import Basis
from irkit.report.use_window import use_window
from irkit.runbook.load import load
from irkit.runbook.shelf import shipped_folder

AT = datetime(2026, 11, 21, 2, tzinfo=UTC)
LATER = AT + timedelta(hours=3)


def found(*rows: Found) -> Findings:
    return Findings(rows, load(shipped_folder() / "ci_runner_compromise.yaml"), ())


def opened(*times: datetime) -> Found:
    rows = [{"what": "prod/db", "count": 1, "first_at": str(times[0]), "last_at": str(at)} for at in times]
    return Found("measure_opened", "cloudtrail.measure_opened", 7, LATER, "2 decrypts", ({"opened": rows},))  # type: ignore[dict-item]


RUNNERS = Found("find_runners", "github.find_runners", 3, AT, "found: 1 of 3", ({"coverage": "runners of acme"},))


def test_every_step_that_is_told_of_is_one_of_an_action_that_there_is() -> None:
    assert {*told._LOG, *told._PLACES, *told._JUDGED} <= set(ACTIONS)


def test_what_a_step_found_stands_there_under_its_title_with_where_it_looked() -> None:
    activity = intruder(found(RUNNERS))
    assert [(each.text, each.events) for each in activity.uses] == [("Runners that are not yours: found: 1 of 3", (3,))]
    assert [each.text for each in activity.coverage] == ["runners of acme"]
    assert not activity.measured


def test_a_question_to_the_log_counts_as_asked_whatever_its_action() -> None:
    assert intruder(found(opened(AT))).measured


def test_the_first_and_the_last_use_come_from_what_was_opened_when_no_key_was_asked_about() -> None:
    first, last = use_window(found(opened(AT, LATER)))
    assert (first.earliest, first.latest, first.basis) == (None, AT, Basis.INFERRED)
    assert last.latest == LATER
