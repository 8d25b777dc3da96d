"""What a scripted person cannot confirm: a proof of death stands on it that does not say *dead*. Pure.

Where a proof was not given, runbooks ask a person to say that what is left was looked at, or stopped by hand. Nobody in
an unattended drill looks, or has hands.
"""

from __future__ import annotations

from collections.abc import Iterator

from irkit.incident.state import IncidentState
from irkit.runbook.model import Runbook, Step, StepId

CONFIRM = "human.confirm"
PROOFS = frozenset({"aws.prove_principal_dead", "token.prove_tokens_dead"})
DEAD = "dead"


def unproven(runbook: Runbook, state: IncidentState, step: StepId) -> str:
    """Why a confirming step that is asked since a proof was not given cannot be confirmed; empty when it can.

    What the last of the proofs says that the step stands on: one that was made anew takes the place of the first.
    """
    asked = runbook.step(step)
    if asked.uses != CONFIRM or asked.when is None or runbook.step(asked.when.ref.step).uses not in PROOFS:
        return ""
    last = [each.id for each in _proofs(runbook, asked)][-1]
    found = {str(result.get("outcome", "")) for result in state.step(last).results or ()}
    says = ", ".join(sorted(found)) or "nothing"
    return "" if found == {DEAD} else f"{last} says {says}, and nobody here has stopped anything by hand"


def _proofs(runbook: Runbook, asked: Step) -> Iterator[Step]:
    """In the runbook's order."""
    stands_on = {*asked.needs, *([asked.when.ref.step] if asked.when else [])}
    return (each for each in runbook.steps if each.id in stands_on and each.uses in PROOFS)
