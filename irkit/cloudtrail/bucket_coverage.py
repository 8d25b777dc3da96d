"""What a look at a trail's bucket has covered, and what it says of the trail itself: gaps, and log files that went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from irkit.cloudtrail.bucket_fetching import Fetching
from irkit.cloudtrail.bucket_listing import Listing
from irkit.cloudtrail.coverage import Counts, Coverage, Skipped
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.kept_objects import place
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.quiet import NO_FILE_OF_IT, QUIET, ended, quiet, silence
from irkit.cloudtrail.raw.looked import Looked
from irkit.counted import counted, few

_SHOWN = 3
_NEVER = "what its trail does not record is not in it"


class BucketLook(NamedTuple):
    """What was listed, fetched and read, when a look has ended."""

    listing: Listing
    fetching: Fetching
    looked: Looked


def bucket_coverage(query: Query, now: datetime, look: BucketLook, of_trails: Iterable[str]) -> Coverage:
    """What the look covers of a query that was asked ``now``; ``of_trails`` are notes of what the trails record."""
    listing, fetching, looked = look
    seen = looked.sights.first
    span = query.span or Window(datetime.fromisoformat(seen) if seen else now, now)
    last = silence(listing.newest_of, min(span.end, now))
    notes = [*of_trails, *_notes(query, look), *quiet(listing.newest_of, query)]
    if last is not None:
        notes.append(ended(last))
    if query.windows and not listing.is_there and not looked.off:
        last = span.start
    notes += [*_beginning(query, look), *_gone(listing)]
    return Coverage(
        tuple(sorted(listing.regions - {""})),
        span.start,
        span.end,
        last or now,
        {**listing.not_seen, **_unseen(query, listing)},
        (f"s3://{listing.bucket}/{listing.prefix}",),
        tuple(sorted((listing.accounts | looked.sights.accounts) - {""})),
        (*fetching.failed, *looked.skipped, *_lost(listing)),
        tuple(notes),
        looked.counts + Counts(pruned=listing.pruned),
        (_NEVER,),
    )


def _notes(query: Query, look: BucketLook) -> Iterator[str]:
    listing, fetching, looked = look
    # A region may be one that nobody uses; an account without any file is one that this bucket tells nothing of.
    if missing := sorted(set(query.regions) - listing.regions):
        yield f"no log file of {', '.join(missing)} lies there: the trail records nothing of it"
    if looked.off:
        read = f"{len(listing.left_out):,} that were left out by theirs were read after all"
        more = "; other days' folders were not listed: a question without times reads all" if query.windows else ""
        hold = counted(len(looked.off), "file holds", "files hold")
        yield f"{hold} events of other times than their names say: {read}{more}"
    if fetching.trouble:
        yield f"objects could not be kept: {fetching.trouble}"
    elif fetching.kept is not None and fetching.kept.left_out:
        yield f"{counted(fetching.kept.left_out, 'object was', 'objects were')} not kept for want of room"
    if listing.beside:
        yield f"not looked at, for they lie beside AWSLogs/: {few(sorted(listing.beside), _SHOWN)}"


def _unseen(query: Query, listing: Listing) -> dict[str, str]:
    """The accounts that were asked for and have no log file, each with why that is."""
    others = f", but of {few(sorted(listing.unasked), _SHOWN)}" if listing.unasked else ""
    accounts = set(query.accounts) - listing.accounts
    return {f"account {each}": f"no log file of it lies there{others}" for each in accounts}


def _lost(listing: Listing) -> list[Skipped]:
    """The log files that were deleted, and that nothing is left of."""
    return [
        Skipped(Locator(place(listing.bucket, key)), f"was deleted at {iso(at)}, and no version of it is left")
        for key, at in listing.deleted.items()
        if key not in listing.earlier
    ]


def _beginning(query: Query, look: BucketLook) -> Iterator[str]:
    """That no file is there of what was asked for, or of its beginning: a trail may be younger, old files deleted."""
    span, listing = query.span, look.listing
    if span is None or look.looked.off:
        return
    if not listing.is_there:
        yield NO_FILE_OF_IT
    if listing.oldest is not None and listing.oldest - span.start > QUIET:
        oldest = iso(listing.oldest)
        yield f"the oldest log file of these days is of {oldest}: nothing happened before, or files are missing"


def _gone(listing: Listing) -> Iterator[str]:
    """What was done to the log files themselves."""
    if listing.untold:
        yield f"whether log files were deleted or replaced is not known ({listing.untold})"
    if listing.deleted:
        times = listing.deleted.values()
        span = f"from {iso(min(times))} to {iso(max(times))}"
        keys = few(list(listing.deleted), _SHOWN)
        yield (
            f"LOG FILES WERE DELETED: {len(listing.deleted):,}, {span} ({keys});"
            " what versions of them the bucket keeps is read too"
        )
    if replaced := [key for key in listing.earlier if key not in listing.deleted]:
        shown = few(replaced, _SHOWN)
        yield f"LOG FILES WERE REPLACED: {len(replaced):,} ({shown}); their earlier versions are read too"
