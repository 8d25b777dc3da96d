from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.cli import trail_written
from irkit.cli.trail_cells import as_json, cell, safe_json
from irkit.cli.trail_table import alike, cells, fitted, padded, roomy, table
from irkit.cli.trail_written import Format, Written, write
from irkit.cloudtrail.coverage import Coverage, Skipped
from irkit.cloudtrail.locator import Locator

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
COVERAGE = Coverage(("eu-west-1",), AT, AT + timedelta(hours=1), AT, skipped=(Skipped(Locator("a.gz"), "cut off"),))
HOSTILE = "\x1b[2J\u202egpj.exe\r\nx\x07\x9b"


@dataclass(frozen=True)
class Inner:
    name: str
    at: datetime


@dataclass(frozen=True)
class Wide:
    at: datetime
    call: str
    agent: str
    none: str
    same: str


def test_a_table_shows_columns_that_hold_something() -> None:
    assert list(table(("at", "key_id", "none"), [["1", "AKIA", ""], ["22", "", ""]], None)) == [
        "AT  KEY ID",
        "1   AKIA",
        "22",
    ]


def test_what_a_stranger_wrote_is_no_command_to_a_terminal() -> None:
    shown = "\n".join(table(("agent",), [[HOSTILE]], None))
    assert all(each == "\n" or each.isprintable() for each in shown)
    assert shown.count("\n") == 1, "a line break within a value is no new row"


@given(st.lists(st.integers(1, 200), min_size=1, max_size=15), st.integers(1, 300))
def test_a_table_is_as_wide_as_the_terminal_when_that_can_be(widths: list[int], width: int) -> None:
    found = fitted(widths, width, [min(each, 12) for each in widths])
    least = sum(min(each, 6) for each in widths) + 2 * (len(widths) - 1)
    assert sum(found) + 2 * (len(found) - 1) <= max(width, least)
    assert all(each <= was for each, was in zip(found, widths, strict=True))


def test_a_narrow_table_drops_what_one_reads_last() -> None:
    columns = ("at", "call", "agent", "target", "locator")
    rows = [["2026-11-21T03:00:00Z", "kms:Decrypt", "aws-cli/2", "prod/payments", "logs/a.json.gz#1+2"]]
    assert roomy(columns, rows, 200) == columns
    assert roomy(columns, rows, 70) == ("at", "call", "agent", "target")
    assert roomy(columns, rows, 50) == ("at", "call", "target")


def test_what_is_the_same_in_every_row_is_known() -> None:
    rows = [["t1", "bob", "a", ""], ["t1", "bob", "b", ""]]
    assert alike(("first_at", "who", "call", "error"), rows) == {"who": "bob"}
    assert alike(("who",), [["bob"]]) == {}


@given(st.text(max_size=30), st.integers(1, 20))
def test_a_text_takes_exactly_its_cells(text: str, width: int) -> None:
    assert cells(padded(text, width)) == width


def test_values_are_told_as_json_has_them() -> None:
    value = {"a": (1, None), "b": Inner("x", AT), "c": Locator("f", 1, 2), "d": timedelta(seconds=3), "e": {"z"}}
    assert as_json(value) == {
        "a": [1, None],
        "b": {"name": "x", "at": "2026-11-21T03:00:00Z"},
        "c": "f#1+2",
        "d": 3.0,
        "e": ["z"],
    }


def test_values_are_told_as_one_text_in_a_table() -> None:
    values = [None, True, False, 3, 1.5, ("a", "b"), {"k": "v"}, AT]
    assert [cell(each) for each in values] == ["", "yes", "no", "3", "1.5", "a, b", "k=v", "2026-11-21T03:00:00Z"]


@given(st.text())
def test_json_for_a_terminal_is_harmless_and_means_the_same(text: str) -> None:
    written = safe_json({"x": text})
    assert all(each.isprintable() for each in written)
    assert json.loads(written) == {"x": text}


def test_a_lone_surrogate_can_be_written() -> None:
    assert safe_json("\ud800").encode() == b'"\\ud800"'


@pytest.mark.parametrize("begin", [*"=+-@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_of_a_csv_is_a_formula(begin: str) -> None:
    out = io.StringIO()
    write(Written(("agent",), [SimpleNamespace(agent=f"{begin}HYPERLINK(1)")], {}, COVERAGE), Format.CSV, out)
    assert list(csv.reader(io.StringIO(out.getvalue())))[1] == [f"'{begin}HYPERLINK(1)"]


def test_each_row_of_a_csv_is_one_line() -> None:
    out = io.StringIO()
    write(Written(("agent",), [SimpleNamespace(agent=HOSTILE)], {}, COVERAGE), Format.CSV, out)
    assert all(each in "\r\n" or each.isprintable() for each in out.getvalue())
    assert len(list(csv.reader(io.StringIO(out.getvalue(), newline="")))) == 2


def test_the_json_document_holds_question_rows_and_coverage() -> None:
    out = io.StringIO()
    write(Written(("at",), [SimpleNamespace(at=AT)], {"question": "activity"}, COVERAGE), Format.JSON, out)
    document = json.loads(out.getvalue())
    assert document["schema"] == "irkit.trail/1"
    assert document["question"] == "activity"
    assert document["rows"] == [{"at": "2026-11-21T03:00:00Z"}]
    assert document["coverage"]["skipped"] == [{"at": "a.gz", "why": "cut off"}]
    assert document["coverage"]["trusted_until"] == "2026-11-21T02:45:00Z"
    assert document["coverage"]["is_whole"] is False


def test_the_last_of_the_json_lines_is_the_coverage() -> None:
    out = io.StringIO()
    write(Written(("at",), [SimpleNamespace(at=AT)], {}, COVERAGE), Format.JSONL, out)
    row, coverage = map(json.loads, out.getvalue().splitlines())
    assert row == {"at": "2026-11-21T03:00:00Z"}
    assert coverage["coverage"]["regions"] == ["eu-west-1"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
@pytest.mark.parametrize("are_chosen", [False, True])
def test_a_table_written_part_by_part_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
    kind: type[io.StringIO],
    are_chosen: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    names = ("a", HOSTILE, "日本語" * 30, "b" * 90, "e\u0301", "")
    rows = [Wide(AT + timedelta(seconds=each), names[each % 6], names[each % 5], "", "x") for each in range(40)]
    what = Written(("at", "call", "agent", "none", "same"), rows, {}, COVERAGE, are_chosen)
    whole, parts = kind(), kind()
    write(what, Format.TABLE, whole)
    monkeypatch.setattr(trail_written, "_IN_A_TABLE", 10)
    monkeypatch.setattr(trail_written, "_AT_ONCE", 7)
    write(what, Format.TABLE, parts)
    assert parts.getvalue() == whole.getvalue()
    assert whole.getvalue().count("\n") == 41


def test_a_document_of_parts_is_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_written, "_AT_ONCE", 2)
    for count in (0, 1, 5):
        rows = [Wide(AT, "\ud800" if each == 3 else "a", "é", "", "x") for each in range(count)]
        out = io.StringIO()
        write(Written(("at", "call"), rows, {"question": "q"}, COVERAGE), Format.JSON, out)
        document = json.loads(out.getvalue())
        assert out.getvalue() == safe_json(document, indent=2) + "\n"
        assert [row["call"] for row in document["rows"]] == [row.call for row in rows]
