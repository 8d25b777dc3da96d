"""What the screen of a CloudTrail works with: a source, an incident's timeline, and raw records read again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import partial

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.raw_text import raw_text
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch
from irkit.config import Config
from irkit.tui.trail_consent import TrailConsent
from irkit.tui.trail_desk import TrailDesk
from irkit.tui.trail_view import View
from irkit.wiring.session import Session
from irkit.wiring.trail import EVENT_HISTORY, Reach, is_store, opened, storable
from irkit.wiring.trail_notes import add_to_timeline
from irkit.wiring.trail_scope import Scope, scope_alone

FIRST = "activity"
"""The table to begin with."""


def trail_desk(
    scope: Scope,
    texts: Sequence[str],
    reach: Reach,
    first: View,
    behind: Callable[[Coverage], None] | None = None,
) -> TrailDesk:
    """A source in an incident's name, or in nobody's: then there is no timeline to add to. What it costs is asked.

    Raises what opening the source raises.
    """
    session, consent = scope.session, TrailConsent()
    return TrailDesk(
        source=Renewed(texts, replace(reach, agree=consent.hear)),
        questions=QUESTIONS,
        first=first,
        raw=partial(_raw, scope),
        add_to_timeline=partial(_add, scope, session) if session is not None else None,
        consent=consent,
        behind=behind,
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
    reach = Reach(lambda: scope.clients, scope.stores, settings.accounts, settings.role, settings.external_id)
    return trail_desk(scope, settings.source or (EVENT_HISTORY,), reach, View(FIRST, query))


class Renewed:
    """A source that is read through its store as soon as there is one, though it was opened before."""

    def __init__(self, texts: Sequence[str], reach: Reach) -> None:
        self._texts = texts
        self._reach = reach
        self._source = opened(texts, reach)
        self._is_stored = self._has_store()

    @property
    def label(self) -> str:
        """The source's."""
        return self._source.label

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """The source's."""
        if not self._is_stored and self._has_store():
            self._source, self._is_stored = opened(self._texts, self._reach), True
        return (yield from self._source.look(query))

    def _has_store(self) -> bool:
        return any(is_store(folder) for _, folder in storable(self._texts, self._reach))


def _raw(scope: Scope, locator: Locator) -> str:
    return raw_text(locator, lambda: scope.clients)


def _add(scope: Scope, session: Session, records: Sequence[Record], why: str) -> int:
    return len(add_to_timeline(session, records, lambda one: _raw(scope, one.locator), why).records)
