from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import JsonValue

from irkit.incident import events as ev
from irkit.incident.events import Mode, StepId
from irkit.incident.folder import IncidentFolder
from irkit.report.markdown import annex, markdown
from irkit.report.markdown_page import page
from irkit.report.postmortem import postmortem
from irkit.report.safe_markdown import fence, safe
from irkit.wiring.postmortem import Postmortems
from tests.report import story as tell
from tests.report.story import ANA, Story, minutes, runbook, story

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
BUILDING_BLOCKS = [
    "<script>alert(1)</script>", "<!--", "-->", "![x](http://evil.test/p.png)", "[x](javascript:alert(1))",
    "<http://evil.test>", "http://evil.test", "www.evil.test", "a@evil.test", "|", "\n", "\r\n\r\n# Contained", "```",
    "````", "~~~", "\u202e", "\x1b[2J", "\u2028", "&lt;", "&#60;", "\\", "`", "**", "__", "_", "- ", "1. ", "    ",
    "> ",    "===", "---", "[x]: http://evil.test", "$x$", "\0", "#event-1",
]  # fmt: skip
pieces = st.one_of(st.sampled_from(BUILDING_BLOCKS), st.text(max_size=6))
hostile = st.lists(pieces, min_size=1, max_size=8).map("".join)


def text(told: Story) -> str:
    return markdown(postmortem(told.records, runbook(), told.folder, minutes(60)))


def flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or [])


def rendered(source: str) -> str:
    return "".join(each.content for each in flat(PARSER.parse(source)) if each.type == "text")


@given(hostile)
def test_escaped_text_renders_as_itself_and_as_nothing_else(value: str) -> None:
    tokens = list(flat(PARSER.parse(f"before {safe(value)} after")))
    kinds = {token.type for token in tokens}
    assert kinds - {"text_special"} == {"paragraph_open", "inline", "text", "paragraph_close"}


@given(hostile)
def test_escaped_text_begins_no_block_at_the_start_of_a_line(value: str) -> None:
    kinds = [token.type for token in PARSER.parse(f"above\n{safe(value)}\n")]
    assert kinds == ["paragraph_open", "inline", "paragraph_close"]


@pytest.mark.parametrize(
    "plain",
    [
        "deactivate_key",
        "arn:aws:iam::1111:user/svc-deploy",
        "in #inc-0001",
        '{"app": 1}',
        "a & b < c",
        "5 > 4",
        "50%",
        "x (y) z",
        "café – ok",
    ],
)
def test_harmless_text_reads_the_same(plain: str) -> None:
    assert rendered(safe(plain)) == plain


@given(hostile)
@settings(max_examples=200)
def test_a_fence_is_not_ended_by_what_it_holds(value: str) -> None:
    inside = value.replace("\r", " ").replace("\0", " ")
    marks = fence(inside)
    tokens = PARSER.parse(f"{marks}\n{inside}\n{marks}\nafter\n")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]


@given(hostile, hostile, hostile)
@settings(max_examples=25, deadline=None)
def test_hostile_records_put_nothing_of_their_own_into_the_report(agent: str, name: str, note: str) -> None:
    with TemporaryDirectory() as folder, story(Path(folder), title=name) as told:
        tell.identify(told)
        tell.measure(told, sources=[{"ip": name, "agents": [agent]}], coverage=agent, calls={note: 1})
        told.reads("hunt", 7, {"users": [{"user": name, "event_id": agent}]})
        told.reads("find_in_git", 7, {"repository": name, "places": [{"path": agent, "refs": [note]}]})
        told.add(ev.NoteAdded(text=note), 8, by=ev.Actor(name=name, kind=ev.ActorKind.HUMAN))
        told.add(ev.StepFailed(step=StepId("purge"), attempt=1, error="Denied", message=agent), 9)
        told.add(ev.StepSkipped(step=StepId("prove_dead"), reason=note), 9, by=ANA)
        report, short = text(told), paged(told)
    own = r"(a%20page-annex\.md)?(#event-\d+)?"
    for clean in (headings_and_links(report), headings_and_links(short)):
        assert not [kind for kind in clean if kind[0] in {"html_block", "html_inline", "image", "code_block"}]
        assert all(re.fullmatch(own, target) for kind, target in clean if kind == "link")
    clean = headings_and_links(report)
    assert [title for kind, title in clean if kind == "h2"] == [
        "Summary",
        "Exposure window",
        "Times of the response",
        "Credentials",
        "Repositories",
        "What the intruder did",
        "Timeline (UTC)",
        "Decisions",
        "Evidence",
        "Action items",
        "Questions that only people can answer",
        "Integrity",
        "Appendix: the events",
    ]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", report)


def paged(told: Story) -> str:
    return page(postmortem(told.records, runbook(), told.folder, minutes(60)), "a page-annex.md")


def headings_and_links(report: str) -> list[tuple[str, str]]:
    found = []
    tokens = list(flat(PARSER.parse(report)))
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            found.append((token.tag, tokens[at + 1].content))
        elif token.type == "link_open":
            found.append(("link", str(token.attrs["href"])))
        elif token.type in {"html_block", "html_inline", "image", "code_block"}:
            found.append((token.type, token.content))
    return found


def test_the_appendix_holds_every_event_as_json_with_a_line_for_each_field(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        for part in (tell.identify, tell.deactivate, tell.measure):
            part(told)
        blocks = [each.content for each in PARSER.parse(text(told)) if each.type == "fence" and each.info == "json"]
        events = [record.event.model_dump(mode="json") for record in told.records]
    assert [json.loads(block) for block in blocks] == events
    fields = [line for block in blocks for line in block.splitlines() if re.match(' "', line)]
    assert len(fields) == sum(map(len, events))


def test_every_link_leads_to_an_event_of_the_appendix(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        for part in (tell.identify, tell.deactivate, tell.find_in_git, tell.measure, tell.judge, tell.prove_dead):
            part(told)
        found = headings_and_links(text(told))
    targets = {target for kind, target in found if kind == "link"}
    anchors = {f"#{title.lower().replace(' ', '-')}" for kind, title in found if kind == "h3"}
    assert len(targets) > 10
    assert targets <= anchors


@pytest.mark.parametrize(
    ("mode", "banner"), [(Mode.DRILL, "DRILL: a rehearsal"), (Mode.DRY_RUN, "DRY-RUN: nothing was")]
)
def test_a_report_that_is_not_live_says_so_at_the_top(tmp_path: Path, mode: Mode, banner: str) -> None:
    with story(tmp_path, mode) as told:
        assert banner in text(told).splitlines()[2]


def test_a_live_report_has_no_banner(tmp_path: Path) -> None:
    with story(tmp_path, Mode.LIVE) as told:
        assert text(told).splitlines()[2].startswith("|")


def test_the_report_names_the_head_hash_and_how_to_check_it(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        head = told.records[-1].hash
        report = text(told)
    assert f"irkit verify DRILL-0001 --head {head}" in report


def test_open_questions_are_marked_open(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        told.reads("impact", 9, {"text": "12 files read"})
        report = text(told)
    assert "- What was the impact: 12 files read (reported, [#3](#event-3))" in report
    assert report.count("- **OPEN** ") == 5


def test_the_same_journal_gives_the_same_report(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.deactivate(told)
        assert text(told) == text(told)


def test_every_link_of_the_page_leads_to_an_event_of_its_annex(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        for part in (tell.identify, tell.deactivate, tell.find_in_git, tell.measure, tell.judge, tell.prove_dead):
            part(told)
        links = {target for kind, target in headings_and_links(paged(told)) if kind == "link"}
        behind = annex(postmortem(told.records, runbook(), told.folder, minutes(60)), "a page.md")
    anchors = {title.lower().replace(" ", "-") for kind, title in headings_and_links(behind) if kind == "h3"}
    assert len(links) > 5
    assert {link.partition("#")[2] for link in links - {"a%20page-annex.md"}} <= anchors


def test_what_the_page_cuts_is_counted_and_whole_in_the_annex(tmp_path: Path) -> None:
    strangers: list[JsonValue] = [tell.source(f"198.51.100.{n}") for n in range(40)]
    with story(tmp_path) as told:
        tell.measure(told, sources=strangers, coverage="x " * 400)
        short = paged(told)
        behind = annex(postmortem(told.records, runbook(), told.folder, minutes(60)), "a page.md")
    listed, left = short.count("198.51.100."), re.search(r"… and (\d+) more, in the annex", short)
    assert left is not None
    assert "characters more in the annex" in short
    whole = behind.partition("## Timeline")[0]
    assert all(f"198.51.100.{n}" in whole for n in range(40))
    assert 0 < listed < 40
    assert len(short) < len(behind)


def test_the_page_and_its_annex_are_written_side_by_side(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        writer = Postmortems(IncidentFolder(tmp_path), told.journal, runbook())
        written = writer.write()
    behind = tmp_path / "postmortem-annex.md"
    assert (written.name, behind.stat().st_mode & 0o077) == ("postmortem.md", 0)
    assert "(postmortem-annex.md#event-1)" in written.read_text()
    assert "### Event 1" in behind.read_text()
    assert "### Event 1" not in written.read_text()
