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
    secret_near,
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
    """Where the secret's text lies in the object; None when only the key id stands there."""


@dataclass(frozen=True)
class Survey:
    """What one reading of all objects saw."""

    hits: tuple[Hit, ...]
    commits: int
    blobs: int
    tags: int
    signed_commits: int


@dataclass(frozen=True)
class _Raw:
    object: GitObject
    held: Held
    span: tuple[int, int] | None
    line: int


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

    def search(self, key_id: str, known: Sequence[Secret] = ()) -> Survey:
        """Find a key id, the secret that stands near it, and any ``known`` secret, in every object.

        A secret found near the key id is looked for by itself too, in a second reading.
        """
        raws, counts, signed = self._read(key_id.encode(), [secret.reveal().encode() for secret in known])
        found = {raw.object.content[raw.span[0] : sum(raw.span)] for raw in raws.values() if raw.span}
        more = found - {secret.reveal().encode() for secret in known}
        if more:
            again, _, _ = self._read(key_id.encode(), [*found, *more])
            raws |= again
        return Survey(
            hits=self._located(raws),
            commits=counts[ObjectKind.COMMIT],
            blobs=counts[ObjectKind.BLOB],
            tags=counts[ObjectKind.TAG],
            signed_commits=signed,
        )

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

    def _read(self, key_id: bytes, secrets: Sequence[bytes]) -> tuple[dict[ObjectId, _Raw], dict[ObjectKind, int], int]:
        counts: dict[ObjectKind, int] = defaultdict(int)
        signed = 0
        raws: dict[ObjectId, _Raw] = {}
        for item in objects(self.git):
            counts[item.kind] += 1
            signed += item.is_signed
            if raw := _examined(item, key_id, secrets):
                raws[item.id] = raw
        return raws, counts, signed

    def _located(self, raws: dict[ObjectId, _Raw]) -> tuple[Hit, ...]:
        if not raws:
            return ()
        reach = Reach(self.git)
        origins = self._origins({oid for oid, raw in raws.items() if raw.object.kind is ObjectKind.BLOB})
        hits = []
        for oid, raw in raws.items():
            brought = origins.get(oid, [])
            first = min(brought, key=lambda origin: origin.at, default=_own_origin(raw.object))
            refs = reach.refs([origin.commit for origin in brought] or [oid]) or reach.refs_without_commit(oid)
            hits.append(
                Hit(
                    object_id=oid,
                    kind=raw.object.kind,
                    held=raw.held,
                    path=first.path,
                    line=raw.line,
                    commit=first.commit,
                    author=first.author,
                    at=first.at,
                    refs=refs,
                    locator=locator(self.url, oid, raw.span) if raw.span else None,
                )
            )
        return tuple(sorted((hit for hit in hits if hit.refs), key=lambda hit: (hit.at, hit.object_id)))

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


def _examined(item: GitObject, key_id: bytes, secrets: Sequence[bytes]) -> _Raw | None:
    content = item.content
    at_key = content.find(key_id)
    span = secret_near(content, key_id) if at_key >= 0 else None
    if span is None:
        span = next(((at, len(text)) for text in secrets if (at := content.find(text)) >= 0), None)
    if at_key < 0 and span is None:
        return None
    held = Held.KEY_ID if span is None else Held.SECRET if at_key < 0 else Held.PAIR
    start = at_key if at_key >= 0 else (span or (0, 0))[0]
    text_start = 0 if item.kind is ObjectKind.BLOB else content.find(b"\n\n") + 2
    return _Raw(item, held, span, content.count(b"\n", text_start, start) + 1)


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
