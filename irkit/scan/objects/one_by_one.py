"""Objects that do not come from a pack's families: loose ones, and those that git reads for us."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from irkit.scan.detect.detector import Detector, Looked
from irkit.scan.detect.looked import Told
from irkit.scan.large import LARGE_BYTES, look_at_chunks
from irkit.scan.objects.cat_file import PIECE, Listed, read_objects, read_pieces
from irkit.scan.objects.codec import InflateError, inflate
from irkit.scan.objects.commit_heads import row
from irkit.scan.objects.gathered import Gathered, Key, Looking
from irkit.scan.objects.tree_names import SUBMODULE, is_submodule, names
from irkit.scan.repository import Repository

_KINDS = ("blob", "commit", "tag", "tree")
_HEAD = 64
_READ = 1 << 20


def look_at_git(repository: Repository, objects: Sequence[Listed], detector: Detector) -> Gathered:
    """Look at objects that git reads."""
    gathered = Gathered()
    small = [one.id for one in objects if one.size <= LARGE_BYTES]
    _look_at_objects(read_objects(repository, small), detector, gathered)
    for one in objects:
        if one.size > LARGE_BYTES:
            _look_at_large(one, read_pieces(repository, one.id), detector, gathered)
    return gathered


def look_at_loose(files: dict[str, Path], detector: Detector) -> Gathered:
    """Look at the files of loose objects, by id."""
    gathered = Gathered()
    large: list[Listed] = []
    _look_at_objects(_loose_objects(files, gathered, large), detector, gathered)
    for one in large:
        try:
            _look_at_large(one, _loose_pieces(files[one.id]), detector, gathered)
        except (OSError, zlib.error) as error:
            gathered.broken[one.id] = str(error)
    return gathered


def _look_at_large(one: Listed, pieces: Iterable[bytes], detector: Detector, gathered: Gathered) -> None:
    """Look at an object as it is read, which is never whole in memory. Errors of reading it go through."""
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            size += len(piece)
            yield piece

    gathered.keep(one.id, one.kind, look_at_chunks(detector, counted()))
    gathered.count(f"{one.kind}s", size)
    if size != one.size:
        gathered.broken[one.id] = f"{size} of its {one.size} bytes could be read"


def _look_at_objects(objects: Iterable[tuple[str, str, bytes]], detector: Detector, gathered: Gathered) -> None:
    kinds: dict[Key, str] = {}

    def seen(key: Key, _: bytes, looked: Looked) -> None:
        gathered.keep(key, kinds[key], looked)

    looking = Looking(detector, seen, Told())
    done: set[tuple[bytes, bytes]] = set()
    for id_, kind, body in objects:
        if kind not in _KINDS:
            gathered.broken[id_] = f"git cannot read it: {kind}"
            continue
        kinds[id_] = kind
        gathered.count(f"{kind}s", len(body))
        if kind == "commit" and (rest := row(body)):
            gathered.loose_heads.append(bytes.fromhex(id_) + rest)
        if kind != "tree":
            looking.add(id_, body)
            continue
        for mode, name in names(body):
            if (mode, name) not in done:
                done.add((mode, name))
                looking.add(id_, name)
                if is_submodule(mode):
                    gathered.skipped[None, name.decode(errors="replace"), SUBMODULE] = None
    looking.finish()


def _loose_objects(files: dict[str, Path], gathered: Gathered, large: list[Listed]) -> Iterator[tuple[str, str, bytes]]:
    for id_, file in files.items():
        try:
            raw = file.read_bytes() if file.stat().st_size <= LARGE_BYTES else b""
            kind, size, head = _head(raw or _first(file))
            if not raw or size > LARGE_BYTES:
                large.append(Listed(id_, kind, size))
                continue
            body = inflate(raw, 15, size + head)
        except FileNotFoundError:
            gathered.broken[id_] = "it went away"
        except (OSError, ValueError, InflateError, zlib.error) as error:
            gathered.broken[id_] = f"its file is broken: {error}"
        else:
            if len(body) == size + head:
                yield id_, kind, body[head:]
            else:
                gathered.broken[id_] = f"its file is broken: {len(body) - head} bytes instead of {size}"


def _first(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_READ)


def _head(raw: bytes) -> tuple[str, int, int]:
    """Kind and size of a loose object, and how long the head is that says so. Raises ``ValueError``."""
    head, nul, _ = zlib.decompressobj().decompress(raw[:_READ], _HEAD).partition(b"\0")
    kind, _, size = head.partition(b" ")
    if not nul or kind.decode(errors="replace") not in _KINDS or not size.isdigit():
        raise ValueError("its head makes no sense")
    return kind.decode(), int(size), len(head) + 1


def _loose_pieces(file: Path) -> Iterator[bytes]:
    """The content of a loose object, piece by piece. Raises ``zlib.error`` and ``OSError``."""
    inflate = zlib.decompressobj()
    is_first = True
    with file.open("rb") as opened:
        while raw := opened.read(_READ):
            while raw and (some := inflate.decompress(raw, PIECE)):
                raw = inflate.unconsumed_tail
                yield some.partition(b"\0")[2] if is_first else some
                is_first = False
