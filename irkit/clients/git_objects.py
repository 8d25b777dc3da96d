"""Reads every object of a mirror once, in pack order, and looks for texts in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType

from irkit.clients.git_process import GitProcess
from irkit.errors import NotFound, OutsideError
from irkit.secret import Secret

ObjectId = NewType("ObjectId", str)
"""A git object's hash in hex."""

Locator = NewType("Locator", str)
"""Where a secret's text lies, without the text: ``<repository url>#<object id>@<first byte>+<length>``."""


class ObjectKind(StrEnum):
    """What a secret may stand in."""

    BLOB = "blob"
    COMMIT = "commit"
    TAG = "tag"


@dataclass(frozen=True)
class GitObject:
    """One object and its bytes, which may hold secrets: never let it out of a client or an action."""

    id: ObjectId
    kind: ObjectKind
    content: bytes

    def __repr__(self) -> str:
        return f"GitObject({self.id}, {self.kind}, {len(self.content)} bytes)"

    @property
    def is_signed(self) -> bool:
        """Whether it is a commit with a signature, which a rewrite strips."""
        return self.kind is ObjectKind.COMMIT and b"\ngpgsig" in self.content.partition(b"\n\n")[0]

    @property
    def author(self) -> str:
        """The author of a commit or the tagger of a tag; empty for a blob."""
        found = _PERSON.search(self.content) if self.kind is not ObjectKind.BLOB else None
        return found[1].decode(errors="replace") if found else ""

    @property
    def at(self) -> datetime | None:
        """When a commit was committed or a tag made; None for a blob."""
        found = _WHEN.search(self.content) if self.kind is not ObjectKind.BLOB else None
        return datetime.fromtimestamp(int(found[1]), UTC) if found else None


_PERSON = re.compile(rb"^(?:author|tagger) (.*) <", re.MULTILINE)
_WHEN = re.compile(rb"^(?:committer|tagger) .*> (\d+) [+-]\d{4}$", re.MULTILINE)
_TOKEN = re.compile(rb"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_HEX = re.compile(rb"[0-9a-f]{40}")
_NEAR = 400


def objects(git: GitProcess) -> Iterator[GitObject]:
    """Every blob, commit and tag that can be read, each once, in no order of meaning."""
    with git.stream("cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer") as (stdin, stdout):
        stdin.close()
        while header := stdout.readline():
            oid, kind, *size = header.decode().split()
            if not size:  # "missing", which git says of a broken one too
                continue
            content = stdout.read(int(size[0]))
            stdout.read(1)
            if kind != "tree":
                yield GitObject(ObjectId(oid), ObjectKind(kind), content)


def read_object(git: GitProcess, oid: ObjectId) -> GitObject:
    """One object. Raises NotFound when the repository has none of that id."""
    with git.stream("cat-file", "--batch") as (stdin, stdout):
        stdin.write(f"{oid}\n".encode())
        stdin.flush()
        words = stdout.readline().decode().split()
        if words[-1] == "missing":
            stdin.close()
            msg = f"git object {oid[:12]} is no longer in the repository"
            raise NotFound(msg, hint="search the repository again: its history moved")
        content = stdout.read(int(words[2]))
    return GitObject(oid, ObjectKind(words[1]), content)


def read_tag_targets(git: GitProcess, tags: set[ObjectId]) -> dict[ObjectId, tuple[ObjectId, str]]:
    """What each annotated tag names and of which kind that is, with the tags that those name in turn."""
    found: dict[ObjectId, tuple[ObjectId, str]] = {}
    if not tags:
        return found
    with git.stream("cat-file", "--batch") as (stdin, stdout):
        left = list(tags)
        while left:
            oid = left.pop()
            stdin.write(f"{oid}\n".encode())
            stdin.flush()
            content = stdout.read(int(stdout.readline().split()[2]) + 1)
            target, kind = (line.split(b" ")[1].decode() for line in content.split(b"\n")[:2])
            found[oid] = ObjectId(target), kind
            if kind == "tag" and target not in found:
                left.append(ObjectId(target))
    return found


def secret_near(content: bytes, key_id: bytes) -> tuple[int, int] | None:
    """Where the 40 letters of an AWS secret access key stand near a key id: first byte and length, or None.

    A text that the word ``secret`` introduces goes before one that is only near. Forty hex digits without that word are
    taken for a git hash. Source of the shape: AWS, "Managing access keys for IAM users".
    """
    ranked: list[tuple[int, int, int]] = []
    for place in re.finditer(re.escape(key_id), content):
        start, end = max(place.start() - _NEAR, 0), place.end() + _NEAR
        for token in _TOKEN.finditer(content, start, min(end, len(content))):
            line = content[content.rfind(b"\n", 0, token.start()) + 1 : token.start()]
            named = b"secret" in line.lower()
            if named or not _HEX.fullmatch(token[0]):
                ranked.append((0 if named else 1, abs(token.start() - place.end()), token.start()))
    return (min(ranked)[2], 40) if ranked else None


def tokens(content: bytes) -> Iterator[Secret]:
    """Every text in it that has the shape of an AWS secret access key."""
    for token in _TOKEN.finditer(content):
        yield Secret(token[0].decode())


def locator(url: str, oid: ObjectId, span: tuple[int, int]) -> Locator:
    """The locator of a span of bytes in an object of a repository."""
    return Locator(f"{url}#{oid}@{span[0]}+{span[1]}")


def locator_parts(at: Locator) -> tuple[str, ObjectId, int, int]:
    """Repository, object, first byte and length. Raises OutsideError when it is no locator."""
    found = re.fullmatch(r"(.+)#([0-9a-f]{40,64})@(\d+)\+(\d+)", at)
    if found is None:
        msg = f"{at!r} is no locator of a secret in git"
        raise OutsideError(msg)
    return found[1], ObjectId(found[2]), int(found[3]), int(found[4])


def located(git: GitProcess, at: Locator) -> Secret:
    """The secret a locator names, from a mirror of its repository. Raises NotFound when the object is gone."""
    _, oid, start, length = locator_parts(at)
    text = read_object(git, oid).content[start : start + length]
    if len(text) != length or not text:
        msg = f"the object {oid[:12]} is shorter than the locator says"
        raise NotFound(msg)
    return Secret(text.decode())
