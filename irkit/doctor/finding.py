"""What an examination finds: one statement, how it stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.config import Config
    from irkit.runbook.context import Catalog
    from irkit.runbook.model import Runbook


class Standing(StrEnum):
    """How something stands."""

    GOOD = "good"
    WARNING = "warning"
    """It works, and will cost time or hide something in the night."""
    BAD = "bad"
    """A runbook would fail for it."""
    UNKNOWN = "unknown"
    """It could not be examined."""


@dataclass(frozen=True)
class Finding:
    """One statement. ``about`` groups them: ``AWS``, ``permissions``, ``CloudTrail``."""

    about: str
    standing: Standing
    says: str
    hint: str = ""


@dataclass(frozen=True)
class Patient:
    """What is examined: the configuration, the outside as a step would see it, and the runbooks of the night."""

    config: Config
    clients: Clients = field(repr=False)
    runbooks: Sequence[Runbook]
    catalog: Catalog = field(repr=False)


Check = Callable[[Patient], Iterable[Finding]]
"""Looks at one thing. May raise an ``IrkitError``, which becomes a finding."""


def good(about: str, says: str) -> Finding:
    """All is well."""
    return Finding(about, Standing.GOOD, says)


def warning(about: str, says: str, hint: str) -> Finding:
    """Worth mending before the night."""
    return Finding(about, Standing.WARNING, says, hint)


def bad(about: str, says: str, hint: str) -> Finding:
    """A runbook would fail for it."""
    return Finding(about, Standing.BAD, says, hint)


def unknown(about: str, says: str, hint: str) -> Finding:
    """It could not be examined."""
    return Finding(about, Standing.UNKNOWN, says, hint)
