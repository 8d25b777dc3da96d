"""Hash many files at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from irkit.cloudtrail.integrity.hashed import Hashed, hashed
from irkit.cloudtrail.integrity.held import Held, Holding, Unread
from irkit.cloudtrail.integrity.threads import JOBS, mapped
from irkit.errors import OutsideError

_LOT = 16
"""Files that a thread takes at once: most are small."""


def hashed_files(holding: Holding, files: Iterable[Held], jobs: int = JOBS) -> Iterator[tuple[Held, Hashed | Unread]]:
    """Each file with its hashes, or why it could not be read; in the order given."""
    for lot, seen in mapped(lambda lot: (lot, [_one(holding, one) for one in lot]), _lots(files), jobs):
        yield from zip(lot, seen, strict=True)


def _lots(files: Iterable[Held]) -> Iterator[Sequence[Held]]:
    source = iter(files)
    while lot := tuple(islice(source, _LOT)):
        yield lot


def _one(holding: Holding, one: Held) -> Hashed | Unread:
    noted = holding.noted(one)
    if noted and not noted.is_here:
        return Hashed(*noted[:5])
    try:
        return hashed(holding.chunks(one))
    except OutsideError as error:
        return Unread(one.place, error.message)
    except OSError as error:
        return Unread(one.place, error.strerror or str(error))
