"""CONTAIN NOW: list every planned, reversible step of the containment, and start them all with one answer.

Each plan is approved by its own hash. Without a terminal nothing is asked: --yes names the hashes that were seen.
"""

from __future__ import annotations

import argparse
import json

from irkit.cli.approve import LEAST_DIGITS
from irkit.cli.arguments import add_incident, session
from irkit.cli.contain_list import DIGITS, contain_list
from irkit.cli.dispatch import talk
from irkit.cli.yes import can_ask, says_yes
from irkit.engine.contain_now import ContainNow, Offered, contain_now
from irkit.errors import ApprovalInvalid, IrkitError
from irkit.tui.activity import activity
from irkit.wiring.session import Session

WAITS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument(
        "--yes", nargs="+", metavar="HASH", help="start exactly the plans of these hashes (8 digits or more)"
    )
    parser.add_argument("--json", action="store_true", help="list for programs, and start nothing")


def run(args: argparse.Namespace) -> int:
    """List, ask once, approve each; 3 when something of the containment still waits for a person or a plan."""
    shown = session(args)
    now = _now(shown)
    if args.json:
        print(json.dumps(as_json(now), indent=2))
        return WAITS if now.offered else 0
    print(contain_list(now))
    if args.yes:
        return _start(shown, chosen(now, args.yes))
    if not now.offered:
        return WAITS if now.coming or now.asking or now.shut or now.troubled else 0
    hashes = " ".join(each.plan_hash[:DIGITS] for each in now.offered)
    if not can_ask():
        talk(f"nobody is here to ask: irkit contain {shown.folder.incident} --yes {hashes}")
        return WAITS
    if not says_yes(f"Start these {len(now.offered)} plans, {now.changes} changes?"):
        talk("nothing was started")
        return WAITS
    return _start(shown, now.offered)


def chosen(now: ContainNow, hashes: list[str]) -> tuple[Offered, ...]:
    """The offered plans of these hashes. Raises ``ApprovalInvalid`` when one is of none: then nothing is started."""
    for text in hashes:
        if len(text) < LEAST_DIGITS or not any(each.plan_hash.startswith(text) for each in now.offered):
            current = ", ".join(each.plan_hash[:DIGITS] for each in now.offered)
            hint = f"offered now: {current}" if current else "nothing is offered now"
            raise ApprovalInvalid(f"{text} is no plan that is offered now; nothing was started", hint=hint)
    return tuple(each for each in now.offered if any(each.plan_hash.startswith(text) for text in hashes))


def as_json(now: ContainNow) -> dict[str, object]:
    """The containing part for programs."""
    return {
        "limits": list(now.limits),
        "offered": [
            {
                "step": each.step,
                "plan": each.plan_hash,
                "changes": [change.model_dump() for plan in each.plans for change in plan.changes],
                "blast": [plan.blast for plan in each.plans],
                "undo": [plan.undo for plan in each.plans],
            }
            for each in now.offered
        ],
        "not_for_you": {each.step: each.why_not for each in now.shut},
        "asking": list(now.asking),
        "undoing": {each.step: each.why for each in now.undoing},
        "troubled": {each.step: each.why for each in now.troubled},
        "under_way": list(now.under_way),
        "coming": {each.step: each.why for each in now.coming},
        "over": list(now.over),
        "nothing_to_do": list(now.idle),
        "irreversible": list(now.final),
    }


def _now(shown: Session) -> ContainNow:
    state = shown.journal.state()
    return contain_now(shown.runbook, state, shown.me, shown.reversible, shown.irreversible)


def _start(shown: Session, plans: tuple[Offered, ...]) -> int:
    """Approve each plan; a refused one holds no other back, and the last refusal is raised."""
    refused: IrkitError | None = None
    for each in plans:
        try:
            record = shown.orders.approve(each.step, each.plan_hash)
        except IrkitError as error:
            talk(f"irkit: {error.message}")
            refused = error
        else:
            for line in activity(record):
                print(line)
    if not shown.folder.is_running():
        talk(f"no runner is at work: irkit run {shown.folder.incident}")
    if refused is not None:
        raise refused
    more = _now(shown)
    if more.coming:
        talk(f"more is still to be planned: irkit contain {shown.folder.incident}")
    return 0
