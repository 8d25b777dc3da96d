"""What stands in the names of staged files, and of the folders that they lie in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from irkit.scan.detect.detector import Detector
    from irkit.scan.finding import Sighting
    from irkit.scan.spawned import Blobs
    from irkit.scan.staged import Staged


def staged_names(
    index: Staged, detector: Detector, blobs: Blobs, merged: Callable[[], Sequence[str]]
) -> Iterator[tuple[str, tuple[Sighting, ...]]]:
    """Paths up to a name that holds something.

    Of new files, what neither HEAD nor what is being merged has there; of unchanged files that were named, everything.
    ``merged`` tells which commits are being merged.
    """
    from irkit.scan.detect.detector import Text

    asked = _with_folders(entry.path for entry in index.unchanged)
    paths = list(_with_folders(entry.path for entry in index.changed if not entry.before) | asked)
    texts = [Text(os.fsencode(path.rpartition("/")[2])) for path in paths]
    for number, looked in detector.look_at_each(texts).items():
        path = paths[number]
        there = [content.kind for content in blobs.of([f"{head}:{path}" for head in ("HEAD", *merged())])]
        if path in asked or not any(there):
            yield path, looked.sightings


def _with_folders(paths: Iterable[str]) -> dict[str, None]:
    every: dict[str, None] = {}
    for one in paths:
        path = one
        while path and path not in every:
            every[path] = None
            path = path.rpartition("/")[0]
    return every
