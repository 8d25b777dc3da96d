"""A mirror of a repository in a private folder: its refs, and where in its history a text stands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from irkit.clients.git_objects import (
    GitObject,
    Locator,
    ObjectId,
    ObjectKind,
    located,
    locator,
    objects,
    read_object,
    tokens,
)  # fmt: skip
from irkit.clients.git_process import GitProcess, readable_pipe
from irkit.clients.git_reach import Reach
from irkit.errors import NotFound, OutsideError
from irkit.secret import Secret

_UNPUSHABLE = ("refs/pull/", "refs/merge-requests/", "refs/pull-requests/", "refs/keep-around/")


class Held(StrEnum):
    """What of a leaked key stands in an object."""

    PAIR = "pair"
    KEY_ID = "key_id"
    SECRET = "secret"  # noqa: S105 - a word, not a password


@dataclass(frozen=True)
class Hit:
    """One object that holds a searched text, and where it is reachable from. Never the text."""

    object_id: ObjectId
    kind: ObjectKind
    held: Held
    path: str
    """The path in the commit that brought it; empty for messages."""
    line: int
    commit: ObjectId
    """The earliest commit that brought it; for a tag, the tag itself."""
    author: str
    at: datetime
    refs: tuple[str, ...]
    """Every ref whose history holds it, sorted."""
    locator: Locator | None
    """Where the secret's text lies in the object; None when only the key id stands there, or when it is encoded."""
    via: tuple[str, ...] = ()
    """How it was reached, from the outside in: ``("zip:conf/.env", "base64")``; empty when it stands there plainly."""


@dataclass(frozen=True)
class Survey:
    """What one reading of all objects saw."""

    hits: tuple[Hit, ...]
    commits: int
    blobs: int
    tags: int
    signed_commits: int
    names: int = 0
    """How many different names of files and refs hold it: they are not in ``hits``."""
    skipped: tuple[str, ...] = ()
    """Why something was not looked into (an archive that is encrypted), once for each such thing."""
    is_whole: bool = True
    """Whether every object that is there could be read."""


@dataclass(frozen=True)
class Found:
    """An object that holds a searched text; where that is reachable from, ``Mirror.hits`` says. Never the text."""

    object_id: ObjectId
    kind: ObjectKind
    held: Held
    line: int
    span: tuple[int, int] | None
    """First byte and length of the secret; None when only the key id stands there, or when it is encoded."""
    via: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Origin:
    commit: ObjectId
    path: str
    author: str
    at: datetime


class Mirror:
    """A bare copy of everything a repository's server shows. The folder is the caller's to delete."""

    def __init__(self, url: str, git: GitProcess) -> None:
        self.url = url
        self.git = git

    @property
    def folder(self) -> Path:
        """The bare repository."""
        return self.git.folder

    def refs(self) -> dict[str, ObjectId]:
        """Every ref and the object it names, sorted by name."""
        lines = self.git.local("for-each-ref", "--format=%(refname) %(objectname)").split("\n")
        return {name: ObjectId(oid) for name, oid in (line.split(" ") for line in lines if line)}

    def secret(self, at: Locator) -> Secret:
        """The secret a locator names. Raises NotFound when the object is gone."""
        return located(self.git, at)

    def hits(self, found: Sequence[Found]) -> tuple[Hit, ...]:
        """What was found, with its commits, paths and refs, oldest first. What no ref reaches is left out."""
        if not found:
            return ()
        reach = Reach(self.git)
        origins = self._origins({one.object_id for one in found if one.kind is ObjectKind.BLOB})
        hits = (self._hit(one, origins.get(one.object_id, []), reach) for one in found)
        return tuple(sorted((hit for hit in hits if hit.refs), key=lambda hit: (hit.at, hit.object_id, hit.via)))

    def signed_commits(self) -> int:
        """How many commits carry a signature, which a rewrite strips."""
        return sum(item.is_signed for item in objects(self.git))

    def every_token(self) -> Iterable[tuple[ObjectId, Secret]]:
        """Every text in the history that has the shape of an AWS secret, with its object: to compare fingerprints."""
        for item in objects(self.git):
            for token in tokens(item.content):
                yield item.id, token

    def refs_holding(self, oids: Iterable[ObjectId]) -> tuple[str, ...]:
        """The refs whose history holds any of these objects, sorted."""
        names = set(oids)
        reach = Reach(self.git)
        origins = self._origins(names)
        refs = set(reach.refs({origin.commit for found in origins.values() for origin in found} | names))
        for oid in names - origins.keys():
            refs.update(reach.refs_without_commit(oid))
        return tuple(sorted(refs))

    def _hit(self, one: Found, brought: Sequence[_Origin], reach: Reach) -> Hit:
        oid = one.object_id
        first = min(brought, key=lambda origin: origin.at, default=None) or _own_origin(read_object(self.git, oid))
        return Hit(
            object_id=oid,
            kind=one.kind,
            held=one.held,
            path=first.path,
            line=one.line,
            commit=first.commit,
            author=first.author,
            at=first.at,
            refs=reach.refs([origin.commit for origin in brought] or [oid]) or reach.refs_without_commit(oid),
            locator=locator(self.url, oid, one.span) if one.span else None,
            via=one.via,
        )

    def _origins(self, oids: set[ObjectId]) -> dict[ObjectId, list[_Origin]]:
        """Which commits brought each blob under which path: one pass over all commits, merges against all parents."""
        log = self.git.local(
            "-c", "core.quotePath=false", "log", "--all", "--raw", "-c", "--no-renames", "--no-abbrev", "--root",
            "--format=commit %H %ct %an",
        )  # fmt: skip
        found: dict[ObjectId, list[_Origin]] = defaultdict(list)
        commit, at, author = ObjectId(""), datetime.fromtimestamp(0, UTC), ""
        for line in log.split("\n"):
            if line.startswith("commit "):
                _, oid, seconds, author = line.split(" ", 3)
                commit, at = ObjectId(oid), datetime.fromtimestamp(int(seconds), UTC)
            elif line.startswith(":"):
                facts, _, path = line.partition("\t")
                parents = len(facts) - len(facts.lstrip(":"))
                brought = ObjectId(facts.split(" ")[2 * parents + 1])
                if brought in oids:
                    found[brought].append(_Origin(commit, path, author, at))
        return dict(found)


def is_pushable(ref: str) -> bool:
    """Whether a server lets anyone push the ref; pull requests' refs are the server's own."""
    return not ref.startswith(_UNPUSHABLE)


def _own_origin(item: GitObject) -> _Origin:
    return _Origin(item.id, "", item.author, item.at or datetime.fromtimestamp(0, UTC))


def rewrite(mirror: Mirror, secrets: Sequence[Secret], mark: str) -> None:
    """Replace texts by a mark in every file, commit message and tag message of the mirror's whole history.

    Runs git-filter-repo, which hears the texts over inherited pipes. The result depends on the history and the texts
    alone, so two runs give the same object ids.
    """
    import sys

    rules = "".join(f"literal:{secret.reveal()}==>{mark}\n" for secret in secrets).encode()
    with readable_pipe(rules) as in_files, readable_pipe(rules) as in_messages:
        tool = f"!{_quoted(sys.executable)} -m git_filter_repo"
        mirror.git.local(
            "-c", f"alias.irkit-filter={tool}", "irkit-filter", "--force", "--sensitive-data-removal", "--no-fetch",
            "--prune-empty", "never", "--replace-text", f"/dev/fd/{in_files}", "--replace-message",
            f"/dev/fd/{in_messages}", "--quiet", fds=(in_files, in_messages),
        )  # fmt: skip
    if not (mirror.folder / "filter-repo" / "commit-map").exists():
        msg = "git-filter-repo left no map of commits"
        raise OutsideError(msg, hint="look at the step's output; nothing was pushed")


def commit_map(mirror: Mirror) -> dict[ObjectId, ObjectId]:
    """Old and new id of every commit that the last rewrite changed. Raises NotFound before a rewrite."""
    try:
        lines = (mirror.folder / "filter-repo" / "commit-map").read_text().splitlines()
    except FileNotFoundError:
        raise NotFound("the mirror was not rewritten") from None
    pairs = (line.split() for line in lines if re.fullmatch(r"[0-9a-f]+ +[0-9a-f]+", line))
    return {ObjectId(old): ObjectId(new) for old, new in pairs if old != new}


def first_changed(mirror: Mirror) -> tuple[ObjectId, ...]:
    """The oldest commits that the last rewrite changed, as they were named before it."""
    path = mirror.folder / "filter-repo" / "first-changed-commits"
    if not path.exists():
        return ()
    return tuple(sorted(ObjectId(line.split()[0]) for line in path.read_text().splitlines() if line))


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"
