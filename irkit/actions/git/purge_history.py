"""Rewrite a repository's history so that a leaked key stands in no branch and no tag, and push it.

Irreversible: every clone breaks, signatures go, hashes in deploy manifests no longer fit. What it cannot reach stays
and is listed: pull requests' refs, forks, old commits by their hash until the server collects them. If the key is dead,
this is often not worth it (GitHub, "Removing sensitive data from a repository"); the key must be dead first, always.

A bundle of all refs is kept first, sealed to the evidence recipient. Branch protection is lifted for the push and put
back even when the push fails. The proof is a new mirror.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.aws import masked_key
from irkit.clients.git import PushOutcome
from irkit.clients.git_mirror import Mirror
from irkit.clients.git_objects import Locator, ObjectId
from irkit.clients.github import Protection, full_name
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import NotFound, PlanStale
from irkit.purge.guarded_push import RefResult, push_guarded
from irkit.purge.remains import Remains, remains
from irkit.purge.rewritten import Rewritten, rewrite_history
from irkit.secret import Fingerprint, Secret

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``locators`` and ``protections`` are those that find_secret and find_exposure gave."""

    repository: str
    """Its address, ``https://host/owner/name.git``."""
    key_id: str
    locators: tuple[Locator, ...] = ()
    protections: tuple[Protection, ...] = ()
    """What to put back; what GitHub shows is added. Given, it survives an attempt that died with the protection off."""


class Result(Frozen):
    """What was pushed, and what still holds the key."""

    repository: str
    refs: tuple[RefResult, ...]
    commits: int
    remaining: tuple[str, ...]
    """In words: pull requests' refs, forks, old commits by hash."""
    first_changed: tuple[ObjectId, ...]
    backup: str
    """The sealed bundle, relative to the incident's folder; empty when it was kept by an attempt that was lost."""
    backup_sha256: str
    unguarded: tuple[str, ...]
    """Branches whose protection could not be put back."""


class _Work(Frozen):
    repository: str
    name: str
    key_id: str
    locators: tuple[Locator, ...]
    protections: tuple[Protection, ...]
    forks: tuple[str, ...]
    fingerprints: tuple[Fingerprint, ...]
    rewritten: Rewritten
    open_before: tuple[str, ...] = ()
    """Branches that an attempt which died has left without their protection."""


def plan(clients: Clients, params: Params) -> Plan:
    """Rewrite a fresh mirror, and show exactly which refs would move. Pushes nothing.

    Raises ``InputMissing`` when no evidence recipient is configured: the bundle of the old history could not be sealed.
    """
    clients.evidence.require_recipient("the bundle of the old history")
    exposure = clients.github.exposure(params.repository)
    clients.progress("rewriting a mirror, to see what would change")
    with clients.git.mirror(params.repository) as mirror:
        secrets = _secrets(clients, mirror, params.key_id, params.locators)
        rewritten = rewrite_history(mirror, params.key_id, secrets)
    given = {protection.branch: protection for protection in (*exposure.protections, *params.protections)}
    name = full_name(params.repository)
    protections = tuple(given[branch] for branch in sorted(given))
    work = _Work(
        repository=params.repository,
        name=name,
        key_id=params.key_id,
        locators=params.locators,
        protections=protections,
        forks=exposure.forks,
        fingerprints=tuple(clients.fingerprint(secret) for secret in secrets),
        rewritten=rewritten,
        open_before=_unguarded(clients, name, protections),
    )
    return _plan(work)


def _plan(work: _Work) -> Plan:
    done = work.rewritten
    signed = f"; signatures of up to {done.signed_commits} signed commits go" if done.signed_commits else ""
    texts = "the key id and its secret" if work.fingerprints else "the key id alone (its secret is not known)"
    moves = [Change(target=move.ref, before=move.old[:12], after=move.new[:12]) for move in done.moves]
    guards = [
        Change(target=f"protection of {one}", before="not in place", after="put back") for one in work.open_before
    ]
    return Plan(
        summary=f"rewrite {work.name} without {masked_key(work.key_id)}: "
        f"{len(done.moves)} refs, {done.commits} commits",
        changes=(*moves, *guards),
        blast=f"{done.commits} commits get new ids and every clone must be made anew{signed}; "
        f"this keeps the key all the same: {', '.join(_remaining(work, done.stuck))}",
        undo="it cannot be undone for others; the old history is in a sealed bundle in the evidence folder",
        why=f"takes {texts} out of files, commit messages and tag messages of every branch and tag",
        phrase=f"purge {work.name}",
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look where the refs stand, and whether the protection is on."""
    work = _Work.model_validate(plan.details)
    now = clients.git.remote_refs(work.repository)
    moved = [move.ref for move in work.rewritten.moves if now.get(move.ref) == move.new]
    kept = [move.ref for move in work.rewritten.moves if now.get(move.ref) == move.old]
    open_branches = _unguarded(clients, work.name, work.protections)
    guard = f"; PROTECTION IS OFF for {', '.join(open_branches)}" if open_branches else ""
    seen = f"{len(moved)} of {len(work.rewritten.moves)} refs moved, {len(kept)} are as before{guard}"
    if len(moved) == len(work.rewritten.moves) and not open_branches:
        results = tuple(
            RefResult(ref=move.ref, outcome=PushOutcome.UPDATED, reason="", old=move.old, new=move.new)
            for move in work.rewritten.moves
        )
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work, results))
    untouched = len(kept) == len(work.rewritten.moves) and open_branches == work.open_before
    return Probe(standing=Standing.UNTOUCHED if untouched else Standing.BETWEEN, seen=seen)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Keep a sealed bundle, rewrite a fresh mirror, push. Raises ``PlanStale`` when the rewrite is not the planned one.

    Raises:
        InputMissing: no evidence recipient is configured, so that the bundle cannot be sealed.
    """
    work = _Work.model_validate(plan.details)
    with clients.git.mirror(work.repository) as mirror:
        clients.progress("keeping a sealed bundle of all refs")
        secrets = _secrets(clients, mirror, work.key_id, work.locators)
        backup = clients.evidence.keep_sealed(
            f"{work.name.replace('/', '-')}.bundle.age",
            clients.git.bundle(mirror),
            what=f"all refs of {work.name} before the purge, sealed with age",
            count=len(mirror.refs()),
        )
        clients.progress("rewriting the history")
        if rewrite_history(mirror, work.key_id, secrets) != work.rewritten:
            msg = f"{work.name} moved since the plan was made"
            raise PlanStale(msg, hint="nothing was pushed; look at the new plan")
        clients.progress(f"pushing {len(work.rewritten.moves)} refs")
        done = push_guarded(clients.github, clients.git, mirror, work.name, work.rewritten.moves, work.protections)
    return _receipt(work, done.refs, backup.path, backup.sha256, done.unguarded)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Mirror the repository anew and search it, by key id and by the secret's fingerprint; read the protection."""
    work = _Work.model_validate(receipt.details)
    with clients.git.mirror(work.repository) as mirror:
        left = remains(mirror, work.key_id, work.fingerprints, clients.fingerprint)
    refused = [f"{one.ref} ({one.reason})" for one in Result.model_validate(receipt.result).refs if _is_refused(one)]
    faults = [
        *([f"still in {', '.join(left.pushable)}"] if left.pushable else []),
        *([f"the server refused {', '.join(refused)}"] if refused else []),
        *[
            f"the protection of {branch} is not as it was"
            for branch in _unguarded(clients, work.name, work.protections)
        ],
    ]
    proof = Proof.REFUTED if faults else Proof.PROVEN
    return Verdict(proof=proof, seen=f"{_looked(left)}; {'; '.join(faults) or 'the key is in no branch and no tag'}. "
                   f"It remains in: {', '.join(_remaining(work, left.stuck))}")  # fmt: skip


def _looked(left: Remains) -> str:
    return f"a new mirror of {left.refs} refs and {left.commits} commits was read whole"


def _is_refused(one: RefResult) -> bool:
    return one.outcome is PushOutcome.REFUSED


def _secrets(clients: Clients, mirror: Mirror, key_id: str, locators: Sequence[Locator]) -> list[Secret]:
    """Every different secret text: what the locators name in this mirror, and what this process knows."""
    found: list[Secret] = []
    known = clients.known_secrets.get(key_id)
    for secret in [*([known] if known else []), *(_readable(mirror, locator) for locator in locators)]:
        if secret is not None and secret not in found:
            found.append(secret)
    return sorted(found, key=clients.fingerprint)


def _readable(mirror: Mirror, locator: Locator) -> Secret | None:
    try:
        return mirror.secret(locator)
    except NotFound:
        return None


def _unguarded(clients: Clients, name: str, protections: Sequence[Protection]) -> tuple[str, ...]:
    """The branches whose protection is not in place."""
    return tuple(one.branch for one in protections if clients.github.protection(name, one.branch) != one)


def _remaining(work: _Work, stuck: Sequence[str]) -> tuple[str, ...]:
    forks = [f"fork {fork}" for fork in work.forks]
    beyond = [f"{one}: remove that file by hand" for one in work.rewritten.beyond]
    return (
        *stuck,
        *beyond,
        *forks,
        "old commits by their hash (until the server collects them)",
        "every existing clone",
    )


def _receipt(
    work: _Work, refs: Sequence[RefResult], backup: str = "", sha256: str = "", unguarded: Sequence[str] = ()
) -> Receipt:
    result = Result(
        repository=work.name,
        refs=tuple(refs),
        commits=work.rewritten.commits,
        remaining=_remaining(work, work.rewritten.stuck),
        first_changed=work.rewritten.first_changed,
        backup=backup,
        backup_sha256=sha256,
        unguarded=tuple(unguarded),
    )
    pushed = [one for one in refs if one.outcome is PushOutcome.UPDATED]
    warning = f"; PROTECTION IS OFF for {', '.join(unguarded)}" if unguarded else ""
    return Receipt(
        summary=f"git: pushed {len(pushed)} of {len(refs)} rewritten refs to {work.name}{warning}",
        result=result.model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.IRREVERSIBLE,
    summary="Rewrite a repository's history without the leaked key",
    operation=Operation(plan, probe, apply, verify, settle=timedelta(seconds=30), every=timedelta(seconds=5)),
)
