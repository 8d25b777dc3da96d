"""What an answer says of itself is the same, field by field, whether its records were read raw or come from the store.

But for what only one of them can know, and says so: which events the store holds twice, where a raw look compares those
alone that match; and how many files were read from the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from irkit.cloudtrail import heard
from irkit.cloudtrail.coverage import LAG, Coverage
from irkit.cloudtrail.layout import SLACK
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.source import found
from tests.cloudtrail.made import KEY, body
from tests.cloudtrail.store.conftest import Kept
from tests.cloudtrail.store.logs import aws_form, build, cached, log

ACCOUNTS, REGIONS = ("111122223333", "444455556666"), ("eu-west-1", "us-east-1")
HOURS = (3, 12, 20)
CALLS = ("s3:GetObject", "kms:Decrypt", "iam:CreateUser")
QUIET = (ACCOUNTS[1], REGIONS[1], 21)
"""Nothing was delivered of it on its last day."""


class Place(NamedTuple):
    """Logs and the store of them."""

    logs: Path
    store: Path


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def name(account: str, region: str, delivered_at: datetime, kind: str = "CloudTrail") -> str:
    """A delivery as AWS lays it out."""
    folder = f"AWSLogs/{account}/{kind}/{region}/{delivered_at:%Y/%m/%d}"
    return f"{folder}/{account}_{kind}_{region}_{delivered_at:%Y%m%dT%H%M}Z_x.json.gz"


def events(account: str, region: str, until: datetime) -> Iterator[dict[str, object]]:
    """Six calls, the last of them denied; the first stands there twice in the files of noon."""
    for number in range(6 + (until.hour == 12)):
        yield body(
            CALLS[number % 3],
            eventID=f"{account}-{region}-{until:%d%H}-{number % 6}",
            eventTime=f"{until - timedelta(minutes=number % 6):%Y-%m-%dT%H:%M:%SZ}",
            awsRegion=region,
            recipientAccountId=account,
            sourceIPAddress=f"203.0.113.{number % 6}",
            **({"errorCode": "AccessDenied"} if number == 5 else {}),
        )


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two days of two accounts and regions, a digest beside each delivery, and what cannot be read."""
    folder = tmp_path_factory.mktemp("same")
    for account, region, day, hour in product(ACCOUNTS, REGIONS, (20, 21), HOURS):
        if (account, region, day) != QUIET:
            delivered = at(day, hour, 5)
            log(folder / "logs" / name(account, region, delivered), aws_form(events(account, region, at(day, hour))))
            log(folder / "logs" / name(account, region, delivered, "CloudTrail-Digest"), b"{}")
    (folder / "logs" / "cut.json.gz").write_bytes(b"no gzip")
    (folder / "logs" / "empty.json").write_bytes(b"")
    (folder / "logs" / "notes.txt").write_bytes(b"found these on the old laptop")
    build(folder / "logs", folder / "store")
    return Place(folder / "logs", folder / "store")


def windows() -> Iterator[Window]:
    """Days, hours, spans without events, and those that begin or end where a name says its events may still lie."""
    yield Window(at(20, 0), at(21, 0))
    yield Window(at(21, 11), at(21, 13))
    yield Window(at(1, 0), at(2, 0))
    yield Window(at(25, 0), at(26, 0))
    yield Window(datetime.min.replace(tzinfo=UTC), at(20, 4))
    yield Window(at(21, 12), datetime.max.replace(tzinfo=UTC))
    delivered, second = at(21, 12, 5), timedelta(seconds=1)
    for end in (delivered - LAG - SLACK, delivered - LAG - SLACK + second):
        yield Window(at(21, 6), end)
    for start in (delivered + SLACK - second, delivered + SLACK):
        yield Window(start, at(21, 15))


def queries() -> Iterator[Query]:
    yield Query()
    yield from (Query(regions=(each,)) for each in (*REGIONS, "eu-south-1"))
    yield Query(accounts=ACCOUNTS[:1])
    yield Query(accounts=("999999999999",))
    yield from (Query(windows=(each,)) for each in windows())
    yield Query(windows=(Window(at(21, 11), at(21, 13)),), accounts=ACCOUNTS[1:], regions=REGIONS[1:])
    yield from (Query(keys=(KEY,)), Query(ips=("203.0.113.5",)), Query(calls=("kms:*",)), Query(keys=("AKIANOBODY",)))
    yield Query(outcome=Outcome.DENIED)


def compared(coverage: Coverage, query: Query) -> dict[str, object]:
    """All that a coverage tells, but for what one of both alone can know."""
    is_whole = query == Query(accounts=query.accounts, regions=query.regions)
    told = {each.name: getattr(coverage, each.name) for each in fields(coverage)}
    notes = tuple(each for each in coverage.notes if not each.startswith("files read from the store: "))
    counts = coverage.counts if is_whole else replace(coverage.counts, doubles=0)
    return told | {"notes": notes, "counts": counts, "until": coverage.until, "seen": coverage.seen}


@pytest.mark.parametrize("query", [*queries()])
def test_raw_and_from_the_store_an_answer_says_the_same_of_itself(there: Place, query: Query) -> None:
    of_files = found(LocalFiles([there.logs]), query)
    records, coverage = cached(there.logs, there.store, query)
    assert records == of_files.records
    assert compared(coverage, query) == compared(of_files.coverage, query)
    assert of_files.coverage.counts.doubles <= coverage.counts.doubles
    assert any(each.startswith("files read from the store: ") for each in coverage.notes)


def test_where_names_do_not_tell_the_truth_the_store_says_no_less(kept: Kept) -> None:
    """A raw look knows accounts, regions and times of what it opened; the store those of every event."""
    for query in (Query(), Query(regions=("us-east-1",)), Query(outcome=Outcome.FAILED)):
        of_files = found(LocalFiles([kept.logs]), query).coverage
        of_store = cached(kept.logs, kept.folder, query)[1]
        assert set(of_files.accounts) <= set(of_store.accounts)
        assert set(of_files.regions) <= set(of_store.regions)
        assert set(of_files.skipped) <= set(of_store.skipped)
        assert of_files.start >= of_store.start
        assert (of_files.end, of_files.asked_at, of_files.until) == (of_store.end, of_store.asked_at, of_store.until)
        assert (of_files.not_seen, of_files.sources, of_files.never) == (
            of_store.not_seen,
            of_store.sources,
            of_store.never,
        )
        assert of_files.counts.files == of_store.counts.files
        assert of_files.counts.pruned == of_store.counts.pruned == 0


@pytest.mark.parametrize("way", ["raw", "stored"])
def test_a_file_named_as_of_a_time_to_come_makes_nothing_complete_until_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(heard, "now", lambda: at(21, 13))
    there, folder = tmp_path / "logs", tmp_path / "store"
    log(there / name(ACCOUNTS[0], REGIONS[0], at(21, 12, 5)), aws_form(events(ACCOUNTS[0], REGIONS[0], at(21, 12))))
    late = name(ACCOUNTS[0], REGIONS[1], datetime(2126, 1, 1, tzinfo=UTC))
    log(there / late, aws_form(events(ACCOUNTS[0], REGIONS[1], at(21, 11))))
    if way == "stored":
        build(there, folder)
    _, coverage = cached(there, folder, Query())
    assert coverage.asked_at == at(21, 12, 5)
    assert coverage.trusted_until == at(21, 12, 5) - LAG
    assert not any("it was quiet later" in each for each in coverage.notes), "the others did not fall silent before it"


@pytest.mark.parametrize("way", ["raw", "stored"])
def test_files_that_are_all_named_so_are_trusted_until_their_last_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(heard, "now", lambda: at(21, 13))
    there, folder = tmp_path / "logs", tmp_path / "store"
    late = name(ACCOUNTS[0], REGIONS[0], datetime(2126, 1, 1, tzinfo=UTC))
    log(there / late, aws_form(events(ACCOUNTS[0], REGIONS[0], at(21, 11))))
    if way == "stored":
        build(there, folder)
    _, coverage = cached(there, folder, Query())
    assert coverage.asked_at == at(21, 11)
