"""Who committed what, and when: from the commit objects themselves. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from irkit.scan.finding import Commit

_PERSON = re.compile(rb"^(author|committer|tagger) (.*?) ?<([^>\n]*)>(?: (-?\d+) ([+-]\d{4}))?", re.MULTILINE)
_PARENT = re.compile(rb"^parent ([0-9a-f]+)$", re.MULTILINE)


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
