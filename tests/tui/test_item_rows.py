from __future__ import annotations

from dataclasses import replace

from irkit.contract import Effect, Proof, Receipt
from irkit.incident import events as ev
from irkit.incident.events import PlanHash, StepId
from irkit.incident.state import StepState, fold
from irkit.tui.item_rows import item_rows
from tests.tui.story import Story, plan_of

SHUT = StepId("deny_policy")


def three() -> Story:
    """Of three items the first is proven, the second done, the third not begun."""
    story = Story().opened()
    story.tell(ev.StepStarted(step=SHUT, attempt=1, effect=Effect.REVERSIBLE, items=3))
    plans = tuple(plan_of(f"user{n}", 1) for n in range(3))
    digest = PlanHash("ab" * 32)
    story.tell(ev.StepPlanned(step=SHUT, attempt=1, effect=Effect.REVERSIBLE, plans=plans, plan_hash=digest))
    story.tell(ev.ApprovalGiven(step=SHUT, plan_hash=digest))
    for item in (0, 1):
        story.tell(ev.EffectIntended(step=SHUT, attempt=1, item=item, plan_hash=digest, runner="r1"))
        story.tell(ev.EffectDone(step=SHUT, attempt=1, item=item, receipt=Receipt(summary="done")))
    return story.tell(ev.EffectVerified(step=SHUT, attempt=1, item=0, proof=Proof.PROVEN, seen="refused", looks=1))


def state() -> StepState:
    return fold(three().records).step(SHUT)


def test_each_item_says_where_it_is_and_what_was_seen_of_it() -> None:
    assert [row.plain for row in item_rows(state())] == [
        "3 items: 1 not begun · 1 done, not proven yet · 1 proven",
        "✓   1  user0: 1 changes  proven: refused",
        "►   2  user1: 1 changes  done, not proven yet",
        "·   3  user2: 1 changes  not begun",
    ]


def test_a_step_without_items_has_no_such_rows() -> None:
    assert list(item_rows(replace(state(), many=False))) == []
