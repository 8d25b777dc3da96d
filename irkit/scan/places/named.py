"""Names of new files that hold a secret."""

from __future__ import annotations

from collections.abc import Iterable

from irkit.scan.detect.detector import Detector, Text
from irkit.scan.finding import Sighting
from irkit.scan.places.brought import Version
from irkit.scan.places.gits import answer
from irkit.scan.repository import Repository


def new_names(
    repository: Repository, detector: Detector, found: Iterable[Version]
) -> tuple[tuple[Version, Sighting], ...]:
    """The new files in whose path the detector sees something, each path cut behind the part that holds it.

    A folder that the commit's first parent had already is not new.
    """
    files = [version for version in found if version.is_new]
    parts = sorted({part for version in files for part in version.path.split(b"/")})
    looked = detector.look_at_each([Text(part) for part in parts])
    seen = {parts[index]: [one for one in each.sightings if not one.dismissed] for index, each in looked.items()}
    hits: dict[tuple[bytes, bytes], tuple[Version, list[Sighting]]] = {}
    for version in files if seen else ():
        path = version.path.split(b"/")
        for depth, part in enumerate(path, 1):
            if seen.get(part):
                cut = b"/".join(path[:depth])
                hits[version.commit, cut] = (version._replace(path=cut), seen[part])
    known = _known(repository, [version for version, _ in hits.values()])
    return tuple((version, one) for version, some in hits.values() if version not in known for one in some)


def _known(repository: Repository, asked: list[Version]) -> set[Version]:
    """Those whose path the first parent of the commit has. A name with a line end is taken for new."""
    plain = [version for version in asked if b"\n" not in version.path]
    questions = b"".join(b"%b^1:%b\n" % (version.commit, version.path) for version in plain)
    _, said, _ = answer(repository, "cat-file", "--batch-check=%(objecttype)", read=questions)
    kinds = said.split(b"\n")
    return {version for version, kind in zip(plain, kinds, strict=False) if kind in {b"blob", b"tree", b"commit"}}
