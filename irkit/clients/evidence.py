"""Files of evidence in an incident's folder: written whole or not at all, hashed, never overwritten."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from irkit.errors import InputMissing, IrkitError


@dataclass(frozen=True)
class EvidenceFile:
    """A kept file. ``path`` is relative to the incident's folder; ``coverage`` says what was not looked at."""

    path: str
    sha256: str
    size: int
    what: str
    count: int
    coverage: str


class Evidence:
    """Keeps evidence for one step; ``kept`` is told of each file, so that it can be journalled."""

    def __init__(self, folder: Path, recipient: str, kept: Callable[[EvidenceFile], None]) -> None:
        self._folder = folder
        self._recipient = recipient
        self._kept = kept

    def keep(
        self, name: str, data: bytes | Iterable[bytes], *, what: str, count: int, coverage: str = ""
    ) -> EvidenceFile:
        """Write ``evidence/<name>`` (mode 0600, on disk on return); a taken name gets a number."""
        chunks = (data,) if isinstance(data, bytes) else data
        with self._new_file(name) as file:
            for chunk in chunks:
                file.write(chunk)
        return self._told(file, what, count, coverage)

    def folder(self, name: str) -> Path:
        """The folder ``evidence/<name>`` (mode 0700), for many files that one kept file lists with their hashes."""
        _require_plain(name)
        folder = self._folder / "evidence" / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def keep_sealed(
        self, name: str, stream: IO[bytes] | Iterable[bytes], *, what: str, count: int, coverage: str = ""
    ) -> EvidenceFile:
        """As ``keep``, encrypted with age to the configured recipient on its way to the disk.

        Raises ``InputMissing`` when no recipient is configured: evidence that holds a secret is not kept in the clear.
        """
        self.require_recipient(name)
        import pyrage

        try:
            recipient = pyrage.x25519.Recipient.from_str(self._recipient)
        except pyrage.RecipientError as error:
            msg = "evidence_recipient is no age public key"
            raise InputMissing(msg, hint="it must look like age1...") from error
        chunks = _Chunks(iter(stream))
        source = stream if hasattr(stream, "read") else io.BufferedReader(chunks)
        with self._new_file(name) as file:
            try:
                pyrage.encrypt_io(source, file, [recipient])
            except pyrage.EncryptError as error:
                raise chunks.error or IrkitError(f"{name} could not be sealed: {error}") from None
        return self._told(file, what, count, coverage)

    def holds(self, path: str, sha256: str) -> bool:
        """Whether a kept file (``path`` relative to the incident's folder) is there and hashes as it did."""
        file = self._folder / path
        if file.parent != self._folder / "evidence" or not file.is_file():
            return False
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == sha256

    def require_recipient(self, name: str) -> None:
        """Raise ``InputMissing`` when nothing could be sealed: for plans, lest one approves what cannot be done."""
        if not self._recipient:
            msg = f"{name} may hold secrets, and there is no age key to seal it to"
            raise InputMissing(msg, hint="set evidence_recipient to an age public key (age1...)")

    def _told(self, file: _HashingFile, what: str, count: int, coverage: str) -> EvidenceFile:
        path = f"evidence/{file.name}"
        kept = EvidenceFile(path, file.sha256.hexdigest(), file.size, what, count, coverage)
        self._kept(kept)
        return kept

    @contextmanager
    def _new_file(self, name: str) -> Iterator[_HashingFile]:
        """A draft, locked for as long as its writer lives; of a lost one, ``IncidentFolder.running`` takes it away."""
        _require_plain(name)
        try:
            with self._draft(name) as file:
                yield file
        except OSError as error:
            if isinstance(error, (ConnectionError, TimeoutError)) or error.errno is None:
                raise  # of where it comes from
            msg = f"evidence {name} cannot be written to {self._folder / 'evidence'}: {error.strerror}"
            raise IrkitError(msg, hint="see to the disk, then retry the step; nothing half-written was kept") from error

    @contextmanager
    def _draft(self, name: str) -> Iterator[_HashingFile]:
        folder = self._folder / "evidence"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".{secrets.token_hex(8)}.part"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as below:
            try:
                fcntl.flock(below, fcntl.LOCK_EX)
                file = _HashingFile(below)
                yield file
                below.flush()
                os.fsync(below.fileno())
                file.name = _placed(draft, folder, name)
            finally:
                draft.unlink()
        entry = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)


def _require_plain(name: str) -> None:
    if not name or Path(name).name != name or name.startswith("."):
        msg = f"{name!r} is no file name for evidence"
        raise IrkitError(msg)


def _placed(draft: Path, folder: Path, name: str) -> str:
    """Give the draft its name, or the name with the first free number; a hard link never overwrites."""
    stem, dot, ending = name.partition(".")
    number = 1
    while True:
        candidate = name if number == 1 else f"{stem}-{number}{dot}{ending}"
        try:
            os.link(draft, folder / candidate)
        except FileExistsError:
            number += 1
        else:
            return candidate


class _HashingFile(io.RawIOBase):
    """Counts and hashes what goes through to the file below."""

    name = ""

    def __init__(self, below: IO[bytes]) -> None:
        super().__init__()
        self._below = below
        self.sha256 = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        raw = bytes(memoryview(data))  # type: ignore[arg-type]
        self.sha256.update(raw)
        self.size += len(raw)
        self._below.write(raw)
        return len(raw)


class _Chunks(io.RawIOBase):
    """An iterable of bytes as a file to read from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._left = b""
        self.error: IrkitError | None = None
        """Why there are no more, when that is for a reason: age tells only that it could not read."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._left:
            try:
                chunk = next(self._chunks, None)
            except IrkitError as error:
                self.error = error
                raise
            if chunk is None:
                return 0
            self._left = chunk
        taken = self._left[: len(view)]
        self._left = self._left[len(taken) :]
        view[: len(taken)] = taken
        return len(taken)
