"""What the report reads of the actions' results. Every field has a default: one that is missing is left untold."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AliasChoices, Field, JsonValue

from irkit.report.findings import Loose


def _named(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class Identity(Loose):
    """Of ``aws.identify_access_key``."""

    key_id: str
    account: str = ""
    user: str = ""
    status: str = ""
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    others: tuple[str, ...] = ()


class Place(Loose):
    """Where a secret stands in a repository."""

    object_id: str = ""
    kind: str = ""
    path: str = ""
    first_commit: str = ""
    author: str = ""
    at: datetime | None = None
    refs: tuple[str, ...] = ()
    line: int | None = None


class Sighting(Loose):
    """Of ``git.find_secret``."""

    places: Annotated[tuple[Place, ...], Field(validation_alias=_named("places", "found"))] = ()
    commits_scanned: int = 0
    coverage: str = ""


class Death(Loose):
    """Of ``aws.prove_key_dead``."""

    outcome: str
    how: str = ""
    seen: str = ""
    trusted_until: datetime | None = None


class KeyUse(Loose):
    """Of ``cloudtrail.measure_key_use``. ``counts`` is how often each call was made."""

    key_id: str = ""
    total: Annotated[int | None, Field(validation_alias=_named("total", "count", "events"))] = None
    counts: JsonValue = None
    first_seen_at: Annotated[datetime | None, Field(validation_alias=_named("first_seen_at", "first_at"))] = None
    last_seen_at: Annotated[datetime | None, Field(validation_alias=_named("last_seen_at", "last_at"))] = None
    last_success_at: datetime | None = None
    ips: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    secrets_read: JsonValue = None
    decrypts: JsonValue = None
    denied: JsonValue = None
    coverage: str = ""
    evidence: Annotated[str, Field(validation_alias=_named("evidence", "evidence_path"))] = ""


class Judgement(Loose):
    """Of ``cloudtrail.judge_use``."""

    outcome: str
    reasons: tuple[str, ...] = ()


class LeftBehind(Loose):
    """Of ``cloudtrail.hunt_persistence``: what the key, and the keys it made, created or changed."""

    users: tuple[JsonValue, ...] = ()
    keys: tuple[JsonValue, ...] = ()
    policies: tuple[JsonValue, ...] = ()
    trusts: tuple[JsonValue, ...] = ()
    coverage: str = ""


class NewKey(Loose):
    """Of ``aws.issue_access_key``."""

    key_id: str
    user: str = ""
    secret_id: str = ""
    version_id: str = ""
    replaced: str = ""


class Purge(Loose):
    """Of ``git.purge_history``: ``remaining`` says where the secret still stands."""

    remaining: tuple[JsonValue, ...] = ()


class Answer(Loose):
    """Of the human steps."""

    text: str = ""
    choice: str = ""
    reason: str = ""
    confirmed_by: str = ""
