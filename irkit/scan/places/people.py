"""Who committed what, and when: from the commit objects themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

from irkit.scan.finding import Commit
from irkit.scan.objects.cat_file import read_objects
from irkit.scan.repository import Repository

_PERSON = re.compile(rb"^(author|committer|tagger) (.*?) ?<([^>\n]*)>(?: (-?\d+) ([+-]\d{4}))?", re.MULTILINE)
_TARGET = re.compile(rb"\Aobject ([0-9a-f]+)\ntype (\w+)\n")
_PARENT = re.compile(rb"^parent ([0-9a-f]+)$", re.MULTILINE)


def read_people(repository: Repository, ids: Iterable[bytes]) -> dict[bytes, Commit]:
    """Who and when, of commits and tags; of a tag, the commit is the one it names and the author who tagged it."""
    found = {}
    for id_, kind, body in read_objects(repository, sorted(one.decode() for one in ids)):
        if kind == "commit":
            found[id_.encode()] = person(id_, body)
        elif kind == "tag":
            found[id_.encode()] = person(tag_target(body).decode(), body)
    return found


def person(id_: str, body: bytes) -> Commit:
    """What a commit's or tag's headers say: the author, or tagger, and the time of the committer, or tagger."""
    said = {match[0]: match for match in _PERSON.findall(_head(body))}
    none = (b"", b"", b"", b"", b"")
    _, name, email, *_ = said.get(b"author") or said.get(b"tagger") or none
    _, _, _, seconds, zone = said.get(b"committer") or said.get(b"tagger") or none
    return Commit(id_, name.decode(errors="replace"), email.decode(errors="replace"), time_of(seconds, zone))


def headers(body: bytes) -> tuple[list[bytes], int]:
    """A commit's parents, and its committer's time in seconds since 1970 (0 where there is none)."""
    head = _head(body)
    seconds = next((int(match[3]) for match in _PERSON.findall(head) if match[0] == b"committer" and match[3]), 0)
    return _PARENT.findall(head), seconds


def time_of(seconds: bytes, zone: bytes) -> str:
    """ISO 8601 with its offset; empty where there is none, or none that a calendar knows."""
    try:
        minutes = int(zone[:1] + b"1") * (int(zone[1:3]) * 60 + int(zone[3:5]))
        at = datetime.fromtimestamp(int(seconds), UTC)
        return at.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def text(name: bytes) -> str:
    """Bytes of git as text that can be turned back."""
    return name.decode(errors="surrogateescape")


def _head(body: bytes) -> bytes:
    return body.partition(b"\n\n")[0]


def tag_target(body: bytes) -> bytes:
    """The id of what an annotated tag names; empty when it names nothing."""
    target = _TARGET.match(body)
    return target[1] if target else b""
