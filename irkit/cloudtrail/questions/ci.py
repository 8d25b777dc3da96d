"""What CI jobs did with the roles they take on: one row a run.

A job trades its provider's token for a session by ``AssumeRoleWithWebIdentity``. That record alone names the subject
(repository, branch or environment) and the audience; later calls name the provider and the session, so they are joined
by the session's key. The number of the run is there only when the session's name or the subject holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from irkit.cloudtrail.births import moment
from irkit.cloudtrail.identity import Subject
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.questions.gathering import Gathering
from irkit.cloudtrail.questions.group import agents, failed, grouped, ids, locators, once, places
from irkit.cloudtrail.questions.question import Asked, Lead, Question
from irkit.cloudtrail.questions.reach import READS
from irkit.cloudtrail.questions.secrets import secrets
from irkit.cloudtrail.questions.target import target
from irkit.cloudtrail.record import Record

_TAKES = "sts:AssumeRoleWithWebIdentity"
_LONGEST = timedelta(hours=12)
"""The longest session that a role can allow (STS API reference)."""


@dataclass(frozen=True)
class Run:
    """One session of a CI role: who took it on, from where, and what it opened."""

    first_at: datetime
    """When the session was taken on; of its first call where that is not recorded."""
    last_at: datetime
    until: datetime | None
    """When the session ends."""
    role: str
    session: str
    subject: str
    """The token's ``sub``; empty when the taking on is not recorded."""
    repository: str
    repository_ids: str
    """``owner/repository`` by number, of an immutable subject."""
    of: str
    """Branch, tag, environment or pull request."""
    issuer: str
    audience: str
    taken_from: str
    """The address that the session was taken on from."""
    ips: tuple[str, ...]
    """The addresses that it was used from."""
    agents: tuple[str, ...]
    calls: int
    errors: int
    opened: tuple[str, ...]
    """Secrets and parameters that it read."""
    decrypted: tuple[str, ...]
    """What KMS decrypted for it: what the encryption contexts name, else the keys."""
    note: str
    key_id: str
    account: str
    event_ids: tuple[str, ...]
    """Of the taking on, then of all calls."""
    locators: tuple[str, ...]


def ci(asked: Asked) -> tuple[Run, ...]:
    """One row a session, in the order of the first of each; without a call in the window, of its taking on."""
    taken = {one.answered("credentials", "accessKeyId"): one for one in asked.leads if _is_asked(asked.query, one)}
    used = grouped(asked.records, lambda one: asked.caller(one).key_id)
    keys = dict.fromkeys(key for key in (*taken, *used) if key and (key in taken or _is_run(asked.query, used[key])))
    rows = [
        _row(asked, key, taken.get(key), used.get(key, []))
        for key in keys
        if key in used or _is_enough(asked.query, taken[key])
    ]
    refused = [one for one in asked.leads if one.error and _is_asked(asked.query, one)]
    rows += [_row(asked, "", one, []) for one in refused if _is_enough(asked.query, one)]
    return tuple(sorted(rows, key=_rank))


class _Runs(Gathering[Run]):
    """A session's calls, and its taking on."""

    def led(self, lead: Record) -> str:
        """By the session's key; a taking on that was refused made none."""
        return lead.answered("credentials", "accessKeyId") or lead.event_id


def _rank(row: Run) -> tuple[datetime, str, str]:
    return row.first_at, row.session, row.event_ids[0]


def _is_run(query: Query, several: Sequence[Record]) -> bool:
    """Whether these are of a session of CI's: by name any session is; else one that a provider vouched for."""
    named = bool(query.arns or query.users or query.sessions or query.keys)
    return any(one.issuer_arn and (named or one.federated_by) for one in several)


def _is_asked(query: Query, one: Record) -> bool:
    """Whether a taking on is of the role, session, subject or key asked for, and can have lived in the window."""
    role, session = one.param("roleArn"), one.param("roleSessionName")
    ends = moment(one.answered("credentials", "expiration")) or one.at + _LONGEST
    key = one.answered("credentials", "accessKeyId")
    return (
        (not query.arns or role in query.arns or one.answered("assumedRoleUser", "arn") in query.arns)
        and (not query.users or role.rsplit("/", maxsplit=1)[-1] in query.users or _subject(one) in query.users)
        and (not query.sessions or session in query.sessions)
        and (not query.keys or key in query.keys)
        and (not query.windows or any(one.at < each.end and ends >= each.start for each in query.windows))
    )


def _is_enough(query: Query, taken: Record) -> bool:
    """Whether a taking on alone makes a row: not when what the session did, or from where, is asked for."""
    if query.calls or query.mentions or query.agents or query.source_identities:
        return False
    return not query.ips or taken.ip in query.ips


def _subject(one: Record) -> str:
    return one.answered("subjectFromWebIdentityToken") or one.principal


def _row(asked: Asked, key: str, taken: Record | None, used: list[Record]) -> Run:
    several = [*([taken] if taken else []), *used]
    first = several[0]
    subject = Subject.read(_subject(taken) if taken else "")
    mine = replace(asked, records=tuple(used))
    return Run(
        first_at=min(one.at for one in several),
        last_at=max(one.at for one in several),
        until=moment(taken.answered("credentials", "expiration")) if taken else None,
        role=taken.param("roleArn") if taken else first.issuer_arn,
        session=taken.param("roleSessionName") if taken else first.session,
        subject=subject.text,
        repository=subject.repository,
        repository_ids=subject.ids,
        of=subject.of,
        issuer=(taken.answered("provider") or taken.federated_by) if taken else first.federated_by,
        audience=_audience(taken) if taken else "",
        taken_from=taken.ip if taken else "",
        ips=places(asked, used),
        agents=agents(asked, used),
        calls=len(used),
        errors=failed(used),
        opened=once(each.secret for each in secrets(mine) if each.outcome.startswith("read")),
        decrypted=once(target(one) for one in used if one.call == "kms:Decrypt" and not one.error),
        note=_note(taken, used),
        key_id=key,
        account=first.account,
        event_ids=ids(several),
        locators=locators(several),
    )


def _audience(taken: Record) -> str:
    """From the answer; else of ``provider:audience:subject``, which the principal id is."""
    told = taken.answered("audience")
    middle = taken.principal_id.removeprefix(taken.federated_by).removesuffix(_subject(taken)).strip(":")
    return told or (middle if middle != taken.principal_id else "")


def _note(taken: Record | None, used: list[Record]) -> str:
    if taken is None:
        return "how the session was taken on is not among the records: its subject is not known"
    if taken.error:
        return f"refused: {taken.error}"
    return "" if used else "no call of it in the window"


def _looked_for(query: Query) -> Query:
    """The takings on that can have made a session of the window: as much earlier as a session can be old."""
    marks = (*query.arns, *query.users, *query.sessions, *query.keys)
    return Query(
        windows=tuple(Window(each.start - _LONGEST, each.end) for each in query.windows),
        calls=(_TAKES,),
        mentions=marks,
        accounts=query.accounts,
    )


def _pointed(query: Query, leads: Sequence[Record]) -> Query:
    """Everything the sessions did. By role or session it is asked for as it is: that may hold more than the leads."""
    if query.arns or query.users or query.sessions or query.keys:
        return query
    keys = tuple(dict.fromkeys(one.answered("credentials", "accessKeyId") for one in leads if not one.error))
    return replace(query, keys=tuple(key for key in keys if key) or ("none",))


def _needs(query: Query) -> Query:
    calls = (*query.calls, *READS, "kms:Decrypt") if query.calls else ()
    return replace(query, calls=calls, outcome=Outcome.ANY)


CI = Question(
    id="ci",
    title="What CI runs did",
    says="one row a session that a CI job took on with its provider's token",
    row=Run,
    columns=(
        *("first_at", "last_at", "repository", "of", "session", "role", "issuer", "audience", "taken_from", "ips"),
        *("calls", "errors", "opened", "decrypted", "note"),
    ),
    needs=_needs,
    rows=ci,
    lead=Lead(_looked_for, _pointed),
    wide=lambda: _Runs(rows=ci, rank=_rank, shelf=lambda asked, one: asked.caller(one).key_id),
)
