"""The lines around the table: what is looked at, the filters, the tabs, how far it is, what is not covered. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from rich.text import Text

from irkit.cloudtrail.coverage import Coverage
from irkit.tui.spans import clock
from irkit.tui.trail_asker import Sofar
from irkit.tui.trail_cells import counted, drawable, words
from irkit.tui.trail_shown import Shown
from irkit.tui.trail_view import Chip, View

FOLLOWED = {
    "alone": "the matching calls alone",
    "made-for": "with what services did for the callers",
    "tree": "with all that came of the keys",
}
_BAR = 16


def headline(source: str, incident: str, view: View) -> Text:
    """``irkit trail  INC-0042  files under logs/   follows made-for: …``."""
    named = f"  {drawable(incident)}" if incident else ""
    follow = (f"   {FOLLOWED[view.follow.value]}", "dim")
    return Text.assemble((f" irkit trail{named}", "bold"), f"  {drawable(source)}", follow, no_wrap=True)


def chips(several: Sequence[Chip]) -> Text:
    """``[time …] [key AKIA…]``; without any, that there are none."""
    if not several:
        return Text(" no filter: everything, of all time", "dim", no_wrap=True)
    line = Text(no_wrap=True)
    for each in several:
        line.append(" ")
        line.append(f"[{each.text}]", "cyan")
    return line


def chip_at(several: Sequence[Chip], x: int) -> Chip | None:
    """The chip under a cell of that line."""
    at = 0
    for each in several:
        width = Text(each.text).cell_len + 2
        if at + 1 <= x < at + 1 + width:
            return each
        at += width + 1
    return None


def tabs(questions: Iterable[str], chosen: str, width: int) -> tuple[Text, ...]:
    """``›1 activity  2 decrypts``, one text a tab: the current one carries a mark, not only a colour.

    Where there is little room they stand closer.
    """
    several = list(questions)
    gap = " " if sum(len(each) + 4 for each in several) <= width else ""
    return tuple(
        Text.assemble(
            "›" if each == chosen else " ",
            (str(number), "bold cyan"),
            (f"{gap}{each}{gap}", "bold" if each == chosen else "dim"),
        )
        for number, each in enumerate(several, start=1)
    )


def counts(shown: Shown | None, ended: str, marked: int) -> str:
    """``12 of 2,104 rows · 3 marked``: how many are shown, of how many there are; and whether there are more."""
    if shown is None:
        return ""
    rows = "" if len(shown.rows) == shown.total else f"{len(shown.rows):,} of "
    left_out = shown.loaded - len(shown.asked.records)
    events = f"{len(shown.asked.records):,} of " if left_out else ""
    parts = [f"{rows}{counted(shown.total, 'row')}", f"{events}{counted(shown.loaded, 'event')}"]
    if ended:
        parts.append("NOT ALL THAT MATCH")
    if marked:
        parts.append(f"{marked:,} marked")
    return " · ".join(parts)


def progress(sofar: Sofar) -> Text:
    """``████····  40 of 100 files · 0:12 left · 12,000 events/s · 1,234 events found``."""
    now, seconds = sofar.progress, sofar.seconds
    done = f"{now.done:,} of {now.total:,} {now.unit}" if now.total else f"{now.done:,} {now.unit}"
    share = min(1.0, now.done / now.total) if now.total else 0.0
    bar = "█" * round(share * _BAR) + "·" * (_BAR - round(share * _BAR)) if now.total else "·" * _BAR
    left = now.left(seconds) if seconds >= 1 else now.seconds_left
    parts = [
        f"look {sofar.look}" if sofar.look > 1 else "",
        done,
        f"{clock(timedelta(seconds=left))} left" if left is not None else "",
        f"{round(now.events / seconds):,} events/s" if seconds >= 1 and now.events else "",
        f"{counted(sofar.records, 'event')} found",
    ]
    return Text.assemble(
        (f" {bar}  ", "cyan"), " · ".join(each for each in parts if each), ("   esc stops", "dim"), no_wrap=True
    )


def finished(coverage: Coverage, notes: Sequence[str], seconds: float) -> Text:
    """``asked in 0.4 s · 2,900 events in 55 files looked at``, and what the answer says beside."""
    looked = coverage.counts
    parts = [f"asked in {seconds:.1f} s"]
    if looked.events or looked.files:
        files = f" in {counted(looked.files, 'file')}" if looked.files else ""
        about = "about " if looked.is_estimate else ""
        parts.append(f"{about}{counted(looked.events, 'event')}{files} looked at")
    if looked.doubles:
        parts.append(f"{looked.doubles:,} doubles")
    parts += [drawable(each) for each in notes]
    return Text(f" {' · '.join(parts)}", "dim", no_wrap=True)


def covered(coverage: Coverage, ended: str) -> Text:
    """The coverage in one line: first what is missing, then until when it can be trusted."""
    line = Text(" ", no_wrap=True)
    if ended:
        line.append(f"✗ NOT ALL: {drawable(ended)}  ", "bold red")
    missing = [f"{words(part)}: {words(why)}" for part, why in sorted(coverage.not_seen.items()) if why != ended]
    if missing:
        line.append(f"✗ NOT SEEN {', '.join(missing)}  ", "bold red")
    if coverage.skipped:
        line.append(f"✗ NOT READ {counted(len(coverage.skipped), 'file or part', 'files or parts')}  ", "bold red")
    if not missing and not coverage.skipped and not ended:
        line.append("✓ all of it was read  ", "green")
    if not ended and coverage.says_nothing:
        line.append("no record was read  ", "bold red")
    elif not ended:
        line.append(f"{coverage.until}  ")
    if coverage.notes:
        line.append(f"{drawable(coverage.notes[0])}  ", "yellow")
    line.append("c tells more", "dim")
    return line


def nothing(coverage: Coverage | None, ended: str, shown: Shown | None) -> tuple[str, ...]:
    """What stands in the place of rows: why there are none, and until when that can be believed."""
    if coverage is None:
        return ("looking…",) if not ended else (drawable(ended), "w sets a time, - takes a filter away, r asks again")
    if shown is not None and shown.total:
        return (f"none of {counted(shown.total, 'row')} has what the filters ask for", "- takes a filter away")
    if shown is not None and shown.loaded and shown.loaded > len(shown.asked.records):
        return (f"{counted(shown.loaded, 'event')} matched, and the filters leave all of them out",)
    until = f"no events, which can be believed until {words(coverage.trusted_until)}"
    if not coverage.is_whole:
        until = f"no events in what could be read; {coverage.until}"
    if coverage.says_nothing:
        until = "no record was read: nothing can be concluded"
    more = [f"NOT SEEN: {drawable(part)} ({drawable(why)})" for part, why in sorted(coverage.not_seen.items())]
    unread = (
        [f"NOT READ: {counted(len(coverage.skipped), 'file or part', 'files or parts')}"] if coverage.skipped else []
    )
    return (
        until if not ended else f"nothing was found: {drawable(ended)}",
        *more,
        *unread,
        "c tells what was looked at",
    )
