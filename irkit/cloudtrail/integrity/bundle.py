"""A bundle of kept log files (``irkit.cloudtrail.kept``), checked offline; its copies too, by its manifest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path

from irkit.cloudtrail import layout
from irkit.cloudtrail.integrity.digest import series
from irkit.cloudtrail.integrity.finding import Finding, Kind
from irkit.cloudtrail.integrity.folder import KEYS
from irkit.cloudtrail.integrity.held import Held, Noted, Spoken, Unread
from irkit.cloudtrail.integrity.manifest import NAME, Manifest, Row, read_manifest
from irkit.cloudtrail.integrity.metadata import is_sidecar
from irkit.cloudtrail.integrity.public_keys import PublicKey, read_keys
from irkit.cloudtrail.integrity.threads import JOBS
from irkit.cloudtrail.kept_objects import INDEX, KeptObjects
from irkit.cloudtrail.query import Window
from irkit.errors import OutsideError

OBJECTS = "objects"
BEFORE = ".before"
"""How a small file ends that another try of keeping wrote otherwise."""
_CHUNK = 1 << 18


class Bundle:
    """A ``Holding`` of a bundle. ``keys`` are files of public keys, used instead of the bundle's own."""

    def __init__(self, root: Path, keys: Iterable[Path] = ()) -> None:
        self._root = root
        self._given = tuple(keys)
        self.manifest: Manifest = read_manifest(root / NAME)

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"the bundle {self._root} of {self.manifest.source}"

    @property
    def asked_at(self) -> datetime:
        """When it was made."""
        return self.manifest.taken_at

    @property
    def window(self) -> Window | None:
        """The span that it was made of."""
        since, until = self.manifest.since, self.manifest.until
        return Window(since, until) if since and until else None

    @cached_property
    def _rows(self) -> Mapping[str, Row]:
        """By the place that is shown."""
        return {self._place(one): one for one in self.manifest.rows}

    def _place(self, one: Row) -> str:
        return str(self._root / one.path) if one.path else f"s3://{one.bucket}/{one.key}"

    def _held(self) -> Iterator[Held]:
        for place, one in self._rows.items():
            yield Held(place, one.key, one.bucket, one.noted.size, one.modified_at)

    @property
    def jobs(self) -> int:
        """As many as processors can do."""
        return JOBS

    def digests(self) -> Iterable[Held]:
        """Every digest."""
        return [one for one in self._held() if _is_digest(one.key)]

    def logs(self) -> Iterable[Held]:
        """Every other object."""
        return [one for one in self._held() if not _is_digest(one.key)]

    def unread(self) -> tuple[Unread, ...]:
        """What could not be read when it was made, and files that its manifest does not name."""
        known = {self._root / one.path for one in self.manifest.rows if one.path}
        # What a try of keeping fetched that was stopped, for another span of time.
        known |= {one.path for one in KeptObjects(self._root / OBJECTS).everything()}
        found = (Path(folder, name) for folder, _, names in os.walk(self._root / OBJECTS) for name in names)
        why = "the manifest does not name it: added later"
        added = (Unread(str(path), why) for path in found if path not in known and not _is_ours(path.name))
        return (*self.manifest.unread, *added)

    def chunks(self, one: Held) -> Iterator[bytes]:
        """Its stored bytes."""
        row = self._rows[one.place]
        if not row.path:
            raise OutsideError(f"{one.place} is only referenced", hint="its bytes are in the bucket")
        with open(one.place, "rb", buffering=0) as file:  # noqa: PTH123 - 100,000 of them
            while chunk := file.read(_CHUNK):
                yield chunk

    def metadata(self, one: Held) -> Mapping[str, str]:
        """A digest's metadata, as they were in S3."""
        return self._rows[one.place].metadata

    def noted(self, one: Held) -> Noted | None:
        """What the manifest says of it."""
        return self._rows[one.place].noted

    def spoken(self) -> tuple[Spoken, ...]:
        """Nothing: no network is asked."""
        return ()

    def touched(self) -> tuple[Finding, ...]:
        """The public keys, when they are no more those that AWS gave: they would prove whatever somebody signed."""
        path, said = self._root / KEYS, self.manifest.keys_sha256
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except FileNotFoundError:
            sha256 = ""
        if said is None or said == sha256:
            return ()
        expected = f"sha256 {said}, as the manifest says" if said else "no file: none was kept"
        return (Finding(Kind.ALTERED_COPY, str(path), expected, f"sha256 {sha256}" if sha256 else "no such file"),)

    def past(self, place: str) -> str:  # noqa: ARG002 - only a bucket remembers
        """Nothing: files have no versions."""
        return ""

    def notes(self) -> Iterable[str]:
        """What the bundle itself rests on."""
        sha256 = hashlib.sha256((self._root / NAME).read_bytes()).hexdigest()
        yield f"The manifest's SHA-256 is {sha256}: the incident's journal must have the same."
        if not self._given:
            unsure = "; the manifest, of an older irkit, says nothing of them" if self._says_no_keys else ""
            yield f"The public keys are those that AWS gave when the bundle was made ({KEYS}){unsure}."

    @property
    def _says_no_keys(self) -> bool:
        return self.manifest.keys_sha256 is None

    def keys(self, regions: Iterable[str], since: datetime, until: datetime) -> tuple[PublicKey, ...]:  # noqa: ARG002
        """The keys given, or those that AWS gave when the bundle was made."""
        own = self._root / KEYS
        files = self._given or ((own,) if own.is_file() else ())
        return tuple(key for file in files for key in read_keys(file))


def _is_ours(name: str) -> bool:
    """Whether a file was written beside the objects, for whoever reads them without irkit."""
    return name == INDEX or is_sidecar(name) or name.endswith(BEFORE)


def _is_digest(key: str) -> bool:
    return bool(series(key)) or layout.named(key).kind is layout.Kind.DIGEST
