"""The same check against a bucket of the rehearsal cloud, through the real client."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from irkit.clients.cloudtrail_keys import KeyTold
from irkit.clients.s3_versions import S3Versions
from irkit.clients.trails import StatusTold, TrailTold
from irkit.cloudtrail.integrity.finding import Kind, Verdict
from irkit.cloudtrail.integrity.report import Report
from irkit.cloudtrail.integrity.s3_objects import BucketClients, S3Objects
from irkit.cloudtrail.integrity.verify import verify
from irkit.cloudtrail.query import Window
from irkit.errors import Denied
from tests.bench import Bench
from tests.cloudtrail.integrity.signed_trail import (
    HOUR,
    START,
    SignedTrail,
    Stored,
    fingerprint,
    public_der,
    signed_trail,
)

HERE, THERE = "eu-west-1", "us-east-1"


@dataclass
class Keys:
    """Answers as ListPublicKeys does, and remembers what it was asked."""

    regions: tuple[str, ...] = (HERE, THERE)
    asked: list[tuple[str, datetime, datetime]] = field(default_factory=list)

    def listed(self, region: str, since: datetime, until: datetime) -> tuple[KeyTold, ...]:
        self.asked.append((region, since, until))
        if region not in self.regions:
            raise Denied("cloudtrail:ListPublicKeys: AccessDenied")
        return (KeyTold(fingerprint(region), public_der(region), START - HOUR, START + timedelta(days=30)),)


def put(on: Bench, trail: SignedTrail) -> str:
    """Make the trail's bucket in the rehearsal cloud."""
    root = on.world.aws.root
    root.make_bucket(trail.bucket)
    for key, one in trail.objects.items():
        meta = {f"x-amz-meta-{name}": value for name, value in one.metadata.items()}
        replace(root, headers={**root.headers, **meta}).put_object(trail.bucket, key, one.body)
    return trail.bucket


def held(on: Bench, bucket: str, keys: Keys, prefix: str = "", window: Window | None = None) -> S3Objects:
    return S3Objects(BucketClients(on.clients().s3, keys), bucket, prefix, window=window)  # type: ignore[arg-type]


@pytest.fixture
def trail() -> SignedTrail:
    made = SignedTrail(bucket=f"trail-{uuid.uuid4().hex[:8]}")
    return signed_trail(3, (HERE, THERE), organization="o-abcdef1234", prefix="audit/", trail=made)


def test_a_bucket_is_checked_with_the_signatures_of_its_metadata(on: Bench, trail: SignedTrail) -> None:
    keys = Keys()
    bucket = put(on, trail)
    report = verify(held(on, bucket, keys))
    assert report.verdict is Verdict.INTACT, list(report.lines())
    assert report.logs.proven == 18
    assert [one.proven for one in report.chains] == [{"own signature": 3}] * 2
    assert keys.asked == [(region, START - 2 * HOUR, START + 5 * HOUR) for region in (HERE, THERE)]


def test_a_buckets_window_is_listed_day_by_day(on: Bench, trail: SignedTrail) -> None:
    bucket = put(on, trail)
    window = Window(START + HOUR, START + 2 * HOUR)
    report = verify(held(on, bucket, Keys(), "audit", window), window)
    on.world.aws.root.put_object(bucket, "audit/AWSLogs/added.json.gz", b"")
    assert report.verdict is Verdict.INTACT, list(report.lines())
    assert report.logs.here == 6
    again = verify(held(on, bucket, Keys(), "audit/AWSLogs", window), window)
    assert [(one.kind, one.place) for one in again.findings] == [
        (Kind.ADDED_LOG, f"s3://{bucket}/audit/AWSLogs/added.json.gz")
    ]
    assert again.logs.proven == 6


def test_tampering_in_a_bucket_is_named_by_its_url(on: Bench, trail: SignedTrail) -> None:
    gone, moved, digest = trail.logs[HERE][0], trail.logs[HERE][4], trail.digests[THERE][1]
    del trail.objects[gone], trail.objects[digest]
    trail.objects[moved.replace("T01", "T02")] = trail.objects.pop(moved)
    report = verify(held(on, put(on, trail), Keys()))
    assert report.verdict is Verdict.ALTERED
    places = {one.kind: one.place for one in report.findings}
    assert places[Kind.MISSING_LOG] == f"s3://{trail.bucket}/{gone}"
    assert places[Kind.MOVED_LOG] == f"s3://{trail.bucket}/{moved.replace('T01', 'T02')}"
    assert places[Kind.MISSING_DIGEST] == f"s3://{trail.bucket}/{digest}"


def test_a_replica_of_a_bucket_is_proven_and_named_as_one(on: Bench, trail: SignedTrail) -> None:
    trail.bucket, said = f"{trail.bucket}-copy", trail.bucket
    report = verify(held(on, put(on, trail), Keys()))
    assert report.verdict is Verdict.UNPROVEN
    assert [(one.kind, one.expected) for one in report.findings] == [
        (Kind.OTHER_BUCKET, f"s3://{said}/, as all digests say")
    ]
    assert report.logs.proven == 18


@pytest.mark.parametrize("window", [None, Window(START, START + 3 * HOUR)])
def test_what_else_lies_in_the_bucket_is_none_of_the_trails(
    on: Bench, trail: SignedTrail, window: Window | None
) -> None:
    account = "audit/AWSLogs/o-abcdef1234/111122223333"
    for key in ("CloudTrail/", "CloudTrail-Digest/", f"CloudTrail-Digest/{HERE}/", "Config/eu-west-1/x.json.gz"):
        trail.objects[f"{account}/{key}"] = Stored(b"")
    trail.objects["audit/report.json"] = Stored(b"{}")
    report = verify(held(on, put(on, trail), Keys(), "audit", window), window)
    assert report.verdict is Verdict.INTACT, list(report.lines())
    assert report.logs.proven == 18


def test_a_digest_of_another_bucket_is_moved(on: Bench, trail: SignedTrail) -> None:
    other = signed_trail(1, trail=SignedTrail(bucket="others-logs"))
    (key,) = other.digests[HERE]
    trail.objects[key] = other.objects[key]
    report = verify(held(on, put(on, trail), Keys()))
    assert [(one.kind, one.place) for one in report.findings] == [(Kind.MOVED_DIGEST, f"s3://{trail.bucket}/{key}")]
    assert "s3://others-logs/" in report.findings[0].expected


def test_keys_that_may_not_be_asked_leave_a_region_unproven(on: Bench, trail: SignedTrail) -> None:
    report = verify(held(on, put(on, trail), Keys(regions=(HERE,))))
    assert {one.kind for one in report.findings} == {Kind.UNKNOWN_KEY, Kind.NOT_READ}
    assert (report.logs.proven, report.logs.unproven) == (9, 9)
    assert report.verdict is Verdict.INCOMPLETE


def test_what_a_bucket_with_versions_still_has_of_deleted_and_overwritten_objects_is_told(
    on: Bench, trail: SignedTrail
) -> None:
    bucket, root, clients = put(on, trail), on.world.aws.root, on.clients()
    gone, over = trail.logs[HERE][0], trail.logs[HERE][1]
    xml = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    root._send("s3", "PUT", f"/{bucket}?versioning", {"Content-Type": "application/xml"}, xml)
    root._send("s3", "DELETE", f"/{bucket}/{gone}", {}, b"")
    root.put_object(bucket, over, b"{}")
    versions = S3Versions(clients.aws)
    assert [one.is_marker for one in versions.of(bucket, gone)] == [True, False]
    reached = BucketClients(clients.s3, Keys(), versions)  # type: ignore[arg-type]
    seen = {one.kind: one.seen for one in verify(S3Objects(reached, bucket)).findings}
    assert re.search(r"; deleted at \S+Z; version \S+ of \S+Z is still there", seen[Kind.MISSING_LOG])
    assert re.search(r"; overwritten at \S+Z; version \S+ of \S+Z is still there", seen[Kind.ALTERED_LOG])


def test_a_bucket_that_may_not_be_asked_for_versions_is_checked_all_the_same(on: Bench, trail: SignedTrail) -> None:
    class Refusing:
        def of(self, *_: object) -> tuple[()]:
            raise Denied("s3:ListObjectVersions: AccessDenied")

    del trail.objects[trail.logs[HERE][0]]
    reached = BucketClients(on.clients().s3, Keys(), Refusing())  # type: ignore[arg-type]
    report = verify(S3Objects(reached, put(on, trail)))
    assert [one.kind for one in report.findings] == [Kind.MISSING_LOG]
    assert "not known: s3:ListObjectVersions: AccessDenied" in report.notes[-1]


@dataclass
class Trails:
    """Answers as DescribeTrails and GetTrailStatus do."""

    bucket: str
    digest_at: datetime
    validation: bool = True

    def described(self) -> tuple[TrailTold, ...]:
        names = {"Name": "main-trail", "TrailARN": "arn:x", "HomeRegion": HERE, "S3BucketName": self.bucket}
        return (TrailTold.model_validate({**names, "LogFileValidationEnabled": self.validation}),)

    def status(self, _: TrailTold) -> StatusTold:
        return StatusTold.model_validate({"IsLogging": True, "LatestDigestDeliveryTime": self.digest_at})


def spoken(on: Bench, bucket: str, trails: Trails, window: Window | None = None) -> Report:
    return verify(S3Objects(BucketClients(on.clients().s3, Keys(), None, trails), bucket, window=window))  # type: ignore[arg-type]


def test_newest_digests_that_are_gone_with_all_their_files_are_told_by_cloudtrails_own_word(
    on: Bench, trail: SignedTrail
) -> None:
    delivered_at = START + 3 * HOUR + timedelta(minutes=8)
    bucket = put(on, trail)
    assert spoken(on, bucket, Trails(bucket, delivered_at)).verdict is Verdict.INTACT
    report = spoken(on, bucket, Trails(bucket, delivered_at + 4 * HOUR))
    (found,) = report.findings
    assert (found.kind, found.since, found.until) == (
        Kind.MISSING_DIGEST,
        START + 3 * HOUR,
        delivered_at + 4 * HOUR,
    )
    assert "CloudTrail says it delivered at 2026-11-20T07:09:31Z" in found.expected
    window = Window(START, START + 3 * HOUR)
    assert spoken(on, bucket, Trails(bucket, delivered_at + 4 * HOUR), window).verdict is Verdict.INTACT


def test_validation_that_is_off_is_told(on: Bench, trail: SignedTrail) -> None:
    bucket = put(on, trail)
    report = spoken(on, bucket, Trails(bucket, START, validation=False))
    assert "Trail main-trail (eu-west-1): log file validation is OFF, so nothing new can be proven." in report.notes
