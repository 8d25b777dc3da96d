"""Find what was changed at a KMS key itself: its policy, its grants, its state, its aliases; and what was only tried.

Whoever may use a key and change its policy can let others in, or lock its owners out. irkit's own calls are left out.
The raw records are kept as evidence.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.cloudtrail.identity import who
from irkit.cloudtrail.inquiry import IAM, keep, missed, source_of, told_to
from irkit.cloudtrail.key_callers import is_of_key
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.source import found
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_CHANGES = (
    *("kms:CreateGrant", "kms:RetireGrant", "kms:RevokeGrant", "kms:PutKeyPolicy", "kms:DisableKey", "kms:EnableKey"),
    *("kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion", "kms:DisableKeyRotation", "kms:ReplicateKey"),
    *("kms:UpdateAlias", "kms:DeleteAlias", "kms:DeleteImportedKeyMaterial"),
)


class Params(Frozen):
    """``names`` are all that a log may call the key by. It looks back ``hours``, or from ``since``."""

    key: str
    names: tuple[str, ...] = ()
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 24 * 7
    since: AwareDatetime | None = None
    sources: tuple[str, ...] = ()


class KeyChange(Frozen):
    """One call that changed the key, or tried to; ``error`` is empty when it did."""

    call: str
    principal: str
    who: str
    ip: str
    at: datetime
    error: str
    event_id: str


class Result(Frozen):
    """The changes, oldest first. ``deletion`` says that somebody ordered the key to be deleted: cancel that at once."""

    changes: tuple[KeyChange, ...]
    deletion: bool
    not_seen: tuple[str, ...]
    coverage: str
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        tried = sum(bool(one.error) for one in self.changes)
        also = "; ITS DELETION WAS ORDERED" if self.deletion else ""
        return f"{len(self.changes) - tried} changes to the key, {tried} only tried{also}"


def read(clients: Clients, params: Params) -> Result:
    """Look in the key's region. Raises ``OutsideError`` when nothing of the source answers."""
    now = clients.now()
    window = Window(params.since or now - timedelta(hours=params.hours), now)
    asked = Query(windows=(window,), regions=(params.key.split(":")[3],), calls=_CHANGES)
    looked = found(source_of(clients, params.sources), asked, told_to(clients, "of changes to the KMS key"))
    names = frozenset(params.names or (params.key, params.key.rpartition("/")[2]))
    ours = f"irkit/{clients.incident}/"
    records = [one for one in looked.records if is_of_key(one, names) and ours not in one.agent]
    kept = keep(clients, "cloudtrail-kms-changes.jsonl", records, "Changes to the KMS key", looked.coverage.text)
    changes = tuple(
        KeyChange(
            call=one.call,
            principal=one.issuer_arn or one.principal_arn,
            who=who(one),
            ip=one.ip,
            at=one.at,
            error=one.error,
            event_id=one.event_id,
        )
        for one in records
    )
    orders = [one.call for one in changes if one.call.endswith("KeyDeletion") and not one.error]
    return Result(
        changes=changes,
        deletion=bool(orders) and orders[-1] == "kms:ScheduleKeyDeletion",
        not_seen=missed(looked.coverage),
        coverage=looked.coverage.text,
        evidence=kept.path,
        sha256=kept.sha256,
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find what was changed at a KMS key",
    read=read,
    iam=IAM,
)
