"""What the report reads of the actions' results. Every field has a default: one that is missing is left untold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from irkit.report.findings import Loose


class Identity(Loose):
    """Of ``aws.identify_principal``."""

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
    commit: str = ""
    author: str = ""
    at: datetime | None = None
    refs: tuple[str, ...] = ()
    line: int | None = None


class Sighting(Loose):
    """Of ``git.find_secret``."""

    repository: str = ""
    places: tuple[Place, ...] = ()
    refs: tuple[str, ...] = ()
    coverage: str = ""


class Audience(Loose):
    """Of ``github.find_exposure``: who else can have read it."""

    repository: str = ""
    visibility: str = ""
    forks: tuple[str, ...] = ()
    holding: tuple[int, ...] = ()
    coverage: str = ""


class Death(Loose):
    """Of ``aws.prove_principal_dead``."""

    outcome: str
    how: str = ""
    seen: str = ""
    trusted_until: datetime | None = None


class Source(Loose):
    """An address that the key was used from."""

    ip: str = ""
    succeeded: int = 0
    denied: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    agents: tuple[str, ...] = ()


class Decrypts(Loose):
    """A KMS key used to decrypt in one encryption context."""

    key: str = ""
    context: str = ""
    count: int = 0


class KeyUse(Loose):
    """Of ``cloudtrail.measure_key_use``."""

    key_id: str = ""
    total: int | None = None
    succeeded: int = 0
    failed: int = 0
    denied: int = 0
    own_probes: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    last_success_at: datetime | None = None
    sources: tuple[Source, ...] = ()
    calls: Mapping[str, int] = {}
    denied_calls: Mapping[str, int] = {}
    secrets_read: tuple[str, ...] = ()
    decrypts: tuple[Decrypts, ...] = ()
    sessions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    not_seen: tuple[str, ...] = ()
    trusted_until: datetime | None = None
    coverage: str = ""


class Judgement(Loose):
    """Of ``cloudtrail.judge_use``: whose use it was."""

    outcome: str
    reasons: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    first_stranger_at: datetime | None = None
    last_stranger_at: datetime | None = None


class Trace(Loose):
    """One thing left behind, and the CloudTrail event that shows it."""

    call: str = ""
    target: str = ""
    what: str = ""
    user: str = ""
    key_id: str = ""
    event_id: str = ""
    at: datetime | None = None
    by: str = ""


class LeftBehind(Loose):
    """Of ``cloudtrail.hunt_persistence``: what the key, and the keys it made, created or changed."""

    users: tuple[Trace, ...] = ()
    stray_keys: tuple[Trace, ...] = ()
    keys: tuple[Trace, ...] = ()
    passwords: tuple[Trace, ...] = ()
    rights: tuple[Trace, ...] = ()
    trusts: tuple[Trace, ...] = ()
    others: tuple[Trace, ...] = ()
    tried: tuple[Trace, ...] = ()
    gone: tuple[str, ...] = ()
    not_seen: tuple[str, ...] = ()
    coverage: str = ""


class Remnant(Loose):
    """One thing that suspects made or changed in the window, and the CloudTrail event that shows it."""

    by: str = ""
    at: datetime | None = None
    call: str = ""
    event_id: str = ""
    user: str = ""
    role: str = ""
    key_id: str = ""
    principal: str = ""
    key_ids: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    grant_id: str = ""
    target: str = ""
    what: str = ""


class Swept(Loose):
    """Of ``aws.sweep_window``: what was not shut in yet when it looked."""

    outcome: str
    users: tuple[Remnant, ...] = ()
    roles: tuple[Remnant, ...] = ()
    stray_keys: tuple[Remnant, ...] = ()
    trusts: tuple[Remnant, ...] = ()
    rights: tuple[Remnant, ...] = ()
    passwords: tuple[Remnant, ...] = ()
    grants: tuple[Remnant, ...] = ()
    sessions: tuple[Remnant, ...] = ()
    others: tuple[Remnant, ...] = ()
    innocent: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    swept_at: datetime | None = None
    not_seen: tuple[str, ...] = ()
    coverage: str = ""


class NewKey(Loose):
    """Of ``aws.issue_access_key``."""

    key_id: str
    user: str = ""
    secret_id: str = ""
    version_id: str = ""
    replaced: str = ""


class ShutIn(Loose):
    """Of ``aws.quarantine_user``."""

    user: str = ""
    keys: tuple[str, ...] = ()


class LetGo(Loose):
    """Of ``aws.let_go``."""

    still_held: tuple[str, ...] = ()


class ShutRole(Loose):
    """Of ``aws.quarantine_role``."""

    role: str = ""


class PushedRef(Loose):
    """One ref that a purge pushed, and how the server took it."""

    ref: str = ""
    outcome: str = ""
    reason: str = ""


class Purge(Loose):
    """Of ``git.purge_history``: what was pushed, and where the secret still stands."""

    repository: str = ""
    refs: tuple[PushedRef, ...] = ()
    commits: int = 0
    remaining: tuple[str, ...] = ()
    backup: str = ""
    backup_sha256: str = ""
    unguarded: tuple[str, ...] = ()


class Answer(Loose):
    """Of the human steps."""

    text: str = ""
    choice: str = ""
    reason: str = ""
    confirmed_by: str = ""
