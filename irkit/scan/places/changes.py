"""What each commit adds and removes of what is looked for, against its first parent: the rows of ``git diff-tree``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from irkit.scan.places.bitset import mask_of
from irkit.scan.quick import NamedTuple

_WORDS = ("diff-tree", "--stdin", "-r", "--root", "--raw", "--no-abbrev", "--no-renames", "-z")
_MODES = len(":100644 100644 ")


class Track(NamedTuple):
    """Something to follow through history: a blob at a path, a file at a path whose name is a secret, or a commit."""

    object_id: bytes
    """In hex; empty for a file that is followed for its name."""
    path: bytes

    @property
    def is_commit(self) -> bool:
        """Whether it is a commit, followed for its own text: that has no path."""
        return not self.path


class Wanted(NamedTuple):
    """What to look for."""

    blobs: frozenset[bytes]
    """Ids, in hex."""
    names: tuple[bytes, ...] = ()
    """Texts in paths."""


class Changes:
    """Tracks found, each with a number, and per commit the tracks it adds and removes."""

    def __init__(self, wanted: Wanted, width: int) -> None:
        self.wanted = wanted
        self.width = width
        """Hex digits of an id: 40, or 64."""
        self.tracks: dict[Track, int] = {}
        self._of_commit: dict[bytes, tuple[list[int], list[int]]] = {}

    @property
    def of_commit(self) -> dict[bytes, tuple[int, int]]:
        """By commit id: bits of what it has and its first parent has not, and the other way round."""
        return {id_: (mask_of(added), mask_of(removed)) for id_, (added, removed) in self._of_commit.items()}

    @property
    def numbers(self) -> dict[bytes, tuple[list[int], list[int]]]:
        """As ``of_commit``, with the tracks' numbers; what is put into it counts as seen."""
        return self._of_commit

    def bit(self, track: Track) -> int:
        """The bit of a track, new or known."""
        return 1 << self._number(track)

    def adds(self, commit: bytes, track: Track) -> None:
        """Notes that a commit has it and its first parent has not."""
        self._of_commit.setdefault(commit, ([], []))[0].append(self._number(track))

    def removes(self, commit: bytes, track: Track) -> None:
        """Notes that a commit has it no more and its first parent has it."""
        self._of_commit.setdefault(commit, ([], []))[1].append(self._number(track))

    def _number(self, track: Track) -> int:
        return self.tracks.setdefault(track, len(self.tracks))

    def row(self, commit: bytes, row: bytes, path: bytes) -> None:
        """Takes one row in which something wanted stands."""
        split = _MODES + self.width
        old, new = row[_MODES:split], row[split + 1 : split + 1 + self.width]
        blobs = self.wanted.blobs
        if new in blobs:
            self.adds(commit, Track(new, path))
        if old in blobs:
            self.removes(commit, Track(old, path))
        status = row[-1:]
        if status in b"AD" and any(name in path for name in self.wanted.names):
            (self.adds if status == b"A" else self.removes)(commit, Track(b"", path))


class Rows:
    """Takes the output of one diff-tree, in pieces cut anywhere, and tells ``Changes`` of the rows that matter."""

    def __init__(self, changes: Changes, headed: Callable[[bytes], None] | None = None) -> None:
        self._changes = changes
        self._headed = headed
        self._rest = b""
        self._commit = b""

    def take(self, data: bytes) -> None:
        """The next piece. Each row is ``:modes old new status NUL path NUL``; a commit's id stands before its rows."""
        data = self._rest + data
        cut = data.rfind(b"\0") + 1
        tokens = data[:cut].split(b"\0")
        tokens.pop()
        self._rest = data[cut:]
        names = self._changes.wanted.names
        if names and any(name in data for name in names):
            self._each(tokens, names)
        else:
            self._each(tokens, ())

    def _each(self, tokens: list[bytes], names: tuple[bytes, ...]) -> None:
        blobs, row = self._changes.wanted.blobs, self._changes.row
        commit, headed = self._commit, self._headed
        split = _MODES + self._changes.width
        end = split + 1 + self._changes.width
        walk = iter(tokens)
        for token in walk:
            if token[:1] != b":":
                commit = token
                if headed:
                    headed(commit)
                continue
            path = next(walk, None)
            if path is None:
                self._rest = token + b"\0" + self._rest
                break
            if token[_MODES:split] in blobs or token[split + 1 : end] in blobs or (names and _has(path, names)):
                row(commit, token, path)
        self._commit = commit


def _has(path: bytes, names: Iterable[bytes]) -> bool:
    return any(name in path for name in names)


def diff_words(*more: str) -> tuple[str, ...]:
    """Words of the git that prints the rows: all files, whatever their attributes, no renames guessed."""
    return (*_WORDS, *more)
