"""Read the value of a scan's finding again, from where the report says it stands, and prove that it is that value.

A report holds no values: only places, and fingerprints under the user's own key. What is read never leaves memory.
"""

from __future__ import annotations

import hmac
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from irkit.errors import Refused
from irkit.scan.detect.detector import Detector
from irkit.scan.objects.cat_file import read_pieces, sizes
from irkit.scan.output.shown import shown
from irkit.scan.repository import Repository
from irkit.secret import Fingerprint, Secret
from irkit.wiring.scan_report import ReportedFinding, ReportedPlace

AROUND_BYTES = 4096
"""So much of the text on each side of the value is read with it: the other half of a key stands there."""
_MOST_BYTES = 64 << 20
"""A text that must be read whole, because the value is encoded in it, is at most so large (the scan's own limit)."""
_LONGEST_VALUE = 64 << 10
_PLACES_TRIED = 50


class FindingMoved(Refused):
    """The value is not where the report says, or the report's fingerprints are of another key."""


class Scanned(NamedTuple):
    """What was scanned, as it is here now."""

    folder: Path
    repository: Repository | None
    """None when the folder lies in no repository."""
    detector: Callable[[], Detector]
    key: bytes
    """Of the user's fingerprints."""
    why_none: str = ""
    """Why there is no repository."""

    def is_value(self, value: Secret, fingerprint: str) -> bool:
        """Whether the fingerprint is that of the value."""
        return hmac.compare_digest(value.fingerprint(self.key), Fingerprint(fingerprint))


class Passage(NamedTuple):
    """A value, proven to be the finding's, and the text around it."""

    value: Secret
    place: ReportedPlace
    span: tuple[int, int]
    """Of its form in the object or file, in bytes: start and end."""
    at: int
    """The first byte of its form in ``text``."""
    via: tuple[str, ...]
    """How it was decoded; empty when it stands there plainly."""
    text: bytes

    @property
    def size(self) -> int:
        """Of its form, in bytes."""
        return self.span[1] - self.span[0]

    def __repr__(self) -> str:
        return f"Passage({self.place.told!r})"


class _Text(NamedTuple):
    body: bytes
    first: int
    """Its first byte in the object or file."""
    span: tuple[int, int]
    """Of the value's form in it."""


class _UnreadError(Exception):
    """Why a place could not be read."""


def read_again(finding: ReportedFinding, scanned: Scanned) -> Passage:
    """The finding's value, from the first of its places that still has it. Raises ``FindingMoved``."""
    reasons: dict[str, None] = {}
    for place in finding.places[:_PLACES_TRIED]:
        try:
            for text in _texts(place, scanned):
                found = _proven(finding, place, text, scanned)
                if found is not None:
                    return found
                reasons[_not_it(finding, place, text)] = None
        except (_UnreadError, ValueError) as error:
            reasons[f"{place.told}: {error}"] = None
    said = "; ".join(list(reasons)[:3]) or "the report names no place of it"
    raise FindingMoved(
        f"{finding.fingerprint} cannot be read again: {said}",
        hint="run it where the scan ran (--scanned FOLDER), as the same user; or scan again; "
        "or give the inputs by hand, without --from-scan",
    )


def _proven(finding: ReportedFinding, place: ReportedPlace, text: _Text, scanned: Scanned) -> Passage | None:
    """The passage, when the value of the finding stands in the text: where the report says, or encoded around there."""
    start, end = text.span
    plain = text.body[start:end]
    if plain and scanned.is_value(_secret(plain), finding.fingerprint):
        return Passage(_secret(plain), place, (text.first + start, text.first + end), start, (), text.body)
    for seen in scanned.detector().look(text.body).sightings if place.via else ():
        if scanned.is_value(_secret(seen.value), finding.fingerprint):
            span = (text.first + seen.start, text.first + seen.end)
            return Passage(_secret(seen.value), place, span, seen.start, seen.via, text.body)
    return None


def _secret(value: bytes) -> Secret:
    return Secret(value.decode("utf-8", "backslashreplace"))  # as fingerprints are made of it


def _not_it(finding: ReportedFinding, place: ReportedPlace, text: _Text) -> str:
    start, end = text.span
    plain = text.body[start:end]
    if plain and _secret(plain).masked() == finding.last4:
        return f"{place.told}: the fingerprint there is another: the report was made with another user's key"
    return f"{place.told}: another text stands there now"


def _texts(place: ReportedPlace, scanned: Scanned) -> Iterator[_Text]:
    """The texts that a place may mean; of a value that stands there plainly only what is around it."""
    if place.span is None:
        raise _UnreadError(f"a {shown(place.kind)} says no more than that it is there")
    start, end = place.span
    if not start < end <= start + _LONGEST_VALUE:
        raise _UnreadError("its span is none")
    if place.object_id is not None:
        yield _of_object(place.object_id, (start, end), place.via, scanned)
        return
    if place.kind != "file":
        raise _UnreadError(f"a {shown(place.kind)} is no file")
    unread = "there is no such file here"
    for file in _candidates(place, scanned):
        try:
            text = _of_file(file, (start, end), place.via)
        except OSError as error:
            unread = error.strerror or "it cannot be read"
            continue
        except _UnreadError as error:
            unread = str(error)
            continue
        unread = ""
        yield text
    if unread:
        raise _UnreadError(unread)


def _of_object(id_: str, span: tuple[int, int], via: Sequence[str], scanned: Scanned) -> _Text:
    repository = scanned.repository
    if repository is None:
        raise _UnreadError(f"it is in a git repository, and here is none ({scanned.why_none})")
    listed = sizes(repository, [id_]).get(id_)
    if listed is None:
        raise _UnreadError(f"this repository has no object {id_[:12]}")
    first, last = _window(span, via, listed.size)
    parts: list[bytes] = []
    offset = 0
    for piece in read_pieces(repository, id_):
        parts.append(piece[max(first - offset, 0) : max(last - offset, 0)])
        offset += len(piece)
        if offset >= last:
            break
    body = b"".join(parts)
    if len(body) != last - first:
        raise _UnreadError(f"git cannot read the object {id_[:12]}")
    return _Text(body, first, (span[0] - first, span[1] - first))


def _of_file(file: Path, span: tuple[int, int], via: Sequence[str]) -> _Text:
    handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as opened:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise _UnreadError("it is no regular file")
        first, last = _window(span, via, found.st_size)
        opened.seek(first)
        return _Text(opened.read(last - first), first, (span[0] - first, span[1] - first))


def _window(span: tuple[int, int], via: Sequence[str], size: int) -> tuple[int, int]:
    """From where to where to read."""
    if span[1] > size:
        raise _UnreadError("it is shorter than the report says")
    if not via:
        return max(span[0] - AROUND_BYTES, 0), min(span[1] + AROUND_BYTES, size)
    if size > _MOST_BYTES:
        raise _UnreadError(f"it is encoded in more than {_MOST_BYTES >> 20} MiB")
    return 0, size


def _candidates(place: ReportedPlace, scanned: Scanned) -> Iterator[Path]:
    """Files of repositories are told from the work tree's root on, others as they were named."""
    tree = scanned.repository.work_tree if scanned.repository else None
    roots = (tree, scanned.folder if scanned.folder.is_dir() else None, Path())
    yield from dict.fromkeys(Path(os.path.abspath(root / place.file)) for root in roots if root)  # noqa: PTH100
