"""Log files, digests, their saved metadata and public keys in a folder; nothing is asked of any network."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from irkit.cloudtrail.integrity.digest import series
from irkit.cloudtrail.integrity.finding import Finding
from irkit.cloudtrail.integrity.held import Held, Noted, Spoken, Unread
from irkit.cloudtrail.integrity.metadata import is_sidecar, read_metadata, sidecar
from irkit.cloudtrail.integrity.others import is_others
from irkit.cloudtrail.integrity.public_keys import PublicKey, read_keys
from irkit.cloudtrail.integrity.threads import JOBS
from irkit.cloudtrail.kept_objects import INDEX
from irkit.cloudtrail.layout import Kind, named
from irkit.cloudtrail.query import Window
from irkit.cloudtrail.record import parsed, word
from irkit.errors import OutsideError, UsageError

KEYS = "public-keys.json"
"""Where a bundle keeps AWS's public keys; read from any folder that is checked."""
_CHUNK = 1 << 18
_DIGESTS = "CloudTrail-Digest"
_BEGIN = 200
"""Bytes of a file within which a list of public keys names itself."""
_RECORDS = (".json", ".gz", ".jsonl", ".ndjson")
"""How a file may end that a reader of records would read."""


class Folder:
    """A ``Holding`` of the files below a folder (or of one file). ``keys`` are further files of public keys."""

    def __init__(self, root: Path, keys: Iterable[Path] = (), asked_at: datetime | None = None) -> None:
        if not root.exists():
            raise UsageError(f"{root} does not exist", hint="name a folder of log files and digests, or an S3 URL")
        self._root = root
        self._keys = tuple(keys)
        self._others = 0
        self._unread: dict[str, Unread] = {}
        self.asked_at = asked_at or datetime.now(UTC)

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"files under {self._root}"

    @property
    def window(self) -> Window | None:
        """All that is there."""
        return None

    @cached_property
    def _files(self) -> tuple[list[Held], list[Held]]:
        """The digests, and the other files that may hold records."""
        digests: list[Held] = []
        logs: list[Held] = []
        for place, key, size in self._walked():
            if is_others(key):
                self._others += 1
                continue
            one = Held(place, key, size=size)
            if _DIGESTS in place and (series(key) or named(key).kind is Kind.DIGEST):
                digests.append(one)
            else:
                logs.append(one)
        return sorted(digests), sorted(logs)

    def _walked(self) -> Iterator[tuple[str, str, int]]:
        """Path, path below the folder, and size of each file that may hold records."""
        if not self._root.is_dir():
            yield str(self._root), self._root.name, self._root.stat().st_size
            return
        root = str(self._root)
        keys = {os.path.realpath(path) for path in (*self._keys, *self._own_keys)}
        names = {Path(path).name for path in keys}
        waiting = [root]
        while waiting:
            for entry in self._entries(waiting.pop()):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_symlink() and entry.is_dir():
                    self._told(entry.path, "it is a link to a folder, and links are not followed")
                elif not entry.name.endswith(_RECORDS) or is_sidecar(entry.name):
                    continue
                elif not entry.is_file():
                    self._told(entry.path, "it is no regular file")
                elif entry.name in names and os.path.realpath(entry.path) in keys:
                    continue
                elif entry.name != INDEX or not _is_index(Path(entry.path)):
                    yield entry.path, entry.path[len(root) :].lstrip("/"), entry.stat().st_size

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return list(entries)
        except OSError as error:
            self._told(folder, error.strerror or str(error))
            return []

    @cached_property
    def _own_keys(self) -> tuple[Path, ...]:
        """Files of public keys in the folder itself: ``public-keys.json``, or what else holds a list of them."""
        if not self._root.is_dir():
            return ()
        return tuple(path for path in sorted(self._root.glob("*.json")) if path.is_file() and _has_keys(path))

    def _told(self, place: str, why: str) -> None:
        self._unread[place] = Unread(place, why)

    @property
    def jobs(self) -> int:
        """As many as processors can do."""
        return JOBS

    def digests(self) -> Iterable[Held]:
        """Every digest."""
        return self._files[0]

    def logs(self) -> Iterable[Held]:
        """Every other file that may hold records."""
        return self._files[1]

    def unread(self) -> tuple[Unread, ...]:
        """What could not be listed."""
        return tuple(self._unread.values())

    def chunks(self, one: Held) -> Iterator[bytes]:
        """Its stored bytes."""
        with open(one.place, "rb", buffering=0) as file:  # noqa: PTH123 - 100,000 of them
            while chunk := file.read(_CHUNK):
                yield chunk

    def metadata(self, one: Held) -> Mapping[str, str]:
        """What the file beside a digest says; nothing where there is none."""
        found = sidecar(Path(one.place))
        if found is None:
            return {}
        try:
            return read_metadata(found)
        except OutsideError as error:
            self._told(str(found), error.message)
            return {}

    def noted(self, one: Held) -> Noted | None:  # noqa: ARG002 - of a bundle alone
        """Nothing: nobody wrote anything down of these files."""
        return None

    def spoken(self) -> tuple[Spoken, ...]:
        """Nothing: no network is asked."""
        return ()

    def touched(self) -> tuple[Finding, ...]:
        """Nothing: it was not kept by irkit."""
        return ()

    def past(self, place: str) -> str:  # noqa: ARG002 - only a bucket remembers
        """Nothing: files have no versions."""
        return ""

    def notes(self) -> Iterable[str]:
        """Whose word the public keys are."""
        if self._others:
            yield f"{self._others} files of other services were not looked at."
        files = dict.fromkeys((*self._keys, *self._own_keys))
        if files:
            prints = ", ".join(dict.fromkeys(key.fingerprint for file in files for key in read_keys(file)))
            yield (
                f"The public keys are those of {', '.join(map(str, files))}: what they prove is worth as much as that "
                f"file. AWS tells the same to anybody who asks (cloudtrail:ListPublicKeys): {prints}"
            )

    def keys(self, regions: Iterable[str], since: datetime, until: datetime) -> tuple[PublicKey, ...]:  # noqa: ARG002
        """All keys of the files given, and of those in the folder itself."""
        files = dict.fromkeys((*self._keys, *self._own_keys))
        return tuple(key for file in files for key in read_keys(file))


def _has_keys(path: Path) -> bool:
    with path.open("rb") as file:
        return path.name == KEYS or b"ublicKeyList" in file.read(_BEGIN)


def _is_index(path: Path) -> bool:
    """Whether a file is irkit's own list of kept objects, and not records under that name."""
    with path.open("rb") as file:
        first = file.readline(_CHUNK)
    try:
        return bool(word(parsed(first), "place") and word(parsed(first), "sha256"))
    except OutsideError:
        return False
