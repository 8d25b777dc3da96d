"""``Hold``: one principal that is held: what stands on it against its acting, how it stood before, what is put back.

A user is held by denials and by its keys made inactive, a role by denials; of a role's session, only the sessions of
that name are denied, so that the role's other users go on. The denials are several inline policies that say the same:
one is ``IrkitDenyAll`` (or the denial of a session's name) and stays; the others are named ``IrkitHold-N``, are taken
away when the hold has bound, and are there so that one call, or a few, never take everything back.
Inline policies of a user may have 2048 characters together, of a role 10240 (IAM user guide, "IAM and STS quotas").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from irkit.clients.aws import masked_key
from irkit.clients.deny_all import DENY_ALL, DENY_ALL_DOCUMENT
from irkit.clients.deny_older import DENY_OLDER, cutoff_of, deny_older_document
from irkit.clients.holder import Holder, HolderKind, named
from irkit.clients.iam import Iam, KeyStatus, canonical_policy
from irkit.clients.iam_born import BornSince
from irkit.clients.iam_rights import Rights
from irkit.contract import Frozen
from irkit.errors import NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

LAYER = "IrkitHold-"
"""How the names of the denials begin that go when the hold has bound."""
MOST_LAYERS = 30
"""Each is one more call to whoever takes all of them back, and as many as a user's inline policies have room for."""
_SHORT = canonical_policy({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})


class Hold(Frozen):
    """How one principal is held. ``before`` is what the lasting denial was before, empty for none."""

    arn: str
    holder: Holder
    session: str = ""
    policy: str = ""
    """The name of the denial that stays; empty where the user is innocent and only ``keys`` are made inactive."""
    document: str = ""
    before: str = ""
    keys: Mapping[str, str] = {}
    """The statuses of a user's keys before, by key id."""
    left: tuple[str, ...] = ()
    """The names of the denials that go which stood there before: a hold that was cut short left them."""
    why: str = ""
    """Of one that was no suspect when the hold began: why it is held."""
    is_sure: bool = True
    """Whether it is known to be the suspects'; who was just made by nobody knows whom is not."""

    @property
    def name(self) -> str:
        """``user svc-deploy``, ``sessions sync of role ci``, ``key AKIA…WXYZ of user svc-bot``."""
        if not self.policy:
            return f"key {', '.join(masked_key(each) for each in self.keys)} of {self.holder}"
        return f"sessions {self.session} of {self.holder}" if self.session else str(self.holder)

    def layer(self, number: int) -> tuple[str, str]:
        """The name and the text of one denial that goes."""
        name = f"{LAYER}{self.session}-{number}" if self.session else f"{LAYER}{number}"
        return name, self.document if self.session else _SHORT


@dataclass(frozen=True)
class BornAs:
    """IAM's own id of a user or role, which is never given to another (a name is), and when it was made."""

    id: str
    at: datetime


@dataclass(frozen=True)
class Grip:
    """Reads and writes what holds principals."""

    rights: Rights
    iam: Iam
    born: BornSince

    @classmethod
    def of(cls, clients: Clients) -> Grip:
        """That of one step. It looks and writes so often that its calls are not noted one by one."""
        aws = clients.aws.unnoted
        return cls(Rights(aws), Iam(aws), BornSince(aws))

    def hold(self, arn: str, until: datetime | None, why: str = "") -> Hold:
        """How a principal can be held. A session's name is denied for sessions issued up to ``until``.

        Without it the text of that denial is left open: it is set when the hold begins. Raises ``NotFound``,
        ``Refused`` for who bears no policies, ``UsageError``.
        """
        holder, session = Holder.of(arn), named(arn).session
        policy = f"{DENY_OLDER}-{session}" if session else DENY_ALL
        own = self.rights.arn(holder)
        dated = deny_older_document(until, session) if session and until else ""
        bare = Hold(
            arn=arn if session else own,
            holder=holder,
            session=session,
            policy=policy,
            document=dated if session else DENY_ALL_DOCUMENT,
            before=self.rights.inline(holder, policy),
            keys={} if session else self.statuses(holder),
            why=why,
        )
        return bare.model_copy(update={"left": self.layers(bare)})

    def dated(self, hold: Hold, until: datetime) -> Hold:
        """The same, with the end of a session's denial."""
        dated = {"document": deny_older_document(until, hold.session)}
        return hold.model_copy(update=dated) if hold.session else hold

    def is_there(self, hold: Hold) -> bool:
        """Whether the user or role is still there."""
        try:
            self.rights.arn(hold.holder)
        except NotFound:
            return False
        return True

    def born_as(self, holder: Holder) -> BornAs:
        """Which of those that may have borne its name one is. Raises ``NotFound``."""
        told = self.rights.described(holder)
        return BornAs(str(told[f"{holder.kind.capitalize()}Id"]), told["CreateDate"].astimezone(UTC))

    def key_hold(self, user: str, arn: str, key_id: str, why: str) -> Hold:
        """How one key of somebody innocent is held: it alone is made inactive. Raises ``NotFound``."""
        status = self.iam.access_key(user, key_id).status.value
        return Hold(arn=arn, holder=Holder(kind=HolderKind.USER, name=user), keys={key_id: status}, why=why)

    def statuses(self, holder: Holder) -> dict[str, str]:
        """The statuses of a user's keys by id; a role has none."""
        if holder.kind is not HolderKind.USER:
            return {}
        return {key.key_id: key.status.value for key in self.iam.access_keys(holder.name)}

    def lacking(self, hold: Hold, layers: int) -> tuple[str, ...]:
        """What of the hold is not in place: names of denials, ids of active keys. Raises ``NotFound``."""
        active = [key for key, status in self._own_keys(hold).items() if status == KeyStatus.ACTIVE.value]
        if not hold.policy:
            return tuple(key for key in active if key in hold.keys)
        names = set(self.rights.inline_names(hold.holder))
        stands = hold.policy in names and _is_it(hold, self.rights.inline(hold.holder, hold.policy))
        wanted = (hold.layer(number)[0] for number in range(layers))
        return (*(() if stands else (hold.policy,)), *(each for each in wanted if each not in names), *active)

    def put(self, hold: Hold, what: str) -> None:
        """Put back one thing that ``lacking`` named."""
        texts = {hold.policy: hold.document, **dict(hold.layer(number) for number in range(MOST_LAYERS))}
        if what in texts:
            self.rights.put_inline(hold.holder, what, texts[what])
        else:
            self.iam.set_key_status(hold.holder.name, what, KeyStatus.INACTIVE)

    def layers(self, hold: Hold) -> tuple[str, ...]:
        """The names of the denials that stand on it and are to go."""
        if not hold.policy:
            return ()
        own = {hold.layer(number)[0] for number in range(MOST_LAYERS)}
        return tuple(each for each in self.rights.inline_names(hold.holder) if each in own)

    def take_layer(self, hold: Hold, name: str) -> None:
        """Take one of them away."""
        self.rights.delete_inline(hold.holder, name)

    def left_behind(self, hold: Hold) -> Hold | None:
        """As it was before, of a user or role just made that a run which was cut short has held; None of any other.

        Nobody but a hold writes such denials, and who was just made had none, nor inactive keys.
        """
        if not hold.left:
            return None
        return hold.model_copy(update={"before": "", "keys": dict.fromkeys(hold.keys, KeyStatus.ACTIVE.value)})

    def restore(self, hold: Hold) -> None:
        """Put back how it was before: the lasting denial, what goes, and the keys that were active."""
        for name in self.layers(hold):
            self.take_layer(hold, name)
        if hold.policy and self.rights.inline(hold.holder, hold.policy) != hold.before:
            if hold.before:
                self.rights.put_inline(hold.holder, hold.policy, hold.before)
            else:
                self.rights.delete_inline(hold.holder, hold.policy)
        now = self._own_keys(hold)
        for key_id, status in hold.keys.items():
            if now.get(key_id, status) != status:
                self.iam.set_key_status(hold.holder.name, key_id, KeyStatus(status))

    def is_restored(self, hold: Hold) -> bool:
        """Whether it is as it was before, without what a hold that was cut short left."""
        return not self.layers(hold) and self._is_before(hold)

    def is_untouched(self, hold: Hold) -> bool:
        """Whether it is as it was when this was read, what was left included."""
        return self.layers(hold) == hold.left and self._is_before(hold)

    def _is_before(self, hold: Hold) -> bool:
        now = self._own_keys(hold)
        before = not hold.policy or self.rights.inline(hold.holder, hold.policy) == hold.before
        return before and all(now.get(each, status) == status for each, status in hold.keys.items())

    def _own_keys(self, hold: Hold) -> dict[str, str]:
        return {} if hold.session else self.statuses(hold.holder)


def _is_it(hold: Hold, text: str) -> bool:
    """Whether a text is the lasting denial; of a session's whose end is open, one with any end but the one before."""
    return text == hold.document if hold.document else text != hold.before and cutoff_of(text) is not None
