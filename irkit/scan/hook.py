"""A scan of what is staged: whole blobs of the index; what counts is what HEAD does not hold already.

It has 60 ms: git is started first and works while the detector is loaded, and what only a finding needs is imported
when there is one. Nothing is written into the repository.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from irkit.scan.finding import PlaceKind, Report, Sighting, Skipped
from irkit.scan.quick import TYPE_CHECKING, NamedTuple
from irkit.scan.spawned import Blobs, Content
from irkit.scan.staged import Entry, Staged, ask_staged, merged_heads, staged
from irkit.scan.staged_names import staged_names

if TYPE_CHECKING:
    from irkit.scan.detect.detector import Detector, Text
    from irkit.scan.detect.looked import Looked

_AT_ONCE_BYTES = 8 << 20
"""Blobs of so many bytes together are looked at in one go."""
_LARGE_BYTES = 64 << 20
"""From here on a blob is looked at in pieces: see ``irkit.scan.large``."""


class Hooked(NamedTuple):
    """What a scan of the index found."""

    report: Report
    known: int
    """Values that HEAD, or what is being merged, holds in the same file already."""
    submodules: tuple[str, ...]
    is_empty: bool
    """Whether nothing is staged at all."""
    paths: tuple[str, ...]
    """Of the files that were looked at, from the work tree's root."""
    detector: Detector


class _Text(NamedTuple):
    entry: Entry
    sightings: tuple[Sighting, ...]
    kind: PlaceKind = PlaceKind.FILE
    """Whether it is a file's content or its name."""


def scan_staged(names: Sequence[str], load: Callable[[], Detector], key: Callable[[], bytes]) -> Hooked:
    """Scan what is staged; with names, these files as the index holds them, unchanged ones too.

    ``load`` makes the detector, ``key`` gives the key of the fingerprints when there is a finding. Raises
    ``GitFailed`` when git does not say what is staged, or has not a file that is named.
    """
    asking = ask_staged(names)
    with Blobs() as blobs:
        detector = load()
        index = staged(asking)
        looking = _Looking(detector, blobs)
        texts = list(looking.at((*index.changed, *index.unchanged)))
        named = staged_names(index, detector, blobs, looking.merged)
        texts += [_Text(Entry(path, "", ""), seen, PlaceKind.FILE_NAME) for path, seen in named]
        if any(not sighting.dismissed for text in texts for sighting in text.sightings):
            report, known = _found(texts, index, looking, key)
        else:
            report, known = _report(texts, looking, key), 0
    is_empty = not (index.changed or index.unchanged or index.submodules or index.removed)
    paths = tuple(entry.path for entry in (*index.changed, *index.unchanged))
    return Hooked(report, known, index.submodules, is_empty, paths, detector)


def _found(texts: Sequence[_Text], index: Staged, looking: _Looking, key: Callable[[], bytes]) -> tuple[Report, int]:
    """The report, and how many values are known; git looks for what was pushed while the findings are made."""
    from irkit.scan.pushed import names_there, with_pushed

    texts, known = _new(texts, index, looking)
    paths = {text.entry.path for text in texts if any(not sighting.dismissed for sighting in text.sightings)}
    looking.blobs.ask(names_there(sorted(paths)))
    report = _report(texts, looking, key)
    findings = with_pushed(report.findings, looking.blobs.asked())
    return report._replace(findings=tuple(findings)), known


class _Looking:
    """Looks at blobs, and counts."""

    def __init__(self, detector: Detector, blobs: Blobs) -> None:
        self.detector, self.blobs = detector, blobs
        self.skipped: list[Skipped] = []
        self.files = self.size = 0
        self.is_incomplete = False
        self._merged: tuple[str, ...] | None = None

    def merged(self) -> tuple[str, ...]:
        """The commits that are being merged; git is asked when there is something to compare."""
        if self._merged is None:
            self._merged = merged_heads()
        return self._merged

    def at(self, entries: Sequence[Entry]) -> Iterator[_Text]:
        """The entries whose blobs hold something."""
        from irkit.scan.detect.detector import Text

        batch: list[tuple[Entry, Text]] = []
        size = 0
        for entry, content in zip(entries, self.blobs.of([each.object_id for each in entries]), strict=True):
            if not self._is_blob(entry, content):
                continue
            if content.size > _LARGE_BYTES:
                looked = self._looked(content)
                yield self._text(entry, looked.sightings, looked.skipped)
                continue
            batch.append((entry, Text(content.body())))
            size += content.size
            if size > _AT_ONCE_BYTES:
                yield from self._together(batch)
                batch, size = [], 0
        yield from self._together(batch)

    def _together(self, batch: Sequence[tuple[Entry, Text]]) -> Iterator[_Text]:
        for index, looked in self.detector.look_at_each([text for _, text in batch]).items():
            yield self._text(batch[index][0], looked.sightings, looked.skipped)

    def _text(self, entry: Entry, sightings: tuple[Sighting, ...], skipped: Sequence[Skipped]) -> _Text:
        self.skipped += [Skipped(f"{entry.path}: {each.what}".rstrip(": "), each.reason) for each in skipped]
        return _Text(entry, sightings)

    def _is_blob(self, entry: Entry, content: Content) -> bool:
        if content.kind == "blob":
            self.files += 1
            self.size += content.size
            return True
        self.is_incomplete = True
        reason = (
            f"git has not its content ({content.kind or content.object_id}); a partial clone? `git fetch` brings it"
        )
        self.skipped.append(Skipped(entry.path, reason))
        return False

    def values(self, names: Sequence[str]) -> set[bytes]:
        """The values that stand in these blobs; names that git does not know hold none."""
        blobs = (content for content in self.blobs.of(names) if content.kind == "blob")
        return {sighting.value for content in blobs for sighting in self._looked(content).sightings}

    def _looked(self, content: Content) -> Looked:
        if content.size <= _LARGE_BYTES:
            return self.detector.look(content.body())
        from irkit.scan.large import look_at_chunks

        return look_at_chunks(self.detector, content.chunks)


def _new(texts: Sequence[_Text], index: Staged, looking: _Looking) -> tuple[list[_Text], int]:
    """The texts less the values that are in HEAD already, and how many those are. What is named and unchanged stays."""
    unchanged = {entry.path for entry in index.unchanged}
    kept, known = [], set()
    removed: set[bytes] | None = None
    for text in texts:
        entry = text.entry
        if (
            entry.path in unchanged
            or text.kind is PlaceKind.FILE_NAME
            or all(sighting.dismissed for sighting in text.sightings)
        ):
            kept.append(text)
            continue
        old = looking.values([entry.before] if entry.before else [])
        old |= looking.values([f"{head}:{entry.path}" for head in looking.merged()])
        if not entry.before:  # a renamed file brings nothing new
            removed = looking.values(index.removed) if removed is None else removed
            old |= removed
        is_known = [not one.dismissed and one.value in old for one in text.sightings]
        known |= {one.value for one, held in zip(text.sightings, is_known, strict=True) if held}
        kept.append(_Text(entry, tuple(one for one, held in zip(text.sightings, is_known, strict=True) if not held)))
    return kept, len(known)


def _report(texts: Sequence[_Text], looking: _Looking, key: Callable[[], bytes]) -> Report:
    counts = {"files": looking.files}
    if not any(text.sightings for text in texts):
        return Report((), {}, tuple(looking.skipped), counts, looking.size, is_incomplete=looking.is_incomplete)
    from irkit.scan.finding import Place
    from irkit.scan.grouped import Context, Seen, grouped
    from irkit.scan.scrubbed import scrubbed

    seen = [
        Seen(sighting, (Place(text.kind, text.entry.path, object_id=text.entry.object_id),))
        for text in texts
        for sighting in text.sightings
    ]
    groups = grouped(seen, Context(looking.detector.rule, key, lambda _: None))
    clean, skipped = scrubbed(groups.findings, looking.skipped, lambda body: looking.detector.look(body).sightings)
    return Report(
        tuple(clean), groups.dismissed, tuple(skipped), counts, looking.size, is_incomplete=looking.is_incomplete
    )
