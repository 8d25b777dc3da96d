"""Where a key still stands after a purge, seen in a fresh mirror.

The secret's text may be gone from everywhere irkit can read it, so its absence is proven by fingerprint: every text in
the history that has the shape of an AWS secret is fingerprinted and compared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from irkit.clients.git_mirror import Mirror, is_pushable
from irkit.clients.git_objects import ObjectId
from irkit.contract import Frozen
from irkit.purge.survey import whole_survey
from irkit.secret import Fingerprint, Secret


class Remains(Frozen):
    """Refs that still hold the key: those a purge can reach, and those that only the server can change."""

    pushable: tuple[str, ...]
    stuck: tuple[str, ...]
    refs: int
    commits: int
    """How much was read."""


def remains(
    mirror: Mirror, key_id: str, fingerprints: Collection[Fingerprint], fingerprint: Callable[[Secret], Fingerprint]
) -> Remains:
    """Read every object of the mirror and say which refs hold the key id or a secret of these fingerprints."""
    seen = whole_survey(mirror, key_id)
    holding = {ref for hit in seen.hits for ref in hit.refs}
    wanted = set(fingerprints)
    marked: set[ObjectId] = {oid for oid, token in mirror.every_token() if fingerprint(token) in wanted}
    holding |= set(mirror.refs_holding(marked)) if marked else set()
    return Remains(
        pushable=tuple(sorted(ref for ref in holding if is_pushable(ref))),
        stuck=tuple(sorted(ref for ref in holding if not is_pushable(ref))),
        refs=len(mirror.refs()),
        commits=seen.commits,
    )
