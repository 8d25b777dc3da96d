"""What was decrypted: by whom, with which KMS key, in which encryption context."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from irkit.cloudtrail.attribution import Certainty
from irkit.cloudtrail.identity import who
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.gathering import Gathering
from irkit.cloudtrail.questions.group import agents, grouped, ids, locators, once
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.questions.reach import READS
from irkit.cloudtrail.questions.target import target
from irkit.cloudtrail.record import Record, part

_CALLS = ("kms:Decrypt", "kms:ReEncrypt")
_SEVERAL = 2
_NONE = ("no decrypt was found; a trail can be set to leave KMS out, and then has none: look at its selectors",)


@dataclass(frozen=True)
class Decrypts:
    """Decrypts by one caller's key from one address, with one KMS key in one context, that ended alike."""

    first_at: datetime
    last_at: datetime
    count: int
    who: str
    key_id: str
    """The caller's; the service's own passing key when the causing call is not known."""
    ip: str
    agents: tuple[str, ...]
    kms_key: str
    context: str
    """The encryption context as JSON with sorted keys; empty for none."""
    target: str
    """What the context names: a secret, a parameter, an object."""
    via: str
    """The service that decrypted for the caller; empty for the caller's own calls."""
    certainty: str
    """Of a service's: how sure the caller is."""
    error: str
    note: str
    event_ids: tuple[str, ...]
    locators: tuple[str, ...]


def decrypts(asked: Asked) -> tuple[Decrypts, ...]:
    """One row a caller, KMS key and context, in the order of the first."""
    used = [one for one in asked.records if one.call in _CALLS]
    contexts: dict[str, set[str]] = {}
    _add_contexts(used, contexts)
    return _rows(asked, used, contexts)


def _rows(asked: Asked, used: Sequence[Record], contexts: Mapping[str, Collection[str]]) -> tuple[Decrypts, ...]:
    groups = grouped(used, lambda one: _key(asked, one))
    return tuple(_row(asked, several, contexts) for several in groups.values())


def kms_key(one: Record) -> str:
    """The ARN of the KMS key; what the caller named it by where the record has no ARN."""
    keys = [arn for arn in one.resources if ":kms:" in arn]
    return next((arn for arn in keys if ":key/" in arn), "") or one.param("keyId") or next(iter(keys), "")


def context(one: Record) -> str:
    """The encryption context, as JSON with sorted keys; empty for none."""
    held = part(one.params, "encryptionContext") or part(one.params, "sourceEncryptionContext")
    return json.dumps(held, sort_keys=True, ensure_ascii=False) if held else ""


def _key(asked: Asked, one: Record) -> tuple[str, ...]:
    caller = asked.caller(one)
    return who(one), caller.key_id, caller.ip, kms_key(one), context(one), one.invoked_by, one.error, _sure(asked, one)


def _sure(asked: Asked, one: Record) -> str:
    cause = asked.causes.get(one.event_id)
    if cause is None:
        return "the causing call is not known" if one.invoked_by else ""
    return "" if cause.certainty is Certainty.ONE else cause.certainty


def _add_contexts(used: Iterable[Record], contexts: dict[str, set[str]]) -> None:
    """The contexts that callers themselves used each key with; of several, two."""
    for one in used:
        if not one.invoked_by and not one.error:
            known = contexts.setdefault(kms_key(one), set())
            if len(known) < _SEVERAL:
                known.add(context(one))


def _row(asked: Asked, several: list[Record], contexts: Mapping[str, Collection[str]]) -> Decrypts:
    first, last = several[0], several[-1]
    caller = asked.caller(first)
    return Decrypts(
        first_at=first.at,
        last_at=last.at,
        count=len(several),
        who=who(first),
        key_id=caller.key_id,
        ip=caller.ip,
        agents=agents(asked, several),
        kms_key=kms_key(first),
        context=context(first),
        target=target(first) if context(first) else "",
        via=first.invoked_by.removesuffix(".amazonaws.com"),
        certainty=_sure(asked, first),
        error=first.error,
        note="; ".join(once(_notes(first, len(several), contexts))),
        event_ids=ids(several),
        locators=locators(several),
    )


def _notes(one: Record, count: int, contexts: Mapping[str, Collection[str]]) -> list[str]:
    if not context(one):
        return ["no encryption context: the record does not tell what was decrypted"]
    if not one.invoked_by and count > 1 and len(contexts.get(kms_key(one), ())) == 1:
        return ["the only context of this KMS key here: it does not tell apart what was decrypted"]
    return []


def _needs(query: Query) -> Query:
    return replace(query, calls=(*(query.calls or _CALLS), *READS))


def _remarks(asked: Asked) -> tuple[str, ...]:
    return () if any(one.call in _CALLS for one in asked.records) else _NONE


class _Used(Gathering[Decrypts]):
    """Decrypts of one kind, and the contexts that callers used each KMS key with, in all of the records."""

    def __init__(self) -> None:
        self._contexts: dict[str, set[str]] = {}
        self._is_found = False
        super().__init__(self._made, lambda row: (row.first_at, row.event_ids[0]), _shelf)

    def learn(self, asked: Asked) -> None:
        """The contexts."""
        used = [one for one in asked.records if one.call in _CALLS]
        self._is_found = self._is_found or bool(used)
        _add_contexts(used, self._contexts)

    def _made(self, asked: Asked) -> tuple[Decrypts, ...]:
        return _rows(asked, [one for one in asked.records if one.call in _CALLS], self._contexts)

    def remarks(self) -> tuple[str, ...]:
        """As the question's."""
        return () if self._is_found else _NONE


def _shelf(asked: Asked, one: Record) -> str | None:
    return "\n".join(_key(asked, one)) if one.call in _CALLS else None


DECRYPTS = Question(
    id="decrypts",
    title="What was decrypted",
    says="one row a caller, KMS key and encryption context",
    row=Decrypts,
    columns=(
        *("first_at", "last_at", "count", "target", "who", "key_id", "ip", "via", "context", "kms_key"),
        *("error", "certainty", "note"),
    ),
    needs=_needs,
    rows=decrypts,
    remarks=_remarks,
    wide=_Used,
)
