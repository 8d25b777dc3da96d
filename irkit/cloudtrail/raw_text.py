"""The raw text of a record, read again from where it lies: a file or an object of S3, inflated, at its offset."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from irkit.cloudtrail.locator import Locator
from irkit.errors import NotFound, OutsideError, UsageError

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
            found = file.read(locator.length)
    except FileNotFoundError as error:
        raise NotFound(f"{locator.place} is not there any more", hint="was the file moved?") from error
    except (OSError, EOFError, zlib.error) as error:
        raise OutsideError(f"cannot read {locator.text}: {error}", hint="is the file whole?") from error
    if len(found) < locator.length:
        raise OutsideError(f"{locator.place} ends before {locator.text}", hint="was the file replaced since?")
    return found.decode("utf-8", "replace")


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
