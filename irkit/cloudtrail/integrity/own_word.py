"""What CloudTrail itself says of the trails that deliver to a bucket: are digests made, and when was the last one.

That tells when the newest digests are gone, which no other digest can. Source: CloudTrail API reference, DescribeTrails
(``LogFileValidationEnabled``) and GetTrailStatus (``LatestDigestDeliveryTime``, of the trail's home region).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from irkit.cloudtrail.integrity.digest import Digest
from irkit.cloudtrail.integrity.finding import Finding, Kind
from irkit.cloudtrail.integrity.gaps import DUE
from irkit.cloudtrail.integrity.held import Spoken
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.query import Window


def gone(spoken: Iterable[Spoken], digests: Sequence[Digest], window: Window | None) -> Iterator[Finding]:
    """Digests that CloudTrail says it delivered, and that are not here."""
    for one in spoken:
        if one.digest_at is None or (window and one.digest_at < window.start):
            continue
        here = [each for each in digests if _is_of(each, one)]
        newest = max((each.end_at for each in here), default=None)
        if newest is not None and (one.digest_at - newest <= DUE or (window and window.end <= newest)):
            continue
        place = max(here, key=lambda each: each.end_at).place if here else f"the digests of trail {one.trail}"
        seen = f"the newest here ends at {iso(newest)}" if newest else "none of them is here"
        expected = f"one that CloudTrail says it delivered at {iso(one.digest_at)}"
        yield Finding(Kind.MISSING_DIGEST, place, expected, seen, "", newest, one.digest_at, f"trail {one.trail}")


def words(spoken: Iterable[Spoken]) -> Iterator[str]:
    """What limits what digests can prove from now on."""
    for one in spoken:
        if not one.has_validation:
            yield f"Trail {one.trail} ({one.home}): log file validation is OFF, so nothing new can be proven."
        if one.stopped_at:
            yield f"Trail {one.trail} ({one.home}) is STOPPED since {iso(one.stopped_at)}: nothing is recorded."
        if one.digest_error:
            yield f"Trail {one.trail} ({one.home}) cannot deliver digests: {one.digest_error}"


def _is_of(digest: Digest, one: Spoken) -> bool:
    series = digest.series
    return (series.trail, series.home, series.region, series.backfill) == (one.trail, one.home, one.home, "")
