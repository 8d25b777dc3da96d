"""All questions, by id."""

from __future__ import annotations

from collections.abc import Mapping

from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.ci import CI
from irkit.cloudtrail.questions.decrypts import DECRYPTS
from irkit.cloudtrail.questions.denied import DENIED
from irkit.cloudtrail.questions.lineage import LINEAGE
from irkit.cloudtrail.questions.news import NEWS
from irkit.cloudtrail.questions.persistence import PERSISTENCE
from irkit.cloudtrail.questions.question import Question
from irkit.cloudtrail.questions.secrets import SECRETS
from irkit.cloudtrail.questions.seen import SEEN

QUESTIONS: Mapping[str, Question[object]] = {
    each.id: each for each in (ACTIVITY, DECRYPTS, CI, SECRETS, PERSISTENCE, SEEN, DENIED, NEWS, LINEAGE)
}
"""In the order to show them in."""
