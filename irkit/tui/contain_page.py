"""What CONTAIN NOW shows: the limits first, then each plan that enter would start, then the rest of the part. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text

from irkit.counted import counted
from irkit.engine.contain_now import Awaited, ContainNow, Offered
from irkit.engine.view import Mark, StepView
from irkit.incident.events import StepId
from irkit.runbook.model import RunbookPhase
from irkit.tui import marks
from irkit.tui.pages import changes, field, told
from irkit.tui.printable import printable
from irkit.tui.rows import ID_WIDTH
from irkit.tui.spans import clock

_MOST = 4
"""Changes shown of one step; the rest is counted."""
_FEW = 2
"""So many plans are shown in full alone; before more there is a line for each."""
_WAITS = (marks.glyph(Mark.WAITS_FOR_YOU), marks.style(Mark.WAITS_FOR_YOU))
Views = Mapping[StepId, StepView]


def contain_title(now: ContainNow) -> str:
    """``CONTAIN NOW: enter starts these 3 plans, 7 changes``."""
    if not now.offered and now.troubled:
        return f"CONTAIN NOW: {now.troubled[0].step} holds it up: answer that first"
    if not now.offered:
        if now.under_way:
            return f"CONTAIN NOW: {len(now.under_way)} under way, nothing to start yet"
        return "CONTAIN NOW: nothing to start yet" if _goes_on(now) else "CONTAIN NOW: nothing is left to start"
    plans = "this plan" if len(now.offered) == 1 else f"these {len(now.offered)} plans"
    return f"CONTAIN NOW: enter starts {plans}, {now.changes} change{'s' * (now.changes != 1)}"


def contain_page(now: ContainNow, views: Views) -> list[Text]:
    """Rows, top down, the most urgent first: the limits, every plan in one line, then each in full, then the rest."""
    sections = (
        *(_limits(now), _index(now), _offered(now), _asks(now), _undoing(now)),
        *(
            _shut(now),
            _troubled(now),
            _leave(now, views),
            _awaited(now, views),
            _rest(now, views),
            _idle(now),
            _coming(now),
            _final(now),
        ),
    )
    rows: list[Text] = []
    for section in sections:
        drawn = list(section)
        rows += [*([Text()] if rows and drawn else []), *drawn]
    return rows or [Text("The runbook has no reversible step in its containing part.", "dim")]


def _goes_on(now: ContainNow) -> bool:
    return bool(now.coming or now.under_way or now.asking)


def _limits(now: ContainNow) -> Iterator[Text]:
    for limit in now.limits:
        yield Text(f"! {printable(limit)}", "bold red")


def _index(now: ContainNow) -> Iterator[Text]:
    """One line a plan where the plans in full may need more rows than there are: what enter starts is seen whole."""
    if len(now.offered) <= _FEW:
        return
    for each in now.offered:
        summary = printable(told(plan.summary for plan in each.plans))
        yield Text.assemble(_WAITS, f" {each.step:<{ID_WIDTH}} ", (summary, "bold"), f"  ({each.changes} to change)")


def _offered(now: ContainNow) -> Iterator[Text]:
    for each in now.offered:
        yield from _plan(each)


def _plan(each: Offered) -> Iterator[Text]:
    yield Text.assemble(_WAITS, f" {each.step:<{ID_WIDTH}} ", (printable(told(p.summary for p in each.plans)), "bold"))
    for row in changes(each.plans, _MOST):
        yield Text.assemble("  ", row)
    yield Text.assemble("    ", field("Feels it", told(plan.blast for plan in each.plans)))
    undo, plan = printable(told(plan.undo for plan in each.plans)), each.plan_hash[:12]
    yield Text.assemble("    ", field("Undo", undo), (f"   plan {plan}", "dim"))


def _asks(now: ContainNow) -> Iterator[Text]:
    for step in now.asking:
        yield Text(f"? {step:<{ID_WIDTH}} asks you: esc, then a on that step", "bold yellow")


def _undoing(now: ContainNow) -> Iterator[Text]:
    for each in now.undoing:
        ways = "it stands until that is approved (esc, then a or s on that step)"
        yield Text(f"? {each.step:<{ID_WIDTH}} {printable(each.why)}: {ways}", "bold yellow")


def _shut(now: ContainNow) -> Iterator[Text]:
    for each in now.shut:
        summary = printable(told(plan.summary for plan in each.plans))
        yield Text(f"? {each.step:<{ID_WIDTH}} {summary}: not by this key: {printable(each.why_not)}", "yellow")


def _troubled(now: ContainNow) -> Iterator[Text]:
    for each in now.troubled:
        yield Text(f"✗ {each.step:<{ID_WIDTH}} {printable(each.why)} (esc, then a or r on that step)", "bold red")


def _rest(now: ContainNow, views: Views) -> Iterator[Text]:
    for step in (*now.under_way, *now.over):
        view = views[step]
        time = clock(view.elapsed) if view.elapsed is not None else ""
        mark = (marks.glyph(view.mark), marks.style(view.mark))
        yield Text.assemble(mark, f" {step:<{ID_WIDTH}} {time:<6}", (printable(view.words), marks.style(view.mark)))


def _idle(now: ContainNow) -> Iterator[Text]:
    if now.idle:
        yield Text(f"– nothing to do: {', '.join(now.idle)}", "dim")


def _awaited(now: ContainNow, views: Views) -> Iterator[Text]:
    """What runs of the rest, and holds the next plans or the proof up: the one reason why there is nothing to start."""
    held = _held_by([each.step for each in now.coming], views)
    for view in views.values():
        if view.step in now.under_way or view.mark is not Mark.RUNNING:
            continue
        if view.step in held or view.phase is RunbookPhase.CONTAIN:
            time = clock(view.elapsed) if view.elapsed is not None else ""
            mark = (marks.glyph(view.mark), marks.style(view.mark))
            yield Text.assemble(mark, f" {view.step:<{ID_WIDTH}} {time:<6}", printable(f"{view.title}  {view.words}"))


def _leave(now: ContainNow, views: Views) -> Iterator[Text]:
    """Where to go on once all of it is started."""
    if (now.over or now.idle or now.undoing) and not (now.offered or now.troubled or _goes_on(now)):
        waiting = sum(view.mark is Mark.WAITS_FOR_YOU for view in views.values())
        there = f", where {counted(waiting, 'step waits', 'steps wait')} for you" if waiting else ""
        yield Text(f"All of the containment is started. [esc] goes back{there}.", "bold")


def _held_by(steps: list[StepId], views: Views) -> set[StepId]:
    """All that these wait for, and what that waits for."""
    found: set[StepId] = set()
    while steps:
        more = {need for step in steps if step in views for need in views[step].waits_for} - found
        found |= more
        steps = list(more)
    return found


def _coming(now: ContainNow) -> Iterator[Text]:
    """What has no plan yet: one row for all that wait for the same."""
    if not now.coming:
        return
    yield Text("Not planned yet; each is shown here, to be started, as soon as it is:", "dim")
    for why, several in _alike(now.coming):
        words = _of_several(why) if len(several) > 1 else why
        yield Text(f"· {', '.join(several)}: {words}", "dim")


def _alike(coming: tuple[Awaited, ...]) -> list[tuple[str, list[StepId]]]:
    steps: dict[str, list[StepId]] = {}
    for each in coming:
        steps.setdefault(each.why, []).append(each.step)
    return list(steps.items())


def _of_several(why: str) -> str:
    return why.replace("waits for", "wait for", 1).replace("its plan is", "their plans are", 1)


def _final(now: ContainNow) -> Iterator[Text]:
    if now.final:
        yield Text(f"Irreversible, so never started from here: {', '.join(now.final)}", "dim")
