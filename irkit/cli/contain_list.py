"""CONTAIN NOW in text: the limits, each plan with its changes and its hash, and what is not offered. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from irkit.engine.contain_now import ContainNow, Offered
from irkit.tui.printable import printable

DIGITS = 12
"""Of a hash, as far as it is shown."""


def contain_list(now: ContainNow) -> str:
    """Lines for a terminal or a pipe; the most urgent first."""
    lines = [*(f"LIMIT: {limit}" for limit in now.limits)]
    for each in now.offered:
        lines += _plan(each)
    lines += [f"not for you now: {each.step}: {each.why_not}" for each in now.shut]
    lines += [f"asks a person: {step}" for step in now.asking]
    lines += [f"{each.step}: {each.why}" for each in now.undoing]
    lines += [f"in trouble: {each.step}: {each.why}" for each in now.troubled]
    lines += [f"under way: {step}" for step in now.under_way]
    lines += [f"no plan yet: {each.step}: {each.why}" for each in now.coming]
    lines += [f"over: {step}" for step in now.over]
    lines += [f"nothing to do: {', '.join(now.idle)}"] if now.idle else []
    lines += [f"irreversible, never started from here: {step}" for step in now.final]
    return "\n".join(map(printable, lines))


def _plan(each: Offered) -> Iterator[str]:
    yield f"plan {each.plan_hash[:DIGITS]}  {each.step}"
    for plan in each.plans:
        yield f"  {plan.summary}"
        for change in plan.changes:
            yield f"    {change.target}: {change.before} -> {change.after}"
        yield f"    feels it: {plan.blast}"
        yield f"    undo: {plan.undo}"
