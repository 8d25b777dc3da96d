"""The source that the arguments name, in whose name it is asked, and what goes without saying in a question."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cli.trail_agreed import Agreement, Consent
from irkit.cli.trail_arguments import is_open
from irkit.cloudtrail.places import SecondLook
from irkit.cloudtrail.query import Query
from irkit.errors import UsageError
from irkit.wiring.trail import EVENT_HISTORY, Kind, Reach, opened, places

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.cloudtrail.source import Source
    from irkit.wiring.trail_scope import Scope


_ALONE = "alone"
_ROOT = "root"
_NOT_BY_NAME = "a user named root was asked for: an account's root user is --arn arn:aws:iam::ACCOUNT:root"


class Whence:
    """Where the arguments say to look. The configuration is read, and an incident opened, when that is needed."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        if args.jobs is not None and args.jobs < 1:
            raise UsageError("--jobs must be 1 or more")

    @cached_property
    def scope(self) -> Scope:
        """In whose name it is asked. Raises ``ConfigInvalid``, ``IncidentUnknown``."""
        from irkit.config import load
        from irkit.wiring.trail_scope import scope_alone, scope_of

        given = {"data_folder": self._args.data, "aws.profile": self._args.profile}
        config = load(self._args.config, flags={key: text for key, text in given.items() if text})
        return scope_of(config, self._args.incident) if self._args.incident else scope_alone(config)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The source's texts: those of ``--from``, else the configured ones, else the event history."""
        return tuple(self._args.places) or self.scope.config.cloudtrail.source or (EVENT_HISTORY,)

    @property
    def stores(self) -> Path | None:
        """Under which folder stores are kept; None with ``--no-cache``."""
        if self._args.no_cache:
            return None
        if self._args.incident:
            return self.scope.stores
        from irkit.scan.folders import cache_folder

        return Path(cache_folder()) / "cloudtrail"

    def clients(self) -> Clients:
        """The outside."""
        return self.scope.clients

    @property
    def reach(self) -> Reach:
        """How the source is reached."""
        args = self._args
        settings = None if self.is_local else self.scope.config.cloudtrail
        return Reach(
            clients=self.clients,
            stores=self.stores,
            accounts=tuple(args.asked_accounts) or (settings.accounts if settings else ()),
            role=args.role or (settings.role if settings else ""),
            external_id=settings.external_id if settings else "",
            jobs=args.jobs,
            agree=Agreement(Consent.GIVEN if args.yes else Consent.ASKED).hear,
            second=SecondLook.NEVER if getattr(args, "follow", "") == _ALONE else SecondLook.COMES,
            results=args.results,
            cutoff="waived" if args.no_limit else "demanded",
        )

    @property
    def is_local(self) -> bool:
        """Whether nothing but files is looked at: neither the configuration nor AWS is needed then."""
        return all(each.kind is Kind.FILES for each in places(self.texts))


@dataclass(frozen=True)
class Looked:
    """A source, and the query with what goes without saying; ``notes`` tell that."""

    source: Source
    query: Query
    whence: Whence
    notes: tuple[str, ...] = ()


def looked(args: argparse.Namespace, asked: Query) -> Looked:
    """What to look at. Raises ``UsageError`` and what opening an incident raises."""
    whence = Whence(args)
    notes = [_NOT_BY_NAME] if _ROOT in asked.users else []
    if args.incident:
        asked = _of_incident(whence.scope, asked, notes)
    return Looked(opened(whence.texts, whence.reach), asked, whence, tuple(notes))


def _of_incident(scope: Scope, asked: Query, notes: list[str]) -> Query:
    """The incident's span of time where none is given, and its key where nobody is."""
    incident = scope.session.folder.incident if scope.session else ""
    if not asked.windows and scope.windows:
        span = scope.windows[0]
        notes.append(f"the span is that of {incident}, {_day(span)}: --since and --until change it")
        asked = replace(asked, windows=scope.windows)
    if is_open(asked) and scope.keys:
        notes.append(f"asked of the key of {incident}, {', '.join(scope.keys)}: --key, --user and others change it")
        asked = replace(asked, keys=scope.keys)
    return asked


def _day(span: Sequence[object]) -> str:
    start, end = span
    return f"{start:%Y-%m-%dT%H:%MZ} to {end:%Y-%m-%dT%H:%MZ}"
