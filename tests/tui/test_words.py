from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from irkit.contract import Effect, Receipt
from irkit.engine.view import Mark, views
from irkit.incident import events as ev
from irkit.incident.events import Mode, StepId
from irkit.incident.state import fold
from irkit.tui import marks
from irkit.tui.activity import Tone, activity
from irkit.tui.headline import finished, headline, progress, reached, tally
from irkit.tui.pages import Subject, Tab, page
from irkit.tui.printable import printable
from irkit.tui.spans import clock, moment, since
from irkit.tui.twins import in_ascii
from irkit.tui.widgets.small import small_words
from tests.tui.story import ALICE, Story, halfway, runbook


@settings(deadline=None)
@given(st.text())
def test_nothing_a_terminal_obeys_is_ever_drawn(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for c in shown)
    assert printable(shown) == shown


def test_ordinary_text_is_drawn_as_it_is() -> None:
    assert printable("AKIA…WXYZ → prod/api, Zoë, 東京") == "AKIA…WXYZ → prod/api, Zoë, 東京"


@settings(deadline=None)
@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)))
def test_a_span_reads_back_to_the_second(span: timedelta) -> None:
    parts = [int(part) for part in clock(span).split(":")]
    seconds = sum(part * 60**power for power, part in enumerate(reversed(parts)))
    assert seconds == int(span.total_seconds())


def test_spans_are_written_as_the_header_wants_them() -> None:
    assert [since(timedelta(seconds=s)) for s in (-5, 9, 372, 11_100, 187_200)] == [
        "0s",
        "9s",
        "6m12s",
        "3h05m",
        "2d04h",
    ]


def test_a_moment_is_in_utc_whatever_its_zone() -> None:
    assert moment(datetime(2026, 1, 7, 8, 11, 58, tzinfo=timezone(timedelta(hours=2)))) == "06:11:58Z"


def test_every_kind_of_event_has_words_of_its_own() -> None:
    told = {record.event.kind for record in halfway().records}
    assert {"incident_opened", "step_planned", "approval_given", "effect_done", "calls_made"} <= told
    for record in halfway().records:
        for line in activity(record):
            assert record.event.kind not in line.text
            assert line.text.strip()


def test_a_line_can_be_pasted_into_a_report() -> None:
    story = Story().opened().tell(ev.NoteAdded(text="called the\nowner", step=StepId("verdict")), ALICE)
    assert str(activity(story.records[-1])[0]) == "06:06:01Z  verdict             note by alice: called the owner"


def test_the_look_before_an_undo_reads_well_when_it_is_tried_again() -> None:
    again = ev.StepStarted(step=StepId("deny"), attempt=2, direction=ev.Direction.UNDO, effect=Effect.REVERSIBLE)
    (line,) = activity(Story().opened().tell(again).records[-1])
    assert line.text == "reading the world to plan the undo, attempt 2"


def test_a_call_is_shown_at_its_own_time_and_a_denied_one_as_bad() -> None:
    at = datetime(2026, 1, 7, 5, 0, 0, tzinfo=UTC)
    calls = (ev.Call(at=at, text="iam:ListUsers"), ev.Call(at=at, text="kms:Decrypt", error="AccessDenied"))
    story = Story().opened().tell(ev.CallsMade(step=StepId("verdict"), calls=calls))
    good, bad = activity(story.records[-1])
    assert (moment(good.at), good.tone, bad.tone, bad.text) == (
        "05:00:00Z", Tone.PLAIN, Tone.BAD, "kms:Decrypt  AccessDenied",
    )  # fmt: skip


def test_a_receipt_found_again_after_a_crash_says_so() -> None:
    story = Story().opened().planned("deactivate_key").approved("deactivate_key").intended("deactivate_key")
    receipt = Receipt(summary="iam:UpdateAccessKey Inactive")
    story.tell(ev.EffectDone(step=StepId("deactivate_key"), attempt=1, item=0, receipt=receipt, recovered=True))
    assert "found in place by a probe" in activity(story.records[-1])[0].text


def test_marks_are_one_cell_without_emoji_form_and_have_different_twins() -> None:
    for mark in Mark:
        assert cell_len(marks.glyph(mark)) == 1
        assert in_ascii(marks.glyph(mark)).isascii()
    twins = [in_ascii(marks.glyph(mark)) for mark in Mark if mark is not Mark.OMITTED]
    assert len(twins) == len(set(twins))


@settings(deadline=None)
@given(width=st.integers(min_value=100, max_value=250), mode=st.sampled_from(list(Mode)))
def test_the_header_is_exactly_as_wide_as_the_screen_and_always_names_the_mode(width: int, mode: Mode) -> None:
    story = halfway(mode)
    state = fold(story.records)
    line = headline(state, ALICE, story.at, width)
    assert line.cell_len <= width
    assert mode.value.upper() in line.plain
    assert "prod 1111-4321" in line.plain


def test_a_narrow_screen_tells_what_is_reached_too() -> None:
    story = halfway()
    told = reached(runbook(), fold(story.records), views(runbook(), fold(story.records), story.at))
    assert told == "contained ✓ 2:27 · 9/16"
    begun = fold(Story().opened().records)
    assert reached(runbook(), begun, views(runbook(), begun, story.at)) == "not contained yet · 0/16"


def test_the_legend_has_every_mark_and_fits_into_the_help() -> None:
    rows = marks.legend().splitlines()
    assert all(f"{marks.glyph(mark)} " in marks.legend() and mark.value in marks.legend() for mark in Mark)
    assert max(map(cell_len, rows)) <= 72


def test_the_tally_counts_every_step_once() -> None:
    story = halfway()
    seen = views(runbook(), fold(story.records), story.at)
    assert tally(seen) == "9 done · 1 running · 1 waits for YOU · 5 to come"
    assert finished(seen) == "9/16"


def test_an_aborted_incident_says_so_in_the_header() -> None:
    story = Story().opened().tell(ev.IncidentAborted(reason="false alarm"), ALICE)
    state = fold(story.records)
    assert "ABORTED: false alarm" in progress(runbook(), state, views(runbook(), state, story.at), 120).plain


def test_a_part_of_the_response_is_reached_only_when_each_of_its_steps_is_done() -> None:
    """Neither a skipped nor an undone nor a failed step contains anything."""

    def header(story: Story) -> str:
        state = fold(story.records)
        return progress(runbook(), state, views(runbook(), state, story.at), 120).plain

    story = Story().opened().read("deactivate_key").read("deny_policy").read("verify_dead")
    assert "contained ✓" in header(story)
    assert "contained ·" in header(story.tell(ev.StepUndone(step=StepId("deny_policy"), attempt=1)))
    story = Story().opened().read("deactivate_key").read("deny_policy")
    skipped = story.tell(ev.StepSkipped(step=StepId("verify_dead"), reason="no probe"))
    assert "contained ·" in header(skipped)
    assert "2 done · 1 skipped" in header(skipped)
    failed = story.tell(ev.StepFailed(step=StepId("verify_dead"), attempt=2, error="X", message="x"))
    assert "contained ·" in header(failed)


def test_the_story_is_made_of_events_that_the_journal_could_keep() -> None:
    for record in halfway().records:
        assert ev.parse(json.loads(record.event.model_dump_json())) == record.event


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((80, 24), ""),
        ((120, 20), " 120x20 is small: rows and panes are cut off below 80x24; every key works"),
        ((79, 40), " 79x40 is small: ends of lines are cut off below 80x24; every key works"),
        ((40, 10), " 40x10 is small: cut off below 80x24"),
        ((20, 5), " small: needs 80x24"),
    ],
)
def test_a_terminal_that_is_too_small_is_told_so_in_the_room_there_is(size: tuple[int, int], said: str) -> None:
    assert small_words(*size) == said


def test_what_a_step_does_to_the_world_stands_in_its_head_before_it_begins() -> None:
    story, book = halfway(), runbook()
    state = fold(story.records)
    view = next(each for each in views(book, state, story.at) if each.mark is Mark.TODO)
    promised = Subject(book, state, view, {}, promised=Effect.REVERSIBLE)
    assert page(Tab.PLAN, promised).plain.splitlines()[1].startswith("reversible")
