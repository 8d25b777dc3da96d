"""The postmortem's section on what was opened and what must be rotated, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from irkit.report.markdown_parts import bullets, links, table
from irkit.report.rotation import Rotation
from irkit.report.safe_markdown import safe


def rotation_markdown(each: Rotation) -> Iterator[str]:
    """The section; nothing where no step asked what was opened."""
    if not each.asked:
        return
    yield "## What was opened, and what to rotate"
    yield ""
    yield from bullets(each.opened, "Nothing was opened, within the coverage below.")
    if each.todo:
        yield from table(
            ("Value", "Kind", "Opened", "Owner", "Events"),
            (
                (safe(one.name), safe(one.kind), safe(one.opened), safe(one.owner), links(one.events))
                for one in each.todo
            ),
        )
    yield from bullets(each.notes, "Nothing limits this list that is known.")
