"""A repository in a folder for as long as it is scanned: a mirror no larger than its share of the disk."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from irkit.clients.git_process import GitProcess
from irkit.errors import IrkitError, OutsideError
from irkit.scan.many.targets import Target
from irkit.secret import Secret

_PACK_SHARE = 0.8
"""Of the disk that a mirror may take, for its pack; the rest is for the pack's indexes and the refs."""
_BLOCK_BYTES = 512
"""The system's measure of how large a file may be."""
_STOPPED = (
    "File too large",
    *("signal 25", "signal 31", "ended with -25", "ended with -31"),
    "invalid index-pack output",
    "index-pack failed",
    "unpack-objects failed",
)
"""How git says that the kernel stopped it at the limit (SIGXFSZ is 25 on Linux and macOS, 31 on some)."""


def _hash(listing: str) -> str:
    return hashlib.sha256(listing.encode()).hexdigest()


NO_REFS = _hash("")
"""The ``refs_hash`` of an empty repository, and of a page that a server answers instead of a repository."""


class TooLarge(IrkitError):
    """A repository takes more disk than it may."""

    exit_code = 1


class Server(NamedTuple):
    """How repositories are fetched."""

    token: Secret | None
    hosts: frozenset[str]
    """Whom the token is for: no other host is given it, whatever a list names."""
    scratch: Path
    """Where mirrors live while they are scanned: a folder only its user can enter."""

    def refs_hash(self, target: Target) -> str:
        """Of every ref and what it points at, asked of the server or of the folder. Raises ``OutsideError``."""
        if target.folder is not None:
            if not target.folder.is_dir():
                raise OutsideError("the folder is not there", hint="it was moved or deleted: mend the list")
            git = GitProcess(target.folder)
            listing = git.local("for-each-ref", "--format=%(objectname) %(refname)")
            listing += git.local("worktree", "list", "--porcelain")  # the heads: one may be detached
        else:
            listing = GitProcess(self.scratch, self._token_for(target)).remote("ls-remote", target.url)
        return _hash(listing)

    @contextmanager
    def mirrored(self, target: Target, most: int) -> Iterator[Path]:
        """The folder with the repository; a mirror is gone afterwards. ``most`` is in bytes.

        Raises ``TooLarge`` and ``OutsideError``.
        """
        if target.folder is not None:
            yield target.folder
            return
        if target.size > most:
            raise TooLarge(f"{target.size:,} bytes are more than its share of the disk")
        folder = Path(tempfile.mkdtemp(prefix="mirror-", dir=self.scratch))
        try:
            self._fetch(target, folder, most)
            yield folder
        finally:
            shutil.rmtree(folder)

    def _token_for(self, target: Target) -> Secret | None:
        return self.token if urlsplit(target.url).hostname in self.hosts else None

    def _fetch(self, target: Target, folder: Path, most: int) -> None:
        git = GitProcess(folder, self._token_for(target), most_bytes=int(most * _PACK_SHARE))
        try:
            git.local("init", "--quiet", "--bare", ".")
            git.remote("fetch", "--quiet", "--no-write-fetch-head", "--no-tags", target.url, "+refs/*:refs/*")
        except OutsideError as error:
            is_of_network = type(error) is not OutsideError  # or a server that heard no more of a git that was stopped
            is_stopped = not is_of_network and any(sign in error.message for sign in _STOPPED)
            if is_stopped or _has_full_file(folder, int(most * _PACK_SHARE)):
                raise TooLarge(f"it is larger than {most:,} bytes, its share of the disk") from None
            raise


def _has_full_file(folder: Path, most: int) -> bool:
    """Whether a file there is as large as git may write one."""
    sizes = [entry.stat().st_size for entry in folder.glob("objects/pack/*") if entry.is_file()]
    return max(sizes, default=0) > most - _BLOCK_BYTES


def hosts_of(api: str) -> frozenset[str]:
    """Where the repositories of a GitHub lie, by the address of its API: ``https://api.HOST`` or ``https://HOST/api``."""
    host = urlsplit(api).hostname or ""
    return frozenset({host.removeprefix("api.")} - {""})
