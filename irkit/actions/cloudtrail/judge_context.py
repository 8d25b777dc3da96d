"""Judge what a KMS key's encryption contexts can tell: which value was opened, or nothing.

CloudTrail does not record ciphertexts, so the context alone says what a decrypt opened (KMS developer guide,
"Encryption context"). Where one constant context, or none, is used for everything, no log tells the opened values
apart, and all of them must be taken for opened. Services write one of their own: the ARN of a secret, a parameter, an
object.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_BY_SERVICES = ("SecretARN", "PARAMETER_ARN", "aws:s3:arn", "aws:")


class ContextUse(Frozen):
    """A context as ``cloudtrail.measure_kms_use`` counts it: canonical JSON, empty for none."""

    context: str
    decrypts: int
    callers: int


class Params(Frozen):
    """The contexts that the key was used with."""

    contexts: tuple[ContextUse, ...]


class Outcome(StrEnum):
    """Whether the log tells what was opened."""

    TELLING = "telling"
    CONSTANT = "constant"
    """Callers' own decrypts all have one context."""
    ABSENT = "absent"
    """Some or all have none."""
    UNUSED = "unused"
    """Nothing was decrypted in the time looked at."""


class Result(Frozen):
    """The judgement, and a warning in words where the log cannot tell values apart."""

    outcome: Outcome
    warning: str
    own: int
    by_services: int

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return self.warning or f"contexts are {self.outcome}: {self.own} of callers, {self.by_services} of services"


def read(_clients: Clients, params: Params) -> Result:
    """Look at the contexts. Asks nothing outside."""
    services = [one for one in params.contexts if any(f'"{mark}' in one.context for mark in _BY_SERVICES)]
    own = [one for one in params.contexts if one not in services]
    bare = sum(one.decrypts for one in own if not one.context)
    outcome, warning = Outcome.TELLING, ""
    if bare:
        outcome = Outcome.ABSENT
        warning = (
            f"{bare} decrypts have NO encryption context: the log cannot tell what they opened. "
            "Take everything that the key seals for opened"
        )
    elif len(own) == 1 and own[0].decrypts > 1:
        outcome = Outcome.CONSTANT
        warning = (
            f"all {own[0].decrypts} decrypts of callers have the one context {own[0].context}: the log cannot tell "
            "which file was opened. Take everything that the key seals for opened"
        )
    elif not params.contexts:
        outcome = Outcome.UNUSED
    return Result(outcome=outcome, warning=warning, own=len(own), by_services=len(services))


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Judge what encryption contexts can tell",
    read=read,
)
