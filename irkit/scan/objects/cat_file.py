"""Objects read through ``git cat-file``: the slow way that reads whatever git reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from irkit.scan.quick import TYPE_CHECKING, NamedTuple
from irkit.scan.repository import Repository, environment
from irkit.scan.spawned import MAPPED_BYTES, lean

if TYPE_CHECKING:
    import subprocess
    from typing import IO

PIECE = 4 << 20

_ASKED_AT_ONCE = 64
"""So many ids fit into a pipe, whether or not git reads while it answers."""


Ask = Callable[[Sequence[str]], Iterator[tuple[str, str, bytes]]]
"""Takes ids, and gives id, kind and content of each."""


class Listed(NamedTuple):
    """An object that git has, without its content."""

    id: str
    kind: str
    """``blob``, ``commit``, ``tag`` or ``tree``."""
    size: int


def read_objects(repository: Repository, ids: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
    """Id, kind and content of each object, in the order asked.

    The kind is ``missing`` for an object that is not here and ``corrupt`` for one that git cannot read; both have no
    content. Each is read whole: ask for huge ones by ``read_pieces``.
    """
    waiting = list(ids)
    while waiting:
        answered = 0
        for id_, kind, body in _read_until_it_dies(repository, waiting):
            answered += 1
            yield id_, kind, body
        if answered < len(waiting):
            yield waiting[answered], "corrupt", b""
            answered += 1
        waiting = waiting[answered:]


def _read_until_it_dies(repository: Repository, ids: list[str]) -> Iterator[tuple[str, str, bytes]]:
    with _answers(repository, ids, "--batch", "--buffer") as out:
        yield from _each(out, ids)


def _each(out: IO[bytes], ids: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
    for id_ in ids:
        head = out.readline().split()
        if not head:
            return
        if len(head) != len(Listed._fields):
            yield id_, "missing", b""
            continue
        size = int(head[2])
        body = out.read(size + 1)
        if len(body) <= size:
            return
        yield id_, head[1].decode(), body[:-1]


@contextmanager
def asking(repository: Repository) -> Iterator[Ask]:
    """A git that is asked again and again.

    Each answer is as that of ``read_objects``, and must be read to its end; it ends early when git does.
    """
    import subprocess  # 3 ms, and most histories are read without

    git = subprocess.Popen(
        [*_command(repository), "cat-file", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        bufsize=1 << 16,
    )
    to = git.stdin
    if to is None:  # pragma: no cover - it was asked for
        msg = "git was started without a pipe"
        raise OSError(msg)

    def ask(ids: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
        for at in range(0, len(ids), _ASKED_AT_ONCE):
            some = ids[at : at + _ASKED_AT_ONCE]
            try:
                to.write("".join(f"{id_}\n" for id_ in some).encode())
                to.flush()
            except BrokenPipeError:
                return
            yield from _each(_out(git), some)

    with git:
        try:
            yield ask
        finally:
            git.kill()


def read_pieces(repository: Repository, id_: str, piece: int = PIECE) -> Iterator[bytes]:
    """The content of one object, ``piece`` bytes at a time; it ends early when git cannot read on."""
    with _answers(repository, [id_], "--batch") as out:
        head = out.readline().split()
        left = int(head[2]) if len(head) == len(Listed._fields) else 0
        while left and (some := out.read(min(piece, left))):
            left -= len(some)
            yield some


def sizes(repository: Repository, ids: Iterable[str]) -> dict[str, Listed]:
    """Kind and size of those of the objects that are here, by id."""
    with _answers(repository, list(ids), "--batch-check", "--buffer") as out:
        lines = [line.decode().split() for line in out]
    return {line[0]: Listed(line[0], line[1], int(line[2])) for line in lines if len(line) == len(Listed._fields)}


def list_objects(repository: Repository, errors: list[str] | None = None) -> Iterator[Listed]:
    """Every object of the repository, reachable or not, in the order in which they are cheap to read.

    What git says is wrong with the repository is added to ``errors``, a line each.
    """
    import subprocess
    import tempfile  # 2 ms

    words = ("cat-file", "--batch-check", "--batch-all-objects", "--unordered", "--buffer")
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            [*_command(repository), *words], stdout=subprocess.PIPE, stderr=said, env=environment()
        ) as git:
            for line in _out(git):
                id_, kind, *size = line.decode().split()
                if size:
                    yield Listed(id_, kind, int(size[0]))
        said.seek(0)
        lines = said.read().decode(errors="replace").splitlines()
        if errors is not None and (lines or git.returncode):
            errors += dict.fromkeys(lines or [f"git ended with {git.returncode}"])


@contextmanager
def _answers(repository: Repository, ids: list[str], *words: str) -> Iterator[IO[bytes]]:
    """What git cat-file says of the ids; it ends with the context, however much is read."""
    import subprocess
    import tempfile

    with tempfile.TemporaryFile() as questions:
        questions.write("".join(f"{id_}\n" for id_ in ids).encode())
        questions.seek(0)
        git = subprocess.Popen(
            [*_command(repository), "cat-file", *words],
            stdin=questions,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            bufsize=1 << 20,
        )
    with git:
        try:
            yield _out(git)
        finally:
            git.kill()


def _command(repository: Repository) -> list[str]:
    program, *words = repository.git()
    return [program, *lean(MAPPED_BYTES), *words]


def _out(git: subprocess.Popen[bytes]) -> IO[bytes]:
    if git.stdout is None:  # pragma: no cover - it was asked for
        msg = "git was started without a pipe"
        raise OSError(msg)
    return git.stdout
