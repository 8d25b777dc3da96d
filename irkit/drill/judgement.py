"""A drill that is over, as it was judged: the score, and what it was made from. Kept beside the postmortem."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from irkit.contract import Frozen
from irkit.drill.score import Belief, Score, Truth
from irkit.errors import IrkitError

NAME, PAGE = "score.json", "score.md"
"""The judgement's file in an incident's folder, and that of its page for people."""


class Judgement(Frozen):
    """What is kept of a drill."""

    incident: str
    judged_at: datetime
    score: Score
    truth: Truth
    tries: Mapping[str, str]
    """What each credential of the adversary's got at the end: ``works``, or a refusal."""
    belief: Belief


def kept(folder: Path) -> Judgement | None:
    """The judgement in an incident's folder; None when it has not been judged. Raises IrkitError for a broken one."""
    file = folder / NAME
    if not file.is_file():
        return None
    try:
        return Judgement.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise IrkitError(
            f"{file} is no judgement of a drill", hint="was it made by another version of irkit?"
        ) from error
