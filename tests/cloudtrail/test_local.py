from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from irkit.cloudtrail import heard, local
from irkit.cloudtrail.coverage import LAG, Coverage
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.layout import SLACK
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.raw.walking import Walked, walking
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Found, found
from irkit.errors import OutsideError
from tests.cloudtrail.made import KEY, START, body
from tests.cloudtrail.store.logs import build, cached

ACCOUNT, OTHER = "111122223333", "444455556666"
NOON = Query(windows=(Window(START, START + timedelta(hours=1)),))


def log(
    root: Path,
    bodies: Sequence[dict[str, object]],
    delivered_at: datetime,
    account: str = ACCOUNT,
    region: str = "eu-west-1",
) -> Path:
    """A log file in AWS's layout."""
    folder = root / f"AWSLogs/{account}/CloudTrail/{region}/{delivered_at:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.iterdir()))
    path = folder / f"{account}_CloudTrail_{region}_{delivered_at:%Y%m%dT%H%MZ}_{number:016}.json.gz"
    whole = [{"recipientAccountId": account, **each, "awsRegion": region} for each in bodies]
    path.write_bytes(gzip.compress(json.dumps({"Records": whole}, separators=(",", ":")).encode()))
    return path


def hourly(root: Path, hours: range, account: str = ACCOUNT, region: str = "eu-west-1") -> dict[int, Path]:
    """One file an hour, delivered five minutes after its event; by the hours after noon."""
    return {
        hour: log(
            root,
            [body("s3:ListBuckets", hour * 3600, eventID=f"{region}-{hour}")],
            START + timedelta(hours=hour, minutes=5),
            account,
            region,
        )
        for hour in hours
    }


def look(root: Path, query: Query, jobs: int | None = None) -> Found:
    return found(LocalFiles([root], jobs), query)


def ids(several: Sequence[Record]) -> list[str]:
    return [one.event_id for one in several]


def notes(coverage: Coverage) -> str:
    return "; ".join(coverage.notes)


def test_files_of_other_times_are_left_out_and_counted(tmp_path: Path) -> None:
    hourly(tmp_path, range(-5, 6))
    answer = look(tmp_path, NOON)
    assert ids(answer.records) == ["eu-west-1-0"]
    assert (answer.coverage.counts.files, answer.coverage.counts.pruned) == (2, 9)
    assert answer.coverage.is_whole
    assert answer.coverage.trusted_until == START + timedelta(hours=1)


def test_the_answer_of_processes_is_that_of_one(tmp_path: Path) -> None:
    hourly(tmp_path, range(60))
    alone, several = look(tmp_path, Query(keys=(KEY,))), look(tmp_path, Query(keys=(KEY,)), 2)
    assert len(alone.records) == 60
    assert several == alone


def test_an_empty_answer_is_trusted_until_the_newest_delivery_less_the_lag(tmp_path: Path) -> None:
    hourly(tmp_path, range(3))
    answer = look(tmp_path, Query(keys=("none",)).within([Window(START, START + timedelta(days=9))]))
    assert answer.records == ()
    assert answer.coverage.trusted_until == START + timedelta(hours=2, minutes=5 - 15)


def test_accounts_and_regions_are_pruned_and_those_without_a_file_are_named(tmp_path: Path) -> None:
    hourly(tmp_path, range(2))
    hourly(tmp_path, range(2), OTHER, "eu-west-2")
    answer = look(tmp_path, Query(accounts=(OTHER, "000000000000"), regions=("eu-west-2", "eu-west-3")))
    assert ids(answer.records) == ["eu-west-2-0", "eu-west-2-1"]
    assert answer.coverage.counts.pruned == 2
    assert answer.coverage.not_seen == {"eu-west-3": "there is no file of it"}
    assert "no file of account 000000000000" in notes(answer.coverage)


@pytest.mark.parametrize("jobs", [None, 2])
def test_a_file_of_a_wrong_name_is_read_though_its_name_leaves_it_out(tmp_path: Path, jobs: int | None) -> None:
    hourly(tmp_path, range(-3, 4))
    log(tmp_path, [body("s3:GetObject", 60, eventID="skewed")], START + timedelta(days=2))
    answer = look(tmp_path, NOON, jobs)
    assert ids(answer.records) == ["eu-west-1-0", "skewed"]
    assert "1 file holds other events than its name says" in notes(answer.coverage)
    assert answer.coverage.counts.pruned == 0


def test_a_late_event_in_a_file_that_was_read_makes_all_files_be_read(tmp_path: Path) -> None:
    late = [body("s3:GetObject", 30, eventID="in time"), body("s3:GetObject", -7200, eventID="late")]
    hidden = [body("s3:GetObject", 300 * 60, eventID=f"filler {number}") for number in range(300)]
    log(tmp_path, late, START + timedelta(minutes=5))
    log(tmp_path, [*hidden, body("s3:GetObject", 90, eventID="very late"), *hidden], START + timedelta(minutes=305))
    assert ids(look(tmp_path, NOON).records) == ["in time", "very late"]


def test_a_file_in_the_folder_of_another_account_or_region_is_read(tmp_path: Path) -> None:
    moved = log(tmp_path, [body("s3:GetObject", eventID="moved")], START, ACCOUNT, "eu-west-1")
    moved.rename(moved.with_name(moved.name.replace(ACCOUNT, OTHER).replace("eu-west-1", "eu-west-2")))
    log(tmp_path, [], START)
    assert ids(look(tmp_path, Query(accounts=(ACCOUNT,))).records) == ["moved"]
    assert ids(look(tmp_path, Query(regions=("eu-west-1",))).records) == ["moved"]


def test_the_newest_files_come_first(tmp_path: Path) -> None:
    hourly(tmp_path, range(5))
    (tmp_path / "export.json").write_text(json.dumps(body("s3:GetObject", 9999, eventID="unnamed")))
    given = [one.event_id for batch in LocalFiles([tmp_path]).look(Query()) for one in batch.records]
    assert given == [*(f"eu-west-1-{hour}" for hour in (4, 3, 2, 1, 0)), "unnamed"]


def test_progress_counts_files_events_and_bytes(tmp_path: Path) -> None:
    paths = hourly(tmp_path, range(5))
    *_, last = LocalFiles([tmp_path]).look(Query())
    assert (last.progress.done, last.progress.total, last.progress.events) == (5, 5, 5)
    assert last.progress.size == sum(path.stat().st_size for path in paths.values())


def test_events_met_again_are_counted(tmp_path: Path) -> None:
    for region in ("eu-west-1", "eu-west-2"):
        log(tmp_path, [body("s3:GetObject", eventID="same")] * 2, START, region=region)
    answer = look(tmp_path, Query())
    assert len(answer.records) == 1
    assert answer.coverage.counts.doubles == 3


def test_links_are_followed_and_loops_are_not(tmp_path: Path) -> None:
    hourly(tmp_path / "real", range(2))
    (tmp_path / "looked at").mkdir()
    (tmp_path / "looked at" / "logs").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "back").symlink_to(tmp_path / "looked at")
    (tmp_path / "looked at" / "self").symlink_to("self")
    answer = look(tmp_path / "looked at", Query())
    assert len(answer.records) == 2
    assert "to what was looked at already" in notes(answer.coverage)
    assert [each.at.place.rpartition("/")[2] for each in answer.coverage.skipped] == ["self"]


def test_pipes_and_damaged_files_are_named_and_the_rest_is_answered(tmp_path: Path) -> None:
    paths = hourly(tmp_path, range(4))
    stored = paths[1].read_bytes()
    paths[1].write_bytes(stored[: len(stored) - 20])
    paths[2].write_bytes(b"\x00\x01 not a log")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "packed.json.zst").write_bytes(b"\x28\xb5\x2f\xfdxxxx")
    (tmp_path / "README.md").write_text("# Logs of the night")
    answer = look(tmp_path, Query())
    assert {"eu-west-1-0", "eu-west-1-3"} <= set(ids(answer.records))
    assert {each.why for each in answer.coverage.skipped} == {
        "is cut off",
        "holds what is no JSON",
        "is no regular file",
        "is zstd, which is not read: unpack it, or turn it to JSON",
    }
    assert "1 file is no log and was passed over" in notes(answer.coverage)
    assert not answer.coverage.is_whole


def test_digests_are_left_out_and_counted(tmp_path: Path) -> None:
    path = hourly(tmp_path, range(1))[0]
    digest = path.with_name(path.name.replace("CloudTrail", "CloudTrail-Digest"))
    digest.write_bytes(gzip.compress(b'{"digestS3Object":"x"}'))
    answer = look(tmp_path, Query())
    assert "1 digest file holds no calls and was left out" in notes(answer.coverage)
    assert answer.coverage.is_whole


def test_a_part_whose_files_end_early_is_named(tmp_path: Path) -> None:
    hourly(tmp_path, range(9))
    hourly(tmp_path, range(3), region="eu-west-2")
    assert f"the newest file of {ACCOUNT}/eu-west-2 is of 2026-11-21T14:05:00Z" in notes(
        look(tmp_path, Query()).coverage
    )


def test_a_window_before_the_first_file_is_told(tmp_path: Path) -> None:
    hourly(tmp_path, range(2))
    early = Query(windows=(Window(START - timedelta(days=2), START + timedelta(hours=3)),))
    assert "the files begin with events of 2026-11-21" in notes(look(tmp_path, early).coverage)


def test_of_a_time_before_the_first_file_nothing_is_concluded(tmp_path: Path) -> None:
    hourly(tmp_path, range(2))
    days = Window(START - timedelta(days=9), START - timedelta(days=8))
    coverage = look(tmp_path, Query(windows=(days,))).coverage
    assert coverage.trusted_until <= days.start
    assert "NO LOG FILE of the time asked for lies there" in notes(coverage)


def test_files_without_times_in_their_names_are_trusted_until_their_last_event(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(json.dumps({"Records": [body("s3:GetObject", 600)]}))
    coverage = look(tmp_path, Query()).coverage
    assert coverage.asked_at == START + timedelta(minutes=10)
    assert coverage.regions == ("eu-west-1",)


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59Z", "2099-01-01T00:00:00Z"])
def test_an_event_of_a_time_to_come_makes_no_answer_trusted_until_then(tmp_path: Path, time: str) -> None:
    log(tmp_path, [body("iam:ListUsers"), body("iam:GetUser", eventTime=time)], START + timedelta(minutes=5))
    coverage = look(tmp_path, Query(keys=("AKIANOBODY",))).coverage
    assert coverage.asked_at == START + timedelta(minutes=5)
    assert coverage.trusted_until == START - timedelta(minutes=10)
    (tmp_path / "export.json").write_text(
        json.dumps({"Records": [body("iam:ListUsers", eventTime="9999-12-31T23:59:59Z")]})
    )
    assert look(tmp_path, Query()).coverage.trusted_until == START - timedelta(minutes=10)


@pytest.mark.parametrize("time", ["2026-13-21T12:00:00Z", "2026-11-21T25:00:00Z", "0000-01-01T00:00:00Z"])
def test_a_time_that_is_none_ends_no_look(tmp_path: Path, time: str) -> None:
    """A damaged file is inflated as far as it goes, and may tell of a month 13."""
    log(tmp_path, [body("iam:ListUsers"), body("iam:GetUser", eventTime=time)], START + timedelta(minutes=5))
    for query in (Query(), Query(keys=("AKIANOBODY",))):
        coverage = look(tmp_path, query).coverage
        assert START - LAG <= coverage.start <= coverage.end <= START + timedelta(minutes=5)
    assert len(look(tmp_path, Query()).coverage.skipped) == 1


def test_an_event_of_the_year_2_ends_no_look(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(
        json.dumps({"Records": [body("iam:GetUser", eventTime="0002-03-04T05:06:07Z")]})
    )
    coverage = look(tmp_path, Query()).coverage
    assert coverage.start == datetime(2, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert "0002-03-04T05:06:07Z" in iso(coverage.start)


def test_where_events_alone_tell_the_time_nothing_is_complete_until_one_that_is_to_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = START + timedelta(hours=1)
    monkeypatch.setattr(heard, "now", lambda: now)
    times = ("2026-11-21T11:00:00Z", "2099-01-01T00:00:00Z")
    several = [body("iam:ListUsers", eventTime=each) for each in times]
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "export.json").write_text(json.dumps({"Records": several}))
    raw = look(tmp_path / "logs", Query()).coverage
    assert (raw.trusted_until, raw.end) == (now + SLACK - LAG, datetime(2099, 1, 1, tzinfo=UTC))
    build(tmp_path / "logs", tmp_path / "store")
    _, kept = cached(tmp_path / "logs", tmp_path / "store", Query())
    assert (kept.trusted_until, kept.end) == (raw.trusted_until, raw.end)


def test_no_record_that_is_found_lies_beyond_what_the_coverage_tells(tmp_path: Path) -> None:
    bodies = [body("iam:ListUsers", 1000 + each, pad="x" * 900) for each in range(60)]
    bodies[29:32] = [
        body("iam:GetUser", 5, awsRegion="eu-south-1"),
        body("iam:GetUser", 9000, recipientAccountId=OTHER),
        body("iam:GetUser", 6),
    ]
    (tmp_path / "export.json").write_text(json.dumps({"Records": bodies}, separators=(",", ":")))
    answer = look(tmp_path, Query(calls=("iam:GetUser",)))
    assert len(answer.records) == 3
    assert answer.coverage.start == START + timedelta(seconds=5)
    assert answer.coverage.end == START + timedelta(seconds=9000)
    assert "eu-south-1" in answer.coverage.regions
    assert OTHER in answer.coverage.accounts
    assert look(tmp_path, Query(regions=("eu-south-1",))).coverage.is_whole


def test_a_folder_without_a_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="there is no file under"):
        look(tmp_path, Query())


def test_a_path_given_twice_is_read_once(tmp_path: Path) -> None:
    path = hourly(tmp_path, range(1))[0]
    answer = found(LocalFiles([tmp_path, path, tmp_path]), Query())
    assert answer.coverage.counts.files == 1
    assert not answer.coverage.notes


def test_processes_start_before_all_files_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is listed then is no part of their memory."""
    for hour in (0, 24, 48):
        hourly(tmp_path, range(hour, hour + 3))
    seen: list[tuple[int, int]] = []
    walk, before = walking, psutil.Process().children()

    def watched(paths: Sequence[Path], found: Walked) -> Iterator[range]:
        for numbers in walk(paths, found):
            yield numbers
            seen.append((len(found.files), len(psutil.Process().children()) - len(before)))

    monkeypatch.setattr(local, "walking", watched)
    look(tmp_path, Query(), 2)
    assert {processes for files, processes in seen if not files} == {0}
    assert {processes for files, processes in seen if files} == {2}
    assert psutil.Process().children() == before


def test_a_look_that_fails_while_listing_ends_its_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hourly(tmp_path, range(3))
    walk, before = walking, psutil.Process().children()

    def broken(paths: Sequence[Path], found: Walked) -> Iterator[range]:
        yield from walk(paths, found)
        assert len(psutil.Process().children()) == len(before) + 2
        raise KeyboardInterrupt

    monkeypatch.setattr(local, "walking", broken)
    with pytest.raises(KeyboardInterrupt):
        look(tmp_path, Query(), 2)
    assert psutil.Process().children() == before


def test_closing_a_look_ends_it(tmp_path: Path) -> None:
    hourly(tmp_path, range(40))
    looking = LocalFiles([tmp_path], 2).look(Query())
    next(looking)
    looking.close()
    assert next(looking, None) is None


def test_the_label_names_the_paths() -> None:
    assert LocalFiles([Path("logs"), Path("more")]).label == "files under logs, more"


def test_times_are_in_utc(tmp_path: Path) -> None:
    hourly(tmp_path, range(1))
    assert look(tmp_path, Query()).coverage.start.tzinfo is UTC
