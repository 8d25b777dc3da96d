"""Where texts come from: files, and the blobs of git's index (never the work tree for those).

Reads only: ``git diff``, ``git ls-files`` and ``git cat-file`` write nothing into the repository.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple, Self

from irkit.errors import UsageError

CHUNK_BYTES = 1 << 20
_GITLINK = "160000"
_RAW = re.compile(r":\d{6} (\d{6}) [0-9a-f]+ ([0-9a-f]+) ([A-Z])\d*")
_LISTED = re.compile(r"(\d{6}) ([0-9a-f]+) ([0-3])\t(.*)", re.DOTALL)


class Unreadable(UsageError):
    """Something that was to be scanned could not be read."""


class Staged(NamedTuple):
    """An entry of the index."""

    path: str
    object_id: str


class Index(NamedTuple):
    """What is to be scanned of an index; ``submodules`` hold no text of this repository."""

    entries: tuple[Staged, ...]
    submodules: tuple[str, ...]


def file_chunks(path: str) -> Iterator[bytes]:
    """The bytes of a regular file. Raises ``Unreadable``."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - pathlib would be one more import of the hook
            what = "a folder" if os.path.isdir(path) else "not a regular file"  # noqa: PTH112
            raise Unreadable(f"it is {what}", hint="name files: git ls-files -z | xargs -0 irkit scan")
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except (OSError, ValueError) as error:
        raise Unreadable(str(getattr(error, "strerror", None) or error)) from None


def index(names: Sequence[str]) -> Index:
    """What is staged against HEAD; with names, all that the index holds of these files and folders.

    Raises ``Unreadable``: no repository, an unmerged file, or a name that is not in the index.
    """
    if names:
        out = _git("--literal-pathspecs", "ls-files", "-z", "--stage", "--error-unmatch", "--", *names)
        rows = [match.groups() for record in out.split("\0") if (match := _LISTED.fullmatch(record))]
        listed = [(mode, object_id, path, stage != "0") for mode, object_id, stage, path in rows]
    else:
        diff = ("diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-relative")
        words = _git(*diff, "--ignore-submodules=none", "--diff-filter=d").split("\0")
        pairs = zip(words[::2], words[1::2], strict=False)
        found = [(match, path) for head, path in pairs if (match := _RAW.fullmatch(head))]
        listed = [(match[1], match[2], path, match[3] == "U") for match, path in found]
    for *_, path, is_unmerged in listed:
        if is_unmerged:
            raise Unreadable(f"{path} is unmerged", hint="resolve the conflict and `git add` it")
    entries = tuple(Staged(path, object_id) for mode, object_id, path, _ in listed if mode != _GITLINK)
    return Index(entries, tuple(path for mode, _, path, _ in listed if mode == _GITLINK))


class Blobs:
    """Blobs of the repository, one after the other from one ``git cat-file --batch``; a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(["git", "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes():
            pipe.close()
        self._process.wait()

    def chunks(self, object_id: str) -> Iterator[bytes]:
        """The bytes of a blob; read them to the end before the next. Raises ``Unreadable``."""
        into, out = self._pipes()
        try:
            into.write(f"{object_id}\n".encode())
            into.flush()
        except BrokenPipeError:
            raise Unreadable("git cat-file ended early") from None
        words = out.readline().split()
        if len(words) != 3 or words[1] != b"blob":  # noqa: PLR2004 - id, type and size
            said = b" ".join(words[1:]).decode(errors="replace") or "git cat-file ended early"
            raise Unreadable(f"git has not its content: {said}", hint="a partial clone? `git fetch` brings it")
        left = int(words[2]) + 1  # and the line end after it
        while left:
            chunk = out.read(min(CHUNK_BYTES, left))
            if not chunk:
                raise Unreadable("git cat-file ended early")
            left -= len(chunk)
            yield chunk if left else chunk[:-1]

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process.stdin is None or self._process.stdout is None:
            raise Unreadable("git cat-file has no pipes")
        return self._process.stdin, self._process.stdout


def _git(*words: str) -> str:
    try:
        ran = subprocess.run(["git", *words], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise Unreadable(f"git does not start: {error.strerror}") from None
    if ran.returncode != 0:
        if words[0] == "diff":  # without a repository it complains of its options
            _git("rev-parse", "--git-dir")
        said = ran.stderr.decode(errors="replace").strip().splitlines()
        raise Unreadable(
            f"git {words[0].lstrip('-')}: {said[0] if said else ran.returncode}", hint="nothing was scanned"
        )
    return os.fsdecode(ran.stdout)
