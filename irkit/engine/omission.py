"""Why a step is left out, in words for the screen and the report. Pure."""

from __future__ import annotations

from pydantic import JsonValue

from irkit.incident.state import IncidentState, Phase
from irkit.runbook.model import StepId, When
from irkit.runbook.refs import Lack, Missing
from irkit.runbook.when_words import unmet_words, when_words

_BECAME = {
    Phase.OMITTED: "was left out",
    Phase.SKIPPED: "was skipped",
    Phase.PREVIEWED: "was only previewed",
    Phase.UNDONE: "was undone",
}


def lacking(step: StepId, state: IncidentState) -> str:
    """The step needs what another one finds, and that one has no result: ``find_reach was left out``."""
    return f"{step} {_BECAME.get(state.step(step).phase, 'has no result')}"


def unmet(when: When, value: JsonValue | Missing, state: IncidentState) -> str:
    """Its ``when`` does not hold; ``value`` is what the reference that it tests comes to."""
    if not isinstance(value, Missing):
        return unmet_words(when, value)
    if value.lack is Lack.RESULT:
        return lacking(when.ref.step, state)
    return f"{when.ref.step} did not say, and this is for when it {when_words(when).partition(' ')[2]}"
