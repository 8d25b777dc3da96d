"""In whose name CloudTrail is asked: an incident's (its settings, store, span of time and key), or the user's alone."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from irkit.clients.clients import Clients, Listeners, Outside
from irkit.cloudtrail.query import Window
from irkit.config import Config
from irkit.errors import IrkitError
from irkit.scan.folders import cache_folder
from irkit.wiring.incidents import session_of
from irkit.wiring.session import Session

BEFORE = timedelta(days=14)
"""How far before an incident was opened its questions look back, unless told otherwise."""
STEP = "trail"
"""What irkit calls itself in CloudTrail while it asks: ``irkit/<incident>/trail``."""
_KEY_INPUT = "key_id"
_HOURS_INPUT = "lookback_hours"


@dataclass
class Scope:
    """What a question begins with."""

    config: Config
    stores: Path
    """The folder under which stores are kept."""
    session: Session | None = None
    """The incident."""
    progress: Callable[[str], None] = lambda _: None

    @cached_property
    def clients(self) -> Clients:
        """The outside."""
        return self._outside.clients(STEP, Listeners(progress=self.progress))

    @cached_property
    def _outside(self) -> Outside:
        if self.session is not None:
            return self.session.outside
        key = secrets.token_bytes(32)  # nothing is fingerprinted that anybody compares later
        return Outside(self.config, "no-incident", self.stores, key, _NoPostmortem())

    @property
    def windows(self) -> tuple[Window, ...]:
        """From some days before the incident was opened (as its input says) until it was closed, or now."""
        if self.session is None:
            return ()
        state = self.session.journal.state()
        opened_at = state.opened_at or datetime.now(UTC)
        hours = self.session.opened.inputs.get(_HOURS_INPUT)
        before = timedelta(hours=hours) if isinstance(hours, int) else BEFORE
        return (Window(opened_at - before, state.closed_at or datetime.now(UTC)),)

    @property
    def keys(self) -> tuple[str, ...]:
        """The access key that the incident is about."""
        found = self.session.opened.inputs.get(_KEY_INPUT) if self.session is not None else None
        return (found,) if isinstance(found, str) and found else ()


def scope_of(config: Config, incident: str) -> Scope:
    """An incident's. Raises ``IncidentUnknown``."""
    session = session_of(config, incident)
    return Scope(session.config, session.folder.path / "cloudtrail", session)


def scope_alone(config: Config) -> Scope:
    """The user's own, with stores in the user's cache folder."""
    return Scope(config, own_stores())


def own_stores() -> Path:
    """Where stores are kept that belong to no incident."""
    return Path(cache_folder()) / "cloudtrail"


class _NoPostmortem:
    """There is nothing to report without an incident."""

    def text(self) -> str:
        raise IrkitError("there is no incident to report on")
