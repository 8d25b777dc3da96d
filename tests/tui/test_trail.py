"""The screen of a CloudTrail, driven by keys over real records."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import NamedTuple

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch
from irkit.errors import OutsideError
from irkit.tui.capture import screen_text
from irkit.tui.look import Colour, Glyphs
from irkit.tui.screens.trail import TrailScreen
from irkit.tui.screens.trail_values import ValuesScreen
from irkit.tui.trail_consent import TrailConsent
from irkit.tui.trail_view import View
from tests.tui.conftest import Play
from tests.tui.driving import NARROW, WIDE, on, same_as_snapshot, until
from tests.tui.story import ScriptedDesk, halfway
from tests.tui.trail_scenes import ScriptedSource, desk, ended, play_trail, real_records, table

CHOSEN_BY_AN_INTRUDER = "\x1b[2J\u202e[bold red]x[/]\u0301\u0301 \u05d0\u05d1 \U0001f525 \n\t=1+1"


def screen(pilot: Pilot[str]) -> TrailScreen:
    """The trail's screen, wherever it lies."""
    return next(each for each in pilot.app.screen_stack if isinstance(each, TrailScreen))


def shown_rows(pilot: Pilot[str]) -> Sequence[object]:
    """The rows of the table."""
    made = screen(pilot).held.shown
    return made.rows if made is not None else ()


async def to_column(pilot: Pilot[str], name: str) -> None:
    """Move the cursor to a column."""
    while table(pilot).column_name != name:
        await on(pilot).press("right").go()


@pytest.mark.parametrize(("name", "size"), [("trail_120x36", WIDE), ("trail_80x24", NARROW)])
def test_the_activity_is_drawn_with_its_bars_its_filters_and_what_it_covers(
    tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    window = Window(datetime(2023, 7, 10, 11, 50, tzinfo=UTC), datetime(2023, 7, 10, 12, 0, tzinfo=UTC))
    query = Query(windows=(window,), users=("bert-jan",))

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("down", "down", "space").says("1 marked").go()
        await same_as_snapshot(pilot, name)

    play_trail(tmp_path, scene, desk(first=View("activity", query), incident="INC-0042"), size)


def test_rows_come_in_while_the_question_is_under_way_and_esc_keeps_them(tmp_path: Path) -> None:
    gate = Event()
    source = ScriptedSource(gate=gate)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("5 rows").says("5 of 17 files").says("esc stops").says("is known when").go()
        assert len(shown_rows(pilot)) == 5
        await on(pilot).press("c").told("the coverage is known when").press("escape").told("what was found stays").go()
        gate.set()
        await ended(pilot)
        assert 5 <= len(shown_rows(pilot)) < 17
        await on(pilot).says("NOT ALL: stopped by you").says_not("complete until").go()
        await on(pilot).press("r").until(lambda: len(shown_rows(pilot)) == 17).says("all of it was read").go()

    play_trail(tmp_path, scene, desk(source))


def test_a_filter_over_rows_applies_while_they_come_in(tmp_path: Path) -> None:
    gate = Event()

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("5 rows").press("slash").types("decrypt").press("enter").says("of 5 rows").go()
        gate.set()
        await ended(pilot)
        await on(pilot).says("12 of 17 rows").go()
        assert len(source.queries) == 1

    source = ScriptedSource(gate=gate)
    play_trail(tmp_path, scene, desk(source))


def test_a_source_that_fails_half_way_keeps_what_was_found_and_says_that_it_is_not_all(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).told("the bucket is gone").says("NOT ALL: the bucket is gone").says("r asks again").go()
        assert len(shown_rows(pilot)) == 5
        source.breaks = ""
        await on(pilot).press("r").until(lambda: len(shown_rows(pilot)) == 17).says("complete until").go()

    source = ScriptedSource(breaks="the bucket is gone")
    play_trail(tmp_path, scene, desk(source))


def test_an_empty_answer_says_until_when_it_can_be_believed_and_what_was_not_seen(tmp_path: Path) -> None:
    source = ScriptedSource(not_seen={"eu-west-1": "access denied"})

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("no events in what could be read; the rest is complete until 2023-07-10T12:45:00Z").go()
        await on(pilot).says("NOT SEEN: eu-west-1 (access denied)").says("✗ NOT SEEN eu-west-1: access denied").go()
        await on(pilot).press("p").told("there is no row").press("enter").told("there is no row").go()

    play_trail(tmp_path, scene, desk(source, first=View("activity", Query(keys=("AKIA" + "X" * 16,)))))


def test_only_so_many_records_are_loaded_and_that_is_said(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("NOT ALL: only the first 7 events that were found").says("NOT ALL THAT MATCH").go()

    play_trail(tmp_path, scene, desk(most=7))


def test_a_pivot_narrows_at_once_and_back_brings_the_same_screen(tmp_path: Path) -> None:
    source = ScriptedSource()

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("down").go()
        await to_column(pilot, "call")
        before = screen_text(pilot.app.screen)
        await on(pilot).press("p").says("[call ec2:GetPasswordData]").says("1 row").go()
        asked = len(source.queries)
        await on(pilot).press("escape").says("17 rows").go()
        assert screen_text(pilot.app.screen) == before
        assert len(source.queries) == asked == 1

    play_trail(tmp_path, scene, desk(source))


def test_no_key_waits_for_a_description_of_the_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[Record] = []

    def heard(one: Record) -> str:
        described.append(one)
        return "a record"

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await to_column(pilot, "call")
        await on(pilot).press("p").says("1 row").press("escape").says("17 rows").press("s").says("17 rows").go()
        await (
            on(pilot).press("2").says("from what was loaded").press("1").says("17 rows").press("f").says("values").go()
        )
        await on(pilot).press("escape", "a").told("1 event").go()
        assert not described

    monkeypatch.setattr(Record, "__repr__", heard)
    added = desk(incident="INC-0042", add_to_timeline=lambda records, _why: len(records))
    play_trail(tmp_path, scene, added)


def test_a_pivot_alone_takes_the_other_filters_away_and_asks_the_source(tmp_path: Path) -> None:
    source = ScriptedSource()

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await to_column(pilot, "ip")
        await on(pilot).press("P").says("[address 192.168.10.20]").says("16 rows").says_not("[call").go()
        assert len(source.queries) > 1

    play_trail(tmp_path, scene, desk(source, first=View("activity", Query(calls=("kms:Decrypt", "sts:AssumeRole")))))


def test_a_pivot_on_a_caller_s_key_finds_what_services_did_for_it(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("down", "down", "down", "down").go()
        await to_column(pilot, "key_id")
        await on(pilot).press("p").says("[key AKIA").says("15 rows").go()
        assert sum(row.call == "kms:Decrypt" for row in shown_rows(pilot)) == 12  # type: ignore[attr-defined]

    play_trail(tmp_path, scene, desk())


def test_a_value_is_left_out_by_one_key_and_comes_back_when_its_chip_goes(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await to_column(pilot, "error")
        await on(pilot).press("exclamation_mark").says("[error not AccessDenied]").says("16 rows").go()
        await on(pilot).says("16 of 17 events").press("minus").says("17 rows").says("no filter").go()
        await on(pilot).press("minus").told("there is no filter").go()

    play_trail(tmp_path, scene, desk())


def test_a_chip_is_chosen_to_go_and_a_click_takes_it_away(tmp_path: Path) -> None:
    query = Query(calls=("kms:Decrypt",), users=("bert-jan",))

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).says("[user bert-jan] [call kms:Decrypt]").press("minus").says("all of them").types("user").go()
        await on(pilot).press("enter").says(" [call kms:Decrypt]").says_not("[user").go()
        await pilot.click("#chips", offset=(4, 0))
        await on(pilot).says("no filter").says("17 rows").go()

    play_trail(tmp_path, scene, desk(first=View("activity", query)))


def test_values_that_begin_alike_are_told_apart_and_the_chosen_one_is_whole(tmp_path: Path) -> None:
    agents = [f"APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) provider/{each}.0" for each in (4, 5)]

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        pilot.app.push_screen(ValuesScreen("agent", [(each, 3) for each in agents]))
        await on(pilot).says("provider/4.0").says("provider/5.0").says(agents[0][:60]).press("down").go()
        await on(pilot).until(lambda: "provider/5.0" in str(pilot.app.screen.query_one("#says").render())).go()

    play_trail(tmp_path, scene, desk())


def test_fields_and_values_are_picked_with_their_counts(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("f").says("Filter by which field").types("call").says("call").press("enter").go()
        await on(pilot).until(lambda: isinstance(pilot.app.screen, ValuesScreen)).says("6 values").go()
        box = pilot.app.screen.query_one(".dialog").region
        assert abs(2 * box.x + box.width - WIDE[0]) <= 1, "a dialog lies in the middle"
        await on(pilot).says("12").says("kms:Decrypt").types("secret").says_not("kms:Decrypt").press("enter").go()
        await on(pilot).says("[call secretsmanager:GetSecretValue]").says("1 row").go()

    play_trail(tmp_path, scene, desk())


def test_a_picked_value_can_be_left_out(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("f").says("Filter by which field").types("address").press("enter").go()
        await on(pilot).until(lambda: isinstance(pilot.app.screen, ValuesScreen)).press("exclamation_mark").go()
        await on(pilot).says("[address not 192.168.10.20]").says("1 of 17 events").go()

    play_trail(tmp_path, scene, desk())


def test_the_bars_narrow_the_time(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("h").says("enter narrows").press("home", *[">"] * 12, "enter").go()
        await on(pilot).says("[2023-07-10 11:54:42 to 11:5").until(lambda: 0 < len(shown_rows(pilot)) < 17).go()
        window = screen(pilot).view.query.span
        assert window is not None
        assert len(shown_rows(pilot)) == sum(window.holds(one.at) for one in real_records())
        await on(pilot).press("w").says("all time").types("all time").press("enter").says("17 rows").go()

    play_trail(tmp_path, scene, desk())


def test_every_question_is_a_tab_over_the_same_filters(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        for number, name in enumerate(screen(pilot).desk.questions, start=1):
            await on(pilot).press(str(number)).says(f"›{number} {name}").says("[user bert-jan]").go()
            await until(pilot, lambda: not screen(pilot).is_asking and screen(pilot).held.ended is not None)
        await on(pilot).press("right_square_bracket").says("›1 activity").press("left_square_bracket").go()
        await (
            on(pilot)
            .says("›9 lineage")
            .press("2")
            .says("What was decrypted")
            .until(lambda: len(shown_rows(pilot)) == 11)
            .go()
        )

    play_trail(tmp_path, scene, desk(first=View("activity", Query(users=("bert-jan",)))))


def test_what_is_had_from_memory_says_nothing_of_the_question_that_was_left_for_it(tmp_path: Path) -> None:
    gate = Event()
    source = ScriptedSource()

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        source.gate = gate
        screen(pilot).look_at(View("activity"))
        await on(pilot).says("esc stops").go()
        screen(pilot).look_at(View("decrypts", named))
        await on(pilot).says("from what was loaded").says_not("esc stops").go()
        gate.set()

    named = Query(users=("bert-jan",))
    play_trail(tmp_path, scene, desk(source, first=View("activity", named)))


def test_a_question_that_needs_a_window_says_so(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("8").told("what is new cannot be told without a start").go()
        await on(pilot).says("w sets a time").says_not("looking").says_not("the source ended").go()

    play_trail(tmp_path, scene, desk())


def test_how_far_to_follow_is_chosen(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).says("3 rows").press("t").says("How far to follow").types("made-for").press("enter").go()
        await on(pilot).says("with what services did").says("15 rows").go()

    query = Query(keys=(real_records()[0].key_id,))
    play_trail(tmp_path, scene, desk(first=View("activity", query, Follow.ALONE)))


def test_enter_opens_the_record_as_it_was_written_and_back_leads_to_the_row(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("down", "enter").says("As CloudTrail wrote it").says("lies at invictus.jsonl#").go()
        await on(pilot).press("pagedown").says('"eventName": "GetPasswordData"').go()
        await on(pilot).press("right_square_bracket").told("no further record").press("escape").go()
        await on(pilot).says("What was done").go()
        assert table(pilot).cursor == 1

    play_trail(tmp_path, scene, desk())


def test_the_record_page_is_drawn(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("2").says("11 rows").press("enter").says("record 1 of 2").says("made for").go()
        await on(pilot).press("right_square_bracket").says("record 2 of 2").says("made for").go()
        await same_as_snapshot(pilot, "trail_record_80x24")

    play_trail(tmp_path, scene, desk(), NARROW)


def test_a_record_without_its_text_is_read_where_it_lies(tmp_path: Path) -> None:
    one = real_records()[0]._replace(text="")
    wanted: list[Locator] = []

    def raw(locator: Locator) -> str:
        wanted.append(locator)
        if len(wanted) > 1:
            raise OutsideError("the file was moved")
        return '{"eventName": "READ AGAIN"}'

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("enter").says("READ AGAIN").press("escape", "enter").says("the file was moved").go()
        assert wanted == [one.locator, one.locator]

    play_trail(tmp_path, scene, desk(ScriptedSource((one,)), raw=raw))


def test_the_coverage_page_is_drawn(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("c").says("What this answer covers").go()
        await same_as_snapshot(pilot, "trail_coverage_80x24")

    play_trail(tmp_path, scene, desk(ScriptedSource(not_seen={"eu-west-1": "access denied"})), NARROW)


def test_marked_rows_go_into_the_timeline_though_other_rows_are_looked_at(tmp_path: Path) -> None:
    told: list[Sequence[Record]] = []
    whys: list[str] = []

    def add(records: Sequence[Record], why: str) -> int:
        told.append(records)
        whys.append(why)
        return len(records) - 1

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("space", "space", "up", "space").says("1 marked").press("space").says("2 marked").go()
        await on(pilot).press("7").says("2 marked").press("a").told("1 event added to the timeline of INC-0042").go()
        await on(pilot).told("1 were there already").says_not("marked").go()
        assert [one.name for one in told[0]] == ["AssumeRole", "SharedSnapshotVolumeCreated"]
        await on(pilot).press("1", "home", "a").until(lambda: len(told) == 2).go()
        assert [one.name for one in told[1]] == ["AssumeRole"]
        await (
            on(pilot).press("enter").says("As CloudTrail").press("A").says("What it means").types("the first try").go()
        )
        await on(pilot).press("enter").until(lambda: whys == ["", "", "the first try"]).go()

    play_trail(tmp_path, scene, desk(add_to_timeline=add, incident="INC-0042"))


def test_many_events_go_into_the_timeline_only_after_a_question(tmp_path: Path) -> None:
    told: list[Sequence[Record]] = []
    many = tuple(real_records()[3]._replace(event_id=f"e{n}") for n in range(30))

    def add(records: Sequence[Record], why: str) -> int:
        told.append(records)
        return len(records)

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("4").says("10 rows").press("a").says("Add 30 events to the timeline").press("enter").go()
        assert told == []
        await on(pilot).press("a", "down", "enter").told("30 events added").go()

    play_trail(tmp_path, scene, desk(ScriptedSource(many), add_to_timeline=add, incident="INC-0042"))


def test_without_an_incident_there_is_no_timeline_and_a_refusal_says_why(tmp_path: Path) -> None:
    def full(records: Sequence[Record], why: str) -> int:
        raise OutsideError("the disk is full", hint="make room")

    async def without(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("a").told("no incident is open").go()

    async def refused(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("a").told("the disk is full").go()

    play_trail(tmp_path, without, desk())
    play_trail(tmp_path, refused, desk(add_to_timeline=full, incident="INC-0042"))


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_what_an_intruder_chose_breaks_no_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    text = '{"userAgent": "\\u001b[2J\\u202e \\u0007 [red]"}'
    one = real_records()[0]._replace(
        agent=CHOSEN_BY_AN_INTRUDER,
        error=CHOSEN_BY_AN_INTRUDER,
        principal_arn=f"arn:aws:iam::1:user/{CHOSEN_BY_AN_INTRUDER}",
        event_id="x",
        text=text,
    )

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        lines = screen_text(pilot.app.screen).splitlines()
        frames = [line for line in lines if line.startswith("│")]
        assert all(line.endswith("│") for line in frames)
        for column in ("who", "error"):
            await to_column(pilot, column)
            await on(pilot).press("p").says("1 row").go()
            await no_control(pilot)
        await on(pilot).press("f").says("Filter by which").types("agent").press("enter").says("1 value").go()
        await no_control(pilot)
        await on(pilot).press("exclamation_mark").says("leave all of them out").go()
        await no_control(pilot)
        await on(pilot).press("escape", "enter").says('"userAgent": "\\u001b[2J\\u202e \\u0007 [red]"').go()

    play_trail(tmp_path, scene, desk(ScriptedSource((one,))), size)


async def no_control(pilot: Pilot[str]) -> None:
    """Nothing on the screen is obeyed by a terminal or turns a line round."""
    text = screen_text(pilot.app.screen)
    assert not set(text) & set("\x1b\x07\u202e\u0301")
    assert "\u05d0" not in text


def test_rows_are_sorted_by_the_column_under_the_cursor(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("6").says("First and last seen").go()
        await to_column(pilot, "count")
        await on(pilot).press("s").says("count▼").go()
        counts = [row.count for row in shown_rows(pilot)]  # type: ignore[attr-defined]
        assert counts == sorted(counts, reverse=True)
        await on(pilot).press("s").says("count▲").press("s").says_not("count▲").says_not("count▼").go()

    play_trail(tmp_path, scene, desk())


def test_the_cursor_stays_on_its_row_when_rows_come_in_above(tmp_path: Path) -> None:
    gate = Event()
    newest_first = tuple(sorted(real_records(), key=lambda one: one.at, reverse=True))

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("5 rows").press("down", "down").go()
        chosen = table(pilot).row.event_id  # type: ignore[attr-defined]
        gate.set()
        await ended(pilot)
        assert table(pilot).row.event_id == chosen  # type: ignore[attr-defined]
        assert table(pilot).cursor > 2

    play_trail(tmp_path, scene, desk(ScriptedSource(newest_first, gate=gate)))


def test_the_screen_can_be_drawn_in_ascii_and_without_colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        drawn = [
            (segment.text, segment.style)
            for strip in pilot.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None
        ]
        assert all(style.color is None or style.color.is_default for _, style in drawn)
        assert any(style.reverse and "2023-07-10T11:54:42Z" in text for text, style in drawn)
        await on(pilot).says("|*  2023-07-10T11:54:42Z  sts:AssumeRole").go()

    play_trail(tmp_path, scene, desk(), colour=Colour.NONE, glyphs=Glyphs.ASCII)


def test_a_resize_keeps_the_cursor_and_draws_the_other_layout(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("down", "down").go()
        await pilot.resize_terminal(*NARROW)
        await on(pilot).says("07-10 11:55:23").says("›1activity").says_not("2023-07-10T11:55:23Z").go()
        assert table(pilot).cursor == 2

    play_trail(tmp_path, scene, desk())


def test_t_opens_the_incident_s_trail_and_esc_leads_back(play: Play) -> None:
    scripted = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("t").told("no credentials").go()
        scripted.trails = desk(incident="INC-0042")
        await (
            on(pilot)
            .press("t")
            .says("irkit trail  INC-0042")
            .says("all of it was read")
            .press("escape")
            .says("Steps")
            .go()
        )

    play(scripted, WIDE, scene)


def test_leaving_tells_how_to_come_back_to_the_incident(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("q").go()

    app = play_trail(tmp_path, scene, desk(incident="INC-0042"))
    assert app.return_value == "Come back with: irkit resume INC-0042"


def test_typing_in_a_picker_is_no_key_of_the_screen(tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).press("f").says("Filter by which field").types("q1p").go()
        assert pilot.app.screen.query_one(Input).value == "q1p"

    play_trail(tmp_path, scene, desk())


@dataclass
class Costly(ScriptedSource):
    """Tells what a look costs before it gives anything."""

    consent: TrailConsent = field(default_factory=TrailConsent)
    dollars: float = 3.0

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        self.consent.hear(Scanned(f"it would scan 600 GB: about ${self.dollars:.2f}", self.dollars, is_whole=True))
        return (yield from super().look(query))


class Scanned(NamedTuple):
    text: str
    dollars: float
    is_whole: bool


def test_what_costs_more_than_small_change_runs_only_when_somebody_agrees(tmp_path: Path) -> None:
    source = Costly()

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("This costs something").says("about $3.00").press("enter").go()
        await on(pilot).told("nobody agreed to its cost").says("r asks again").go()
        assert source.queries == []
        await on(pilot).press("r").says("This costs something").press("down", "enter").go()
        await until(pilot, lambda: len(shown_rows(pilot)) == 17)

    play_trail(tmp_path, scene, desk(source, consent=source.consent))


def test_small_change_is_spent_without_a_question(tmp_path: Path) -> None:
    source = Costly(dollars=0.01)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("17 rows").says_not("costs something").go()

    play_trail(tmp_path, scene, desk(source, consent=source.consent))


def test_later_questions_are_made_fast_behind_the_first_answer_once(tmp_path: Path) -> None:
    told: list[Coverage] = []

    async def scene(pilot: Pilot[str]) -> None:
        await ended(pilot)
        await on(pilot).until(lambda: len(told) == 1).press("r").go()
        await ended(pilot)
        await on(pilot).press("2").says("11 rows").go()
        assert [each.counts.files for each in told] == [17]

    play_trail(tmp_path, scene, desk(behind=told.append))
