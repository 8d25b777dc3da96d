from __future__ import annotations

import csv
import io
import json
import re
import unicodedata

import pytest

from irkit.errors import UsageError
from irkit.scan.finding import Place, PlaceKind, Report
from irkit.scan.output.about import About, Reveal
from irkit.scan.output.csv_rows import COLUMNS
from irkit.scan.output.shown import csv_cell, shown
from irkit.scan.output.write import Format, write
from tests.scan.output.reports import (
    HOSTILE,
    NAMED,
    NOTHING,
    PASSWORD,
    PEM,
    TOKEN,
    VALUES,
    about,
    finding,
    report,
)

REVEALING = (Format.HUMAN, Format.JSON, Format.JSONL, Format.CSV)
FEWEST = 8


def written(form: Format, made: Report | None = None, reveal: Reveal = Reveal.HIDDEN, told: About | None = None) -> str:
    out = io.StringIO()
    write(made or report(), out, form, told or about(), reveal)
    return out.getvalue()


def pieces(secret: str) -> list[str]:
    """All parts of a value that are long enough to give it away."""
    return [secret[at : at + FEWEST] for at in range(len(secret) - FEWEST + 1)]


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("secret", VALUES, ids=["token", "password", "author", "pem", "accepted"])
def test_no_part_of_a_value_is_written_in_any_format(form: Format, secret: str) -> None:
    body = secret.split("\n")[1] if "\n" in secret else secret
    text = written(form)
    assert not [each for each in pieces(body) if each in text]


@pytest.mark.parametrize("form", list(Format))
def test_no_format_writes_a_character_that_a_terminal_obeys(form: Format) -> None:
    bad = {c for c in written(form) if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert bad - ({"\r"} if form is Format.CSV else set()) == set()


@pytest.mark.parametrize("form", list(Format))
def test_every_format_can_be_written_to_a_stream_of_utf_8(form: Format) -> None:
    assert written(form).encode("utf-8")


@pytest.mark.parametrize("form", [Format.JSON, Format.JSONL, Format.SARIF, Format.JUNIT])
def test_formats_for_machines_are_ascii(form: Format) -> None:
    assert written(form).isascii()


@pytest.mark.parametrize("form", REVEALING)
def test_values_are_written_when_they_are_asked_for(form: Format) -> None:
    text = written(form, reveal=Reveal.SHOWN)
    assert all(secret in text for secret in (TOKEN, PASSWORD, NAMED))


@pytest.mark.parametrize("form", sorted(set(Format) - set(REVEALING)))
def test_formats_for_other_people_refuse_to_show_values(form: Format) -> None:
    with pytest.raises(UsageError, match="never written"):
        written(form, reveal=Reveal.SHOWN)


def test_human_text_groups_every_place_under_its_finding() -> None:
    lines = written(Format.HUMAN).splitlines()
    assert lines[0].startswith("CRITICAL  GitHub token  (github_token)  …")
    assert "already pushed" in lines[1]
    assert "the provider says: active" in lines[1]
    assert lines[2] == "  conf/old name.env:3:9 > zip:conf/\\x1b.env > base64  (history, blob bbbbbbbbbbbb)"
    assert lines[3] == "      first  111111111111  2024-01-02T03:04:05+01:00  Ann Onym <ann@example.org>"
    assert lines[4] == "      last   222222222222  2025-06-07T08:09:10+00:00  Eve … \\u202e <e\\x07ve@example.org>"
    assert lines[5] == "      refs   main, … and 5 more"
    assert lines[6] == "  a\\nb\\r\\x1b[31m,:%25\\u202egnp.\\xff\\\\<&\"']]>.py:12:5"


def test_human_text_tells_what_was_scanned_dismissed_accepted_and_skipped() -> None:
    text = written(Format.HUMAN)
    assert "scanned    1,234 commits, 56 blobs; 78.9 MB" in text
    assert "found      4 secrets in 6 places: 2 critical, 2 medium; 1 active at the provider; 1 already pushed" in text
    assert "2 more findings where no ref leads" in text
    assert "dismissed  4: 3 placeholder, 1 wrong checksum" in text
    assert "accepted   1: 1 baseline" in text
    assert "  larger than the limit: 1\n    big\\x1b.bin\n" in text
    assert "note       a note\\x1b" in text
    assert "INCOMPLETE" in text


def test_human_text_of_a_clean_scan_says_so() -> None:
    assert written(Format.HUMAN, NOTHING, told=About("1")) == "scanned    2 files; 10 bytes\nfound      no secret\n"


def test_the_line_of_a_value_is_told_up_to_the_value_and_hides_all_others() -> None:
    told = json.loads(written(Format.JSON))["findings"]
    assert told[0]["context"] == 'login("…", token = '
    assert told[1]["context"] == 'login("'
    assert told[3]["context"] == ""


def test_json_has_every_place_and_how_much_was_looked_at() -> None:
    document = json.loads(written(Format.JSON))
    assert document["schema"] == "irkit-scan-1"
    first, second = document["findings"][0]["places"]
    assert first["first"] == {
        "id": "1" * 40,
        "author": "Ann Onym",
        "email": "ann@example.org",
        "at": "2024-01-02T03:04:05+01:00",
    }
    assert (first["line"], first["column"], first["via"]) == (3, 9, ["zip:conf/\x1b.env", "base64"])
    assert first["refs"] == ["refs/heads/main", "refs/heads/…"]
    assert first["refs_count"] == 7
    assert first["span"] == [120, 160]
    assert second["span"] is None
    assert second["kind"] == "file"
    assert document["summary"]["skipped_by_reason"] == {"a bomb": 1, "larger than the limit": 1}
    assert document["summary"]["accepted"] == {"baseline": 1}
    assert document["summary"]["incomplete"] is True
    assert document["summary"]["bytes"] == 78_900_000


def test_json_carries_the_bytes_of_a_path_that_is_no_utf_8() -> None:
    import base64

    place = json.loads(written(Format.JSON))["findings"][0]["places"][1]
    assert base64.b64decode(place["path_base64"]) == HOSTILE.encode("utf-8", "surrogateescape")
    assert "path_base64" not in json.loads(written(Format.JSON))["findings"][1]["places"][0]


def test_json_lines_are_the_findings_of_the_document() -> None:
    lines = [json.loads(line) for line in written(Format.JSONL).splitlines()]
    assert lines == json.loads(written(Format.JSON))["findings"]


def test_csv_has_a_row_for_each_place_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(written(Format.CSV))))
    assert len(rows) == 6
    assert tuple(rows[0]) == COLUMNS
    assert rows[2]["path"] == "'=cmd.py"
    assert rows[0]["first_author"] == "Ann Onym"
    assert rows[0]["pushed"] == "yes"
    assert written(Format.CSV).count("\r\n") == 7


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_cell_of_csv_is_no_formula_whatever_sign_it_begins_with(sign: str) -> None:
    assert csv_cell(f"{sign}cmd|calc") == f"'{sign}cmd|calc"


@pytest.mark.parametrize("name", ["::error::x", " ::add-mask::x", "a##[error]x", "##vso[task.setvariable variable=x]y"])
def test_no_name_is_a_command_to_a_ci_that_reads_the_log(name: str) -> None:
    told = shown(name)
    assert not told.lstrip().startswith("::")
    assert "##[" not in told
    assert "##vso[" not in told
    assert told.encode().decode("unicode_escape") == name


def test_csv_shows_a_value_of_several_lines_on_one() -> None:
    rows = list(csv.DictReader(io.StringIO(written(Format.CSV, reveal=Reveal.SHOWN))))
    assert rows[-1]["secret"] == "'" + PEM.replace("\n", "\\n")


def test_github_annotations_escape_what_would_end_them() -> None:
    lines = written(Format.GITHUB).splitlines()
    assert len(lines) == 5
    file = lines[0].split("file=", 1)[1].split(",line=")[0]
    assert file == "a%0Ab%0D\\x1b[31m%2C%3A%2525\\u202egnp.\\xff\\<&\"']]>.py"
    assert lines[0].startswith("::error file=")
    assert lines[1].startswith("::warning file==cmd.py,line=12,title=medium Password::Password (…")
    assert lines[2].startswith("::warning title=")
    assert lines[4] == "::warning title=irkit scan::the scan is incomplete: 2 things skipped"


def test_a_finding_in_the_history_alone_has_an_annotation_without_a_file() -> None:
    history = finding(TOKEN, Place(PlaceKind.BLOB, "gone.py", 3, 1, "b" * 40))
    text = written(Format.GITHUB, NOTHING._replace(findings=(history,)))
    assert re.match(r"::error title=critical GitHub token::", text)


@pytest.mark.parametrize("form", list(Format))
def test_a_clean_scan_is_written_in_every_format(form: Format) -> None:
    text = written(form, NOTHING)
    assert "fp_" not in text
    assert (text == "") == (form in {Format.JSONL, Format.GITHUB})
