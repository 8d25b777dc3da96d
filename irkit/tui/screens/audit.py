"""The audit of a baseline: the entries, the code around the selected one, and what a person says of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, ScrollableContainer, Vertical
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from irkit.errors import IrkitError
from irkit.scan.accepted.audit import Answer, Audit
from irkit.scan.accepted.baseline import Entry
from irkit.scan.accepted.excerpt import Excerpt
from irkit.tui.keys import Place, bindings, keys
from irkit.tui.look import Look
from irkit.tui.printable import printable
from irkit.tui.screens.placed import PlacedScreen
from irkit.tui.widgets.code import Code, Values
from irkit.tui.widgets.footer import KeyFooter

_MARKS = {
    Answer.REAL: ("✗", "bold red"),
    Answer.NO_SECRET: ("✓", "green"),
    Answer.UNDECIDED: ("·", "dim"),
}
_WARNING = " the screen shows secrets: s hides them "


class ExcerptRead(Message):
    """The code around an entry was read."""

    def __init__(self, entry: Entry, excerpt: Excerpt) -> None:
        super().__init__()
        self.entry = entry
        self.excerpt = excerpt


class AuditScreen(PlacedScreen):
    """Reads code in a thread; what was said is written when the screen is left, whatever way."""

    place = Place.AUDIT
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.AUDIT)
    DEFAULT_CSS = """
    AuditScreen #entries { width: 44%; height: 1fr; background: transparent; border: round $foreground 40%; }
    AuditScreen #entries:focus { border: round $primary; }
    AuditScreen #code { width: 1fr; height: 1fr; border: round $foreground 40%; }
    AuditScreen #told { height: auto; padding: 0 1; }
    AuditScreen #lines { height: 1fr; scrollbar-size: 1 1; }
    AuditScreen.-narrow #panes { layout: vertical; }
    AuditScreen.-narrow #entries { width: 1fr; height: 8; max-height: 40%; min-height: 3; }
    """

    def __init__(self, audit: Audit, look: Look) -> None:
        super().__init__(look)
        self._audit = audit
        self._excerpt = Excerpt(())
        self._values = Values.HIDDEN
        self._said: list[tuple[int, dict[int, Answer]]] = []
        self._saved = 0

    def compose(self) -> ComposeResult:
        """A header, the entries, the code, the footer."""
        yield Static(id="headline", classes="title", markup=False)
        with Horizontal(id="panes"):
            yield OptionList(id="entries", markup=False)
            with Vertical(id="code"):
                yield Static(id="told", markup=False)
                with ScrollableContainer(id="lines", can_focus=False):
                    yield Code()
        yield KeyFooter(keys(self.place))

    def on_mount(self) -> None:
        """List the entries; begin at the first undecided one."""
        listed = self.query_one(OptionList)
        listed.border_title = "Entries"
        rows = [Option(self._row(entry), id=str(at)) for at, entry in enumerate(self._audit.entries)]
        listed.add_options(rows or [Option(Text("none", "dim"), disabled=True)])
        listed.highlighted = (self._next_undecided(-1) or 0) if rows else None
        listed.focus()
        self._draw_headline()

    @property
    def words(self) -> str:
        """What was written, or how to come back."""
        left = self._audit.counts()[Answer.UNDECIDED]
        entries = "1 answer" if self._saved == 1 else f"{self._saved} answers"
        return f"{entries} written into {self._audit.file}; {left} of {len(self._audit.entries)} undecided"

    def off(self) -> Mapping[str, str]:
        """Why keys are off now."""
        off: dict[str, str] = {}
        if not self._audit.entries:
            off |= dict.fromkeys(("audit.real", "audit.none", "audit.undecided", "audit.skip"), "there is no entry")
        if not self._said:
            off["audit.undo"] = "nothing was said in this audit yet"
        if not any(line.hidden for line in self._excerpt.lines):
            off["audit.show"] = "there is no secret on the screen"
        if self._values is Values.SHOWN:
            off["app.save"] = "the screen shows secrets: hide them first"
        return off

    @on(OptionList.OptionHighlighted, "#entries")
    def _selected(self) -> None:
        if (entry := self._entry) is not None:
            self._excerpt = Excerpt((), "reading")
            self._hide()
            self.run_worker(partial(self._read, entry), thread=True, group="excerpt")

    def _read(self, entry: Entry) -> None:
        if entry is self._entry:  # or the selection has moved on by now
            self.post_message(ExcerptRead(entry, self._audit.excerpt(entry)))

    @on(ExcerptRead)
    def _show(self, message: ExcerptRead) -> None:
        if message.entry is self._entry:
            self._excerpt = message.excerpt
            self._draw_code()
            self._to_target()

    def action_judge(self, answer: str) -> None:
        """Say it of the selected entry, and of its value's others in the file; go on to the next undecided one."""
        if (entry := self._entry) is None or (at := self._at) is None:
            self.refuse("there is no entry")
            return
        positions = {each.key: number for number, each in enumerate(self._audit.entries)}
        same = self._audit.same(entry)
        self._said.append((at, {positions[each.key]: self._audit.answers[each.key] for each in same}))
        for each in same:
            self._audit.decide(each, Answer(answer))
            self._draw_row(positions[each.key])
        if answer != Answer.UNDECIDED:
            self._go_on()
        if not self._audit.counts()[Answer.UNDECIDED] and answer != Answer.UNDECIDED:
            self.say("every entry is decided: q writes the baseline")

    def action_skip(self) -> None:
        """The next undecided entry."""
        self._go_on()

    def action_undo(self) -> None:
        """Take back the last answer."""
        if not self._said:
            self.refuse("nothing was said in this audit yet")
            return
        at, before = self._said.pop()
        self.query_one(OptionList).highlighted = at
        for number, answer in before.items():
            self._audit.decide(self._audit.entries[number], answer)
            self._draw_row(number)

    def action_reveal(self) -> None:
        """Show the values, or hide them again; another entry hides them by itself."""
        if self._values is Values.SHOWN:
            self._hide()
        elif reason := self.off().get("audit.show"):
            self.refuse(reason)
        else:
            self._values = Values.SHOWN
            self._draw_code()
            self.refuse("the screen shows secrets now; s, or another entry, hides them")

    def action_save(self) -> None:
        """Write the screen's text to a file, but never with values in it."""
        if reason := self.off().get("app.save"):
            self.refuse(reason)
        else:
            super().action_save()

    def action_leave(self) -> None:
        """Write what was said and leave; stay when it cannot be written."""
        try:
            self.write_answers()
        except IrkitError as error:
            self.refuse(f"{error.message}; ctrl+c leaves without writing")
        else:
            super().action_leave()

    def write_answers(self) -> None:
        """Write what was said. Raises ``UsageError``."""
        self._saved += self._audit.save()

    @property
    def _at(self) -> int | None:
        return self.query_one(OptionList).highlighted

    @property
    def _entry(self) -> Entry | None:
        at = self._at
        return self._audit.entries[at] if at is not None and at < len(self._audit.entries) else None

    def _next_undecided(self, after: int) -> int | None:
        entries = self._audit.entries
        order = [*range(after + 1, len(entries)), *range(after + 1)]
        undecided = (at for at in order if self._audit.answers[entries[at].key] is Answer.UNDECIDED)
        return next(undecided, None)

    def _go_on(self) -> None:
        at = self._at
        if at is None:
            return
        following = self._next_undecided(at)
        if following is not None and following != at:
            self.query_one(OptionList).highlighted = following

    def _hide(self) -> None:
        self._values = Values.HIDDEN
        self._draw_code()

    def _draw_code(self) -> None:
        self.query_one(Code).draw(self._excerpt, self._values)
        self.query_one("#told", Static).update(self._told())
        pane = self.query_one("#code")
        pane.border_title = "Code"
        pane.border_subtitle = _WARNING if self._values is Values.SHOWN else ""
        self.query_one(KeyFooter).dim(self.off())

    def _to_target(self) -> None:
        target = next((at for at, line in enumerate(self._excerpt.lines) if line.is_target), 0)
        lines = self.query_one("#lines")
        lines.scroll_to(x=0, y=max(0, target - lines.size.height // 2), animate=False)

    def _told(self) -> Text:
        entry = self._entry
        if entry is None:
            return Text("nothing to audit", "dim")
        mark, style = _MARKS[self._audit.answers[entry.key]]
        head = Text.assemble((f"{mark} {self._audit.answers[entry.key]}", style), f"  {printable(entry.type)}")
        note = [Text(printable(self._excerpt.note), "yellow")] if self._excerpt.note else []
        return Text("\n").join([head, Text(printable(_where(entry)), "bold"), *note])

    def _row(self, entry: Entry) -> Text:
        mark, style = _MARKS[self._audit.answers[entry.key]]
        return Text.assemble((f"{mark} ", style), printable(_where(entry)), (f"  {printable(entry.type)}", "dim"))

    def _draw_row(self, at: int) -> None:
        self.query_one(OptionList).replace_option_prompt_at_index(at, self._row(self._audit.entries[at]))
        self._draw_headline()
        self._draw_code()

    def _draw_headline(self) -> None:
        counts, total = self._audit.counts(), len(self._audit.entries)
        parts = [f"{total - counts[Answer.UNDECIDED]} of {total} decided", f"{counts[Answer.REAL]} real"]
        parts.append(f"{counts[Answer.NO_SECRET]} no secret")
        head = (f" irkit  audit {printable(self._audit.file.name)}", "bold")
        self.query_one("#headline", Static).update(Text.assemble(head, f"   {' · '.join(parts)}"))


def _where(entry: Entry) -> str:
    return f"{entry.filename}:{entry.line}" if entry.line else entry.filename
