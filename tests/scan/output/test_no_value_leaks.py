from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.finding import Commit, Finding, Liveness, Place, PlaceKind, Report, Skipped
from irkit.scan.output.about import About, LeftOut
from irkit.scan.output.write import Format, write
from tests.scan.output.reports import LETTERS, RULES, finding

NAMING = sorted(set(PlaceKind) - {PlaceKind.FILE, PlaceKind.BLOB, PlaceKind.STASH})
values = st.text(LETTERS + "+/=_-!#%.", min_size=12, max_size=40).map(lambda text: f"q7{text}")  # no word of a format
around = st.text(" :=\"'<>\\/.,;\n\t\x1b\u202e\udcffaZ0é", max_size=8)
formats = st.sampled_from(list(Format))


@st.composite
def named(draw: st.DrawFn) -> Finding:
    """A secret that stands in a name, and in the names of everything around it."""
    value = draw(values)

    def name() -> str:
        return draw(around) + value + draw(around)

    commit = Commit("1" * 40, name(), name(), "2024-01-01T00:00:00+00:00")
    kind = draw(st.sampled_from(NAMING))
    via = (f"zip:{name()}",)
    place = Place(kind, name(), 1, 1, "2" * 40, via=via, first=commit, last=commit, refs=(name(),), refs_count=3)
    near = (name() + draw(around)).encode("utf-8", "surrogatepass")
    return finding(value, place, near=near, liveness=Liveness.ACTIVE, liveness_note=name())


@settings(deadline=None, max_examples=60)
@given(st.lists(named(), min_size=1, max_size=4), st.lists(named(), max_size=2), formats)
def test_no_value_is_written_wherever_it_was_found(found: list[Finding], accepted: list[Finding], form: Format) -> None:
    skipped = tuple(Skipped(place.path, "large") for each in found for place in each.places)
    report = Report(tuple(found), {}, skipped, {}, 0, is_incomplete=True)
    out = io.StringIO()
    write(report, out, form, About("1", RULES, accepted=(LeftOut("baseline", tuple(accepted)),)))
    text = out.getvalue()
    assert text.encode("utf-8")
    assert [each for each in (*found, *accepted) if each.secret.reveal() in text] == []
    if form in {Format.JSON, Format.SARIF}:
        assert json.loads(text)


@settings(deadline=None, max_examples=60)
@given(st.lists(values, min_size=2, max_size=5, unique=True), st.sampled_from([" ", ", ", "=", '": "', ":", "&x="]))
def test_no_value_shows_in_the_context_of_another_on_its_line(held: list[str], between: str) -> None:
    line = between.join(["first", *held]).encode()
    found = tuple(finding(value, Place(PlaceKind.FILE, "a", 1), near=line) for value in held)
    for form in (Format.HUMAN, Format.JSON):
        out = io.StringIO()
        write(Report(found, {}, (), {}, 0), out, form, About("1", RULES))
        assert [value for value in held if value in out.getvalue()] == []


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('db_password = "{}"', 'db_password = "'),
        ("export AWS_SECRET_ACCESS_KEY_FOR_PRODUCTION={}", "export AWS_SECRET_ACCESS_KEY_FOR_PRODUCTION="),
        ('connect("admin", "unknown hunter2", "{}")', 'connect("…", "…", "'),
        ("curl -H Basic:dXNlcjpodW50ZXIy?x= {}", "curl -H Basic:…?x= "),
        ('{{"AWS_KEY_2": "{}"', '{"AWS_KEY_2": "'),
        ("'some pass' => '{}'", "'…' => '"),
        ("{}", ""),
        ("   {}", ""),
        ("postgres://user:{}@host", "postgres://user:"),
        ("a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g {}", None),
    ],
)
def test_a_context_says_what_a_value_is_for(line: str, shown: str | None) -> None:
    from irkit.scan.output.context import Contexts

    value = "Qx7" * 6
    one = finding(value, near=line.format(value).encode())
    told = Contexts((one,))(one)
    if shown is None:
        assert told.startswith("…")
        assert len(told) == 61
    else:
        assert told == shown
