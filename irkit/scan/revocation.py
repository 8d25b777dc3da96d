"""Taking the life of leaked tokens at their issuers: the one mechanism of the actions that do it, for good.

Each token is asked about first; only those that are not refused are revoked, and only its issuer's refusal afterwards
proves it. ``Issuer`` is what differs: what it refuses to revoke, how it is told to, and the words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.contract import Change, Frozen, Operation, Plan, Probe, Proof, Receipt, Seen, Sighting, Standing, Verdict
from irkit.counted import counted
from irkit.errors import ConfigInvalid, NotFound, OwnIdentity
from irkit.scan.issuer import issuers_answer, sighting
from irkit.scan.leaked import Leaked, Value
from irkit.scan.recalled import recalled

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """Tokens as ``token.find_liveness`` tells them."""

    tokens: tuple[Leaked, ...]


class Result(Frozen):
    """What was revoked."""

    tokens: tuple[str, ...]


class _Work(Frozen):
    tokens: tuple[Leaked, ...]


@dataclass(frozen=True)
class Issuer:
    """Who is told, and how. ``refuse`` raises for what cannot be revoked; ``revoke`` tells the issuer.

    A token that irkit works with itself is never revoked.
    """

    refuse: Callable[[Clients, Sequence[Value]], None]
    revoke: Callable[[Clients, Sequence[Value]], None]
    noun: str
    """``GitHub token``."""
    blast: str
    undo: str
    act: str
    """What the receipt says was done: ``github: POST /credentials/revoke for``."""

    def plan(self, clients: Clients, params: Params) -> Plan:
        """Ask which of them live. Raises ``NotFound`` for a lost text, ``OwnIdentity``, and what ``refuse`` raises."""
        values = _values(clients, params.tokens)
        _refuse_own(clients, values)
        self.refuse(clients, values)
        left = tuple(one.leaked for one in values if issuers_answer(clients, one).seen is not Seen.DENIED)
        many = counted(len(left), self.noun)
        return Plan(
            summary=f"revoke {many}: {', '.join(one.label for one in left) or 'none is alive'}",
            changes=tuple(Change(target=one.label, before="alive, or unknown", after="revoked") for one in left),
            blast=self.blast,
            undo=self.undo,
            phrase=f"revoke {many}" if left else "",
            cuts=tuple(one.credential for one in left),
            details=_Work(tokens=left).model_dump(mode="json"),
        )

    def probe(self, clients: Clients, plan: Plan) -> Probe:
        """Ask about each."""
        work = _Work.model_validate(plan.details)
        seen = _seen(clients, work)
        dead = [one for one in seen if one.seen is Seen.DENIED]
        said = _words(seen)
        if seen and not dead:
            return Probe(standing=Standing.UNTOUCHED, seen=said)
        whole = len(dead) == len(seen)
        return Probe(standing=Standing.IN_PLACE if whole else Standing.BETWEEN, seen=said, receipt=self._receipt(work))

    def apply(self, clients: Clients, plan: Plan) -> Receipt:
        """Tell the issuer. Raises ``NotFound``, ``OwnIdentity``, and what ``refuse`` and ``revoke`` raise."""
        work = _Work.model_validate(plan.details)
        values = _values(clients, work.tokens)
        _refuse_own(clients, values)
        self.refuse(clients, values)
        self.revoke(clients, values)
        return self._receipt(work)

    def verify(self, clients: Clients, receipt: Receipt) -> Verdict:
        """Call with each of them: only a refusal proves it. No answer proves nothing."""
        seen = _seen(clients, _Work.model_validate(receipt.details))
        proof = Proof.PROVEN if all(one.seen is Seen.DENIED for one in seen) else Proof.NOT_YET
        return Verdict(proof=proof, seen=_words(seen), sightings=seen)

    def joined(self, part: Receipt, last: Receipt) -> Receipt:
        """Of tokens that were revoked by two plans: all of them."""
        first, work = _Work.model_validate(part.details), _Work.model_validate(last.details)
        late = {one.fingerprint for one in work.tokens}
        early = (one for one in first.tokens if one.fingerprint not in late)
        return self._receipt(_Work(tokens=(*early, *work.tokens)))

    def operation(self) -> Operation[Clients, Params]:
        """All of it, as an action has it."""
        every = timedelta(seconds=2)
        return Operation(self.plan, self.probe, self.apply, self.verify, timedelta(minutes=5), every, self.joined)

    def _receipt(self, work: _Work) -> Receipt:
        labels = tuple(one.label for one in work.tokens)
        return Receipt(
            summary=f"{self.act} {', '.join(labels) or 'nothing, none was alive'}",
            result=Result(tokens=labels).model_dump(mode="json"),
            details=work.model_dump(mode="json"),
        )


def _refuse_own(clients: Clients, values: Sequence[Value]) -> None:
    """Raises ``OwnIdentity`` for a token of irkit's own. One that is not to be read is none it works with."""
    config = clients.config
    for ref in (config.github.token, config.git.token, config.slack.token):
        try:
            mine = ref.read() if ref is not None else None
        except ConfigInvalid:
            continue
        if mine is not None and any(value.secret.matches(mine) for value in values):
            msg = "this is the token that irkit works with, so it will not revoke it"
            raise OwnIdentity(msg, hint="give irkit another token, then retry the step")


def _values(clients: Clients, tokens: Sequence[Leaked]) -> tuple[Value, ...]:
    had = recalled(tokens, clients.known_secrets, clients.fingerprint)
    lost = [one.label for one in tokens if one.fingerprint not in had]
    if lost:
        msg = f"the text is not known any more: {', '.join(lost)}"
        raise NotFound(msg, hint="irkit resume INC --ask-secret, then retry; or revoke it at its issuer by hand")
    return tuple(had[one.fingerprint] for one in tokens)


def _seen(clients: Clients, work: _Work) -> tuple[Sighting, ...]:
    values = _values(clients, work.tokens)
    return tuple(sighting(clients, one.leaked, issuers_answer(clients, one)) for one in values)


def _words(seen: Sequence[Sighting]) -> str:
    return "; ".join(f"{one.credential.label}: {one.says}" for one in seen)
