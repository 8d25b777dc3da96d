"""Many accounts as one source: each asked as a role that is assumed in it, several at once, none dropped in silence."""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from irkit.clients.assumed_role import RoleToAssume
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.event_history import EventHistory
from irkit.cloudtrail.patience import Patience
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.source import Batch, Progress, Source
from irkit.counted import few
from irkit.errors import IrkitError, NotFound, OutsideError, UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

IAM = ("sts:AssumeRole", "organizations:ListAccounts")
"""What it needs here, the second for a whole organization; each account's role needs what its source does."""
AT_ONCE = 8
_HELD = 64
"""Batches that wait to be taken: who takes them slowly slows the look, and memory stays flat."""
_PATIENCE_S = 1.0
_ACCOUNT = re.compile(r"[0-9]{12}")
_SHOWN = 5

_NOTHING = Progress("", 0, 0)

Opener = Callable[[], Source]
"""Gives an account's source. May raise ``IrkitError``: a role that does not trust us."""


def whole_organization(clients: Clients) -> tuple[str, ...]:
    """The ids of the organization's active accounts. Raises ``Denied`` (organizations:ListAccounts), ``NotFound``."""
    found = tuple(one.id for one in clients.organizations.accounts() if one.is_active)
    if not found:
        msg = "the organization has no active account"
        raise NotFound(msg, hint="name the accounts to look in")
    return found


def histories(
    clients: Clients,
    accounts: Sequence[str],
    role: str,
    external_id: str = "",
    regions: Sequence[str] = (),
    patience: Patience = Patience.QUESTION,
) -> ManyAccounts:
    """The event histories of accounts; ``role`` is a role's name (or path and name) or ARN, the same in each of them.

    The account that we are in already is asked as ourselves. Roles are assumed when the look begins, as
    ``irkit-<incident>``.
    """
    own = cache(lambda: clients.sts.own_identity().account)

    def opened(account: str) -> Opener:
        def source() -> EventHistory:
            there = clients if own() == account else as_role_of(clients, account, role, external_id)
            return EventHistory(there, regions, patience)

        return source

    return ManyAccounts({account: opened(account) for account in accounts})


def as_role_of(clients: Clients, account: str, role: str, external_id: str = "") -> Clients:
    """The clients of an account's role. Raises ``Denied``, ``UsageError`` for what is no account id."""
    return clients.as_role(role_in(account, role, clients.aws.session.partition, external_id))


def role_in(account: str, role: str, partition: str, external_id: str = "") -> RoleToAssume:
    """The role of an account, of a role's name or of any account's role ARN. Raises ``UsageError``: no account id."""
    if not _ACCOUNT.fullmatch(account):
        raise UsageError(f"{account!r} is no account id", hint="an account id has 12 digits")
    name = role.rpartition(":role/")[2].strip("/")
    return RoleToAssume(f"arn:{partition}:iam::{account}:role/{name}", external_id)


@dataclass
class _Part:
    """One account's look as it goes. ``error`` says why there is no answer."""

    account: str
    progress: Progress = _NOTHING
    coverage: Coverage | None = None
    error: IrkitError | None = None
    took_s: float = 0.0
    is_done: bool = False


@dataclass
class _Stream:
    """What the accounts' threads share."""

    waiting: queue.SimpleQueue[_Part]
    heard: queue.Queue[Batch | None] = field(default_factory=lambda: queue.Queue(_HELD))
    over: threading.Event = field(default_factory=threading.Event)
    ended: list[str] = field(default_factory=list)
    """The names of threads that have come to their end, well or not: nothing more is heard of them."""

    def put(self, batch: Batch | None) -> None:
        while not self.over.is_set():
            try:
                self.heard.put(batch, timeout=_PATIENCE_S)
            except queue.Full:
                continue
            return


class ManyAccounts:
    """Sources of several accounts, asked as one. An account that does not answer is in the coverage, by its id."""

    def __init__(self, accounts: Mapping[str, Opener], at_once: int = AT_ONCE) -> None:
        self._openers = dict(accounts)
        self._opened: dict[str, Source] = {}
        self._at_once = max(at_once, 1)

    @property
    def label(self) -> str:
        """How many accounts."""
        return f"{len(self._openers)} accounts"

    @property
    def is_by_attribute(self) -> bool:
        """As the event history, which each of them is asked for."""
        return True

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """Every account's matching records as they are found. Raises the first ``IrkitError`` when none answers."""
        parts = [_Part(each) for each in self._openers if not query.accounts or each in query.accounts]
        stream = _Stream(queue.SimpleQueue())
        for one in parts:
            stream.waiting.put(one)
        threads = [
            threading.Thread(target=self._run, args=(stream, query), name="account", daemon=True)
            for _ in range(min(self._at_once, len(parts)))
        ]
        try:
            for each in threads:
                each.start()
            while not (len(stream.ended) == len(threads) and stream.heard.empty()):
                batch = stream.heard.get()
                yield Batch(batch.records if batch else (), self._progress(parts))
        finally:
            stream.over.set()
            until = time.monotonic() + _PATIENCE_S
            for each in threads:
                each.join(max(until - time.monotonic(), 0))
        return self._coverage(query, parts)

    def _run(self, stream: _Stream, query: Query) -> None:
        try:
            while not stream.over.is_set():
                self._look_next(stream, query)
        except queue.Empty:
            return
        finally:
            stream.ended.append(threading.current_thread().name)
            stream.put(None)

    def _look_next(self, stream: _Stream, query: Query) -> None:
        """Look in the next account. Raises ``queue.Empty`` when there is none."""
        part = stream.waiting.get_nowait()
        began = time.monotonic()
        try:
            part.coverage = self._look(part, stream, query)
        except IrkitError as error:
            part.error = error
        finally:
            part.took_s, part.is_done = time.monotonic() - began, True
            stream.put(None)

    def _look(self, part: _Part, stream: _Stream, query: Query) -> Coverage | None:
        own = replace(query, accounts=(part.account,)) if query.accounts else query
        source = self._opened.get(part.account) or self._openers[part.account]()
        self._opened[part.account] = source
        look = source.look(own)
        try:
            while not stream.over.is_set():
                batch = next(look)
                part.progress = batch.progress
                stream.put(batch)
        except StopIteration as end:
            coverage: Coverage = end.value
            return coverage
        finally:
            look.close()
        return None

    def _progress(self, parts: Sequence[_Part]) -> Progress:
        done = [one for one in parts if one.is_done]
        return Progress(
            "accounts",
            len(done),
            len(parts),
            sum(one.progress.events for one in parts),
            sum(one.progress.size for one in parts),
            self._seconds_left(parts, done),
        )

    def _seconds_left(self, parts: Sequence[_Part], done: Sequence[_Part]) -> float | None:
        running = [one for one in parts if not one.is_done and one.progress.unit]
        waiting = len(parts) - len(done) - len(running)
        left = [one.progress.seconds_left for one in running]
        if None in left or (waiting and not done):
            return None
        rounds = -(-waiting // self._at_once)
        typical = sum(one.took_s for one in done) / len(done) if done else 0.0
        return max((each for each in left if each is not None), default=0.0) + rounds * typical

    def _coverage(self, query: Query, parts: Sequence[_Part]) -> Coverage:
        missed = {one.account: one.error.message for one in parts if one.error is not None}
        missed |= {one.account: "not read to the end" for one in parts if one.error is None and one.coverage is None}
        strangers = dict.fromkeys(set(query.accounts) - set(self._openers), "the account is not among those looked in")
        answers = {one.account: one.coverage for one in parts if one.coverage is not None}
        if not answers:
            raise next(
                (one.error for one in parts if one.error is not None),
                OutsideError(
                    "none of the accounts was read to the end"
                    if parts
                    else f"none of the accounts {', '.join(query.accounts)} is among those to look in"
                ),
            )
        whole: Coverage | None = None
        for account, each in answers.items():
            named = replace(
                each,
                accounts=each.accounts or (account,),
                not_seen={f"{account}/{part}": why for part, why in each.not_seen.items()},
                notes=(),
            )
            whole = named if whole is None else whole.joined(named)
        assert whole is not None  # noqa: S101 - there is an answer
        return replace(whole, not_seen={**whole.not_seen, **missed, **strangers}, notes=_notes(answers))


def _notes(answers: Mapping[str, Coverage]) -> tuple[str, ...]:
    """Each note once, with the accounts that it is of when it is not of all."""
    said: dict[str, list[str]] = {}
    for account, each in answers.items():
        for note in each.notes:
            said.setdefault(note, []).append(account)
    return tuple(note if len(of) == len(answers) else f"{note} (in {few(of, _SHOWN)})" for note, of in said.items())
