"""The pieces that Markdown renderers are built of: tables, lists and links to events. Cells come escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from irkit.report.safe_markdown import safe
from irkit.report.statement import Statement


def link(event: int) -> str:
    """A link to an event in the appendix; its headings have these anchors in every common renderer."""
    return f"[#{event}](#event-{event})"


def links(events: Iterable[int]) -> str:
    """Links to events; the first and the last of a long run."""
    each = sorted(set(events))
    if len(each) > 6:  # noqa: PLR2004 - what fits a cell
        return f"{link(each[0])} … {link(each[-1])} ({len(each)} events)"
    return " ".join(link(event) for event in each) or "–"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, with an empty line after; none at all without rows."""
    body = [f"| {' | '.join(cell or ' ' for cell in row)} |" for row in rows]
    if body:
        yield f"| {' | '.join(heads)} |"
        yield f"|{'|'.join('---' for _ in heads)}|"
        yield from body
        yield ""


def bullets(statements: Iterable[Statement], otherwise: str) -> Iterator[str]:
    """A list of statements, each with its basis and its events; ``otherwise`` when there are none."""
    lines = [f"- {safe(each.text)} ({each.basis}, {links(each.events)})" for each in statements]
    yield from lines or [otherwise]
    yield ""


def other_file(name: str) -> str:
    """A link to a file beside this one."""
    return f"[{safe(name)}]({quote(name)})"


def written(lines: Iterable[str]) -> str:
    """One text of lines, ending with a line end."""
    return "\n".join(lines).rstrip() + "\n"
