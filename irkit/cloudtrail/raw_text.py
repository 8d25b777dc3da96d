"""The raw text of a record, read again from where it lies: a file or an object of S3, inflated, at its offset."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import found
from irkit.errors import IrkitError, NotFound, OutsideError, UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

MOST_BYTES = 16 << 20
"""No record is longer: CloudTrail cuts them at 1 MB (user guide, "Quotas")."""
_S3 = "s3://"
_GZIP = b"\x1f\x8b"


def raw_text(locator: Locator, clients: Callable[[], Clients]) -> str:
    """The record's JSON as it was written.

    Raises ``UsageError`` for a locator without an offset, ``NotFound`` when the place is gone, ``OutsideError`` when
    there is something else now; with an object of S3 what reading that raises.
    """
    if locator.offset < 0 or locator.length <= 0:
        hint = "ask for the event by its id: irkit trail show EVENT-ID --from PLACE"
        raise UsageError(f"{locator.text} says only in which place the record lies", hint=hint)
    if locator.length > MOST_BYTES:
        raise UsageError(f"{locator.text}: no record is {locator.length:,} bytes long")
    try:
        with _opened(locator.place, clients) as file:
            file.seek(locator.offset)
            text = file.read(locator.length)
    except FileNotFoundError as error:
        raise NotFound(f"{locator.place} is not there any more", hint="was the file moved?") from error
    except (OSError, EOFError, zlib.error) as error:
        raise OutsideError(f"cannot read {locator.text}: {error}", hint="is the file whole?") from error
    if len(text) < locator.length:
        raise OutsideError(f"{locator.place} ends before {locator.text}", hint="was the file replaced since?")
    return text.decode("utf-8", "replace")


def raw_texts(records: Iterable[Record], clients: Callable[[], Clients]) -> dict[str, str]:
    """The raw texts of records by their event ids, each place read once; without those that cannot be read."""
    by_place: dict[str, list[Record]] = {}
    for one in records:
        by_place.setdefault(one.locator.place, []).append(one)
    texts: dict[str, str] = {}
    for place, several in by_place.items():
        with suppress(IrkitError, OSError, EOFError, zlib.error):
            texts.update(_located(place, [one for one in several if one.locator.offset >= 0], clients))
            texts.update(_sought(place, [one for one in several if one.locator.offset < 0], clients))
    return texts


def _located(place: str, records: list[Record], clients: Callable[[], Clients]) -> Iterator[tuple[str, str]]:
    """Those whose offsets are known, from the beginning of the place to its end."""
    if not records:
        return
    with _opened(place, clients) as file:
        for one in sorted(records, key=lambda each: each.locator.offset):
            file.seek(one.locator.offset)
            text = file.read(min(one.locator.length, MOST_BYTES))
            if len(text) == one.locator.length:
                yield one.event_id, text.decode("utf-8", "replace")


def _sought(place: str, records: list[Record], clients: Callable[[], Clients]) -> Iterator[tuple[str, str]]:
    """Those of which only the place is known (Athena and Lake tell no more): looked for by their ids."""
    if not records:
        return
    from irkit.cloudtrail.places import Reach, bare

    ids = tuple(one.event_id for one in records)
    for source in bare((place,), Reach(clients)):
        yield from ((one.event_id, one.text) for one in found(source, Query(event_ids=ids)).records if one.text)


@contextmanager
def _opened(place: str, clients: Callable[[], Clients]) -> Iterator[IO[bytes]]:
    with ExitStack() as until_read:
        if place.startswith(_S3):
            bucket, _, key = place.removeprefix(_S3).partition("/")
            file: IO[bytes] = io.BytesIO(clients().s3.read(bucket, key).content)
        else:
            file = until_read.enter_context(Path(place).open("rb"))
        begin = file.read(len(_GZIP))
        file.seek(0)
        yield cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if begin == _GZIP else file
