"""A repository's history without a key, worked out in a mirror: exactly which refs would move from where to where.

The rewrite depends on the history and the key alone, so the same history gives the same new ids: what a plan shows is
what an apply will push, and if it is not, the repository moved in between.
"""

from __future__ import annotations

from collections.abc import Sequence

from irkit.clients.git_mirror import Mirror, commit_map, first_changed, is_pushable, rewrite
from irkit.clients.git_objects import ObjectId
from irkit.contract import Frozen
from irkit.errors import IrkitError
from irkit.purge.survey import encoded_texts, whole_survey
from irkit.secret import Secret

MARK = "***REMOVED***"
"""What stands where the key stood."""


class Move(Frozen):
    """One ref, the object it names now and the one it will name."""

    ref: str
    old: ObjectId
    new: ObjectId


class Rewritten(Frozen):
    """What a rewrite came to."""

    moves: tuple[Move, ...]
    """Every ref that anyone may push and that changes, by name."""
    stuck: tuple[str, ...]
    """Refs that hold the key and that only the server itself can change: pull requests."""
    commits: int
    """How many commits get a new id."""
    signed_commits: int
    """How many signed commits the whole history has: each of them that is rewritten loses its signature."""
    first_changed: tuple[ObjectId, ...]
    """The oldest commits that change: GitHub's support asks for them."""
    beyond: tuple[str, ...] = ()
    """Files that hold the key in a form where no text can be replaced (archives, UTF-16, wrapped base64)."""


def rewrite_history(mirror: Mirror, key_id: str, secrets: Sequence[Secret]) -> Rewritten:
    """Take the key id and the secrets out of everything in the mirror. Raises IrkitError when something is left."""
    before = mirror.refs()
    seen = whole_survey(mirror, key_id, secrets)
    holding = {ref for hit in seen.hits for ref in hit.refs}
    if not holding:
        return Rewritten(moves=(), stuck=(), commits=0, signed_commits=seen.signed_commits, first_changed=())
    plain = [Secret(key_id), *secrets]
    rewrite(mirror, [*plain, *encoded_texts(mirror, plain)], MARK)
    after = mirror.refs()
    left = whole_survey(mirror, key_id, secrets).hits
    beyond = [hit for hit in left if hit.via]
    if len(left) > len(beyond) or before.keys() != after.keys():
        msg = f"after the rewrite the key is still in {len(left)} objects, or refs were lost"
        raise IrkitError(msg, hint="nothing was pushed; look whether the key stands in a file's name or in a ref's")
    return Rewritten(
        moves=tuple(
            Move(ref=ref, old=old, new=after[ref])
            for ref, old in before.items()
            if old != after[ref] and is_pushable(ref)
        ),
        stuck=tuple(sorted(ref for ref in holding if not is_pushable(ref))),
        commits=len(commit_map(mirror)),
        signed_commits=seen.signed_commits,
        first_changed=first_changed(mirror),
        beyond=tuple(sorted({f"{hit.path or hit.kind} ({', '.join(hit.via)})" for hit in beyond})),
    )
