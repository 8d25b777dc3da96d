"""Who turns up while suspects are held: what the log tells of them, and what IAM lists that the log does not tell yet.

IAM's own lists are complete at once and silent about who made what; CloudTrail tells who, minutes late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.hold import Grip, Hold
from irkit.clients.holding import News
from irkit.clients.principal import principal
from irkit.clients.quarantine_policy import plain
from irkit.cloudtrail.births import Birth, Kind
from irkit.cloudtrail.inquiry import source_of, told_to
from irkit.cloudtrail.kin import kin
from irkit.cloudtrail.lineage import Tree
from irkit.cloudtrail.makers import makers_of
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Follow
from irkit.errors import NotFound, OwnIdentity, Refused, UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_MAKING = ("iam:CreateUser", "iam:CreateRole")
_UNKNOWN = "made at {at:%H:%M:%SZ}, by whom the log does not tell yet"


@dataclass
class Newcomers:
    """Tells news of one hold. ``since`` is AWS's time from which the log may not be complete; ``until`` as for holds.

    Innocent is what was made by somebody who is neither held nor came of the suspects, and on whom they laid no hands
    (``irkit.cloudtrail.makers``); by IAM's own ids, so that nobody is cleared by a name that was given again.
    """

    clients: Clients
    grip: Grip
    suspects: tuple[str, ...]
    since: datetime
    until: datetime
    _refused: set[str] = field(default_factory=set)
    _innocent: frozenset[str] = frozenset()
    _spared: set[str] = field(default_factory=set)
    _ids: dict[str, str] = field(default_factory=dict)
    """Who bears a name now."""
    _tree: Tree = field(default_factory=lambda: Tree(()))
    _asked_at: datetime | None = None

    def news(self, holds: Sequence[Hold]) -> News:
        """Who is to be held beside, and who is let go. Raises ``OutsideError``."""
        held = {plain(one.arn) for one in holds if one.policy}
        keys = {key for one in holds for key in one.keys}
        found: list[Hold] = []
        if self._is_due():
            self._ask(held)
            found += self._kin(set(held), keys)
        found += self._born({*held, *(plain(one.arn) for one in found)})
        unsure = (one for one in (*holds, *found) if not one.is_sure)
        free = frozenset(one.name for one in unsure if self._ids.get(plain(one.arn)) in self._innocent)
        return News(tuple(found), free)

    def _born(self, held: set[str]) -> Iterator[Hold]:
        """Users and roles that IAM lists as made since, unless the log tells that somebody else made them.

        Those too, where a run that was cut short holds them: so that they are let go.
        """
        for one in self.grip.born.since(self.since):
            self._ids[plain(one.arn)] = one.id
            if plain(one.arn) in held | self._refused or one.id in self._spared & self._innocent:
                continue
            for hold in self._hold(one.arn, _UNKNOWN.format(at=one.created_at)):
                left = self.grip.left_behind(hold)
                if left is not None or one.id not in self._innocent:
                    yield (left or hold).model_copy(update={"is_sure": False})
                else:
                    self._spared.add(one.id)

    def _kin(self, held: set[str], keys: set[str]) -> Iterator[Hold]:
        """Who came of the suspects by the log; and the keys that they made for others."""
        now = self.clients.now()
        for arn in kin(self._tree, self.suspects, self.clients.sts.own_identity().account, now):
            if plain(arn) not in held | self._refused and ":federated-user/" not in arn:
                held.add(plain(arn))
                yield from self._hold(arn, "came of the suspects")
        for one in self._tree.births:
            if one.kind is Kind.KEY and one.id not in keys | self._refused and plain(one.arn) not in held:
                yield from self._key(one)

    def _hold(self, arn: str, why: str) -> Iterator[Hold]:
        try:
            self.clients.sts.refuse_own_arn(arn)
            yield self.grip.hold(arn, self.until, why)
        except NotFound:
            return  # its name may be given again
        except (OwnIdentity, Refused, UsageError):
            self._refused.add(plain(arn))

    def _key(self, one: Birth) -> Iterator[Hold]:
        user = one.arn.rpartition("/")[2]
        try:
            self.clients.sts.refuse_own(user=user, key_id=one.id)
            yield self.grip.key_hold(user, one.arn, one.id, "a key that the suspects made for somebody else")
        except (OwnIdentity, NotFound):
            self._refused.add(one.id)

    def _is_due(self) -> bool:
        """Whether to ask the log again: it tells nothing new sooner than its pace allows."""
        every = timedelta(seconds=min(5.0, max(1.0, self.clients.config.cloudtrail.lag_s / 3)))
        return self._asked_at is None or self.clients.now() >= self._asked_at + every

    def _ask(self, held: Iterable[str]) -> None:
        now = self.clients.now()
        self._asked_at = now
        source, windows = source_of(self.clients), (Window(self.since, now + timedelta(minutes=1)),)
        told = told_to(self.clients, "of who turns up")
        asked = tuple(dict.fromkeys((*self.suspects, *map(plain, self.suspects))))
        theirs = ask(source, ACTIVITY, Query(windows=windows, arns=asked), Follow.TREE, told)
        making = ask(source, ACTIVITY, Query(windows=windows, calls=_MAKING), Follow.ALONE, told)
        self._tree = theirs.tree or Tree(self.suspects)
        kindred = {plain(one.arn) for one in self._tree.births if principal(one.arn)}
        made = makers_of(making.records, theirs.records, (*asked, *kindred, *held), self.since)
        self._innocent = frozenset(born for born, maker in made.by_id.items() if not maker.doubt)


def log_since(clients: Clients) -> datetime:
    """AWS's time from which the log may not be complete yet. Raises ``OutsideError``."""
    return clients.aws_now().at - timedelta(seconds=clients.config.cloudtrail.lag_s + 60)
