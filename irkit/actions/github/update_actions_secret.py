"""Put a new access key into a repository's GitHub Actions secrets, so that its workflows go on with the new key.

The value goes from Secrets Manager straight into a box that only GitHub can open (a libsodium sealed box for the
repository's public key). GitHub never shows a secret's value, so the old one cannot be put back, and the proof is that
the secret was written after the plan. Workflows that run now keep the old value until they end.
Source: https://docs.github.com/rest/actions/secrets
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import JsonValue, TypeAdapter, ValidationError

from irkit.clients.github import full_name
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import NotFound, PlanStale
from irkit.secret import Secret

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_WRITES = 4
_TICK_S = 1.0
"""GitHub tells whole seconds."""
_FIELDS: Mapping[str, str] = {"AWS_ACCESS_KEY_ID": "access_key_id", "AWS_SECRET_ACCESS_KEY": "secret_access_key"}
_MAPPING: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


class Params(Frozen):
    """The Actions secrets to write, each with the field of the Secrets Manager secret (a JSON object) it takes."""

    repository: str
    secret_id: str
    version_id: str = ""
    """The version to take; the current one when empty."""
    fields: Mapping[str, str] = _FIELDS


class Result(Frozen):
    """What was written. ``updated_at`` is GitHub's time of the last write."""

    repository: str
    names: tuple[str, ...]
    secret_id: str
    version_id: str
    updated_at: datetime | None


class _Work(Frozen):
    repository: str
    secret_id: str
    version_id: str
    fields: Mapping[str, str]
    before: Mapping[str, datetime | None]


def plan(clients: Clients, params: Params) -> Plan:
    """See which of the secrets are there and when they were last written. Raises ``NotFound`` for a missing field."""
    repository = full_name(params.repository)
    version = params.version_id or clients.secretsmanager.versions(params.secret_id).at("AWSCURRENT")
    _values(clients, params.secret_id, version, params.fields)
    before = _written(clients, repository, params.fields)
    work = _Work(
        repository=repository, secret_id=params.secret_id, version_id=version, fields=params.fields, before=before
    )
    return Plan(
        summary=f"write {', '.join(params.fields)} of {repository}",
        changes=tuple(
            Change(
                target=f"Actions secret {name} of {repository}",
                before=f"written {at:%Y-%m-%d %H:%M:%S}" if at else "absent",
                after=f"{params.fields[name]} of {params.secret_id} {version[:8]}",
            )
            for name, at in before.items()
        ),
        blast="workflows that start from now on use the new key; those that run keep the old one",
        undo="the old value cannot be read back from GitHub, and should not be: it leaked",
        why="workflows fail as soon as the old key is inactive",
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at when the secrets were last written."""
    work = _Work.model_validate(plan.details)
    now = _written(clients, work.repository, work.fields)
    newer = [name for name, at in now.items() if _is_newer(at, work.before.get(name))]
    if not newer:
        return Probe(
            standing=Standing.UNTOUCHED, seen=f"no Actions secret of {work.repository} was written since the plan"
        )
    seen = f"written since the plan: {', '.join(newer)}; GitHub does not tell by whom or with what value"
    if len(newer) < len(now):
        return Probe(standing=Standing.BETWEEN, seen=seen)
    return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work, now))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Seal and write each value. Raises ``PlanStale`` when one was written since the plan.

    A write in the same second as the one before it cannot be told from that one, and is made again a second later.
    """
    work = _Work.model_validate(plan.details)
    now = _written(clients, work.repository, work.fields)
    if now != dict(work.before):
        msg = f"an Actions secret of {work.repository} was written after the plan was made"
        raise PlanStale(msg, hint="look at the new plan")
    left = _values(clients, work.secret_id, work.version_id, work.fields)
    for _ in range(_WRITES):
        for name, value in left.items():
            clients.github.put_secret(work.repository, name, value)
        now = _written(clients, work.repository, work.fields)
        left = {name: value for name, value in left.items() if not _is_newer(now[name], work.before.get(name))}
        if not left:
            break
        time.sleep(_TICK_S)
    return _receipt(work, now)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """See each secret there, and written after the plan."""
    work = _Work.model_validate(receipt.details)
    now = _written(clients, work.repository, work.fields)
    missing = [name for name, at in now.items() if not _is_newer(at, work.before.get(name))]
    if missing:
        return Verdict(proof=Proof.NOT_YET, seen=f"not written since the plan: {', '.join(missing)}")
    shown = ", ".join(f"{name} at {at:%H:%M:%S}" for name, at in now.items() if at)
    return Verdict(proof=Proof.PROVEN, seen=f"GitHub lists as written since the plan: {shown}")


def _values(clients: Clients, secret_id: str, version: str, fields: Mapping[str, str]) -> dict[str, Secret]:
    try:
        held = _MAPPING.validate_json(clients.secretsmanager.read(secret_id, version).reveal())
    except ValidationError:
        msg = f"the secret {secret_id} holds no JSON object"
        raise NotFound(msg, hint="irkit takes its fields access_key_id and secret_access_key") from None
    values = {name: held.get(field) for name, field in fields.items()}
    lacking = [fields[name] for name, value in values.items() if not isinstance(value, str) or not value]
    if lacking:
        msg = f"the secret {secret_id} has no field {', '.join(lacking)}"
        raise NotFound(msg, hint="name the right fields in the step's with.fields")
    return {name: Secret(str(value)) for name, value in values.items()}


def _written(clients: Clients, repository: str, fields: Mapping[str, str]) -> dict[str, datetime | None]:
    there = clients.github.secrets_updated_at(repository)
    return {name: there.get(name) for name in fields}


def _is_newer(now: datetime | None, before: datetime | None) -> bool:
    return now is not None and (before is None or now > before)


def _receipt(work: _Work, now: Mapping[str, datetime | None]) -> Receipt:
    result = Result(
        repository=work.repository,
        names=tuple(work.fields),
        secret_id=work.secret_id,
        version_id=work.version_id,
        updated_at=max((at for at in now.values() if at), default=None),
    )
    return Receipt(
        summary=f"github: wrote Actions secrets {', '.join(work.fields)} of {work.repository}",
        result=result.model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Put the new key into GitHub Actions secrets",
    operation=Operation(plan, probe, apply, verify, settle=timedelta(seconds=30)),
    iam=("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
)
