"""``AccountQuarantine``: the SCP by which irkit shuts suspects of this account in, as an action plans and proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from irkit.clients.holder import credential
from irkit.clients.principal import principal
from irkit.clients.quarantine_policy import Quarantine, anybody_named, bound, told_by, whatever_path
from irkit.clients.scp import MOST_ATTACHED, Scp
from irkit.clients.settling import Stands, stood
from irkit.contract import Change, Frozen, Plan, Probe, Receipt, Standing, Verdict
from irkit.errors import Denied, OutsideError, OwnIdentity, PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

BEGINS = "irkit-quarantine-"
"""How the policies' names begin; an incident follows."""
_COLONS = 5
"""Of an ARN, before what it names."""


class QuarantineStand(Frozen):
    """How it stands: the policy's id (empty for none), its text, and whether it is attached to the account."""

    policy_id: str = ""
    content: str = ""
    attached: bool = False

    @property
    def binding(self) -> str:
        """The text that binds; empty while it is attached nowhere."""
        return self.content if self.attached else ""

    def stands_as(self, content: str) -> bool:
        """Whether this text binds; and of none, whether no policy was left lying about unattached."""
        return self.binding == content and bool(content or not self.policy_id)


class QuarantineWork(Frozen):
    """What a plan does to it: ``after`` is the text that is to bind."""

    before: QuarantineStand
    after: str
    written_at: AwareDatetime | None = None
    """Of receipts alone: AWS's clock right after the write, or when it was found so."""


class Freeze(StrEnum):
    """Whether everybody else is kept from making identities meanwhile."""

    ON = "on"
    OFF = "off"


class Quarantined(Frozen):
    """Who is shut in now, all of them. ``at`` is AWS's clock right after; None when found later."""

    policy: str
    policy_id: str
    account: str
    principals: tuple[str, ...]
    freeze: Freeze
    at: datetime | None = None


@dataclass(frozen=True)
class AccountQuarantine:
    """``irkit-quarantine-INCIDENT``, attached to the account that we act in. It is found by its name after a crash."""

    clients: Clients

    @property
    def name(self) -> str:
        """The policy's name: one an incident."""
        return f"{BEGINS}{self.clients.incident}"

    @cached_property
    def account(self) -> str:
        """The account that it is attached to."""
        return self.clients.sts.own_identity().account

    def read(self) -> QuarantineStand:
        """How it stands now. Raises ``Denied``."""
        found: Scp | None = self.clients.scps.find(self.name)
        if found is None:
            return QuarantineStand()
        is_attached = self.clients.scps.is_attached(found.id, self.account)
        return QuarantineStand(policy_id=found.id, content=found.content, attached=is_attached)

    def write(self, now: QuarantineStand, content: str) -> tuple[str, ...]:
        """Make the text bind, or nothing at all when it is empty; the request ids.

        The policy is made or written first and attached last, so that what binds is never half a text.
        """
        scps = self.clients.scps
        if not content:
            return self._removed(now)
        policy_id, request_ids = now.policy_id, []
        if not policy_id:
            policy_id, request_id = scps.create(self.name, content)
            request_ids.append(request_id)
        elif now.content != content:
            request_ids.append(scps.update(policy_id, content))
        if not now.attached:
            request_ids.append(scps.attach(policy_id, self.account))
        return tuple(request_ids)

    def _removed(self, now: QuarantineStand) -> tuple[str, ...]:
        scps = self.clients.scps
        detached = (scps.detach(now.policy_id, self.account),) if now.attached else ()
        return (*detached, scps.delete(now.policy_id)) if now.policy_id else ()

    # -- as an action's operation ------------------------------------------------------------------------------

    def probe(self, work: QuarantineWork) -> Probe:
        """Where it stands against a plan."""
        now = self.read()
        if now.stands_as(work.after):
            receipt = self.receipt(work, None, ())
            return Probe(standing=Standing.IN_PLACE, seen=self.told(now), receipt=receipt)
        return Probe(standing=Standing.UNTOUCHED if now == work.before else Standing.BETWEEN, seen=self.told(now))

    def carry_out(self, work: QuarantineWork) -> Receipt:
        """Make the plan's text bind. Raises ``PlanStale``, ``OwnIdentity``."""
        self.refuse_own(told_by(work.after).suspects)
        self._refuse_freezing_us(work)
        now = self.read()
        if now != work.before:
            raise PlanStale(f"it is now: {self.told(now)}", hint="look at the new plan")
        request_ids = self.write(now, work.after)
        return self.receipt(work, self.clients.aws_now().at, request_ids)

    def receipt(self, work: QuarantineWork, at: datetime | None, request_ids: tuple[str, ...]) -> Receipt:
        """The receipt of what binds now; ``at`` None when it was found so."""
        now = self.read()
        written_at = at or self.clients.aws_now().at
        result = Quarantined(
            policy=self.name,
            policy_id=now.policy_id,
            account=self.account,
            principals=told_by(now.binding).suspects,
            freeze=Freeze.ON if told_by(now.binding).freeze else Freeze.OFF,
            at=at,
        )
        return Receipt(
            summary=self.told(now),
            result=result.model_dump(mode="json"),
            details=work.model_copy(update={"written_at": written_at}).model_dump(mode="json"),
            request_ids=request_ids,
        )

    def verdict(self, work: QuarantineWork) -> Verdict:
        """Whether the text binds after the settling time."""
        now = self.read()
        stands = Stands(now.binding == work.after, self.told(now))
        if work.before.binding == work.after:
            return stood(stands)
        return self.clients.settling.verdict(work.written_at, stands)

    def plan(self, work: QuarantineWork, summary: str, blast: str) -> Plan:
        """A plan that makes a text bind; what it cuts and revives follows from who is in it and who was.

        Raises ``OwnIdentity``.
        """
        self._refuse_freezing_us(work)
        said, says = set(told_by(work.before.binding).suspects), set(told_by(work.after).suspects)
        return Plan(
            summary=summary,
            changes=self.changes(work.before, work.after),
            blast=blast,
            undo=f"put back: {words(work.before.binding)}" if work.before.binding else "take the SCP away again",
            cuts=tuple(credential(each) for each in sorted(says - said)),
            revives=tuple(credential(each) for each in sorted(said - says)),
            details=work.model_dump(mode="json"),
        )

    def plan_back(self, receipt: Receipt) -> Plan:
        """The plan that puts back what bound before a receipt."""
        done = QuarantineWork.model_validate(receipt.details)
        work = QuarantineWork(before=self.read(), after=done.before.binding)
        blast = "who is let out acts again; who is shut in again is refused everything"
        return self.plan(work, f"put the quarantine of {self.account} back as it was", blast)

    def refuse_full(self, now: QuarantineStand) -> None:
        """Raise ``OutsideError`` when the account has no room for one more SCP."""
        if now.attached or len(self.clients.scps.attached(self.account)) < MOST_ATTACHED:
            return
        msg = f"account {self.account} has {MOST_ATTACHED} SCPs attached, and AWS allows no more"
        raise OutsideError(msg, hint="detach one of them, or attach this one to its organizational unit by hand")

    def refuse_own(self, suspects: tuple[str, ...]) -> None:
        """Raise ``OwnIdentity`` for who we act as, here or in the organization's account, or who is protected.

        ``Refused`` for anybody else of another account: no SCP on ours binds them.
        """
        for arn in suspects:
            if bound(arn) == self._organization_hand:
                msg = f"irkit writes SCPs as {arn}, so it will not act on it"
                raise OwnIdentity(msg, hint="use another aws.organization_profile")
            self.clients.sts.refuse_own_arn(arn)

    def _refuse_freezing_us(self, work: QuarantineWork) -> None:
        """A freeze that was planned, or lifted, while irkit acted as somebody else does not spare us."""
        own = self.clients.sts.own_identity().arn
        before, after = (told_by(text) for text in (work.before.binding, work.after))
        if after.freeze and bound(own) not in after.exempt and not (before.freeze and bound(own) not in before.exempt):
            msg = f"irkit acts as {own} now, and this freeze would bind it"
            raise OwnIdentity(msg, hint="quarantine again as who irkit acts as now, or log in as before")

    @cached_property
    def _organization_hand(self) -> str:
        try:
            return bound(self.clients.scps.own_arn())
        except Denied:
            return ""

    def exempt(self, others: tuple[str, ...]) -> tuple[str, ...]:
        """Whom a freeze spares: us, who is protected, and others (ARNs)."""
        own = self.clients.sts.own_identity()
        partition = own.arn.split(":")[1]
        protected = self.clients.config.protected_principals
        guarded = (
            whatever_path(found.policy_arn)
            if (found := principal(each))
            else anybody_named(own.account, each, partition)
            for each in protected
        )
        return tuple(sorted({bound(own.arn), *guarded, *(bound(arn) for arn in others)}))

    def changes(self, before: QuarantineStand, after: str) -> tuple[Change, ...]:
        """What will bind that did not, in words."""
        if before.stands_as(after):
            return ()
        if before.binding == after:
            return (Change(target=f"SCP {self.name}", before="attached to nothing", after="deleted"),)
        target = f"SCP {self.name} on account {self.account}"
        return (Change(target=target, before=words(before.binding), after=words(after)),)

    def told(self, stand: QuarantineStand) -> str:
        """How it stands, in words."""
        if not stand.content:
            return f"there is no SCP {self.name}"
        where = "attached to" if stand.attached else "not attached to"
        return f"SCP {self.name} {where} {self.account}: {words(stand.content)}"


def words(document: str) -> str:
    """What a quarantine does, in words."""
    if not document:
        return "absent"
    says: Quarantine = told_by(document)
    frozen = f"; nobody but {called(says.exempt)} makes or changes identities" if says.freeze else ""
    return f"refuses everything to {called(says.suspects) or 'nobody'}{frozen}"


def called(arns: tuple[str, ...]) -> str:
    """Who it is, to be read: ``user/svc-deploy, role/ci`` when all are of one account, which the SCP's place names."""
    accounts = {arn.split(":")[4] for arn in arns if arn.count(":") >= _COLONS}
    if len(accounts) > 1 or any(arn.count(":") < _COLONS for arn in arns):
        return ", ".join(arns)
    return ", ".join(arn.split(":", _COLONS)[_COLONS].replace("*/", "/") for arn in arns)
