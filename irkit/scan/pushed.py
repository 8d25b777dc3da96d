"""Whether a value that is about to be committed has been pushed already: a few branches of remotes are looked at."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from irkit.scan.finding import Finding
from irkit.scan.spawned import Content

_TIPS = ("@{upstream}", "@{push}", "refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master")
_MOST_LOOKS = 128
_LARGEST_BYTES = 64 << 20


def names_there(paths: Iterable[str]) -> list[str]:
    """What git calls these files in the branch that HEAD follows and in the main branch of ``origin``; at most 128."""
    return [f"{tip}:{path}" for path in paths for tip in _TIPS][:_MOST_LOOKS]


def with_pushed(findings: Sequence[Finding], contents: Iterable[Content]) -> Iterator[Finding]:
    """The findings, ``pushed`` where a content of ``names_there`` holds the value in a file of the same path.

    What was not seen stays unknown (None): an older commit may hold it, or a file of more than 64 MiB.
    """
    values: dict[str, list[bytes]] = {}
    for finding in findings:
        for place in finding.places:
            values.setdefault(place.path, []).append(os.fsencode(finding.secret.reveal()))
    held = set()
    for content in contents:
        if content.kind == "blob" and content.size <= _LARGEST_BYTES:
            path, body = content.name.partition(":")[2], content.body()
            held |= {(path, value) for value in values.get(path, ()) if value in body}
    for finding in findings:
        value = os.fsencode(finding.secret.reveal())
        is_there = any((place.path, value) in held for place in finding.places)
        yield finding._replace(pushed=True) if is_there else finding
