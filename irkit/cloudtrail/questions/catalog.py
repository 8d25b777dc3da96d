"""All questions, by id."""

from __future__ import annotations

from collections.abc import Mapping

from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.question import Question

QUESTIONS: Mapping[str, Question[object]] = {each.id: each for each in (ACTIVITY,)}
"""In the order to show them in."""
