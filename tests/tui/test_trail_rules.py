"""What the trail screen rests on, without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from irkit.cloudtrail.coverage import Counts, Coverage
from irkit.cloudtrail.locator import NOWHERE
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.questions.question import Answer, Follow
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Progress, found
from irkit.tui.screens.trail_coverage import coverage_lines
from irkit.tui.trail_asker import Sofar
from irkit.tui.trail_cells import apart, drawable, escape, fitted, words
from irkit.tui.trail_fields import FIELDS, value
from irkit.tui.trail_histogram import bars, histogram
from irkit.tui.trail_lines import progress as progress_line
from irkit.tui.trail_loaded import Loaded
from irkit.tui.trail_narrowing import Cell, alone, excluded, narrowed
from irkit.tui.trail_page import json_lines
from irkit.tui.trail_pool import Bounded, Pool, lean
from irkit.tui.trail_shown import counts, shown
from irkit.tui.trail_view import Condition, Direction, Over, Sense, View, contained, with_values
from irkit.tui.widgets.trail_text import folded
from tests.cloudtrail.made import KEY as MADE_BY
from tests.cloudtrail.made import made
from tests.tui.trail_scenes import AT, ScriptedSource, real_records

KEY = "AKIA" + "TFQR7NSC8Q4X20BJ"
NASTY = "\x1b[31mred\x07\u202eevil\u200b \u05e9\u05dc é\u0301\u0301 [bold]x[/] 🔥❤\ufe0f\ud800"
HOUR = timedelta(hours=1)


def window(hours: int, length: int = 1) -> Window:
    return Window(AT + hours * HOUR, AT + (hours + length) * HOUR)


def answered(query: Query | None = None, question: str = "activity") -> Answer[Any]:
    return ask(ScriptedSource(), QUESTIONS[question], query or Query(), Follow.MADE_FOR)


# -- texts that an intruder chose ----------------------------------------------------------------------------------


@given(st.text(max_size=60), st.integers(min_value=0, max_value=40))
def test_a_cell_is_always_as_wide_as_its_column(text: str, width: int) -> None:
    shown = fitted(drawable(text), width)
    assert cell_len(shown) == width
    assert "\n" not in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (60, "arn:aws:iam::111122223333:role/team-leave-org-role          "),
        (30, "…role/team-leave-org-role     "),
        (15, "…leave-org-role"),
        (1, "…"),
        (0, ""),
    ],
)
def test_an_arn_without_room_keeps_what_it_names(width: int, shown: str) -> None:
    assert fitted("arn:aws:iam::111122223333:role/team-leave-org-role", width) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/credentials/stratus-red-team/credentials-26", "/creden…credentials-26"),
        ("secretsmanager:GetSecretValue", "secrets…GetSecretValue"),
        ("aws-cli/2.5.0 Python/3.9.11 Linux", "aws-cli/2.5.0 Python/…"),
    ],
)
def test_a_name_without_room_keeps_its_end_and_words_their_beginning(text: str, shown: str) -> None:
    assert fitted(text, 22) == shown


def test_what_a_terminal_would_obey_or_turn_round_is_not_drawn() -> None:
    shown = words(NASTY)
    assert not set(shown) & set("\x1b\x07\u202e\u200b\u0301\ufe0f\ud800")
    assert "\\u05e9" in shown
    assert "🔥" in shown


def test_an_escape_is_the_one_of_json() -> None:
    assert [escape("\x1b"), escape("😀")] == ["\\u001b", "\\ud83d\\ude00"]


def test_a_record_s_page_is_json_to_the_character_and_safe() -> None:
    import json

    text = json.dumps({"userAgent": NASTY, "n": [1, {"a": None}]})
    lines = list(json_lines(text))
    assert json.loads("\n".join(lines)) == json.loads(text)
    assert all(drawable(line) == line for line in lines)


def test_what_is_no_json_is_shown_as_it_lies() -> None:
    assert list(json_lines('{"cut":')) == ['{"cut":']


@given(st.text(alphabet="ab ,🔥é", max_size=200), st.integers(min_value=20, max_value=60))
def test_a_folded_line_fits_and_loses_nothing(text: str, width: int) -> None:
    parts = folded(text, width)
    assert all(cell_len(part) <= width for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_values_are_told_in_words() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    told = [words(each) for each in (None, at, True, 3, ("a", "b"), {"k": "v"}, timedelta(seconds=2), Sense.NOT)]
    assert told == ["", "2026-01-02T03:04:05Z", "yes", "3", "a, b", "k=v", "2 s", "not"]


# -- bars ----------------------------------------------------------------------------------------------------------


def test_every_event_is_under_one_bar() -> None:
    records = real_records_in_order()
    for parts in (1, 7, 60, 500):
        made = histogram(records, parts)
        assert sum(made.counts) == len(records)
        assert all(made.counts[made.at(one.at) or 0] for one in records)


def real_records_in_order() -> tuple[Record, ...]:
    return found(ScriptedSource(), Query()).records


def test_events_outside_the_window_are_under_no_bar() -> None:
    records = real_records_in_order()
    middle = Window(records[3].at, records[-1].at)
    assert sum(histogram(records, 10, middle).counts) == len([one for one in records if middle.holds(one.at)])


def test_a_part_holds_exactly_its_events() -> None:
    records = real_records_in_order()
    made = histogram(records, 50)
    for first, last in ((0, 0), (0, 49), (30, 40)):
        part = made.part(first, last)
        assert len([one for one in records if part.holds(one.at)]) >= made.total(first, last)


def test_a_single_event_beside_thousands_is_still_seen() -> None:
    assert bars([0, 1, 4000], 1) == (" ▁█",)
    assert bars([0, 1, 8], 2) == ("  █", " ▂█")


def test_nothing_has_no_bars() -> None:
    assert histogram((), 10).counts == ()


# -- views ---------------------------------------------------------------------------------------------------------


def test_each_chip_takes_away_just_its_filter() -> None:
    query = Query(windows=(window(0),), keys=("A", "B"), ips=("1.2.3.4",), outcome=Outcome.DENIED)
    view = View("activity", query, text="x").with_condition(Condition("agent", "curl", Sense.NOT))
    texts = [chip.text for chip in view.chips]
    assert texts[1:] == ["key A", "key B", "address 1.2.3.4", "denied", "agent not curl", "/x"]
    for number, chip in enumerate(view.chips):
        assert [each.text for each in chip.rest.chips] == texts[:number] + texts[number + 1 :]
    assert view.bare().chips == ()
    assert [chip.text for chip in alone(view).chips] == texts[:1]


def test_sorting_turns_round_and_then_ends() -> None:
    view = View("activity")
    once = view.sorted_by("count", Direction.DOWN)
    twice = once.sorted_by("count", Direction.DOWN)
    assert [each.order and each.order.direction for each in (once, twice)] == [Direction.DOWN, Direction.UP]
    assert twice.sorted_by("count", Direction.DOWN) == view


QUERIES = st.builds(
    Query,
    windows=st.sampled_from([(), (window(0),), (window(0, 2),), (window(0), window(1))]),
    keys=st.sampled_from([(), ("A",), ("A", "B")]),
    calls=st.sampled_from([(), ("kms:Decrypt",), ("Decrypt",), ("kms:*",), ("KMS:decrypt", "s3:GetObject")]),
    outcome=st.sampled_from(list(Outcome)),
)


@given(QUERIES, QUERIES)
def test_a_query_that_is_contained_asks_for_nothing_else(inner: Query, outer: Query) -> None:
    base = real_records()[0]
    records = [
        base._replace(source=source, name=name, key_id=key, at=AT + hour * HOUR, error=error)
        for source, name in (("kms", "Decrypt"), ("s3", "GetObject"), ("kms", "Encrypt"))
        for key in ("A", "B", "C")
        for hour in (0, 1, 2)
        for error in ("", "AccessDenied", "Throttled")
    ]
    if contained(inner, outer):
        assert all(outer.matches(one) for one in records if inner.matches(one))


# -- what an answer covers -------------------------------------------------------------------------------------------


def test_no_files_are_counted_where_there_are_none() -> None:
    history = Coverage(("eu-west-1",), AT, AT, AT, counts=Counts(events=300))
    lines = [line for line, _ in coverage_lines(View("activity"), history, ())]
    assert "  300 events" in lines
    assert not any("file" in line for line in lines)
    assert "Complete until" in lines


# -- what is in memory ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["activity", "decrypts", "secrets", "seen", "denied", "persistence"])
def test_an_answer_from_memory_rests_on_the_records_that_the_source_would_give(question: str) -> None:
    source, whole = ScriptedSource(), Loaded()
    base = ask(source, QUESTIONS["activity"], Query(), Follow.MADE_FOR)
    whole.keep(base)
    compared = 0
    for field in (each for each in FIELDS.values() if each.asks and each.id != "event_id"):
        for text in {value(field, one, base.asked.caller) for one in base.records} - {""}:
            view = narrowed(View(question), Cell(field.id, text), base.asked)
            if view.conditions:
                continue
            held = whole.base(QUESTIONS[question], view)
            assert held is not None
            asked, rows = held.answer(QUESTIONS[question], view)
            direct = ask(source, QUESTIONS[question], view.query, Follow.MADE_FOR)
            assert {one.event_id for one in asked.records} == {one.event_id for one in direct.records}
            assert len(rows) == len(direct.rows)
            compared += 1
    assert compared > 25


@pytest.mark.parametrize("question", ["activity", "decrypts", "secrets", "seen", "denied", "persistence", "lineage"])
def test_all_that_came_of_a_key_is_in_memory_too(question: str) -> None:
    minted = "ASIATFQR7NSC6V3LY3GE"
    session = {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/x/s", "accessKeyId": minted}
    records = (
        made("sts:AssumeRole", 0, responseElements={"credentials": {"accessKeyId": minted}}),
        made("iam:CreateUser", 5, userIdentity=session, requestParameters={"userName": "ghost"}),
        made("secretsmanager:GetSecretValue", 6, userIdentity=session, requestParameters={"secretId": "prod/db"}),
        made("iam:ListUsers", 7, userIdentity={**session, "accessKeyId": "ASIATFQR7NSCOTHER3GE"}),
    )
    source, whole = ScriptedSource(records), Loaded()
    query = Query(keys=(MADE_BY,))
    whole.keep(ask(source, QUESTIONS["lineage"], query, Follow.TREE))
    view = View(question, query, Follow.TREE)
    held = whole.base(QUESTIONS[question], view)
    assert held is not None
    asked, rows = held.answer(QUESTIONS[question], view)
    direct = ask(source, QUESTIONS[question], query, Follow.TREE)
    assert asked.records == direct.records
    assert rows == direct.rows
    assert len(asked.records) == {"activity": 3, "seen": 3, "lineage": 3}.get(question, len(asked.records))


def test_what_memory_does_not_hold_is_asked_of_the_source() -> None:
    whole = Loaded()
    whole.keep(answered(Query(keys=(KEY,))))
    question = QUESTIONS["activity"]
    assert whole.base(question, View("activity", Query(keys=(KEY,), ips=("1.2.3.4",)))) is not None
    assert whole.base(question, View("activity", Query(ips=("1.2.3.4",)))) is None
    assert whole.base(question, View("activity", Query(keys=(KEY,)), Follow.ALONE)) is None
    assert whole.base(QUESTIONS["news"], View("news", Query(keys=(KEY,), windows=(window(0),)))) is None
    whole.forget()
    assert whole.base(question, View("activity", Query(keys=(KEY,)))) is None


def test_a_pool_asks_a_source_once() -> None:
    source = ScriptedSource()
    pool = Pool(source)
    first = found(pool, Query()).records
    assert found(pool, Query(keys=(KEY,))).records == tuple(one for one in first if one.key_id == KEY)
    assert len(source.queries) == 1
    pool.forget()
    found(pool, Query(keys=(KEY,)))
    assert len(source.queries) == 2


def test_a_bound_ends_a_look_and_says_that_it_is_not_all() -> None:
    source = Bounded(ScriptedSource(), 7, lambda: AT, 7)
    answer = found(source, Query())
    assert len(answer.records) == 7
    assert "only the first 7 events" in answer.coverage.not_seen["the rest"]
    assert not answer.coverage.is_whole


def test_records_beyond_a_number_are_held_in_less_memory_and_say_the_same() -> None:
    records = found(Bounded(ScriptedSource(), 100, lambda: AT, 5), Query()).records
    assert records == found(ScriptedSource(), Query()).records
    assert 0 < sum(bool(one.text) for one in records) <= 5
    bare = real_records()[0]._replace(locator=NOWHERE)
    assert lean(bare).text == bare.text  # it could not be read again


def test_a_look_that_was_cut_is_not_kept_in_the_pool() -> None:
    source = ScriptedSource()
    pool = Pool(source)
    found(Bounded(pool, 7, lambda: AT, 7), Query())
    assert len(found(pool, Query()).records) == len(source.records)


# -- filters over what is loaded -----------------------------------------------------------------------------------


def test_a_value_of_a_caller_is_left_out_with_what_was_made_for_it() -> None:
    answer = answered()
    cell = Cell("ip", "192.168.10.20")
    view = excluded(View("activity"), cell, answer.asked)
    left = shown(answer.question, answer.asked, answer.rows, view)
    assert left.rows
    assert all(row.ip != "192.168.10.20" for row in left.rows)
    assert left.loaded == len(answer.records)
    assert len(left.rows) + sum(row.ip == "192.168.10.20" for row in answer.rows) == len(answer.rows)


def test_rows_of_many_records_are_counted_anew_without_what_is_left_out() -> None:
    answer = answered(question="seen")
    before = {(row.what, row.value): row.count for row in answer.rows}
    view = excluded(View("seen"), Cell("value", "kms:Decrypt", _row(answer.rows, "call", "kms:Decrypt")), answer.asked)
    after = {(row.what, row.value): row.count for row in shown(answer.question, answer.asked, answer.rows, view).rows}
    assert ("call", "kms:Decrypt") not in after
    assert after["account", "123837392027"] == before["account", "123837392027"] - before["call", "kms:Decrypt"]


def _row(rows: Sequence[Any], what: str, text: str) -> object:
    return next(row for row in rows if (row.what, row.value) == (what, text))


@pytest.mark.parametrize(
    ("what", "text", "asks"),
    [("key", KEY, "keys"), ("ip", "192.168.10.20", "ips"), ("call", "kms:Decrypt", "calls"), ("who", "", "arns")],
)
def test_a_table_of_several_kinds_of_values_knows_each_one_s_field(what: str, text: str, asks: str) -> None:
    answer = answered(question="seen")
    row = next(row for row in answer.rows if row.what == what and text in row.value)
    view = narrowed(View("seen"), Cell("value", row.value, row), answer.asked)
    assert view.conditions == ()
    assert getattr(view.query, asks)


def test_a_secret_s_name_is_asked_for_as_what_records_mention() -> None:
    answer = answered(question="secrets")
    row = answer.rows[0]
    view = narrowed(View("secrets"), Cell("secret", row.secret, row), answer.asked)
    assert view.query.mentions == (row.secret,)


def test_a_key_that_made_no_call_can_be_asked_for() -> None:
    answer = answered(question="lineage")
    made = "ASIA" + "A" * 16
    view = narrowed(View("lineage"), Cell("id", made, answer.rows[0] if answer.rows else None), answer.asked)
    assert view.query.keys == (made,)


def test_a_time_is_asked_for_with_what_lies_around_it() -> None:
    answer = answered()
    view = narrowed(View("activity"), Cell("at", AT, answer.rows[0]), answer.asked)
    assert view.query.windows == (Window(AT - timedelta(minutes=5), AT + timedelta(minutes=5)),)


def test_columns_that_no_record_has_filter_rows() -> None:
    answer = answered()
    view = narrowed(View("activity"), Cell("tactic", "Discovery", answer.rows[0]), answer.asked)
    assert view.conditions == (Condition("tactic", "Discovery", Sense.ONLY, Over.ROWS),)
    left = shown(answer.question, answer.asked, answer.rows, view)
    assert {row.tactic for row in left.rows} == {"Discovery"}
    assert (len(left.rows), left.total) == (sum(r.tactic == "Discovery" for r in answer.rows), len(answer.rows))


def test_counts_add_up_to_what_is_loaded() -> None:
    answer = answered()
    made = shown(answer.question, answer.asked, answer.rows, View("activity"))
    for name in FIELDS:
        assert sum(count for _, count in counts(made, name)) == len(answer.records)
    assert dict(counts(made, "tactic"))["Credential Access"] == sum(r.tactic == "Credential Access" for r in made.rows)


def test_a_text_is_found_in_any_column_letter_case_aside() -> None:
    answer = answered()
    left = shown(answer.question, answer.asked, answer.rows, View("activity", text="getpassword"))
    assert [row.call for row in left.rows] == ["ec2:GetPasswordData"]


def test_rows_without_a_value_come_last_whichever_way_they_are_sorted() -> None:
    answer = answered()
    for first in Direction:
        view = View("activity").sorted_by("error", first)
        errors = [row.error for row in shown(answer.question, answer.asked, answer.rows, view).rows]
        assert errors[:2] == sorted(errors[:2], reverse=first is Direction.DOWN)
        assert not any(errors[2:])


def test_a_filter_replaces_the_values_of_its_field_alone() -> None:
    query = with_values(Query(keys=("A", "B"), ips=("1.2.3.4",)), "keys", ("C",))
    assert (query.keys, query.ips) == (("C",), ("1.2.3.4",))


def test_the_time_left_stands_before_what_a_narrow_screen_cuts_off() -> None:
    progress = Progress("files", 500, 2000, events=500_000)
    told = progress_line(Sofar(View("activity"), progress, 2, 1234, 10.0)).plain
    assert "look 2 · 500 of 2,000 files · 0:30 left · 50,000 events/s · 1,234 events found" in told
    known = Progress("pages", 1, 0, seconds_left=65)
    unknown = Progress("regions", 3, 4)
    assert "3 of 4 regions · 3 events found" in progress_line(Sofar(View("activity"), unknown, 1, 3, 5.0)).plain
    assert "1 pages · 1:05 left · 3 events found" in progress_line(Sofar(View("activity"), known, 1, 3, 0.0)).plain


def test_values_that_would_look_alike_show_what_they_differ_in() -> None:
    ends = "(+https://registry.example.org/providers) sdk-go/1.44.157"
    agents = [f"tool/1.0 Terraform/1.1.2 (+https://example.org) provider/{version} {ends}" for version in ("3.76", "4")]
    assert apart([*agents, agents[0], "aws-cli/2"], 30) == [
        "tool/1.0…3.76 (+https://regis…",
        "tool/1.0…4 (+https://registry…",
        "tool/1.0…3.76 (+https://regis…",
        "aws-cli/2                     ",
    ]
    deeper = [*agents, f"{agents[0]} exec/1", f"{agents[0]} exec/2"]
    assert apart(deeper, 40)[2:] == [
        "tool/1.0…oviders) sdk-go/1.44.157 exec/1",
        "tool/1.0…oviders) sdk-go/1.44.157 exec/2",
    ]
    assert apart(agents, 12) == [fitted(each, 12) for each in agents]
