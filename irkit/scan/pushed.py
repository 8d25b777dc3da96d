"""Whether a value that is about to be committed has been pushed already: the remotes' main branches are looked at."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from irkit.scan.finding import Finding
from irkit.scan.spawned import Asked, Content

_BRANCHES = ("refs/remotes/*/HEAD", "refs/remotes/*/main", "refs/remotes/*/master")
_MOST_TIPS, _MOST_LOOKS = 8, 128


class Tips:
    """The tips of the remotes' main branches, at most 8: asked for first, while other work goes on."""

    def __init__(self) -> None:
        self._asked = Asked("for-each-ref", f"--count={_MOST_TIPS}", "--format=%(objectname)", *_BRANCHES)

    def names(self, paths: Iterable[str]) -> list[str]:
        """What git calls these files there, and in the branch that HEAD follows; at most 128."""
        tips = dict.fromkeys((*self._asked.said().out.decode().split(), "@{upstream}"))
        return [f"{tip}:{path}" for path in paths for tip in tips][:_MOST_LOOKS]


def with_pushed(findings: Sequence[Finding], contents: Iterable[Content]) -> Iterator[Finding]:
    """The findings, ``pushed`` where one of the contents, named as ``Tips`` does, holds the value in the same path.

    What was not seen stays unknown (None): an older commit may hold it.
    """
    bodies: dict[str, list[bytes]] = {}
    for content in contents:
        if content.kind == "blob":
            bodies.setdefault(content.name.partition(":")[2], []).append(content.body())
    for finding in findings:
        value = os.fsencode(finding.secret.reveal())
        held = [value in body for place in finding.places for body in bodies.get(place.path, [])]
        yield finding._replace(pushed=True) if any(held) else finding
