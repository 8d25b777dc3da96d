"""What a place is called in baselines and ignore files: its path below the root of the repository."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path

from irkit.scan.finding import Place, PlaceKind

_LONGEST = 8_000_000
"""A larger file is not read again for a baseline's sake, in bytes."""
_AROUND = 300
_KEPT = 32_000_000
"""How much text is kept, in characters, for the next question about the same file."""


class Sites:
    """Knows the root, and reads files below it: nothing else, whatever a baseline names."""

    def __init__(self, root: Path | None) -> None:
        self._root = root.resolve() if root is not None else None
        self._here = Path.cwd()
        self._texts: dict[str, str | None] = {}

    def names(self, place: Place) -> tuple[str, ...]:
        """Paths below the root that the place can be meant by, the likeliest first; none for a message.

        A file's path is told as it was asked for, from the folder irkit was started in; an index entry's from the root.
        """
        if not place.path:
            return ()
        plain = posixpath.normpath(place.path)
        if self._root is None or place.kind is not PlaceKind.FILE or (self._here == self._root and plain[0] != "/"):
            return (plain,)
        asked = os.path.relpath(self._here / place.path, self._root)
        if plain.startswith("/"):
            return (asked,)
        return (asked, plain) if (self._here / place.path).exists() else (plain, asked)

    def exists(self, path: str) -> bool:
        """Whether there is a file of that path below the root."""
        return self._file(path) is not None

    def text(self, path: str) -> str | None:
        """The file's text; None when there is none, it lies outside the root, is no plain file or is very large."""
        if path not in self._texts:
            if sum(len(text or "") for text in self._texts.values()) > _KEPT:
                self._texts.clear()
            self._texts[path] = self._read(path)
        return self._texts[path]

    def near(self, path: str, line: int, value: str) -> str | None:
        """The line of the file, at most 300 characters around the value; None when the value does not stand there."""
        lines = (self.text(path) or "").split("\n")
        if not 0 < line <= len(lines):
            return None
        first = value.split("\n", 1)[0]
        at = lines[line - 1].find(first)
        return None if at < 0 else lines[line - 1][max(0, at - _AROUND) : at + len(first) + _AROUND]

    def _file(self, path: str) -> Path | None:
        if self._root is None:
            return None
        try:
            file = (self._root / path).resolve()
            return file if file.is_relative_to(self._root) and file.is_file() else None
        except (OSError, ValueError):
            return None

    def _read(self, path: str) -> str | None:
        file = self._file(path)
        try:
            if file is None or file.stat().st_size > _LONGEST:
                return None
            return file.read_bytes().decode("utf-8", "replace")
        except OSError:
            return None
