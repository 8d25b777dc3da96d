"""What the screen of a CloudTrail works with: a source, an incident's timeline, and raw records read again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.raw_text import raw_text
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Source
from irkit.config import Config
from irkit.tui.trail_desk import TrailDesk
from irkit.tui.trail_view import View
from irkit.wiring.session import Session
from irkit.wiring.trail import EVENT_HISTORY, Reach, opened
from irkit.wiring.trail_notes import add_to_timeline
from irkit.wiring.trail_scope import Scope, scope_alone

FIRST = "activity"
"""The table to begin with."""


def trail_desk(scope: Scope, source: Source, first: View) -> TrailDesk:
    """A source in an incident's name, or in nobody's: then there is no timeline to add to."""
    session = scope.session
    return TrailDesk(
        source=source,
        questions=QUESTIONS,
        first=first,
        raw=partial(_raw, scope),
        add_to_timeline=partial(_add, scope, session) if session is not None else None,
        incident=session.folder.incident if session is not None else "",
    )


def trail_of_incident(session: Session) -> TrailDesk:
    """An incident's source, window and key. Raises what opening the source raises."""
    scope = Scope(session.config, session.folder.path / "cloudtrail", session)
    return _configured(scope, Query(windows=scope.windows, keys=scope.keys))


def trail_alone(config: Config) -> TrailDesk:
    """The configured source, of all time. Raises what opening the source raises."""
    return _configured(scope_alone(config), Query())


def _configured(scope: Scope, query: Query) -> TrailDesk:
    settings = scope.config.cloudtrail
    reach = Reach(lambda: scope.clients, scope.stores, settings.accounts, settings.role)
    source = opened(settings.source or (EVENT_HISTORY,), reach)
    return trail_desk(scope, source, View(FIRST, query))


def _raw(scope: Scope, locator: Locator) -> str:
    return raw_text(locator, lambda: scope.clients)


def _add(scope: Scope, session: Session, records: Sequence[Record], why: str) -> int:
    return len(add_to_timeline(session, records, lambda one: _raw(scope, one.locator), why).records)
