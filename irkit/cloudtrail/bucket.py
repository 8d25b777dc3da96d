"""A trail's bucket as a source: listed, pruned by name, fetched and read at once, and fetched only once.

Requests and bytes are known before anything is fetched (``survey``). With a folder to keep objects in, a look that was
ended goes on where it was, and the next one fetches only what is new.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cloudtrail.bucket_coverage import BucketLook, bucket_coverage
from irkit.cloudtrail.bucket_fetching import Fetching
from irkit.cloudtrail.bucket_listing import Listing
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.kept_objects import KeptObjects, place
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.raw.looked import Looked
from irkit.cloudtrail.raw.looking import look_at_files
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.source import Batch, Progress
from irkit.cloudtrail.trails import trail_notes
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.clients.s3 import S3Object

IAM = (
    *("s3:ListBucket", "s3:GetObject", "kms:Decrypt"),
    *("s3:GetBucketVersioning", "s3:ListBucketVersions", "s3:GetObjectVersion"),
)
"""What it needs; kms:Decrypt for objects that are encrypted so, the last three to find log files that were deleted."""
_AHEAD = timedelta(days=1)
_BEGUN = datetime(2013, 11, 1, tzinfo=UTC)
"""CloudTrail's first month: no log is older (AWS news blog, 13 November 2013)."""
_SAMPLES = 4


@dataclass(frozen=True)
class Survey:
    """What a look will take: so many files of so many bytes to fetch, ``held`` of them kept already."""

    files: int
    size: int
    held: int
    pruned: int
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    requests: int
    """That the listing took."""

    @property
    def text(self) -> str:
        """In words: requests and bytes are what S3 is paid for."""
        more = f", {self.held:,} of them kept here already" if self.held else ""
        left = f"; {self.pruned:,} files are left out by their names" if self.pruned else ""
        return f"{self.files:,} files of {self.size / 1e6:,.1f} MB to fetch, one request each{more}{left}"


class TrailBucket:
    """``s3://bucket/prefix`` of one trail or of several, an organization's too.

    ``keep``: a folder for the objects, at most ``most_kept`` bytes of them. ``jobs``: worker processes.
    """

    def __init__(
        self,
        clients: Clients,
        bucket: str,
        prefix: str = "",
        *,
        keep: Path | None = None,
        most_kept: int | None = None,
        jobs: int | None = None,
    ) -> None:
        self._clients = clients
        self._bucket = bucket
        self._prefix = prefix
        self._jobs = jobs
        self.kept = KeptObjects(keep, most_kept) if keep is not None else None
        """The objects on disk, for a store to read; none without a folder."""
        self.known: Callable[[RawFile], bool] = _is_never
        """Which objects are told from elsewhere."""
        self.recalled: Callable[[RawFile], RawFile] = _as_it_is
        """An object, with what is told of it where nothing of it can be read."""

    def without(
        self, known: Callable[[RawFile], bool], recalled: Callable[[RawFile], RawFile] | None = None
    ) -> TrailBucket:
        """The same, but for the content of objects that are known (by place and ETag): they are not fetched.

        ``recalled`` gives each other object, with what is told of it where nothing of it can be read.
        """
        rest = copy(self)
        rest.known, rest.recalled = known, recalled or _as_it_is
        return rest

    def let_go(self) -> None:
        """Close the connections until the next look: what was read of them takes memory."""
        self._clients.aws.let_go()

    def now(self) -> TrailBucket:
        """Itself: each look lists what it needs."""
        return self

    def stamps(self) -> dict[str, str]:
        """None: objects are listed by a look."""
        return {}

    def files(self) -> Iterator[RawFile]:
        """The objects of the bucket that are kept on disk, with their ETags as stamps."""
        below = place(self._bucket, f"{prefix}/" if (prefix := self._prefix.strip("/")) else "")
        held = self.kept.newest(below) if self.kept is not None else ()
        return (RawFile(one.place, one.size, str(one.path), stamp=one.etag) for one in held)

    @property
    def label(self) -> str:
        """``s3://bucket/prefix``."""
        return f"s3://{self._bucket}/{self._prefix}"

    def survey(self, query: Query) -> Survey:
        """List alone. Raises ``NotFound`` when there is nothing, ``Denied``, ``Unreachable``."""
        listing = self._listing(query)
        if self.kept is not None:
            self.kept.look_again()
        held = 0
        for page in listing.pages():
            held += sum(self.kept.names(self._bucket, one) for one in page) if self.kept else 0
        size, accounts, regions = listing.size, listing.accounts, listing.regions
        told = tuple(sorted(accounts - {""})), tuple(sorted(regions - {""}))
        return Survey(listing.files, size, held, listing.pruned, *told, listing.requests)

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """The matching records as files arrive.

        Objects that cannot be fetched or read, and folders that cannot be listed, are in the coverage. Raises
        ``NotFound`` when there is nothing, and the first object's ``OutsideError`` when none can be fetched.
        """
        now = self._clients.now()
        notes = self._notes
        if self.kept is not None:
            self.kept.look_again()
        listing, fetching = self._listing(query), Fetching(self._clients.s3, self._bucket, self.kept)
        with closing(listing.pages()) as pages:
            looked = yield from self._read(listing, fetching, pages, query)
        if not looked.sights.first and (sample := _sample(listing.left_out)):
            # Nothing was seen that names could be compared with.
            looked = looked.joined((yield from self._sampled(listing, sample, query)))
        if looked.off and listing.left_out:
            # Names do not tell the truth here: what they left out is read as well.
            again = Fetching(self._clients.s3, self._bucket, self.kept)
            more = yield from self._read(listing, again, [tuple(listing.left_out)], query)
            looked, listing.pruned = looked.joined(more), listing.pruned - len(listing.left_out)
            fetching.add(again)
        self._clients.s3.tell(self._bucket, listing.requests, fetching.fetched, fetching.size)
        if not looked.counts.files and fetching.errors:
            raise fetching.errors[0]
        return bucket_coverage(query, now, BucketLook(listing, fetching, looked), notes.result())

    def _sampled(self, listing: Listing, sample: tuple[S3Object, ...], query: Query) -> Generator[Batch, None, Looked]:
        """Some of the files left out by their names are read, to see whether names tell the truth here."""
        looked = yield from self._read(listing, Fetching(self._clients.s3, self._bucket, self.kept), [sample], query)
        if looked.counts.files == len(sample):
            listing.left_out = [one for one in listing.left_out if one not in sample]
            listing.pruned -= len(sample)
        return looked

    @cached_property
    def _notes(self) -> Future[tuple[str, ...]]:
        """What the trails record: asked while files are read, once."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="trails")
        asked = pool.submit(trail_notes, self._clients, self._bucket)
        pool.shutdown(wait=False)
        return asked

    @cached_property
    def _versioning(self) -> tuple[bool, str]:
        """Whether what was deleted or replaced can still be there; and why not, if that is not known."""
        try:
            return self._clients.s3.is_versioned(self._bucket), ""
        except OutsideError as error:
            return False, error.message

    def _listing(self, query: Query) -> Listing:
        def known(one: S3Object) -> bool:
            return self.known(RawFile(place(self._bucket, one.key), one.size, stamp=one.etag))

        # A query may be open to both ends of time, and its days are counted.
        end = self._clients.now() + _AHEAD
        windows = (Window(max(each.start, _BEGUN), min(each.end, end)) for each in query.windows if each.start < end)
        ended = query.within(windows)
        if query.windows and not ended.windows:
            ended = query.within([Window(end, end)])
        return Listing(self._clients.s3, self._bucket, self._prefix, ended, known, *self._versioning)

    def _read(
        self, listing: Listing, fetching: Fetching, pages: Iterable[tuple[S3Object, ...]], query: Query
    ) -> Generator[Batch, None, Looked]:
        began, told = time.monotonic(), ""
        with tempfile.TemporaryDirectory(prefix="irkit-") as spool:
            files = fetching.files(pages, Path(spool))
            look = look_at_files(map(self.recalled, files), query, self._jobs)
            with closing(files), closing(look):
                while True:
                    try:
                        batch = next(look)
                    except StopIteration as end:
                        looked: Looked = end.value
                        return looked
                    if listing.is_done and not told:
                        told = f"{listing.files:,} files of {listing.size / 1e6:,.1f} MB in {listing.requests} listings"
                        self._clients.progress(f"{self.label}: {told}")
                    yield Batch(batch.records, _progress(batch.progress, listing, time.monotonic() - began))


def _sample(left_out: Sequence[S3Object]) -> tuple[S3Object, ...]:
    """Some, spread over all of them."""
    most = len(left_out) - 1
    return tuple(
        left_out[number] for number in sorted({most * n // (_SAMPLES - 1) for n in range(_SAMPLES)} if left_out else ())
    )


def _progress(told: Progress, listing: Listing, spent_s: float) -> Progress:
    if not listing.is_done:
        return told
    left = spent_s * (listing.size - told.size) / told.size if told.size else None
    return told._replace(total=listing.files, seconds_left=max(left, 0.0) if left is not None else None)


def _as_it_is(file: RawFile) -> RawFile:
    return file


def _is_never(_: RawFile) -> bool:
    return False
