"""Whether a value that is about to be committed has been pushed already: the remotes' branches are looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from irkit.scan.finding import Finding
from irkit.scan.spawned import Asked, Blobs

_MOST_REFS, _MOST_LOOKS = 32, 256


def with_pushed(findings: Sequence[Finding], blobs: Blobs) -> Iterator[Finding]:
    """The findings, ``pushed`` where the tip of a remote-tracking branch holds the value in a file of the same path.

    At most 32 branches and 256 files are looked at; unseen stays unknown (None): an older commit may hold it.
    """
    answered = Asked("for-each-ref", f"--count={_MOST_REFS}", "--format=%(objectname)", "refs/remotes").said()
    tips = list(dict.fromkeys(answered.out.decode().split()))
    paths = {place.path for finding in findings for place in finding.places}
    looks = [f"{tip}:{path}" for path in sorted(paths) for tip in tips][:_MOST_LOOKS]
    bodies: dict[str, list[bytes]] = {}
    for content in blobs.of(looks):
        if content.kind == "blob":
            bodies.setdefault(content.name.partition(":")[2], []).append(content.body())
    for finding in findings:
        value = os.fsencode(finding.secret.reveal())
        held = [value in body for place in finding.places for body in bodies.get(place.path, [])]
        yield finding._replace(pushed=True) if any(held) else finding
