"""Prove that an access key is dead: by trying it where its secret is known, else by what CloudTrail has not seen.

An inactive key at the console is a setting, not a proof. A refused signed call is one; several in a row outlast the
seconds that IAM takes to spread. Where nobody here knows the secret, CloudTrail can show that no call was accepted
since the containment, but only up to some minutes ago: its records arrive late. Before that the answer is *unproven*.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.clients.aws import masked_key
from irkit.clients.git_objects import Locator
from irkit.clients.sts import KeyAnswer
from irkit.cloudtrail.coverage import LAG
from irkit.cloudtrail.lookup import Question, look_up
from irkit.cloudtrail.usage import usage
from irkit.contract import Action, Effect, Frozen
from irkit.errors import IrkitError, OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.secret import Secret

SPREAD = timedelta(seconds=60)
"""How long after a containment an accepted call may still be IAM spreading, not a failure of the containment."""


class Params(Frozen):
    """``contained_at`` is when the key was made inactive. ``locators`` tell where in git the secret can be read."""

    key_id: str
    contained_at: AwareDatetime | None = None
    locators: tuple[str, ...] = ()
    probes: Annotated[int, Field(ge=1, le=20)] = 3
    every_ms: Annotated[int, Field(ge=0, le=10_000)] = 500


class Outcome(StrEnum):
    """Whether the key is dead. An *alive* key is no result: the step fails."""

    DEAD = "dead"
    UNPROVEN = "unproven"


class How(StrEnum):
    """What the proof rests on."""

    PROBE = "probe"
    HISTORY = "history"


class Result(Frozen):
    """``trusted_until`` is up to when the proof speaks: now for a probe, some minutes ago for CloudTrail."""

    key_id: str
    outcome: Outcome
    how: How
    seen: str
    trusted_until: datetime

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.outcome} by {self.how}: {self.seen}"


def read(clients: Clients, params: Params) -> Result:
    """Try the key, or ask CloudTrail. Raises ``IrkitError`` when the key is alive."""
    for secret in _candidates(clients, params):
        if (found := _by_probe(clients, params, secret)) is not None:
            return found
    return _by_history(clients, params)


def _candidates(clients: Clients, params: Params) -> Iterator[Secret]:
    """What may be the key's secret: what this process knows, then what stands near the key's id in git."""
    if (known := clients.known_secrets.get(params.key_id)) is not None:
        yield known
    for locator in params.locators:
        try:
            yield clients.git.read_secret(Locator(locator))
        except OutsideError as error:
            clients.progress(f"its text cannot be read from git again: {error.message}")


def _by_probe(clients: Clients, params: Params, secret: Secret) -> Result | None:
    """Refused calls in a row; None when the secret at hand is not this key's, which proves nothing."""
    codes: list[str] = []
    for number in range(params.probes):
        if number:
            threading.Event().wait(params.every_ms / 1000)
        answer = clients.sts.probe_key(params.key_id, secret)
        codes.append(answer.code)
        clients.progress(f"call {number + 1} of {params.probes} with the old key: {answer.answer.value}")
        if answer.answer is KeyAnswer.ACCEPTED:
            msg = f"{masked_key(params.key_id)} is ALIVE: AWS took a call signed with it ({answer.code})"
            raise IrkitError(msg, hint="look whether someone made it active again, then contain it again")
        if answer.answer is KeyAnswer.WRONG_SECRET:
            return None
    seen = f"sts:GetCallerIdentity signed with {masked_key(params.key_id)} refused {len(codes)} times: {codes[-1]}"
    at = clients.aws_now().at
    return Result(key_id=params.key_id, outcome=Outcome.DEAD, how=How.PROBE, seen=seen, trusted_until=at)


def _by_history(clients: Clients, params: Params) -> Result:
    """What CloudTrail has not seen since the containment; no proof while records may be on their way."""
    now = clients.now()
    since = (params.contained_at or now) + SPREAD
    trusted_until = now - LAG
    if since > trusted_until:
        when = f"not before {since + LAG:%H:%M:%SZ}" if params.contained_at else "only once it is contained"
        seen = f"the secret is not known here, and CloudTrail can show the key's death {when}"
        return _result(params, Outcome.UNPROVEN, seen, trusted_until)
    found = look_up(clients, Question.of_key(params.key_id, since, now))
    used = usage(found.records, ours=f"irkit/{clients.incident}/")
    if used.succeeded:
        msg = f"{masked_key(params.key_id)} is ALIVE: {used.succeeded} calls were accepted since {since:%H:%M:%SZ}"
        raise IrkitError(msg, hint="look whether someone made it active again, then contain it again")
    outcome = Outcome.UNPROVEN if found.coverage.not_seen else Outcome.DEAD
    seen = f"CloudTrail shows no accepted call since {since:%H:%M:%SZ}; {found.coverage.text}"
    return _result(params, outcome, seen, found.coverage.trusted_until)


def _result(params: Params, outcome: Outcome, seen: str, trusted_until: datetime) -> Result:
    return Result(key_id=params.key_id, outcome=outcome, how=How.HISTORY, seen=seen, trusted_until=trusted_until)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Prove that an access key is dead",
    read=read,
    iam=("cloudtrail:LookupEvents",),
)
