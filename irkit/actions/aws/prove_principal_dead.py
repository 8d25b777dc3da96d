"""Prove that principals are dead, credential by credential: that each is refused, and that each has gone quiet.

*Refused* rests on the strongest means there is. A call signed with a key whose secret is known here; the intruder's own
refused calls in CloudTrail, after the cut had settled; else AWS's own evaluation of their policies and IAM's list of
keys, looked at after the settling time. A key is tried with sts:GetCallerIdentity, which an inactive key is refused
and a merely denied one is not (STS API reference: no deny stops it); a key that is active must also be refused a call
that policies govern, with an explicit deny. Asked about an earlier cut (``cut_at``), a key that IAM lists as active is
alive by that, refused or not: it may not have spread yet, and the log would tell of its use minutes later.
*Quiet* needs CloudTrail to have had its time: it waits until no record can be under way any more, up to ``wait_s``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.clients.aws import aws_code, masked_key
from irkit.clients.git_objects import Locator
from irkit.clients.holder import access_key, credential, named
from irkit.clients.iam import KeyStatus
from irkit.clients.principal import PrincipalKind
from irkit.clients.principal_seen import principal_seen
from irkit.clients.quarantine_policy import plain
from irkit.clients.sts import KeyAnswer, described_probe
from irkit.clients.waiting import wait_until
from irkit.cloudtrail.federated_seen import federated_seen
from irkit.cloudtrail.inquiry import IAM, keep, source_of, told_to
from irkit.cloudtrail.last_signs import Signs, signs
from irkit.cloudtrail.patience import Patience
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Follow
from irkit.contract import Action, Credential, CredentialKind, Effect, Frozen, Means, Seen, Sighting
from irkit.errors import NotFound, OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.secret import Secret

_TRIED = ("sts:AssumeRole", "secretsmanager:GetSecretValue", "kms:Decrypt", "iam:CreateAccessKey")

_QUIET = 2
"""So many settling times, from the settled cut on, the log must show to be quiet: a moment's silence says nothing."""


class Params(Frozen):
    """``principals`` are ARNs; ``keys`` and ``sessions`` key ids that are known to be theirs beside those IAM lists.

    ``cut_at`` is when the last of the cuts was written, by AWS's clock; None means now. ``except_keys`` are to live.
    ``locators`` tell where in git the secret of ``leaked_key`` can be read.
    """

    principals: tuple[str, ...]
    keys: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    except_keys: tuple[str, ...] = ()
    leaked_key: str = ""
    locators: tuple[str, ...] = ()
    cut_at: AwareDatetime | None = None
    wait_s: Annotated[int, Field(ge=0, le=7200)] = 1800


class Outcome(StrEnum):
    """Whether all of it is dead."""

    DEAD = "dead"
    """Each credential is refused and quiet."""
    UNPROVEN = "unproven"
    ALIVE = "alive"
    """A call with one of them was accepted after the cut had settled."""


class AliveKey(Frozen):
    """An access key that is alive, and whose it is, by name and ARN: what stops it and its sessions needs."""

    user: str
    principal: str
    key_id: str


class Result(Frozen):
    """``trusted_until`` is up to when the log speaks. ``unproven`` are credentials for which something is wanting."""

    outcome: Outcome
    how: str
    """By which means calls were seen refused, the strongest first."""
    sightings: tuple[Sighting, ...]
    alive: tuple[str, ...]
    alive_keys: tuple[AliveKey, ...]
    """Those of them that are access keys of users."""
    unproven: tuple[str, ...]
    seen: str
    since: datetime
    trusted_until: datetime
    coverage: str
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.outcome}: {self.seen}"


def read(clients: Clients, params: Params) -> Result:
    """Look, wait, look into the log. Raises ``OutsideError`` when nothing answers, ``UsageError`` for no ARN."""
    settled = (params.cut_at or clients.aws_now().at) + clients.settling.span
    most = timedelta(seconds=params.wait_s)
    wait_until(clients, settled, most, "the cut settles")
    wanted = _credentials(clients, params)
    sightings = [each for one in wanted for each in _looked_at(clients, params, one)]
    sightings.extend(_sessions(clients, wanted, sightings))
    trusted = settled + _QUIET * clients.settling.span + timedelta(seconds=clients.config.cloudtrail.lag_s)
    wait_until(clients, trusted, most, "CloudTrail's records are under way")
    now = clients.aws_now().at
    query = Query(
        windows=(Window(settled, now + timedelta(minutes=1)),),
        arns=tuple(dict.fromkeys((*params.principals, *map(plain, params.principals), *_owners(clients, wanted)))),
    )
    source = source_of(clients, patience=Patience.PROOF)
    answer = ask(source, ACTIVITY, query, Follow.ALONE, told_to(clients, "of what suspects do since the cut"))
    kept = keep(clients, "cloudtrail-since-cut.jsonl", answer.records, "since the cut", answer.coverage.text)
    until = now - timedelta(seconds=clients.config.cloudtrail.lag_s)
    records = [each for each in answer.records if each.key_id not in params.except_keys]
    found = signs(records, wanted, settled, f"irkit/{clients.incident}/")
    whole = answer.coverage.is_whole and until >= settled
    for one in wanted:
        sightings.extend(_told(one, found[one], until if whole else None, settled, now))
    return _result(wanted, sightings).model_copy(
        update={
            "alive_keys": tuple(_alive_keys(clients, wanted, sightings)),
            "since": settled,
            "trusted_until": until,
            "coverage": answer.coverage.text,
            "evidence": kept.path,
            "sha256": kept.sha256,
        }
    )


def _credentials(clients: Clients, params: Params) -> tuple[Credential, ...]:
    """The principals, the access keys that IAM lists for them, and what else is known of them; each once."""
    found: dict[str, Credential] = {}
    for arn in params.principals:
        found[arn] = credential(arn)
        who = named(arn)
        if who.kind is PrincipalKind.USER:
            for key_id in _listed(clients, who.name):
                found[key_id] = access_key(key_id, who.name)
    for key_id in (*params.keys, *([params.leaked_key] if params.leaked_key else [])):
        found.setdefault(key_id, access_key(key_id))
    for key_id in params.sessions:
        found.setdefault(key_id, Credential(kind=CredentialKind.SESSION, id=key_id, label="session"))
    return tuple(one for key, one in found.items() if key not in params.except_keys)


def _alive_keys(clients: Clients, wanted: Sequence[Credential], sightings: Sequence[Sighting]) -> Iterator[AliveKey]:
    alive = {each.credential.id for each in sightings if each.seen is Seen.ALIVE}
    for one in wanted:
        if one.kind is CredentialKind.ACCESS_KEY and one.id in alive:
            with suppress(NotFound):
                user = clients.iam.key_use(one.id).user
                yield AliveKey(user=user, principal=clients.iam.user_arn(user), key_id=one.id)


def _owners(clients: Clients, wanted: Sequence[Credential]) -> Iterator[str]:
    """The ARNs of users whose keys are among the credentials: of a key made for somebody innocent, that one's too."""
    for one in wanted:
        if one.kind is CredentialKind.ACCESS_KEY:
            with suppress(NotFound):
                yield clients.iam.user_arn(clients.iam.key_use(one.id).user)


def _listed(clients: Clients, user: str) -> tuple[str, ...]:
    try:
        return tuple(key.key_id for key in clients.iam.access_keys(user))
    except NotFound:
        return ()


# ---------------------------------------------------------------------------------------------------- whether refused


def _looked_at(clients: Clients, params: Params, one: Credential) -> Iterator[Sighting]:
    if one.kind is CredentialKind.ACCESS_KEY:
        yield from _key(clients, params, one)
    elif one.id.startswith("arn:"):
        yield _sighting(clients, one, *_of_principal(clients, one.id))


def _of_principal(clients: Clients, arn: str) -> tuple[Seen, Means, str]:
    look = federated_seen if named(arn).kind is PrincipalKind.FEDERATED else principal_seen
    seen, says = look(clients, arn, _TRIED)
    return seen, Means.SIMULATION, says


def _sessions(clients: Clients, wanted: Sequence[Credential], sightings: Sequence[Sighting]) -> Iterator[Sighting]:
    """A session known by its key id alone is refused when everybody it may speak for is."""
    arns = {one.id for one in wanted if one.id.startswith("arn:")}
    refused = {each.credential.id for each in sightings if each.seen is Seen.DENIED}
    for one in wanted:
        if one.kind is CredentialKind.SESSION and one.id not in arns and arns and arns <= refused:
            says = "everybody whom it may speak for is refused everything"
            yield _sighting(clients, one, Seen.DENIED, Means.SIMULATION, says)


def _key(clients: Clients, params: Params, one: Credential) -> Iterator[Sighting]:
    for secret in _secrets(clients, params, one.id):
        answer = clients.sts.probe_key(one.id, secret)
        if answer.answer is KeyAnswer.WRONG_SECRET:
            continue
        told = described_probe(one.id, answer)
        if answer.answer is KeyAnswer.ACCEPTED:
            yield _governed(clients, one, secret, told)
            return
        yield _sighting(clients, one, Seen.DENIED, Means.PROBE, told)
        if params.cut_at is not None:
            yield from (each for each in _listing(clients, params, one) if each.seen is Seen.ALIVE)
        return
    yield from _listing(clients, params, one)


def _listing(clients: Clients, params: Params, one: Credential) -> Iterator[Sighting]:
    """What IAM's list alone says of a key."""
    try:
        status = clients.iam.access_key(clients.iam.key_use(one.id).user, one.id).status
    except NotFound:
        yield _sighting(clients, one, Seen.DENIED, Means.SIMULATION, f"IAM knows no access key {masked_key(one.id)}")
        return
    lists = f"IAM lists {masked_key(one.id)} as {status}"
    if status is not KeyStatus.ACTIVE:
        yield _sighting(clients, one, Seen.DENIED, Means.SIMULATION, f"{lists}; not tried")
    elif params.cut_at is None:
        yield _sighting(clients, one, Seen.UNKNOWN, Means.SIMULATION, f"{lists}; not tried")
    else:
        yield _sighting(clients, one, Seen.ALIVE, Means.SIMULATION, f"{lists}: somebody made it active since the cut")


def _governed(clients: Clients, one: Credential, secret: Secret, told: str) -> Sighting:
    """Of a key that is active: whether a call that policies govern is refused by an explicit deny."""
    call = "secretsmanager:ListSecrets"
    try:
        clients.aws.call_with(one.id, secret, "secretsmanager", "list_secrets")
    except OutsideError as error:
        if "explicit deny" in error.message:
            return _sighting(clients, one, Seen.DENIED, Means.PROBE, f"{told}; {call} refused by an explicit deny")
        says = f"{told}; {call}: {aws_code(error) or error.message}"
        return _sighting(clients, one, Seen.ALIVE, Means.PROBE, says)
    return _sighting(clients, one, Seen.ALIVE, Means.PROBE, f"{told}; {call} accepted")


def _secrets(clients: Clients, params: Params, key_id: str) -> Iterator[Secret]:
    """What may be a key's secret: what this process knows, then what stands near the leaked key's id in git."""
    if (known := clients.known_secrets.get(key_id)) is not None:
        yield known
    for locator in params.locators if key_id == params.leaked_key else ():
        try:
            yield clients.git.read_secret(Locator(locator))
        except OutsideError as error:
            clients.progress(f"its text cannot be read from git again: {error.message}")


def _sighting(clients: Clients, one: Credential, seen: Seen, by: Means, says: str) -> Sighting:
    return Sighting(credential=one, seen=seen, by=by, at=clients.aws_now().at, says=says)


# ------------------------------------------------------------------------------------------------------- whether quiet


def _told(one: Credential, found: Signs, until: datetime | None, since: datetime, now: datetime) -> Iterator[Sighting]:
    """What the log says of one credential; ``until`` None when the log cannot be believed yet."""
    if found.denied:
        last = found.denied[-1]
        says = f"CloudTrail: {len(found.denied)} calls refused since the cut, the last {last.call}: {last.error}"
        yield Sighting(credential=one, seen=Seen.DENIED, by=Means.ATTEMPT, at=last.at, says=says)
    if found.accepted:
        last = found.accepted[-1]
        says = f"CloudTrail: {len(found.accepted)} calls accepted since the cut, the last {last.call} ({last.event_id})"
        yield Sighting(credential=one, seen=Seen.ALIVE, by=Means.LOG, at=last.at, says=says)
    elif until is None:
        says = "CloudTrail cannot show yet, or not whole, what was accepted since the cut"
        yield Sighting(credential=one, seen=Seen.UNKNOWN, by=Means.LOG, at=now, says=says)
    else:
        says = f"CloudTrail shows no accepted call from {since:%H:%M:%SZ} to {until:%H:%M:%SZ}"
        yield Sighting(credential=one, seen=Seen.QUIET, by=Means.LOG, at=until, says=says)


def _result(wanted: Sequence[Credential], sightings: Sequence[Sighting]) -> Result:
    seen: dict[str, set[Seen]] = {one.id: set() for one in wanted}
    for each in sightings:
        seen[each.credential.id].add(each.seen)
    alive = tuple(key for key, several in seen.items() if Seen.ALIVE in several)
    lacking = tuple(
        one.id for one in wanted if Seen.ALIVE not in seen[one.id] and not {Seen.QUIET, Seen.DENIED} <= seen[one.id]
    )
    outcome = Outcome.ALIVE if alive else Outcome.UNPROVEN if lacking else Outcome.DEAD
    count = f"{len(wanted) - len(alive) - len(lacking)} of {len(wanted)} credentials refused and quiet"
    words = (count, *(f"ALIVE: {each}" for each in alive), *(f"not proven: {each}" for each in lacking))
    at = max(each.at for each in sightings)
    return Result(
        outcome=outcome,
        how=", ".join(
            means for means in Means if any(each.by is means and each.seen is Seen.DENIED for each in sightings)
        ),
        sightings=tuple(sightings),
        alive=alive,
        alive_keys=(),
        unproven=lacking,
        seen="; ".join(words),
        since=at,
        trusted_until=at,
        coverage="",
        evidence="",
        sha256="",
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Prove that principals are dead: refused, and quiet",
    read=read,
    iam=(
        *IAM,
        *(
            "iam:GetUser",
            "iam:GetUserPolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAccessKeys",
            "iam:GetAccessKeyLastUsed",
            "iam:SimulatePrincipalPolicy",
        ),
        *("organizations:ListPolicies", "organizations:DescribePolicy", "organizations:ListTargetsForPolicy"),
    ),
)
