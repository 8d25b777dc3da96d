"""The four pages of a step: Plan, Output, Approvals, Code. Pure: views and states in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import JsonValue
from rich.text import Text

from irkit.contract import Change, Effect, Plan
from irkit.counted import counted
from irkit.engine.approval import approvers, gate
from irkit.engine.offers import Order
from irkit.engine.view import StepView
from irkit.incident.events import Direction, Mode, StepId
from irkit.incident.refusal_words import refusals
from irkit.incident.state import IncidentState, ItemPhase, Phase, StepState
from irkit.runbook.graph import needs
from irkit.runbook.model import Runbook, Step
from irkit.runbook.when_words import when_words
from irkit.tui import marks
from irkit.tui.item_rows import item_rows
from irkit.tui.outline import outline
from irkit.tui.printable import printable
from irkit.tui.spans import moment

_MOST_CHANGES = 40
_LABEL = 9
_LAST = {"coverage", "not_seen"}
"""Fields of a result that say where was looked: long, and read after what was found."""


class Tab(StrEnum):
    """A page of a step."""

    PLAN = "Plan"
    OUTPUT = "Output"
    APPROVALS = "Approvals"
    CODE = "Code"


@dataclass(frozen=True)
class Subject:
    """All that the pages of one step are made from. ``source`` is the Code page's text, empty until it was read."""

    runbook: Runbook
    state: IncidentState
    view: StepView
    offers: Mapping[Order, str]
    source: str = ""
    promised: Effect | None = None
    """What its action does to the world, where that is known before it has begun."""

    @property
    def step(self) -> Step:
        """The runbook's step."""
        return self.runbook.step(self.view.step)

    @property
    def now(self) -> StepState:
        """What the journal says of it."""
        return self.state.step(StepId(self.view.step))


def page(tab: Tab, subject: Subject) -> Text:
    """One page, its head included."""
    body = {Tab.PLAN: _plan, Tab.OUTPUT: _output, Tab.APPROVALS: _approvals, Tab.CODE: _code}[tab]
    return Text("\n").join([*_head(subject), Text(), *body(subject)])


def _head(subject: Subject) -> list[Text]:
    step, view, now = subject.step, subject.view, subject.now
    mark = Text(view.mark.value, marks.style(view.mark))
    head = [Text.assemble((step.id, "bold"), "  ", mark, "  ", (f"{step.uses}", "dim"))]
    effect = now.effect or subject.promised
    facts = [effect.value if effect else "", f"attempt {now.attempt}" if now.attempt > 1 else ""]
    facts.append(f"needs: {', '.join(needs(step))}" if needs(step) else "")
    facts.append(f"only when {when_words(step.when)}" if step.when else "")
    head.append(Text(" · ".join(fact for fact in facts if fact) or printable(step.title), "dim"))
    if view.waits_for:
        head.append(Text(f"waits for {', '.join(view.waits_for)}", "yellow"))
    return head


def field(label: str, value: str, style: str = "") -> Text:
    """``Undo     put back the previous secret versions``: one labelled fact, safe to draw."""
    return Text.assemble((f"{label:<{_LABEL}}", "bold"), (printable(value), style))


def told(facts: Iterable[str]) -> str:
    """What the plans of a step say each, every different thing once."""
    return "; ".join(dict.fromkeys(fact for fact in facts if fact))


def revived(plans: Sequence[Plan]) -> list[Text]:
    """Whom or what the plans give life back to, that was cut: what an approver must not overlook."""
    names = told(each.label or f"{each.kind} {each.id.rpartition('/')[2]}" for plan in plans for each in plan.revives)
    return [field("Revives", f"{names}: once this is done, it acts again", "bold yellow")] if names else []


def change(one: Change) -> Text:
    """``secret prod/api/aws   AKIA…WXYZ → AKIA…5TUV``."""
    before, after = printable(one.before), printable(one.after)
    return Text.assemble("  ", (printable(one.target), "bold"), "  ", before, (" → ", "bold"), (after, "cyan"))


def changes(plans: Sequence[Plan], most: int = _MOST_CHANGES) -> list[Text]:
    """The changes of all plans of a step; of very many, the first ones and how many more."""
    every = [one for plan in plans for one in plan.changes]
    rows = [change(one) for one in every[:most]]
    if len(every) > most:
        rows.append(Text(f"  … and {len(every) - most} more", "dim"))
    return rows


def _plan(subject: Subject) -> list[Text]:
    now = subject.now
    if now.phase is Phase.TODO or not now.plans:
        return [*_trouble(now), Text(printable(subject.step.title)), *_none_yet(subject)]
    kind = "Undo plan" if now.direction is Direction.UNDO else "Plan"
    rows = [*_trouble(now), Text.assemble((kind, "bold"), f"  {_standing(now)}"), Text()]
    rows += list(item_rows(now)) or [Text(printable(plan.summary)) for plan in now.plans]
    rows += changes(now.plans) or [Text("  nothing to do: the world already stands as wanted", "green")]
    rows += [Text(), *revived(now.plans), field("Feels it", told(plan.blast for plan in now.plans))]
    rows += [field("Undo", told(plan.undo for plan in now.plans))]
    if why := told(plan.why for plan in now.plans):
        rows.append(field("Why", why))
    if now.plan_hash:
        rows.append(field("Hash", now.plan_hash[:16], "dim"))
    return [*rows, Text(), *_offers(subject)]


def _none_yet(subject: Subject) -> list[Text]:
    if subject.now.phase is Phase.ASKING:
        asks = Text("It asks you. [a] shows the question.", "bold yellow")
        return [Text(), asks, Text(), *_rests_on(subject), Text(), *_offers(subject), *_rests_on_whole(subject)]
    if subject.now.phase is Phase.OMITTED:
        return [Text(), Text(f"Left out: {printable(subject.now.reason)}", "dim")]
    if subject.now.results is not None:
        found = [Text(), field("Found", subject.now.summary)] if subject.now.summary else []
        return [*found, Text(), Text("] turns to Output, which has all of it.", "dim"), Text(), *_offers(subject)]
    return [Text(), Text(_why_no_plan(subject.now), "dim"), Text(), *_offers(subject)]


def _why_no_plan(now: StepState) -> str:
    if now.phase is Phase.STARTED:
        return "It is looking; what it asks stands in the activity."
    return "Nothing yet: it begins when the steps before it have ended."


def _rests_on(subject: Subject) -> list[Text]:
    """What the steps before a question found: the answer is about it."""
    found = [(step, subject.state.step(step)) for step in needs(subject.step)]
    rows = [(step, now.summary) for step, now in found if now.summary]
    width = max((len(step) for step, _ in rows), default=0)
    return [Text.assemble((f"{step:<{width}}  ", "dim"), printable(summary)) for step, summary in rows]


def _rests_on_whole(subject: Subject) -> list[Text]:
    """The same, word for word: what a question says that a step lists stands here too."""
    rows: list[Text] = []
    for step in needs(subject.step):
        for result in subject.state.step(step).results or ():
            rows += [Text(), Text(f"{step} found", "bold"), *_found(result)]
    return rows


def _standing(now: StepState) -> str:
    if now.phase is Phase.PLANNED:
        return "nothing changed yet"
    return {Phase.APPLYING: "being applied", Phase.VERIFYING: "applied; not proven yet"}.get(
        now.phase, now.phase.value.replace("_", " ")
    )


def _trouble(now: StepState) -> list[Text]:
    """What went wrong, first of all."""
    rows = []
    if now.phase in {Phase.FAILED, Phase.POSTPONED, Phase.IN_DOUBT} and now.error:
        rows.append(Text(f"{now.phase.value.replace('_', ' ')}: {printable(now.error)}", "bold red"))
    if now.phase in {Phase.FAILED, Phase.POSTPONED} and now.hint:
        rows.append(Text(f"hint: {printable(now.hint)}", "yellow"))
    if now.phase is Phase.IN_DOUBT:
        rows += [Text(f"a probe saw: {printable(i.seen)}") for i in now.items if i.phase is ItemPhase.IN_DOUBT]
    if now.phase is Phase.UNDONE:
        rows.append(Text("It was undone. What needs it waits until you do it again, or leave it so.", "yellow"))
    return [*rows, Text()] if rows else []


_SHOWN = {
    Order.APPROVE: ("a", "Run this plan"),
    Order.DECIDE: ("a", "Decide"),
    Order.RESOLVE: ("a", "Resolve the doubt"),
    Order.RETRY: ("r", "Retry"),
    Order.SKIP: ("s", "Skip"),
    Order.UNDO: ("U", "Undo"),
}


_OF_AN_UNDO = {Order.APPROVE: ("a", "Run the undo"), Order.SKIP: ("s", "Give it up")}


def _offers(subject: Subject) -> list[Text]:
    """What can be done here now, as keys."""
    undoing = subject.now.direction is Direction.UNDO and subject.now.phase is not Phase.UNDONE
    shown = {**_SHOWN, **(_OF_AN_UNDO if undoing else {})}
    able = [f"[{key}] {label}" for order, (key, label) in shown.items() if subject.offers.get(order) == ""]
    return [Text("   ".join(able), "bold")]


def _output(subject: Subject) -> list[Text]:
    now = subject.now
    rows = _trouble(now)
    if now.summary:
        rows += [field("Summary", now.summary)]
    for receipt in now.receipts or tuple(i.receipt for i in now.items if i.receipt is not None):
        rows.append(field("Receipt", receipt.summary))
        rows += [field("Request", request_id, "dim") for request_id in receipt.request_ids]
    rows += [field("Proof", item.seen) for item in now.items if item.seen]
    for result in now.results or ():
        rows += [Text(), *_found(result)]
    if now.started_at is not None:
        ended = f", ended {moment(now.ended_at)}" if now.ended_at else ""
        rows += [Text(), Text(f"began {moment(now.started_at)}{ended}", "dim")]
    return rows or [Text("Nothing yet.", "dim")]


def _found(result: Mapping[str, JsonValue]) -> list[Text]:
    """What was found first; then what was looked at; at last, in one line, what was looked for and is not there."""
    found = {name: value for name, value in result.items() if value not in ([], {}, "", None)}
    nothing = ", ".join(name for name in result if name not in found)
    ordered = dict(sorted(found.items(), key=lambda item: item[0] in _LAST))
    rows = outline(ordered)
    return [*rows, *([Text(f"none: {nothing}", "dim")] if nothing else [])]


def _kept(line: str) -> str:
    """A line with its indentation."""
    bare = line.lstrip(" ")
    return " " * (len(line) - len(bare)) + printable(bare)


def _approvals(subject: Subject) -> list[Text]:
    now, opened = subject.now, subject.state.opened
    if now.plan_hash is None or opened is None:
        return [Text("No plan, so nothing to approve yet.", "dim")]
    mode: Mode = opened.mode
    wanted = gate(now, subject.step.approve or 0, opened.quorum)
    given = approvers(now, mode, wanted)
    rows = [
        field("Plan", now.plan_hash[:16]),
        field("Needs", f"{counted(wanted.people, 'person', 'people')}, has {len(given)}"),
    ]
    if wanted.phrase:
        rows.append(field("Phrase", wanted.phrase))
    rows.append(Text())
    for one in now.approvals:
        typed = ", phrase typed" if one.phrase_typed else ""
        counts = "" if one.by.name in given else " (does not count)"
        rows.append(Text(f"✓ {moment(one.at)}  {printable(one.by.name)} ({one.by.kind.value}){typed}{counts}", "green"))
    if not now.approvals:
        rows.append(Text("Nobody has approved this plan. An approval is of its hash: a changed plan voids it.", "dim"))
    if wanted.asker is not None:
        why = "it gives life back to what was cut, so whoever asked for it does not count"
        rows.append(field("Asked by", f"{wanted.asker.name}: {why}", "yellow"))
    return [*rows, *_refused(subject)]


def _refused(subject: Subject) -> list[Text]:
    """Who tried against the rules, whatever the plan was then."""
    told = refusals(subject.state, subject.step.id)
    rows = [Text(f"✗ {moment(one.record.at)}  {printable(one.who)} {printable(one.what)}", "bold red") for one in told]
    return [Text(), Text("Refused", "bold red"), *rows] if rows else []


def _code(subject: Subject) -> list[Text]:
    step, runbook = subject.step, subject.runbook
    rows = [field("Runbook", f"{runbook.path}:{step.place.line}")]
    source = subject.source or "reading the action's file…"
    return [*rows, Text(), *(Text(_kept(line.expandtabs(4))) for line in source.splitlines())]
