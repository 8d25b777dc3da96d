"""What a query will cost, told before it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice, product
from typing import NamedTuple

from irkit.clients.s3 import S3
from irkit.cloudtrail.athena.days import Days, days
from irkit.cloudtrail.athena.partitions import MOST_SPANS, accounts, regions, written
from irkit.cloudtrail.athena.shape import Shape
from irkit.cloudtrail.layout import named
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.quiet import hear

PRICE_A_TB = 5.0
"""US dollars for 10^12 bytes scanned: the list price of most regions. An assumption, told with every estimate."""
LEAST = 10_000_000
"""Bytes that every statement is charged for at least (Athena pricing)."""
_MOST_PAGES = 200
"""Of listings, in all: with 1,000 objects a page."""
_AT_ONCE = 8
_UNPROJECTED = "the table's partitions are not projected: all that lies at its location"
_PLACE = re.compile(r"s3://([^/]+)/?(.*)")


@dataclass(frozen=True)
class Estimate:
    """The compressed bytes below the partitions of a query, which is what Athena reads of them."""

    size: int
    files: int
    is_whole: bool = True
    """Whether all was counted; else there is more."""
    why: str = ""
    """Why it is not whole, or more than it needs."""
    is_most: bool = False
    """Whether it is more than will be scanned: a table's partitions may lie anywhere when they are not projected."""
    cutoff: int | None = None
    """The most that the workgroup lets a statement scan."""
    statement: str = ""
    """The SQL that is about to run, where one is."""
    newest_of: Mapping[str, datetime] = field(default_factory=dict)
    """When the newest file of each account and region was delivered, by the names."""

    @property
    def dollars(self) -> float:
        """At ``PRICE_A_TB``."""
        return price(self.size)

    @property
    def is_cut_off(self) -> bool:
        """Whether the workgroup would end the statement before its end."""
        return self.cutoff is not None and self.size > self.cutoff and not self.is_most

    @property
    def text(self) -> str:
        """For whoever is asked."""
        bound = "at least " if not self.is_whole else "at most " if self.is_most else ""
        why = f" ({self.why})" if self.why else ""
        return (
            f"Athena would scan {bound}{size_text(self.size)} in {self.files:,} files{why}: "
            f"about ${self.dollars:,.4f}, at ${PRICE_A_TB:.2f} for a TB and {LEAST // 1_000_000} MB at least"
        )


def price(size: int) -> float:
    """US dollars for a statement that scanned so many bytes."""
    return max(size, LEAST) / 1e12 * PRICE_A_TB


def size_text(size: int) -> str:
    """``416.0 MB``."""
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size / 1e3:,.1f} kB"


class _Counted(NamedTuple):
    """Of one part: bytes, files, whether all of them, and as ``Estimate.newest_of``."""

    size: int
    files: int
    is_whole: bool
    newest_of: dict[str, datetime]


class _Part(NamedTuple):
    """Objects of one bucket whose keys lie below a prefix, from one text to another."""

    bucket: str
    prefix: str
    after: str = ""
    until: str = ""


def estimated(s3: S3, query: Query, shape: Shape, today: date) -> Estimate:
    """List what lies below the query's partitions. Raises ``Denied`` when the bucket may not be listed."""
    parts = tuple(islice(_parts(query, shape, today), _MOST_PAGES + 1))
    counted = parts[:_MOST_PAGES]
    pages = max(1, _MOST_PAGES // max(1, len(counted)))

    def count(part: _Part) -> _Counted:
        return _counted(s3, part, pages)

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        found = list(pool.map(count, counted))
    is_whole = len(parts) == len(counted) and all(each.is_whole for each in found)
    size, files = sum(each.size for each in found), sum(each.files for each in found)
    newest_of: dict[str, datetime] = {}
    for each in found:
        newest_of |= {part: max(at, newest_of.get(part, at)) for part, at in each.newest_of.items()}
    is_most = (
        is_whole and not shape.template and bool(shape.day or shape.year_month_day or shape.account or shape.region)
    )
    why = "" if is_whole else f"only {_MOST_PAGES} pages of listings were counted"
    why = why or (_UNPROJECTED if is_most else "")
    return Estimate(size, files, is_whole, why, is_most=is_most, newest_of=newest_of)


def _counted(s3: S3, part: _Part, pages: int) -> _Counted:
    size = files = 0
    newest_of: dict[str, datetime] = {}
    for number, page in enumerate(s3.listed(part.bucket, part.prefix, part.after)):
        if number == pages:
            return _Counted(size, files, is_whole=False, newest_of=newest_of)
        within = [one for one in page if not part.until or one.key <= part.until]
        size += sum(one.size for one in within)
        files += len(within)
        for one in within:
            hear(named(one.key), newest_of)
        if len(within) < len(page):
            break
    return _Counted(size, files, is_whole=True, newest_of=newest_of)


def _parts(query: Query, shape: Shape, today: date) -> Iterator[_Part]:
    """What to list: for each account, region and span of days its keys, which are in the order of days."""
    template = shape.template or shape.location
    placed = _PLACE.match(template)
    if placed is None:
        return
    bucket, key = placed[1], placed[2]
    key = key if not key or key.endswith("/") else f"{key}/"
    several = product(accounts(query, shape) or ("",), regions(query, shape) or ("",), days(query, today, MOST_SPANS))
    seen: set[_Part] = set()
    for account, region, span in several:
        part = _part(bucket, key, shape, (account, region, span))
        if part not in seen:
            seen.add(part)
            yield part


def _part(bucket: str, key: str, shape: Shape, values: tuple[str, str, Days]) -> _Part:
    account, region, span = values
    for name, value in ((shape.account, account), (shape.region, region)):
        if name and value:
            key = key.replace(f"${{{name}}}", value)
    begin, mark, _ = key.partition(f"${{{shape.day.name}}}" if shape.day and shape.day.format else "\0")
    known, hole, _ = begin.partition("${")
    if hole or not mark or shape.day is None:
        return _Part(bucket, known)
    first, last = (begin + written(day, shape.day.format) for day in span)
    return _Part(bucket, begin, first, last + "/\U0010ffff")
