"""Refs, reflogs and git's own texts that are there and cannot be read: what stood in them is not known."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from irkit.scan.finding import Skipped
from irkit.scan.places.names import text_files
from irkit.scan.places.refs import read_refs, worktrees
from irkit.scan.repository import Repository

_BROKEN = "a broken ref: it names neither an object nor another ref"
_CONTENT = re.compile(rb"ref: *\S|[0-9a-f]{40}")
_FOLDERS = ("refs", "logs", "info")


def unread(repository: Repository) -> tuple[Skipped, ...]:
    """The files and folders, each with the reason."""
    skipped: list[Skipped] = []
    files = [file for _, file in text_files(repository)]
    for home in (repository.common_dir, *worktrees(repository)):
        files += [home / "HEAD", home / "packed-refs"]
        for name in _FOLDERS:
            files += _below(home / name, skipped)
    closed = [file for file in dict.fromkeys(files) if not os.access(file, os.R_OK) and file.exists()]
    skipped += [Skipped(str(file), "it cannot be read: refs and texts in it are not known") for file in closed]
    unreadable = {os.path.relpath(file, repository.common_dir) for file in closed}
    skipped += [Skipped(name, _BROKEN) for name in _broken(repository) if name not in unreadable]
    return tuple(skipped)


def _broken(repository: Repository) -> Iterator[str]:
    """Files of refs that say nothing, as a crash leaves them, or nothing that is a ref's."""
    for name, text in read_refs(repository).contents:
        is_ref = name.startswith(b"refs/") and not name.endswith(b".lock")
        if is_ref and not _CONTENT.match(text):
            yield os.fsdecode(name)


def _below(folder: Path, skipped: list[Skipped]) -> Iterator[Path]:
    def closed(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            skipped.append(Skipped(str(error.filename), f"refs and texts in it are not known: {error.strerror}"))

    for at, _, names in os.walk(folder, onerror=closed):
        yield from (Path(at, name) for name in names)
