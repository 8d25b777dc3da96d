"""Read the digests of a holding: each once, and what is the matter with those that are damaged or lie elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from irkit.cloudtrail.integrity.digest import Digest, digest
from irkit.cloudtrail.integrity.finding import Finding, Kind
from irkit.cloudtrail.integrity.gaps import HOUR
from irkit.cloudtrail.integrity.hashed import content
from irkit.cloudtrail.integrity.held import Held, Holding, Noted
from irkit.cloudtrail.integrity.threads import mapped
from irkit.cloudtrail.query import Window
from irkit.cloudtrail.source import Progress
from irkit.errors import OutsideError

_MOST = 16 << 20
"""Stored bytes of a digest: 100,000 log files an hour take some 5 MB."""


@dataclass
class Digests:
    """The digests that could be read, each with its metadata, and what is the matter with the others."""

    read: list[Digest] = field(default_factory=list)
    metadata: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """By the digest's place."""
    damaged: list[Held] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    home: dict[str, str] = field(default_factory=dict)
    """The bucket that all digests say, by the one they lie in, where that is another: a copy of the whole."""

    def at_home(self, held: Held) -> Held:
        """Where it lay in the bucket that this one is a copy of."""
        return held._replace(bucket=self.home.get(held.bucket, held.bucket))


def read_digests(
    holding: Holding, window: Window | None, jobs: int, told: Callable[[Progress], None] = lambda _: None
) -> Digests:
    """The digests of a holding; of a window, those that cover it and the one after, which tells a signature."""
    found = Digests()
    read: list[tuple[Held, Digest]] = []
    helds = tuple(holding.digests())
    every = mapped(lambda held: (held, _read_digest(holding, held)), helds, jobs)
    for number, (held, seen) in enumerate(every, start=1):
        told(Progress("digests", number, len(helds)))
        found.findings += seen.findings
        if seen.digest is None:
            found.damaged.append(held)
        elif window is None or (seen.digest.start_at < window.end + HOUR and window.start < seen.digest.end_at):
            read.append((held, seen.digest))
            found.metadata[held.place] = dict(holding.metadata(held))
    found.home = _home(read)
    for bucket, said in found.home.items():
        copy = f"s3://{bucket}/: a copy or a replica of that bucket"
        found.findings.append(Finding(Kind.OTHER_BUCKET, holding.label, f"s3://{said}/, as all digests say", copy))
    by_at: dict[tuple[str, str], list[tuple[Held, Digest]]] = {}
    for held, one in ((found.at_home(held), one) for held, one in read):
        if held.bucket and held.bucket != one.bucket:
            found.findings.append(_foreign(held, one))
        else:
            by_at.setdefault(one.at, []).append((held, one))
    found.damaged = [found.at_home(held) for held in found.damaged]
    found.read = [_in_place(those, found) for those in by_at.values()]
    return found


class _Read(NamedTuple):
    digest: Digest | None
    findings: tuple[Finding, ...] = ()


def _read_digest(holding: Holding, held: Held) -> _Read:
    try:
        stored = b"".join(_up_to(_MOST, holding.chunks(held)))
    except (OSError, OutsideError) as error:
        return _Read(None, (Finding(Kind.UNREADABLE_DIGEST, held.place, "a digest", str(error)),))
    copy = altered_copy(held, holding.noted(held), hashlib.sha256(stored).hexdigest())
    try:
        return _Read(digest(content((stored,)), held.place), copy)
    except (OutsideError, ValueError, EOFError) as error:
        seen = f"no digest any more: {error}"
        return _Read(None, (Finding(Kind.ALTERED_DIGEST, held.place, "a digest", seen), *copy))


def altered_copy(held: Held, noted: Noted | None, raw: str) -> tuple[Finding, ...]:
    """Whether a kept file's stored bytes are no more those that were kept."""
    if noted is None or noted.raw == raw:
        return ()
    expected = f"stored bytes of sha256 {noted.raw}, as the manifest says"
    return (Finding(Kind.ALTERED_COPY, held.place, expected, f"sha256 {raw}"),)


def _up_to(most: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """So many bytes and a chunk: whoever reads on finds the file cut off."""
    size = 0
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        if size > most:
            return


def _home(read: Sequence[tuple[Held, Digest]]) -> dict[str, str]:
    """The one other bucket that all digests say."""
    pairs = {(held.bucket, one.bucket) for held, one in read}
    here, said = next(iter(pairs)) if len(pairs) == 1 else ("", "")
    return {here: said} if here and said and here != said else {}


def _foreign(held: Held, one: Digest) -> Finding:
    """A digest of another bucket: it lists that one's files, so it is no more than named."""
    right = f"no digest here: it belongs to s3://{one.bucket}/{one.key}"
    seen = "a digest of another bucket"
    return Finding(Kind.MOVED_DIGEST, held.place, right, seen, series=one.series.text)


def _in_place(those: Sequence[tuple[Held, Digest]], found: Digests) -> Digest:
    """Of digests that say that they lie in one place, the one that does; the others are named."""
    here = [(held, one) for held, one in those if held.lies_at(*one.at)] or list(those[:1])
    chosen = here[0]
    for held, one in those:
        right = f"no digest here: it belongs to s3://{one.bucket}/{one.key}"
        if (held, one) == chosen:
            if not held.lies_at(*one.at):
                seen = "a digest that says that it lies elsewhere"
                found.findings.append(Finding(Kind.MOVED_DIGEST, held.place, right, seen, series=one.series.text))
        elif one.sha256 == chosen[1].sha256:
            seen = f"the same as {chosen[0].place}"
            found.findings.append(Finding(Kind.COPIED_DIGEST, held.place, right, seen, series=one.series.text))
        else:
            seen = f"another than {chosen[0].place}, which says that it lies in the same place"
            found.findings.append(Finding(Kind.ALTERED_DIGEST, held.place, right, seen, series=one.series.text))
    return chosen[1]
