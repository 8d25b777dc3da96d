"""A git process started by ``posix_spawn``: the ``subprocess`` module alone would cost the hook 5 ms."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from irkit.errors import UsageError
from irkit.scan.quick import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO, Self

    _Action = tuple[int, int, int] | tuple[int, int, str, int, int]

CHUNK_BYTES = 1 << 20
_READ_ONLY = {
    "GIT_ALLOW_PROTOCOL": "none",  # a git before 2.45 does not know GIT_NO_LAZY_FETCH
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_SAID_LENGTH = 2000
MAPPED_BYTES = 64 << 20
"""How much of the packs git maps at once; it holds whole only blobs of half of that, larger ones it passes on as it
inflates them."""


class GitFailed(UsageError):
    """git does not start, refuses, or ends early: what was to be scanned was not."""


class Said(NamedTuple):
    """How a git ended."""

    code: int
    out: bytes
    error: str
    """The first line that it complained of."""
    complaints: tuple[str, ...] = ()
    """All these lines."""


def environment() -> dict[str, str]:
    """Ours as it is (a hook's git says by it which index and repository are meant), and nothing written or fetched."""
    return dict(os.environ) | _READ_ONLY


def lean(mapped: int) -> Iterator[str]:
    """The words with which git maps no more than so many bytes of its packs at once."""
    for setting, size in (("bigFileThreshold", mapped // 2), ("packedGitWindowSize", mapped // 4)):
        yield from ("-c", f"core.{setting}={size}")
    yield from ("-c", f"core.packedGitLimit={mapped}")


class Asked:
    """A git that was asked one thing and works on it; ``said()`` waits for the answer."""

    def __init__(self, *words: str, environ: Mapping[str, str] | None = None) -> None:
        """Start it, in this environment or in that of a hook. Raises ``GitFailed`` when it does not start."""
        self._out, out = os.pipe()
        self._error, error = os.pipe()
        actions = ((os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, error, 2))
        try:
            self._pid = _spawned(words, [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), *actions], environ)
        finally:
            os.close(out)
            os.close(error)

    def said(self) -> Said:
        """What it answered; both pipes are read at once, so that neither fills up."""
        import select

        texts = {self._out: bytearray(), self._error: bytearray()}
        waiting = [self._out, self._error]
        while waiting:
            for pipe in select.select(waiting, [], [])[0]:
                chunk = os.read(pipe, CHUNK_BYTES)
                texts[pipe] += chunk
                if not chunk:
                    waiting.remove(pipe)
                    os.close(pipe)
        code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        lines = tuple(bytes(texts[self._error]).decode(errors="replace").strip().splitlines())
        return Said(code, bytes(texts[self._out]), lines[0][:_SAID_LENGTH] if lines else "", lines)

    def answer(self) -> bytes:
        """Its output. Raises ``GitFailed`` when it refused."""
        said = self.said()
        if said.code != 0:
            raise GitFailed(said.error or f"git ended with {said.code}", hint="nothing was scanned")
        return said.out


class Content(NamedTuple):
    """What git has under a name; ``chunks`` must be read to the end before the next."""

    name: str
    """As it was asked for."""
    object_id: str
    kind: str
    """``blob`` and the like; empty when there is none, and ``object_id`` says why then (``missing``)."""
    size: int
    chunks: Iterator[bytes]

    def body(self) -> bytes:
        """All of it, in memory."""
        return b"".join(self.chunks)


class Blobs:
    """Contents from one ``git cat-file --batch``; a context manager."""

    _PIPE_BYTES = 4096
    """What the smallest pipe holds. With more in it than that, git and we could wait for each other for ever."""

    def __init__(self) -> None:
        self._asked: deque[str] = deque()
        self._start()

    def _start(self) -> None:
        out, self._to = os.pipe()
        self._from, into = os.pipe()
        actions: list[_Action] = [(os.POSIX_SPAWN_DUP2, out, 0), (os.POSIX_SPAWN_DUP2, into, 1)]
        actions.append((os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0))
        self._pid = _spawned((*lean(MAPPED_BYTES), "cat-file", "--batch"), actions)
        os.close(out)
        os.close(into)
        self._reader: BinaryIO = os.fdopen(self._from, "rb")
        self._told: deque[int] = deque()  # the bytes of each name that git was told and has not answered
        self._waiting = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        os.close(self._to)
        self._reader.close()
        os.waitpid(self._pid, 0)

    def of(self, names: Sequence[str]) -> Iterator[Content]:
        """The contents of these names (object ids, ``HEAD:path``), in their order. Raises ``GitFailed``.

        A name with a line end in it cannot be asked for: it is answered as missing.
        """
        self.ask(names)
        yield from self.asked()

    def ask(self, names: Sequence[str]) -> None:
        """Ask for contents ahead; ``asked`` reads them."""
        self._asked += names
        self._tell()

    def _tell(self) -> None:
        """Tell git of the next names, as many as the pipe holds beside those that it has not answered."""
        lines = bytearray()
        while len(self._told) < len(self._asked):
            name = self._asked[len(self._told)]
            line = b"" if "\n" in name else os.fsencode(f"{name}\n")
            if self._waiting and self._waiting + len(line) > self._PIPE_BYTES:
                break
            self._told.append(len(line))
            self._waiting += len(line)
            lines += line
        try:
            os.write(self._to, lines)  # at once: the pipe holds it, or git has nothing else to do than to read it
        except BrokenPipeError:
            return  # it died of an earlier one: ``asked`` comes to that

    def asked(self) -> Iterator[Content]:
        """The contents that were asked for. What git cannot read, and dies of, is told as ``unreadable``."""
        while self._asked:
            if self._waiting <= self._PIPE_BYTES // 2:
                self._tell()
            name = self._asked.popleft()
            self._waiting -= self._told.popleft()
            if "\n" in name:
                yield Content(name, "missing", "", 0, iter(()))
                continue
            content = self._next(name)
            if content is None:
                self._end()
                self._start()
                yield Content(name, "unreadable", "", 0, iter(()))
                continue
            yield content
            for _ in content.chunks:  # what the reader left
                pass

    def _next(self, name: str) -> Content | None:
        head = self._reader.readline()
        if not head:
            return None
        answered = head[:-1].rpartition(b" ")
        if answered[2] in {b"missing", b"ambiguous"}:
            return Content(name, answered[2].decode(), "", 0, iter(()))
        words = head.split()
        object_id, kind, size = words[0].decode(), words[1].decode(), int(words[2])
        return Content(name, object_id, kind, size, self._chunks(size))

    def _chunks(self, size: int) -> Iterator[bytes]:
        left = size
        while left:
            chunk = self._reader.read(min(CHUNK_BYTES, left))
            if not chunk:
                raise GitFailed("git cat-file ended early", hint="the scan is incomplete")
            left -= len(chunk)
            yield chunk
        self._reader.read(1)


def _spawned(words: Sequence[str], actions: list[_Action], environ: Mapping[str, str] | None = None) -> int:
    try:
        return os.posix_spawnp("git", ["git", *_QUIET, *words], environ or environment(), file_actions=actions)
    except OSError as error:
        raise GitFailed(f"git does not start: {error.strerror}") from None
