"""Judge what to do with a KMS key that was misused, and write the question for the person who decides.

The key's material never leaves KMS, so a contained misuse leaves nobody with the key: what must change are the values
that it opened. Each choice is told with what it does and what it does not (KMS developer guide, "Rotate AWS KMS keys",
"Enable and disable keys"). Deleting is no choice: it destroys all that the key seals.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.kms import KeyState
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_SHOWN = 6


class KeyChange(Frozen):
    """A call that changed the key, as ``cloudtrail.find_key_changes`` tells of it."""

    call: str
    principal: str
    who: str
    ip: str
    at: datetime
    error: str
    event_id: str


class Params(Frozen):
    """The key as it stands. ``consumers`` use it rightfully, ``principals`` are the suspects.

    ``values`` are the names of all that it seals, ``contained`` says whether the suspects are proven dead.
    """

    key: str
    rotates: bool = False
    consumers: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    changes: tuple[KeyChange, ...] = ()
    contained: str = ""


class Choice(StrEnum):
    """What can be done with the key."""

    LEAVE = "leave"
    ROTATE = "rotate"
    DISABLE = "disable"
    REPLACE = "replace"


class Result(Frozen):
    """The question in words, the choice that irkit would make, and why. ``state`` is the key's own, read anew."""

    question: str
    recommended: Choice
    reason: str
    state: KeyState

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.recommended}: {self.reason}"


def read(clients: Clients, params: Params) -> Result:
    """Look at the key's state, and weigh. Raises ``NotFound``, ``Denied``."""
    state = clients.kms.key(params.key).state
    tampered = sorted({
        one.call for one in params.changes if not one.error and one.principal in params.principals
    })  # fmt: skip
    choice, reason = _choice(params, tampered)
    using = ", ".join(params.consumers[:_SHOWN]) + (" and more" if len(params.consumers) > _SHOWN else "")
    return Result(question=_question(params, using, reason), recommended=choice, reason=reason, state=state)


def _choice(params: Params, tampered: list[str]) -> tuple[Choice, str]:
    if params.contained == "alive":
        return Choice.DISABLE, "a suspect is alive: only the key itself can still be closed"
    if tampered:
        return (
            Choice.REPLACE,
            f"a suspect changed the key itself ({', '.join(tampered)}): who else it lets in is unsure",
        )
    if params.contained == "unproven":
        return (
            Choice.LEAVE,
            "the suspects are refused, though not proven dead yet: watch it; the opened values must change",
        )
    return Choice.LEAVE, "the key's material never left KMS and the suspects are cut off; the opened values must change"


def _question(params: Params, using: str, reason: str) -> str:
    every_year = " (it rotates every year by itself)" if params.rotates else ""
    return (
        f"What becomes of the KMS key {params.key.rpartition('/')[2]}? irkit: {reason}.\n"
        f"LEAVE: nothing stops; {counted(len(params.values), 'value')} that it seals: rotated by the list.\n"
        f"ROTATE: new material for new values; it does NOT stop old ciphertexts{every_year}. It cannot be undone.\n"
        f"DISABLE: stops every decrypt at once, of {using or 'nobody that the log shows'} and of services; data keys "
        "in memory go on. The undo of its step enables it again.\n"
        "REPLACE: a new key, all sealed anew under it, then this one disabled; hours to days of work.\n"
        "It is never deleted: that destroys all that it seals."
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Judge what to do with a misused KMS key",
    read=read,
    iam=("kms:DescribeKey",),
)
