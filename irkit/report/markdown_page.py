"""The postmortem as a page for people: what happened and what is left. Whole lists and all events stand in the annex.

Nothing is left out in silence: where a list or a text is cut, the page says how much more there is, and where.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from irkit.incident.life import Stage
from irkit.report.markdown import action_items, questions, repositories, top
from irkit.report.markdown_appendix import integrity
from irkit.report.markdown_parts import bullets, links, other_file, table, written
from irkit.report.markdown_rotation import rotation_markdown
from irkit.report.postmortem import Postmortem
from irkit.report.safe_markdown import safe
from irkit.report.spans import interval, span, utc
from irkit.report.statement import Statement
from irkit.report.timeline_markdown import timeline_markdown

_MOST, _ROWS, _LONGEST = 12, 40, 240
"""So many statements of a list, so many rows of a table, so many characters of a text."""
_APPROVED = "approved plan "


def page(report: Postmortem, annex: str) -> str:
    """The page, ending with a line end; ``annex`` is the file that its links lead to."""
    sections = (
        _times,
        _credentials,
        _intruder,
        _rotation,
        _repositories,
        _moments,
        _decisions,
        action_items,
        questions,
    )
    lines = [*top(report), f"Whole lists, the evidence and every event: {other_file(annex)}.", ""]
    lines += [line for section in (*sections, integrity) for line in section(report)]
    return written(lines).replace("](#event-", f"]({quote(annex)}#event-")


def _times(report: Postmortem) -> Iterator[str]:
    yield "## Times"
    yield ""
    known = [each for each in report.exposure if each.events]
    yield from table(
        ("Instant", "When (UTC)", "Basis", "Events"),
        (
            (safe(each.mark), interval(each.earliest, each.latest), str(each.basis), links(each.events))
            for each in known
        ),
    )
    yield from table(
        ("Part of the response", "Reached (UTC)", "After opening", "Skipped", "Still open", "Events"),
        (
            (
                safe(each.phase),
                utc(each.reached_at) if each.reached_at else "not reached",
                span(each.after) if each.after is not None else "–",
                safe(", ".join(each.skipped)),
                safe(", ".join(each.open_steps)),
                links(each.events),
            )
            for each in report.containment
        ),
    )


def _credentials(report: Postmortem) -> Iterator[str]:
    yield "## Credentials"
    yield ""
    dead = [each for each in report.credentials if each.final.startswith(Stage.PROVEN_DEAD)]
    shown = [each for each in report.credentials if each not in dead] + dead
    yield from table(
        ("Credential", "Kind", "Of", "Final state", "Events"),
        (
            (safe(each.key_id), safe(each.kind), safe(each.owner), f"**{safe(_cut(each.final))}**", links(each.events))
            for each in shown[:_ROWS]
        ),
    )
    yield from _more(len(shown) - _ROWS, "all of them proven dead" if len(shown) - len(dead) < _ROWS else "")
    if not shown:
        yield "No credential was identified."
        yield ""


def _intruder(report: Postmortem) -> Iterator[str]:
    each = report.intruder
    yield f"## What the {report.party} did"
    yield ""
    if not each.measured:
        yield "**Not measured: no step asked CloudTrail. Nothing can be said about what was done.**"
        yield ""
    else:
        yield from _some((*each.judgement, *each.uses), "No use was found, within what was looked at.")
    yield "### Left behind"
    yield ""
    looked = "Nothing was found, within what was looked at." if each.hunted else "**Not looked for: no step asked.**"
    yield from _some(each.left_behind, looked)
    yield "### What was seen, and what was not"
    yield ""
    yield from _some(each.coverage, "Nothing was looked at.")


def _rotation(report: Postmortem) -> Iterator[str]:
    each = report.rotation
    yield from rotation_markdown(
        each.model_copy(
            update={
                "opened": each.opened[:_MOST],
                "todo": each.todo[:_ROWS],
                "notes": tuple(map(_short, each.notes[:_MOST])),
            }
        )
    )
    yield from _more(len(each.opened) - _MOST, "that were opened")
    yield from _more(len(each.todo) - _ROWS, "to rotate")
    yield from _more(len(each.notes) - _MOST, "limits of this list")


def _repositories(report: Postmortem) -> Iterator[str]:
    if report.repositories:
        yield from repositories(report)


def _moments(report: Postmortem) -> Iterator[str]:
    yield "## What happened when (UTC)"
    yield ""
    yield "What changed the world, went wrong, was decided or died; the annex has the whole timeline."
    yield ""
    rows = [row.model_copy(update={"text": _cut(row.text)}) for row in report.moments]
    yield from timeline_markdown([*rows[: _ROWS // 2], *rows[_ROWS // 2 :][-_ROWS // 2 :]])
    yield from _more(len(rows) - _ROWS, "between the first and the last of these")


def _decisions(report: Postmortem) -> Iterator[str]:
    yield "## Decisions"
    yield ""
    own = [each for each in report.decisions if not each.answer.startswith(_APPROVED)]
    yield from table(
        ("When (UTC)", "Who", "On", "Decided", "Why", "Event"),
        (
            (
                utc(each.at),
                safe(each.by),
                safe(each.question),
                safe(_cut(each.answer)),
                safe(_cut(each.reason)) or "no reason recorded",
                links((each.event,)),
            )
            for each in own[:_ROWS]
        ),
    )
    yield from _more(len(own) - _ROWS, "")
    approved = len(report.decisions) - len(own)
    yield f"Beside these, plans were approved {approved} times, each by its hash: the annex says by whom."
    yield ""


def _some(statements: Sequence[Statement], otherwise: str) -> Iterator[str]:
    yield from bullets(map(_short, statements[:_MOST]), otherwise)
    yield from _more(len(statements) - _MOST, "")


def _more(count: int, what: str) -> Iterator[str]:
    if count > 0:
        yield " ".join(filter(None, (f"… and {count} more", what))) + ", in the annex."
        yield ""


def _short(one: Statement) -> Statement:
    return one.model_copy(update={"text": _cut(one.text)})


def _cut(text: str) -> str:
    """At a word's end, with how much of it is left out."""
    if len(text) <= _LONGEST:
        return text
    kept = text[:_LONGEST].rpartition(" ")[0] or text[:_LONGEST]
    return f"{kept} … ({len(text) - len(kept)} characters more in the annex)"
