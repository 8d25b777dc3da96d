"""What was opened and what to rotate, as the postmortem tells it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from irkit.actions.catalog import ACTIONS
from irkit.contract import ActionId
from irkit.report import rotation as told
from irkit.report.findings import Findings, Found, Loose
from irkit.report.markdown_rotation import rotation_markdown
from irkit.runbook.load import load
from irkit.runbook.shelf import shipped_folder
from tests.report.test_views import missing

AT = datetime(2026, 11, 21, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("view", "action"),
    [
        (told.Opened, "cloudtrail.measure_opened"),
        (told.Blast, "aws.find_sealed_values"),
        (told.Blast, "aws.find_readable_values"),
        (told.Warned, "cloudtrail.judge_context"),
    ],
)
def test_every_field_that_is_read_is_one_that_the_action_tells(view: type[Loose], action: str) -> None:
    assert missing(view, [ACTIONS[ActionId(action)].result]) == []


def found(*rows: Found) -> Findings:
    return Findings(rows, load(shipped_folder() / "kms_misuse.yaml"), ())


def measured(**changes: object) -> Found:
    row = {
        "what": "prod/db",
        "who": ["user/x"],
        "ips": ["1.2.3.4"],
        "count": 2,
        "first_at": str(AT),
        "last_at": str(AT),
    }
    tasks = [
        {"name": "prod/db", "kind": "secret", "owner": "team-a", "owner_by": "tag", "opened": "yes"},
        {"name": "|x|", "kind": "file", "owner": "nobody", "owner_by": "nobody", "opened": "perhaps"},
    ]
    result = {"opened": [row], "tasks": tasks, "rightful": 3, "unusual": ["user/x with new/1"], **changes}
    return Found("measure_opened", "cloudtrail.measure_opened", 7, AT, "", (result,))  # type: ignore[arg-type]


def test_each_value_stands_there_with_its_owner_and_whether_it_was_opened() -> None:
    text = "\n".join(rotation_markdown(told.rotation(found(measured()))))
    assert "prod/db: 2 times" in text
    assert "| prod/db | secret | yes | team-a (tag) | [#7](#event-7) |" in text
    assert "| nobody |" in text
    assert "3 uses of the same principals came from our own networks" in text
    assert "user/x with new/1" in text


def test_what_was_opened_by_right_is_told_as_known_to_whoever_opened_it() -> None:
    row = {
        "what": "ledger-eu",
        "who": ["user/jane"],
        "ips": ["10.0.3.7"],
        "count": 1,
        "first_at": str(AT),
        "last_at": str(AT),
    }
    text = "\n".join(rotation_markdown(told.rotation(found(measured(by_right=[row])))))
    assert "by right, so known to them: ledger-eu: once" in text


def test_a_hostile_name_cannot_break_the_table() -> None:
    text = "\n".join(rotation_markdown(told.rotation(found(measured()))))
    assert "\\|x\\|" in text


def test_a_warning_that_the_log_cannot_tell_stands_with_the_list() -> None:
    warned = Found("judge_context", "cloudtrail.judge_context", 5, AT, "", ({"warning": "NO encryption context"},))
    assert "NO encryption context" in "\n".join(rotation_markdown(told.rotation(found(warned, measured()))))


def test_where_nothing_asked_there_is_no_such_section() -> None:
    assert list(rotation_markdown(told.rotation(found()))) == []


def test_the_summary_tells_how_much_was_opened_and_what_there_is_to_rotate() -> None:
    words = [each.text for each in told.summed(told.rotation(found(measured())))]
    assert words == ["1 thing was opened without right; 2 values stand on the list to rotate."]
    nothing = [each.text for each in told.summed(told.rotation(found(measured(opened=[], tasks=[]))))]
    assert nothing == ["Nothing was seen to be opened without right."]
    assert list(told.summed(told.rotation(found()))) == []
