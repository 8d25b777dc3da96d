"""Log files, digests and their metadata in a trail's own bucket, and AWS's public keys asked of AWS."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from irkit.clients.cloudtrail_keys import CloudTrailKeys
from irkit.clients.s3 import S3, S3Object
from irkit.clients.s3_versions import S3Versions, Version
from irkit.clients.trails import Trails, TrailTold
from irkit.cloudtrail.integrity.chain import MARGIN
from irkit.cloudtrail.integrity.digest import end_of_name, series
from irkit.cloudtrail.integrity.finding import Finding
from irkit.cloudtrail.integrity.gaps import HOUR
from irkit.cloudtrail.integrity.held import Held, Noted, Spoken, Unread
from irkit.cloudtrail.integrity.others import is_others
from irkit.cloudtrail.integrity.public_keys import PublicKey
from irkit.cloudtrail.integrity.threads import FETCHING, mapped
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.layout import Kind, named
from irkit.cloudtrail.query import Window
from irkit.errors import OutsideError

_REGION = re.compile(r".*/CloudTrail(-\w+)?/[a-z]{2}[a-z-]*-\d+/")
_MOST_DAYS = 400
_DAY = timedelta(days=1)
_LISTINGS = 8
"""Listings at a time."""


class BucketClients(NamedTuple):
    """What a bucket is read with; ``versions`` and ``trails`` may be left out, and are not asked then."""

    s3: S3
    keys: CloudTrailKeys
    versions: S3Versions | None = None
    trails: Trails | None = None


class S3Objects:
    """A ``Holding`` of what lies below a prefix of a bucket; of a window, only what was delivered about then.

    ``keys`` are public keys that are at hand already: AWS is not asked for any then.
    """

    def __init__(
        self,
        clients: BucketClients,
        bucket: str,
        prefix: str = "",
        *,
        window: Window | None = None,
        keys: tuple[PublicKey, ...] = (),
    ) -> None:
        self._clients = clients
        self.bucket = bucket
        self._prefix = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
        self.window = window
        self._keys = keys
        self._may_not_ask = False
        self._unknown: list[str] = []
        self._others = 0
        self._metadata: dict[str, Mapping[str, str]] = {}
        self._by_key: dict[str, S3Object] = {}
        self._beside: list[S3Object] = []
        self._unread: dict[str, Unread] = {}
        self._lock = threading.Lock()
        self.asked_at = datetime.now(UTC)

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"s3://{self.bucket}/{self._prefix}"

    @cached_property
    def _objects(self) -> tuple[list[Held], list[Held]]:
        """The digests, and the other files, by key."""
        digests: list[Held] = []
        logs: list[Held] = []
        listed = [one for found in mapped(self._page, self._places(), _LISTINGS) for one in found]
        for one in {each.key: each for each in (*listed, *self._beside)}.values():
            if is_others(one.key) or "AWSLogs/" not in one.key:
                self._others += not one.key.endswith("/")
                continue
            self._by_key[one.key] = one
            held = Held(self._place(one.key), one.key, self.bucket, one.size, one.modified_at)
            if one.is_archived:
                self._told(held.place, f"it is archived ({one.storage}); restore it first")
            elif series(one.key) or named(one.key).kind is Kind.DIGEST:
                digests.append(held)
            else:
                logs.append(held)
        return sorted(digests), sorted(logs)

    def _page(self, prefix: str) -> list[S3Object]:
        try:
            return [
                one for page in self._clients.s3.listed(self.bucket, prefix) for one in page if self._is_in(one.key)
            ]
        except OutsideError as error:
            self._told(self._place(prefix), error.message)
            return []

    def _places(self) -> Iterator[str]:
        """The prefixes to list: of a window, those of its days."""
        if self.window is None:
            yield self._prefix
            return
        begun = self._prefix
        if "AWSLogs/" not in begun and f"{begun}AWSLogs/" in self._folders(begun):
            begun = f"{begun}AWSLogs/"
        waiting = [begun]
        while waiting:
            here = waiting.pop()
            if _REGION.fullmatch(here):
                yield from self._days(here)
            elif "AWSLogs/" not in here or _REGION.match(here):
                yield here
            elif not is_others(f"{here}x"):
                waiting += self._folders(here)

    def _folders(self, prefix: str) -> tuple[str, ...]:
        """One level down; the objects that lie beside the folders are kept for the end."""
        prefixes, beside = self._clients.s3.level(self.bucket, prefix)
        self._beside += [one for one in beside if self._is_in(one.key)]
        return prefixes

    def _days(self, region: str) -> Iterator[str]:
        window = self.window
        if window is None or window.end - window.start > _MOST_DAYS * _DAY:
            yield region
            return
        day, last = (window.start - HOUR).date(), (window.end + MARGIN).date()
        while day <= last:
            yield f"{region}{day:%Y/%m/%d}/"
            day += _DAY

    def _is_in(self, key: str) -> bool:
        """Whether a window's check needs it: digests until the one after the window's last."""
        if self.window is None:
            return True
        ended = end_of_name(key)
        if ended is not None:
            return self.window.start <= ended <= self.window.end + MARGIN
        at = named(key).delivered_at
        return at is None or self.window.holds(at)

    def _place(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def _told(self, place: str, why: str) -> None:
        with self._lock:
            self._unread[place] = Unread(place, why)

    @property
    def jobs(self) -> int:
        """More than processors: they mostly wait."""
        return FETCHING

    def digests(self) -> Iterable[Held]:
        """Every digest."""
        return self._objects[0]

    def logs(self) -> Iterable[Held]:
        """Every other object."""
        return self._objects[1]

    def unread(self) -> tuple[Unread, ...]:
        """What could not be listed, and what is archived."""
        return tuple(self._unread.values())

    def listed(self, one: Held) -> S3Object:
        """The object as the listing tells it."""
        return self._by_key[one.key]

    def chunks(self, one: Held) -> Iterator[bytes]:
        """Its stored bytes; of a digest, its metadata are kept too."""
        if series(one.key):
            fetched = self._clients.s3.read(self.bucket, one.key, self.listed(one).etag)
            with self._lock:
                self._metadata[one.place] = fetched.metadata
            yield fetched.content
        else:
            yield from self._clients.s3.chunks(self.bucket, one.key, self.listed(one).etag)

    def metadata(self, one: Held) -> Mapping[str, str]:
        """A digest's metadata."""
        return self._metadata.get(one.place, {})

    def noted(self, one: Held) -> Noted | None:  # noqa: ARG002 - of a bundle alone
        """Nothing: nobody wrote anything down of these objects."""
        return None

    def spoken(self) -> tuple[Spoken, ...]:
        """What CloudTrail says of the trails that deliver to this bucket, as far as we may ask."""
        if self._clients.trails is None:
            return ()
        try:
            return tuple(_spoken(self._clients.trails, each) for each in self._of_bucket())
        except OutsideError as error:
            self._unknown.append(f"What CloudTrail says of the trail itself is not known: {error.message}")
            return ()

    def _of_bucket(self) -> list[TrailTold]:
        found = self._clients.trails.described() if self._clients.trails else ()
        return [each for each in found if each.bucket == self.bucket]

    def touched(self) -> tuple[Finding, ...]:
        """Nothing: it was not kept by irkit."""
        return ()

    def past(self, place: str) -> str:
        """When an object was deleted or overwritten, and which version of it is still there."""
        key = place.removeprefix(f"s3://{self.bucket}/")
        if key == place or self._clients.versions is None or self._may_not_ask:
            return ""
        try:
            return _past(self._clients.versions.of(self.bucket, key))
        except OutsideError as error:
            self._may_not_ask = True
            self._unknown.append(f"Whether older versions of these are still there is not known: {error.message}")
            return ""

    def notes(self) -> Iterable[str]:
        """Whose word the public keys are."""
        if self._others:
            yield f"{self._others} objects of other services, or not below AWSLogs/, were not looked at."
        yield from self._unknown
        if self._keys:
            yield "The public keys came from a file: what they prove is worth as much as that file."

    def keys(self, regions: Iterable[str], since: datetime, until: datetime) -> tuple[PublicKey, ...]:
        """The keys given; else those that AWS tells, with two hours around the span, for keys that change in it."""
        if self._keys:
            return self._keys
        found: list[PublicKey] = []
        for region in filter(None, regions):
            try:
                told = self._clients.keys.listed(region, since - MARGIN, until + MARGIN)
            except OutsideError as error:
                self._told(f"the public keys of {region}", error.message)
            else:
                found += [PublicKey(*one, region) for one in told]
        return tuple(found)


def _spoken(trails: Trails, told: TrailTold) -> Spoken:
    status = trails.status(told)
    stopped_at = None if status.is_logging else status.stopped_at
    return Spoken(told.name, told.home_region, told.has_validation, status.digest_at, stopped_at, status.digest_error)


def _past(versions: Sequence[Version]) -> str:
    kept = [one for one in versions if not one.is_marker]
    latest = next((one for one in versions if one.is_latest), None)
    if latest is None or not kept or kept == [latest]:
        return ""
    what, old = ("deleted", kept[0]) if latest.is_marker else ("overwritten", kept[1])
    return f"{what} at {iso(latest.at)}; version {old.version_id} of {iso(old.at)} is still there"
