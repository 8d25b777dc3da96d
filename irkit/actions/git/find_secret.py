"""Find a leaked access key in a repository's history: every ref, file, commit and tag message, pull requests too.

Reads every object of a fresh mirror once. The secret that stands near the key id is found with it, known from then on
by a fingerprint and by a *locator*, from which a later step reads it again; the text itself goes nowhere.
The attacker sees nothing of this: it is a fetch.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.git_mirror import Held, Hit, Mirror, Survey
from irkit.clients.git_objects import Locator, ObjectId, ObjectKind
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted
from irkit.purge.survey import survey, unread
from irkit.secret import Fingerprint, Secret

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


_CUT = "[secret]"
_REASONS = 5
"""So many reasons why something was not looked into are told."""


class Outcome(StrEnum):
    """Whether the key is in the history."""

    FOUND = "found"
    ABSENT = "absent"


class Params(Frozen):
    """``repository`` is its address, ``https://host/owner/name.git``; ``key_id`` the access key's id."""

    repository: str
    key_id: str


class Place(Frozen):
    """One object that holds the key. ``commit`` is the earliest that brought it; ``line`` counts from 1."""

    object_id: ObjectId
    kind: ObjectKind
    held: Held
    path: str
    line: int
    commit: ObjectId
    author: str
    at: datetime
    refs: tuple[str, ...]
    fingerprint: Fingerprint
    """Of the secret; of the key id where only that stands there."""
    locator: Locator | None
    via: tuple[str, ...] = ()
    """How it was reached, from the outside in (``base64``, ``zip:conf/.env``); empty when it stands there plainly."""


class Result(Frozen):
    """Where the key is. Times are git's own, as the committer's machine told them: an intruder can forge them."""

    repository: str
    outcome: Outcome
    places: tuple[Place, ...]
    refs: tuple[str, ...]
    """Every ref whose history holds it."""
    locators: tuple[Locator, ...]
    """One for each different secret text that was found."""
    first_at: datetime | None
    first_commit: ObjectId | None
    first_author: str
    refs_scanned: int
    commits_scanned: int
    files_scanned: int
    names: int = 0
    """Names of files, branches and tags that hold it: they are in no place, and a rewrite of texts leaves them."""
    coverage: str
    """What was looked at, and what was not."""
    evidence: str
    """The file of places, relative to the incident's folder; empty when nothing was found."""

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        named = f", {counted(self.names, 'name')} of files or refs" if self.names else ""
        places = counted(len(self.places), "place")
        return f"{self.outcome}: {places}, {len(self.refs)} of {self.refs_scanned} refs{named}"


def read(clients: Clients, params: Params) -> Result:
    """Mirror the repository and look.

    Raises ``Unreachable``, ``Denied``, ``NotFound``, ``UsageError``, and ``OutsideError`` when the key was not found
    and not every object could be read.
    """
    clients.progress(f"mirroring {params.repository}")
    known = clients.known_secrets.get(params.key_id)
    with clients.git.mirror(params.repository) as mirror:
        refs = mirror.refs()
        clients.progress(f"reading every object of {len(refs)} refs")
        found = survey(mirror, params.key_id, [known] if known else [])
        if not (found.hits or found.names or found.is_whole):
            raise unread(found)
        places = tuple(_place(clients, mirror, params.key_id, hit) for hit in found.hits)
        locators = _one_a_secret(places)
        secrets = [mirror.secret(locator) for locator in locators]
        if secrets and known is None:
            clients.known_secrets.remember(params.key_id, secrets[0])
    places = tuple(_cut(place, [*secrets, *([known] if known else [])]) for place in places)
    coverage = _coverage(found, len(refs))
    first = min(places, key=lambda place: place.at, default=None)
    return Result(
        repository=params.repository,
        outcome=Outcome.FOUND if places or found.names else Outcome.ABSENT,
        places=places,
        refs=tuple(sorted({ref for place in places for ref in place.refs})),
        locators=locators,
        first_at=first.at if first else None,
        first_commit=first.commit if first else None,
        first_author=first.author if first else "",
        refs_scanned=len(refs),
        commits_scanned=found.commits,
        files_scanned=found.blobs,
        names=found.names,
        coverage=coverage,
        evidence=_kept(clients, places, coverage),
    )


def _place(clients: Clients, mirror: Mirror, key_id: str, hit: Hit) -> Place:
    text = mirror.secret(hit.locator) if hit.locator else Secret(key_id)
    return Place(
        object_id=hit.object_id,
        kind=hit.kind,
        held=hit.held,
        path=hit.path,
        line=hit.line,
        commit=hit.commit,
        author=hit.author,
        at=hit.at,
        refs=hit.refs,
        fingerprint=clients.fingerprint(text),
        locator=hit.locator,
        via=hit.via,
    )


def _cut(place: Place, secrets: Sequence[Secret]) -> Place:
    """A path, an author's name or a ref's can hold the secret too; what is told of a place never does."""
    texts = [place.path, place.author, *place.refs]
    for secret in secrets:
        texts = [text.replace(secret.reveal(), _CUT) for text in texts]
    path, author, *refs = texts
    return place.model_copy(update={"path": path, "author": author, "refs": tuple(refs)})


def _one_a_secret(places: Sequence[Place]) -> tuple[Locator, ...]:
    found = {place.fingerprint: place.locator for place in reversed(places) if place.locator}
    return tuple(sorted(found.values()))


def _coverage(found: Survey, refs: int) -> str:
    return (
        f"{refs} refs, {found.commits} commits, {found.blobs} files and {found.tags} tags read whole, also in base64, "
        f"hex, percent encoding, UTF-16 and archives; {found.names} names of files or refs hold it; "
        "not read: forks, unreachable objects, large-file storage, a value split over several texts"
        f"{_skipped(found)}"
    )


def _skipped(found: Survey) -> str:
    if not found.skipped:
        return ""
    reasons = Counter(found.skipped).most_common()
    told = ", ".join(f"{count} times {why}" for why, count in reasons[:_REASONS])
    return f"; NOT LOOKED INTO: {told}" + (" and more" if len(reasons) > _REASONS else "")


def _kept(clients: Clients, places: Sequence[Place], coverage: str) -> str:
    if not places:
        return ""
    lines = "".join(json.dumps(place.model_dump(mode="json"), sort_keys=True) + "\n" for place in places)
    what = "places of the leaked key in git, without the secret"
    kept = clients.evidence.keep("git-places.jsonl", lines.encode(), what=what, count=len(places), coverage=coverage)
    return kept.path


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find a leaked key in a repository's whole history",
    read=read,
)
