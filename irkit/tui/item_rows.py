"""The items of a ``for_each`` step, one row each: where it is, what it is about, what was seen of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.text import Text

from irkit.engine.view import Mark
from irkit.incident.state import ItemPhase, ItemState, StepState
from irkit.tui import marks
from irkit.tui.printable import printable

_MARKS = {
    ItemPhase.TODO: Mark.TODO,
    ItemPhase.INTENDED: Mark.RUNNING,
    ItemPhase.IN_DOUBT: Mark.IN_DOUBT,
    ItemPhase.APPLIED: Mark.RUNNING,
    ItemPhase.PROVEN: Mark.DONE,
    ItemPhase.FAILED: Mark.FAILED,
}
_WORDS = {ItemPhase.TODO: "not begun", ItemPhase.INTENDED: "applying", ItemPhase.APPLIED: "done, not proven yet"}


def item_rows(step: StepState) -> Iterator[Text]:
    """A line that counts, then the items in their order; nothing for a step without ``for_each``."""
    if not step.many or not step.items:
        return
    count = Counter(item.phase for item in step.items)
    counted = " · ".join(f"{count[phase]} {_word(phase)}" for phase in ItemPhase if count[phase])
    yield Text.assemble((f"{len(step.items)} item{'s' * (len(step.items) != 1)}", "bold"), f": {counted}")
    for index, item in enumerate(step.items):
        summary = step.plans[index].summary if index < len(step.plans) else ""
        yield _row(index, item, summary)


def _word(phase: ItemPhase) -> str:
    return _WORDS.get(phase, phase.value.replace("_", " "))


def _row(index: int, item: ItemState, summary: str) -> Text:
    mark = _MARKS[item.phase]
    style = marks.style(mark)
    seen = f": {item.seen}" if item.seen else ""
    told = f"{_word(item.phase)}{printable(seen)}"
    return Text.assemble((marks.glyph(mark), style), f" {index + 1:>3}  {printable(summary)}  ", (told, style))
