from __future__ import annotations

import gzip
import json
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from irkit.clients.trails import TrailTold
from irkit.cloudtrail import bucket_fetching
from irkit.cloudtrail.bucket import TrailBucket
from irkit.cloudtrail.layout import named
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.raw_text import raw_text
from irkit.cloudtrail.source import Batch, found, in_order
from irkit.errors import Denied, OutsideError, Throttled
from tests.bench import Bench
from tests.cloudtrail.as_user import as_user
from tests.cloudtrail.fake_s3 import FakeS3, key_of, log
from tests.cloudtrail.made import KEY, START, made

LAG = timedelta(minutes=4)
HOUR = Window(START, START + timedelta(hours=1))


@dataclass
class FakeClients:
    """As far as a bucket is looked at."""

    s3: FakeS3 = field(default_factory=FakeS3)

    def __post_init__(self) -> None:
        self.trails = self.aws = self
        self.told: list[str] = []

    def let_go(self) -> None:
        self.told.append("let go")

    def progress(self, text: str) -> None:
        self.told.append(text)

    def now(self) -> datetime:
        return START + timedelta(days=1)

    def described(self) -> tuple[TrailTold, ...]:
        raise Denied("cloudtrail:DescribeTrails: AccessDenied")


def bucket(s3: FakeS3, keep: Path | None = None, most_kept: int | None = None, jobs: int = 1) -> TrailBucket:
    clients = FakeClients(s3)
    return TrailBucket(clients, "logs", keep=keep, most_kept=most_kept, jobs=jobs)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def filled() -> FakeS3:
    """Two regions, a day before, the day, and a day after; every ten minutes a file of two records."""
    s3 = FakeS3()
    for region in ("eu-west-1", "us-east-1"):
        for number in range(-24, 30):
            at = START + timedelta(minutes=10 * number)
            rows = [made("iam:ListUsers", number * 600 + each, awsRegion=region) for each in (0, 300)]
            s3.put(key_of(at + timedelta(minutes=5) + LAG, region=region), log(rows))
    return s3


@pytest.fixture
def s3(filled: FakeS3) -> FakeS3:
    return FakeS3(held=dict(filled.held))


def everything(s3: FakeS3) -> list[str]:
    return [one["eventID"] for content in s3.held.values() for one in json.loads(gzip.decompress(content))["Records"]]


def test_a_window_is_answered_from_the_files_that_may_hold_it_alone(s3: FakeS3) -> None:
    answer = found(bucket(s3), Query(windows=(HOUR,), keys=(KEY,)))
    assert len(answer.records) == 2 * 12
    assert all(HOUR.holds(one.at) for one in answer.records)
    coverage = answer.coverage
    assert coverage.is_whole
    assert coverage.regions == ("eu-west-1", "us-east-1")
    assert coverage.accounts == ("111122223333",)
    assert coverage.counts.files == s3.reads() <= 2 * 9
    assert coverage.counts.pruned == 2 * 54 - coverage.counts.files
    assert coverage.sources == ("s3://logs/",)
    assert s3.told == [("logs", 6, coverage.counts.files, coverage.counts.size)]


def test_each_record_has_its_place(s3: FakeS3) -> None:
    one = found(bucket(s3), Query(windows=(HOUR,))).records[0]
    assert one.locator.place.startswith("s3://logs/AWSLogs/111122223333/CloudTrail/")
    content = gzip.decompress(s3.held[one.locator.place.removeprefix("s3://logs/")])
    text = content[one.locator.offset : one.locator.offset + one.locator.length]
    assert json.loads(text)["eventID"] == one.event_id


def test_without_a_window_everything_is_read(s3: FakeS3) -> None:
    answer = found(bucket(s3), Query())
    assert sorted(one.event_id for one in answer.records) == sorted(everything(s3))


def test_a_window_to_the_end_of_time_is_one_until_now(s3: FakeS3) -> None:
    ever = Window(START, datetime.max.replace(tzinfo=UTC))
    assert len(found(bucket(s3), Query(windows=(ever,))).records) == 2 * 60
    always = Window(datetime.min.replace(tzinfo=UTC), ever.end)
    assert len(found(bucket(s3), Query(windows=(always,))).records) == len(everything(s3))
    later = Window(START + timedelta(days=400), ever.end)
    assert found(bucket(s3), Query(windows=(later,))).records == ()


def test_a_second_look_fetches_nothing_that_is_kept(s3: FakeS3, tmp_path: Path) -> None:
    first = found(bucket(s3, tmp_path), Query(windows=(HOUR,)))
    fetched = s3.reads()
    again = bucket(s3, tmp_path)
    assert again.survey(Query(windows=(HOUR,))).held == fetched
    assert found(again, Query(windows=(HOUR,))).records == first.records
    assert s3.reads() == fetched
    assert again.kept is not None
    assert len(again.kept.everything()) == fetched


def test_what_a_store_knows_is_not_fetched_again(s3: FakeS3, tmp_path: Path) -> None:
    source = bucket(s3, tmp_path)
    found(source, Query(windows=(HOUR,), regions=("us-east-1",)))
    held = {file.place: file.stamp for file in source.files()}
    assert len(held) == s3.reads()
    assert all(Path(file.path).stat().st_size == file.size for file in source.files())
    rest = source.without(lambda file: held.get(file.place) == file.stamp)
    assert {one.region for one in found(rest, Query(windows=(HOUR,))).records} == {"eu-west-1"}
    assert s3.reads() == 2 * len(held)
    assert found(source.without(lambda _: True), Query(windows=(HOUR,))).coverage.is_whole
    clients = FakeClients(s3)
    for prefix, count in (("AWSLogs", 2 * len(held)), ("/AWSLogs/", 2 * len(held)), ("AWS", 0)):
        assert len(list(TrailBucket(clients, "logs", prefix, keep=tmp_path).files())) == count  # type: ignore[arg-type]


def test_a_look_that_was_ended_goes_on_where_it_was(s3: FakeS3, tmp_path: Path) -> None:
    look = bucket(s3, tmp_path).look(Query())
    while next(look).progress.done == 0:
        continue
    look.close()
    before = s3.reads()
    assert len(found(bucket(s3, tmp_path), Query()).records) == len(everything(s3))
    assert s3.reads() <= len(s3.held) + 3
    assert before > 0


def is_worker(process: psutil.Process) -> bool:
    try:
        return "cloudtrail.raw.worker" in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def test_a_look_that_is_closed_leaves_no_thread_and_no_process(s3: FakeS3) -> None:
    look = bucket(s3, jobs=2).look(Query())
    next(look)
    look.close()
    assert not [each for each in threading.enumerate() if each.name.startswith(("listing", "fetching"))]
    assert not [each for each in psutil.Process().children() if is_worker(each)]


def test_what_a_look_takes_is_known_before(s3: FakeS3) -> None:
    survey = bucket(s3).survey(Query(windows=(HOUR,), regions=("us-east-1",)))
    assert survey.files <= 9
    assert 0 < survey.size < sum(map(len, s3.held.values())) / 4
    assert survey.regions == ("us-east-1",)
    assert survey.text.startswith(f"{survey.files} files of 0.0 MB to fetch, one request each; ")
    assert not s3.reads()


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Denied("s3:GetObject logs: AccessDenied: no"), "we may not read it (s3:GetObject)"),
        (Denied("AccessDenied: not authorized to perform: kms:Decrypt on"), "its KMS key does not let us decrypt it"),
        (OutsideError("odd"), "odd"),
    ],
)
def test_an_object_that_cannot_be_fetched_is_named(s3: FakeS3, error: Exception, why: str) -> None:
    bad = next(key for key in sorted(s3.held) if "T12" in key)
    s3.fails = lambda kind, name: error if (kind, name) == ("read", bad) else None
    coverage = found(bucket(s3), Query()).coverage
    (skipped,) = coverage.skipped
    assert skipped.at.place == f"s3://logs/{bad}"
    assert why in skipped.why
    assert coverage.counts.files == len(s3.held) - 1


def test_objects_that_are_archived_gone_or_broken_are_named(s3: FakeS3) -> None:
    gone, archived, cut = sorted(s3.held)[:3]
    s3.storage[archived] = "DEEP_ARCHIVE"
    s3.held[cut] = s3.held[cut][:-20]
    content = s3.held[gone]

    def vanish(kind: str, name: str) -> None:
        if (kind, name) == ("read", gone):
            s3.held.pop(gone, None)

    s3.fails = vanish
    coverage = found(bucket(s3), Query()).coverage
    whys = {each.at.place.removeprefix("s3://logs/"): each.why for each in coverage.skipped}
    assert set(whys) == {gone, archived, cut}
    assert whys[gone] == "was gone when it was to be read"
    assert whys[archived] == "is archived (DEEP_ARCHIVE): restore it first"
    assert content


def test_s3_that_asks_to_slow_down_is_asked_again(s3: FakeS3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_fetching, "PAUSES", (timedelta(),) * 2)
    tried: list[str] = []

    def slow(kind: str, name: str) -> Exception | None:
        if kind == "read" and name.endswith(("1.json.gz", "2.json.gz")) and tried.count(name) < 2:
            tried.append(name)
            return Throttled("SlowDown")
        return None

    s3.fails = slow
    assert found(bucket(s3), Query()).coverage.is_whole
    assert tried


def test_nothing_that_can_be_fetched_is_an_error_and_no_empty_answer(s3: FakeS3) -> None:
    s3.fails = lambda kind, _: Denied("no") if kind == "read" else None
    with pytest.raises(Denied):
        found(bucket(s3), Query())


def test_a_large_object_goes_over_the_disk(s3: FakeS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_fetching, "_WHOLE", 100)
    query = Query(windows=(HOUR,))
    assert found(bucket(s3), query).records == found(bucket(s3, tmp_path), query).records
    assert list(tmp_path.rglob("*.gz"))


def test_a_folder_that_cannot_be_written_costs_no_answer(s3: FakeS3, tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where a folder should be", encoding="utf-8")
    answer = found(bucket(s3, tmp_path), Query(windows=(HOUR,)))
    assert len(answer.records) == 24
    assert "objects could not be kept" in answer.coverage.text


def test_room_that_runs_out_costs_no_answer(s3: FakeS3, tmp_path: Path) -> None:
    answer = found(bucket(s3, tmp_path, most_kept=2000), Query(windows=(HOUR,)))
    assert len(answer.records) == 24
    assert "were not kept for want of room" in answer.coverage.text
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.gz")) <= 2000


def test_files_whose_names_tell_another_time_make_all_listed_be_read() -> None:
    s3 = FakeS3()
    early, late = made("iam:ListUsers", 60), made("iam:ListRoles", 120)
    s3.put(key_of(START + LAG), log([early, made("iam:ListGroups", -3600 * 3)]))
    s3.put(key_of(START + timedelta(hours=9)), log([late]))
    s3.put(key_of(START - timedelta(hours=5)), log([made("iam:ListPolicies", -3600 * 5)]))
    answer = found(bucket(s3), Query(windows=(HOUR,)))
    assert answer.records == in_order((early, late))
    assert "hold events of other times than their names say" in answer.coverage.text


def test_files_that_are_all_named_after_another_time_are_read() -> None:
    s3 = FakeS3()
    calls = [made("iam:ListUsers", 60 * number) for number in range(9)]
    for number, call in enumerate(calls):
        s3.put(key_of(START - timedelta(hours=9 - number % 3, minutes=number)), log([call]))
    answer = found(bucket(s3), Query(windows=(HOUR,)))
    assert set(answer.records) == set(calls)
    assert (answer.coverage.counts.files, answer.coverage.counts.pruned) == (9, 0)
    assert "hold events of other times than their names say" in answer.coverage.text


def test_names_that_tell_the_truth_are_believed_after_a_few_were_looked_at() -> None:
    s3 = FakeS3()
    for number in range(40):
        s3.put(
            key_of(START - timedelta(hours=7, minutes=number)), log([made("iam:ListUsers", -7 * 3600 - 60 * number)])
        )
    answer = found(bucket(s3), Query(windows=(HOUR,)))
    assert (answer.records, answer.coverage.is_whole, s3.reads()) == ((), True, 4)


def test_regions_and_accounts_without_a_file_are_named(s3: FakeS3) -> None:
    query = Query(windows=(HOUR,), regions=("eu-west-1", "sa-east-1"), accounts=("111122223333", "777788889999"))
    coverage = found(bucket(s3), query).coverage
    text = coverage.text
    assert "no log file of sa-east-1 lies there" in text
    assert list(coverage.not_seen) == ["account 777788889999"], "a bucket without a file of it tells nothing of it"
    assert "NOT SEEN: account 777788889999 (no log file of it lies there)" in text
    none = found(bucket(s3), Query(windows=(HOUR,), accounts=("777788889999",))).coverage
    assert not none.is_whole
    assert "(no log file of it lies there, but of 111122223333)" in none.text
    assert "what the trails record is not known (cloudtrail:DescribeTrails denied)" in text


def test_progress_tells_files_bytes_and_what_is_left(s3: FakeS3) -> None:
    told: list[Batch] = []
    found(bucket(s3), Query(), told.append)
    last = told[-1].progress
    assert last[:3] == ("files", len(s3.held), len(s3.held))
    assert last.size == sum(map(len, s3.held.values()))
    assert last.seconds_left == 0


def test_how_much_will_be_fetched_is_told_once(s3: FakeS3) -> None:
    clients = FakeClients(s3)
    found(TrailBucket(clients, "logs", "AWSLogs"), Query())  # type: ignore[arg-type]
    (told,) = clients.told
    assert told.startswith(f"s3://logs/AWSLogs: {len(s3.held)} files of 0.0 MB in ")


def test_the_rehearsals_bucket_is_read_with_a_real_client(on: Bench, tmp_path: Path) -> None:
    suspect = on.suspect()
    for _ in range(3):
        on.clients("arrange").sts.probe_key(suspect.key.key_id, suspect.key.secret)
    on.world.aws.deliver()
    clients = on.clients()
    source = TrailBucket(clients, on.world.facts.trail_bucket, keep=tmp_path)
    now = datetime.now(UTC)
    query = Query(windows=(Window(now - timedelta(hours=1), now + timedelta(minutes=1)),), users=(suspect.user,))
    answer = found(source, query)
    assert [one.call for one in answer.records] == ["sts:GetCallerIdentity"] * 3
    assert answer.coverage.accounts == (on.world.facts.account,)
    assert source.kept is not None
    assert all(each.path.stat().st_size == each.size for each in source.kept.everything())
    assert any(call.text.startswith("s3:GetObject") for call in clients.drain_calls())


def test_a_real_client_fetches_large_objects_bit_by_bit(
    on: Bench, s3: FakeS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_fetching, "_WHOLE", 100)
    name = f"logs-{uuid.uuid4().hex[:10]}"
    on.world.aws.root.make_bucket(name)
    for key, content in list(s3.held.items())[:8]:
        on.world.aws.root.put_object(name, f"team/{key}", content)
    for keep in (None, tmp_path):
        answer = found(TrailBucket(on.clients(), name, "team", keep=keep), Query())
        assert len(answer.records) == 16
        assert answer.coverage.is_whole


def test_log_files_that_were_deleted_or_replaced_are_read_and_named(on: Bench, s3: FakeS3) -> None:
    name, s3_client = f"logs-{uuid.uuid4().hex[:10]}", as_user(on).clients().s3
    aws = as_user(on).clients().aws
    on.world.aws.root.make_bucket(name)
    aws.call("s3", "put_bucket_versioning", Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    keys = sorted(s3.held)[:4]
    for key in keys:
        on.world.aws.root.put_object(name, key, s3.held[key])
    whole = found(TrailBucket(as_user(on).clients(), name), Query())
    assert len(whole.records) == 8
    assert whole.coverage.is_whole
    aws.call("s3", "delete_object", Bucket=name, Key=keys[0])
    aws.call("s3", "delete_object", Bucket=name, Key=keys[1])
    earlier = s3_client.versions(name, keys[1]).earlier
    assert [one.key.partition("?")[0] for one in earlier] == [keys[1]]
    version = earlier[0].key.partition("=")[2]
    aws.call("s3", "delete_object", Bucket=name, Key=keys[1], VersionId=version)
    on.world.aws.root.put_object(name, keys[2], log([made("iam:ListUsers", 1)]))
    answer = found(TrailBucket(as_user(on).clients(), name), Query())
    lost = {one["eventID"] for one in json.loads(gzip.decompress(s3.held[keys[1]]))["Records"]}
    seen = {one.event_id for one in answer.records}
    assert {one.event_id for one in whole.records} - seen == lost
    assert "LOG FILES WERE DELETED: 2, from" in answer.coverage.text
    assert f"LOG FILES WERE REPLACED: 1 ({keys[2]})" in answer.coverage.text
    (skipped,) = answer.coverage.skipped
    assert skipped.at.place == f"s3://{name}/{keys[1]}"
    assert "no version of it is left" in skipped.why
    hidden = next(one for one in answer.records if "?versionId=" in one.locator.place)
    assert json.loads(raw_text(hidden.locator, as_user(on).clients))["eventID"] == hidden.event_id


def test_a_bucket_that_is_not_there_is_not_found(on: Bench) -> None:
    with pytest.raises(OutsideError):
        found(TrailBucket(on.clients(), "no-such-bucket-of-ours"), Query())


def test_a_trail_that_was_stopped_is_trusted_until_its_last_file_alone(s3: FakeS3) -> None:
    last = START + timedelta(minutes=10 * 29 + 5) + LAG
    stopped = found(bucket(s3), Query(windows=(Window(START, START + timedelta(days=1)),))).coverage
    assert stopped.trusted_until == last.replace(second=0) - timedelta(minutes=15)
    assert any(note.startswith(f"NO LOG FILE came after {last:%Y-%m-%dT%H:%M}") for note in stopped.notes)
    before = found(bucket(s3), Query(windows=(HOUR,))).coverage
    assert before.trusted_until == HOUR.end
    assert not any("NO LOG FILE" in note for note in before.notes)


def test_a_file_named_as_of_a_time_to_come_hides_no_end_of_the_trail(s3: FakeS3) -> None:
    last = START + timedelta(minutes=10 * 29 + 5) + LAG
    later = key_of(START + timedelta(days=40), "111122223333", "eu-west-1")
    s3.put(later)
    s3.stored_at[later] = last
    notes = found(bucket(s3), Query()).coverage.notes
    assert any(note.startswith(f"NO LOG FILE came after {last:%Y-%m-%dT%H:%M}") for note in notes)


def test_a_region_that_went_quiet_is_named(s3: FakeS3) -> None:
    ended = START - timedelta(hours=1)
    s3.held = {
        key: held for key, held in s3.held.items() if "us-east-1" in key or (named(key).delivered_at or START) < ended
    }
    notes = found(bucket(s3), Query()).coverage.notes
    assert any("111122223333/eu-west-1" in note and "it was quiet later" in note for note in notes)


def test_what_lies_beside_awss_layout_is_named(s3: FakeS3) -> None:
    for key in ("export.jsonl", "other/AWSLogs/x.json.gz"):
        s3.put(key)
    notes = found(bucket(s3), Query(windows=(HOUR,))).coverage.notes
    assert "not looked at, for they lie beside AWSLogs/: export.jsonl, other/" in notes


@pytest.mark.parametrize("days_ago", [1, 100])
def test_of_a_time_of_which_no_log_file_is_there_nothing_is_concluded(s3: FakeS3, days_ago: int) -> None:
    asked = Window(START - timedelta(days=days_ago), START - timedelta(days=days_ago, hours=-1))
    told = found(bucket(s3), Query(windows=(asked,))).coverage
    assert told.trusted_until <= asked.start
    assert any(note.startswith("NO LOG FILE of the time asked for") for note in told.notes)


def test_a_time_that_begins_before_the_oldest_log_file_is_told(s3: FakeS3) -> None:
    first = START - timedelta(minutes=235) + LAG
    told = found(bucket(s3), Query(windows=(Window(START - timedelta(hours=9), HOUR.end),))).coverage
    assert told.trusted_until == HOUR.end
    assert any(
        note.startswith(f"the oldest log file of these days is of {first:%Y-%m-%dT%H:%M}") for note in told.notes
    )
    assert not any("oldest" in note for note in found(bucket(s3), Query(windows=(HOUR,))).coverage.notes)


def test_what_an_intruder_deleted_of_a_whole_region_is_read_from_its_versions(on: Bench) -> None:
    name, aws = f"logs-{uuid.uuid4().hex[:10]}", as_user(on).clients().aws
    on.world.aws.root.make_bucket(name)
    aws.call("s3", "put_bucket_versioning", Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    keys = [key_of(START + LAG, region=region) for region in ("eu-west-1", "us-east-1")]
    for key, region in zip(keys, ("eu-west-1", "us-east-1"), strict=True):
        on.world.aws.root.put_object(name, key, log([made("iam:ListUsers", 1, awsRegion=region)]))
    aws.call("s3", "delete_object", Bucket=name, Key=keys[1])
    answer = found(TrailBucket(as_user(on).clients(), name), Query())
    assert {one.region for one in answer.records} == {"eu-west-1", "us-east-1"}
    assert "LOG FILES WERE DELETED: 1, from" in answer.coverage.text
    aws.call("s3", "delete_object", Bucket=name, Key=keys[0])
    assert len(found(TrailBucket(as_user(on).clients(), name), Query()).records) == 2, "all of the bucket"


@pytest.mark.parametrize("denied", ["versioning", "versions"])
def test_that_deleted_files_cannot_be_looked_for_is_told(s3: FakeS3, denied: str) -> None:
    class Versioned(FakeS3):
        def is_versioned(self, bucket: str) -> bool:
            if denied == "versioning":
                raise Denied(f"s3:GetBucketVersioning {bucket}: AccessDenied")
            return True

        def folders_ever(self, bucket: str, _prefix: str) -> tuple[str, ...]:
            raise Denied(f"s3:ListObjectVersions {bucket}: AccessDenied")

    answer = found(bucket(Versioned(held=s3.held)), Query(windows=(HOUR,)))
    assert answer.records
    assert answer.coverage.is_whole
    assert "whether log files were deleted or replaced is not known (s3:" in answer.coverage.text
    assert "is not known (s3:" not in found(bucket(s3), Query(windows=(HOUR,))).coverage.text
