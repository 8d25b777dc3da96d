"""``Holding``: holds principals until the hold has bound, whatever they take back meanwhile.

IAM shows a write at once and binds it seconds later, so that whoever watches takes it back before it binds, and it
never does. It is looked at and put back again and again, more of it each time, until nothing was taken back for one
settling time: then it binds, and from then on their own calls are refused. AWS publishes no figure for how many calls
of IAM an account may make; it answers ``Throttling`` (IAM API reference, "Common errors"), and then the looks become
rarer.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import TypeVar

from irkit.clients.aws import AwsMoment, aws_code
from irkit.clients.hold import LAYER, MOST_LAYERS, Grip, Hold
from irkit.contract import Frozen
from irkit.errors import NotFound, OutsideError, Throttled, Unreachable

T = TypeVar("T")
EVERY_S = 0.2
"""Seconds between two looks; so much is doubled each time AWS asks to slow down, up to ``_SLOWEST_S``."""
_SLOWEST_S = 3.0
_FIRST_LAYERS = 3
_THREADS = 8
_NO_ROOM = "LimitExceeded"
"""AWS's code for inline policies that are larger together than they may be (IAM API reference, PutUserPolicy)."""


class TakenBack(Frozen):
    """One thing that was taken back, so often. Times are AWS's."""

    what: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class News:
    """Who is to be held beside, and who is innocent after all and let go; by ``Hold.name``."""

    hold: tuple[Hold, ...] = ()
    free: frozenset[str] = frozenset()


class Held(Frozen):
    """How it went. ``settled_at`` is AWS's time at which nothing had been taken back for a settling time; else None."""

    holds: tuple[Hold, ...]
    taken_back: tuple[TakenBack, ...]
    looks: int
    seconds: float
    settled_at: datetime | None
    gone: tuple[str, ...] = ()
    """Who was not there any more."""
    freed: tuple[str, ...] = ()
    """Who was held for a while, and turned out to be innocent."""
    trouble: tuple[str, ...] = ()
    """What could not be done, in words, each once."""


@dataclass
class Holding:
    """One hold. ``news`` is told who is held, and gives who is to be held beside; it may take its time."""

    grip: Grip
    now: Callable[[], AwsMoment]
    span: timedelta
    limit: timedelta
    news: Callable[[Sequence[Hold]], News]
    tell: Callable[[str], None]
    _holds: list[Hold] = field(default_factory=list)
    _looked_at: set[str] = field(default_factory=set)
    _looks: int = 0
    _moved_at: datetime = field(init=False)
    _back: Counter[str] = field(default_factory=Counter)
    _times: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    _placed: set[tuple[str, str]] = field(default_factory=set)
    _gone: dict[str, None] = field(default_factory=dict)
    _trouble: dict[str, None] = field(default_factory=dict)
    _layers: int = _FIRST_LAYERS
    _every: float = EVERY_S
    _room: dict[str, int] = field(default_factory=dict)
    _freed: dict[str, None] = field(default_factory=dict)
    _to_free: dict[str, Hold] = field(default_factory=dict)
    """Whom the next round lets go: a round that is under way may still put something on them."""

    def run(self, holds: Iterable[Hold]) -> Held:
        """Hold them. What goes when it has bound is left in place for ``release`` to take away."""
        self._holds = list(holds)
        began, self._moved_at = time.monotonic(), self.now().at
        until = began + self.limit.total_seconds()
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="hold") as pool:
            while True:
                try:
                    with self._watched():
                        settled = self._settled(pool, until)
                finally:
                    self._let_go(pool)
                if settled is None or not self._is_anybody_late():
                    break
        self._holds = [*self._holds, *self._to_free.values()]  # who could not be let go is held, and told
        return Held(
            holds=tuple(self._holds),
            taken_back=tuple(
                TakenBack(what=what, times=times, first_at=self._times[what][0], last_at=self._times[what][1])
                for what, times in self._back.items()
            ),
            looks=self._looks,
            seconds=round(time.monotonic() - began, 1),
            settled_at=settled,
            gone=tuple(self._gone),
            freed=tuple(self._freed),
            trouble=tuple(self._trouble),
        )

    def _settled(self, pool: ThreadPoolExecutor, until: float) -> datetime | None:
        """Look until nothing was taken back for one settling time: AWS's time then; None when ``until`` came first."""
        while time.monotonic() < until:
            if self._round(pool):
                self._moved_at = self.now().at
            self._looks += 1
            moment = self.now()
            if moment.at - moment.uncertainty >= self._moved_at + self.span:
                return moment.at
            time.sleep(self._every)
        return None

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Hear the news meanwhile; what was asked for last is waited for."""
        stop = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(stop,), name="hold-news", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            stop.set()
            watcher.join()

    def _is_anybody_late(self) -> bool:
        """Whether somebody is to be held of whom the news came after the last look."""
        return any(one.name not in self._looked_at and one.name not in self._gone for one in self._holds)

    def release(self, holds: Iterable[Hold]) -> None:
        """Take away what goes when the hold has bound."""
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="hold") as pool:
            list(pool.map(self._bare, holds))

    def _bare(self, hold: Hold) -> None:
        for name in self._tried(hold, lambda: self.grip.layers(hold)) or ():
            self._tried(hold, lambda name=name: self.grip.take_layer(hold, name))  # type: ignore[misc]

    def _round(self, pool: ThreadPoolExecutor) -> bool:
        """Look at all, and put back; whether anything had to be put, or could not be looked at."""
        self._let_go(pool)
        holds = [one for one in self._holds if one.name not in self._gone]
        self._looked_at = {one.name for one in holds}
        seen = list(pool.map(lambda one: (one, self._lacking(one)), holds))
        # One thing of each principal, then the next: whoever is first free would else give the others back.
        turns = zip_longest(*([(one, what) for what in several or ()] for one, several in seen))
        missing = [each for each in chain.from_iterable(turns) if each is not None]
        again = [(one, what) for one, what in missing if (one.name, what) in self._placed]
        if again:
            self._note(again)
            self._layers = min(2 * self._layers + 2, MOST_LAYERS)
        self._placed |= {done for done in pool.map(lambda each: self._put(*each), missing) if done}
        is_blind = any(several is None and one.name not in self._gone for one, several in seen)
        if not missing and not is_blind:
            self._every = max(EVERY_S, self._every / 2)
        return bool(missing) or is_blind

    def _lacking(self, hold: Hold) -> tuple[str, ...] | None:
        layers = min(self._layers, self._room.get(hold.name, MOST_LAYERS))
        return self._tried(hold, lambda: self.grip.lacking(hold, layers))

    def _put(self, hold: Hold, what: str) -> tuple[str, str] | None:
        def put() -> tuple[str, str]:
            self.grip.put(hold, what)
            return hold.name, what

        return self._tried(hold, put)

    def _tried(self, hold: Hold, act: Callable[[], T]) -> T | None:
        """What came of it; None when it could not be done, which is told, but for an outage, which passes."""
        try:
            return act()
        except NotFound:
            self._gone[hold.name] = None
        except Throttled as error:
            self._every = min(2 * self._every, _SLOWEST_S)
            self._trouble[f"{hold.name}: {error.message}"] = None
        except Unreachable as error:
            self._trouble[f"{hold.name}: {error.message}"] = None
        except OutsideError as error:
            if aws_code(error) == _NO_ROOM:  # what it has had room for so far is what is asked for from now on
                self._room[hold.name] = sum(name == hold.name for name, what in self._placed if LAYER in what)
            self._trouble[f"{hold.name}: {error.message}"] = None
        return None

    def _note(self, again: Sequence[tuple[Hold, str]]) -> None:
        at = self.now().at
        for one, what in again:
            said = f"{what} of {one.name}"
            self._back[said] += 1
            self._times[said] = (self._times.get(said, (at, at))[0], at)
        self.tell(f"holding {len(self._holds)}: {sum(self._back.values())} things taken back, and put back")

    def _watch(self, stop: threading.Event) -> None:
        while True:
            try:
                self._heard(self.news((*self._holds, *self._to_free.values())))
            except OutsideError as error:
                self._trouble[error.message] = None
            if stop.wait(EVERY_S):
                return

    def _heard(self, news: News) -> None:
        for one in news.hold:
            self._holds = [*self._holds, one]
            self.tell(f"holding {one.name} too: {one.why}")
        free = [each for each in self._holds if each.name in news.free]
        self._holds = [each for each in self._holds if each.name not in news.free]
        self._to_free |= {each.name: each for each in free}

    def _let_go(self, pool: ThreadPoolExecutor) -> None:
        free = tuple(self._to_free.values())
        for one, is_free in zip(free, pool.map(self._restored, free), strict=True):
            if is_free:
                self._freed[one.name] = None
                self.tell(f"{one.name} is innocent, and let go")
            if is_free or one.name in self._gone:
                del self._to_free[one.name]

    def _restored(self, hold: Hold) -> bool:
        def restored() -> bool:
            self.grip.restore(hold)
            return True

        return self._tried(hold, restored) is True
