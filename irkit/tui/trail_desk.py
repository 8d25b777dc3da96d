"""What the screen of a CloudTrail needs from the rest of irkit. Wiring fills it in; tests script it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.questions.question import Question
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Source
from irkit.tui.trail_consent import TrailConsent
from irkit.tui.trail_view import View

MOST = 50_000
"""How many records a screen loads for one question; what is more is said, and narrowed or asked of the command line."""


@dataclass(frozen=True)
class TrailDesk:
    """A source, and what can be done with what is found in it. The functions are called in threads."""

    source: Source
    questions: Mapping[str, Question[object]]
    """In the order of the tabs."""
    first: View
    """What to begin with; its query is also what taking away all filters goes back to."""
    raw: Callable[[Locator], str] | None = None
    """The raw text of a record that holds none itself. Raises ``IrkitError``."""
    add_to_timeline: Callable[[Sequence[Record], str], int] | None = None
    """Put records into the incident's journal, with a word on why (may be empty); gives how many were new.

    Raises ``IrkitError``.
    """
    incident: str = ""
    """Whose timeline it is."""
    most: int = MOST
    consent: TrailConsent = field(default_factory=TrailConsent)
    """What the source tells its costs to."""
    behind: Callable[[Coverage], None] | None = None
    """Called once, when the first question has been answered: makes later ones fast."""
    whole: int = 5_000
    """How many records keep their raw text in memory, where ``raw`` can read it again."""
