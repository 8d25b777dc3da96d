"""All that an answer rests on, and all that it does not, on the whole screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from irkit.cloudtrail.coverage import Counts, Coverage
from irkit.tui.keys import Place, bindings, keys
from irkit.tui.look import Look
from irkit.tui.screens.placed import PlacedScreen
from irkit.tui.trail_cells import counted, drawable, words
from irkit.tui.trail_lines import FOLLOWED
from irkit.tui.trail_view import View
from irkit.tui.widgets.footer import KeyFooter
from irkit.tui.widgets.trail_text import TrailText


class CoverageScreen(PlacedScreen):
    """Shows one coverage."""

    place = Place.COVERAGE
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.COVERAGE)
    DEFAULT_CSS = """
    CoverageScreen #title { height: 1; text-style: bold; }
    CoverageScreen #text { height: 1fr; border: round $foreground 40%; }
    """

    def __init__(self, look: Look, view: View, coverage: Coverage, notes: Sequence[str]) -> None:
        super().__init__(look)
        self._view = view
        self._coverage = coverage
        self._notes = notes

    def compose(self) -> ComposeResult:
        """A title, the text, the footer."""
        yield Static(" irkit trail  coverage", id="title", markup=False)
        yield TrailText(id="text")
        yield KeyFooter(keys(self.place))

    def on_mount(self) -> None:
        """Read."""
        text = self.query_one(TrailText)
        text.border_title = "What this answer covers"
        text.show(list(coverage_lines(self._view, self._coverage, self._notes)))
        text.focus()


def coverage_lines(view: View, coverage: Coverage, notes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The lines with their tones."""
    yield "Asked", "head"
    yield f"  {view.question}, {FOLLOWED[view.follow.value]}", ""
    yield from ((f"  {chip.text}", "") for chip in view.chips)
    if not coverage.says_nothing:
        yield f"  {words(coverage.start)} to {words(coverage.end)}", ""
    yield "Looked at", "head"
    yield from ((f"  {drawable(each)}", "") for each in coverage.sources)
    yield from ((f"  {each}", "") for each in _counts(coverage.counts))
    yield f"  regions: {drawable(', '.join(coverage.seen)) or 'none named'}", ""
    yield f"  accounts: {drawable(', '.join(coverage.accounts)) or 'none named'}", ""
    yield "Complete until" if coverage.is_whole else "The rest is complete until", "head"
    if coverage.says_nothing:
        yield "  no record was read: nothing can be concluded", "bad"
    else:
        yield f"  {words(coverage.trusted_until)}: no record from before is still on its way", ""
    if coverage.not_seen:
        yield "NOT SEEN", "bad"
        yield from ((f"  {words(part)}: {words(why)}", "bad") for part, why in sorted(coverage.not_seen.items()))
    if coverage.skipped:
        yield f"NOT READ: {counted(len(coverage.skipped), 'file or part', 'files or parts')}", "bad"
        yield from ((f"  {words(each.at.text)}: {words(each.why)}", "") for each in coverage.skipped)
    if coverage.notes or notes:
        yield "To know", "head"
        yield from ((f"  {drawable(each)}", "") for each in (*coverage.notes, *notes))
    if coverage.never:
        yield "Never in it", "head"
        yield from ((f"  {drawable(each)}", "") for each in coverage.never)


def _counts(looked: Counts) -> Iterator[str]:
    """How much was looked at; of files only where there are some."""
    events = f"{'about ' if looked.is_estimate else ''}{counted(looked.events, 'event')}"
    if not looked.files and not looked.pruned:
        yield events + (f", {looked.size:,} bytes" if looked.size else "")
        return
    yield f"{counted(looked.files, 'file')}, {events}, {looked.size:,} bytes as stored"
    yield f"{counted(looked.pruned, 'file')} left out by name, {counted(looked.doubles, 'event')} met twice"
