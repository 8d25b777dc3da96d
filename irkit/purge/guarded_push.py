"""Pushes a rewritten history past branch protection, and puts the protection back whatever happens."""

from __future__ import annotations

from collections.abc import Sequence

from irkit.clients.git import Git, PushedRef, PushOutcome
from irkit.clients.git_mirror import Mirror
from irkit.clients.github import GitHub, Protection
from irkit.contract import Frozen
from irkit.errors import OutsideError
from irkit.purge.rewritten import Move


class RefResult(Frozen):
    """What the server did with one ref."""

    ref: str
    outcome: PushOutcome
    reason: str
    old: str
    new: str


class Pushed(Frozen):
    """One result a ref, and the branches whose protection could not be put back."""

    refs: tuple[RefResult, ...]
    unguarded: tuple[str, ...]


def push_guarded(
    github: GitHub, git: Git, mirror: Mirror, repository: str, moves: Sequence[Move], protections: Sequence[Protection]
) -> Pushed:
    """Lift the protection of the branches that move, push ref by ref, put every protection back and look at it.

    When the push itself raises, the protections are put back first. One that an earlier attempt, killed since, has
    lifted is put back too, though its branch moves no more.
    """
    branches = {move.ref.removeprefix("refs/heads/") for move in moves if move.ref.startswith("refs/heads/")}
    pushed: Sequence[PushedRef] = ()
    unguarded: tuple[str, ...] = ()
    try:
        for protection in protections:
            if protection.branch in branches and github.protection(repository, protection.branch) is not None:
                github.unprotect(repository, protection.branch)
        if moves:
            pushed = git.push(mirror, {move.ref: (move.old, move.new) for move in moves})
    finally:
        unguarded = tuple(one.branch for one in protections if not _is_guarded_again(github, repository, one))
    found = {move.ref: move for move in moves}
    return Pushed(
        refs=tuple(
            RefResult(
                ref=one.ref, outcome=one.outcome, reason=one.reason, old=found[one.ref].old, new=found[one.ref].new
            )
            for one in pushed
        ),
        unguarded=unguarded,
    )


def _is_guarded_again(github: GitHub, repository: str, protection: Protection) -> bool:
    """Put a branch's protection back where it is not in place, and read it again; False when GitHub did not take it."""
    try:
        if github.protection(repository, protection.branch) == protection:
            return True
        github.protect(repository, protection)
        return github.protection(repository, protection.branch) == protection
    except OutsideError:
        return False
