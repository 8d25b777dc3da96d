from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from irkit.clients.trails import SelectorsTold, StatusTold, TrailTold
from irkit.cloudtrail.selectors import Access, recorded
from irkit.cloudtrail.trails import Trail, notes, trail_notes, trails
from irkit.drill.world.json_shape import Json
from irkit.errors import Denied
from tests.bench import Bench

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TRAIL = TrailTold.model_validate(
    {
        "Name": "management-events",
        "S3BucketName": "logs",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": True,
        "HomeRegion": "us-east-1",
        "TrailARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/management-events",
        "LogFileValidationEnabled": True,
        "HasCustomEventSelectors": True,
        "IsOrganizationTrail": False,
        "ANewField": "of next year",
    }
)
ON = StatusTold.model_validate({"IsLogging": True, "LatestDeliveryTime": NOW - timedelta(minutes=4)})
KMS_NOT = {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}
MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
DATA = {"Field": "eventCategory", "Equals": ["Data"]}


def basic(**fields: object) -> SelectorsTold:
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], **fields}
    return SelectorsTold.model_validate({"TrailARN": "arn", "EventSelectors": [selector]})


def advanced(*selectors: list[Mapping[str, object]]) -> SelectorsTold:
    rows = [{"Name": "n", "FieldSelectors": fields} for fields in selectors]
    return SelectorsTold.model_validate({"TrailARN": "arn", "AdvancedEventSelectors": rows})


def said(selectors: SelectorsTold) -> str:
    return "; ".join(notes(Trail(TRAIL, ON, recorded(selectors)), NOW))


def test_a_trail_that_records_all_management_events_lacks_data_events_alone() -> None:
    assert said(basic()) == "trail management-events (us-east-1) records no data events such as s3:GetObject"


@pytest.mark.parametrize(
    "selectors",
    [
        basic(ExcludeManagementEventSources=["kms.amazonaws.com", "rdsdata.amazonaws.com"]),
        advanced([MANAGEMENT, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]),
        advanced(
            [
                MANAGEMENT,
                {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
                {"Field": "readOnly", "Equals": ["true"]},
            ],
            [MANAGEMENT, KMS_NOT, {"Field": "readOnly", "Equals": ["false"]}],
        ),
    ],
)
def test_a_trail_without_kms_says_that_no_decrypts_proves_nothing(selectors: SelectorsTold) -> None:
    assert recorded(selectors).management is Access.ALL
    assert "records no KMS events: no decrypts in it does not mean that none were made" in said(selectors)


def test_what_one_selector_takes_is_not_left_out() -> None:
    told = recorded(advanced([MANAGEMENT, KMS_NOT], [MANAGEMENT]))
    assert told.excluded == ()


@pytest.mark.parametrize(
    ("selectors", "access", "words"),
    [
        (basic(ReadWriteType="WriteOnly"), Access.WRITES, "records no reads: no kms:Decrypt"),
        (basic(ReadWriteType="ReadOnly"), Access.READS, "records no writes"),
        (basic(IncludeManagementEvents=False), Access.NONE, "records no management events"),
        (advanced([MANAGEMENT, {"Field": "readOnly", "Equals": ["false"]}]), Access.WRITES, "records no reads"),
        (advanced([MANAGEMENT, {"Field": "readOnly", "NotEquals": ["false"]}]), Access.READS, "records no writes"),
        (advanced([DATA, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]), Access.NONE, "no management"),
    ],
)
def test_reads_and_writes_that_are_left_out_are_told(selectors: SelectorsTold, access: Access, words: str) -> None:
    assert recorded(selectors).management is access
    assert words in said(selectors)


def test_data_events_are_told_with_their_limits() -> None:
    one = basic(
        DataResources=[
            {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::mybucket/prefix", "arn:aws:s3:::other/"]},
            {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]},
        ]
    )
    assert [each.text for each in recorded(one).data] == [
        "AWS::S3::Object of arn:aws:s3:::mybucket/prefix, arn:aws:s3:::other/",
        "AWS::Lambda::Function",
    ]
    other = advanced(
        [MANAGEMENT],
        [
            DATA,
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "readOnly", "Equals": ["false"]},
            {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::logs/"]},
        ],
    )
    (each,) = recorded(other).data
    assert each.text == "AWS::S3::Object by WriteOnly calls and where ARN does not begin with arn:aws:s3:::logs/"
    assert "and no others" in said(other)


def test_other_conditions_and_categories_are_told() -> None:
    told = recorded(
        advanced(
            [MANAGEMENT, {"Field": "eventName", "Equals": ["RunInstances"]}],
            [
                {"Field": "eventCategory", "Equals": ["NetworkActivity"]},
                {"Field": "eventSource", "Equals": ["ec2.amazonaws.com"]},
            ],
        )
    )
    assert told.limits == ("where eventName is RunInstances",)
    assert told.others == ("NetworkActivity",)
    assert recorded(advanced([MANAGEMENT, {"Field": "eventName", "Equals": ["x"]}], [MANAGEMENT])).limits == ()


def test_a_trail_that_is_off_or_cannot_deliver_says_so() -> None:
    off = StatusTold.model_validate({"IsLogging": False, "StopLoggingTime": NOW, "LatestDeliveryTime": NOW})
    assert notes(Trail(TRAIL, off), NOW) == (
        "trail management-events (us-east-1) IS OFF since 2026-11-21T12:00:00Z: it records nothing",
    )
    ill = StatusTold.model_validate(
        {"IsLogging": True, "LatestDeliveryTime": NOW - timedelta(days=2), "LatestDeliveryError": "AccessDenied"}
    )
    assert [each.split(") ")[1] for each in notes(Trail(TRAIL, ill), NOW)] == [
        "delivered last at 2026-11-19T12:00:00Z",
        "cannot deliver: AccessDenied",
    ]


def test_a_trail_of_one_region_says_so() -> None:
    alone = TRAIL.model_copy(update={"is_multi_region": False, "has_global_services": False})
    assert "records its own region alone, global services such as IAM left out" in notes(Trail(alone, ON), NOW)[0]


def test_the_emulators_trail_is_read_as_it_was_made(on: Bench) -> None:
    name, bucket = f"trail-{uuid.uuid4().hex[:8]}", f"logs-{uuid.uuid4().hex[:8]}"
    root = on.world.aws.root
    root.make_bucket(bucket)
    root.json("cloudtrail", "CreateTrail", {"Name": name, "S3BucketName": bucket, "IsMultiRegionTrail": True})
    selector: dict[str, Json] = {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    }
    root.json("cloudtrail", "PutEventSelectors", {"TrailName": name, "EventSelectors": [selector]})
    root.json("cloudtrail", "StartLogging", {"Name": name})
    clients = on.clients()
    (mine,) = [one for one in trails(clients) if one.told.name == name]
    assert mine.told.bucket == bucket
    assert mine.status is not None
    assert mine.status.is_logging
    assert mine.recorded is not None
    assert mine.recorded.excluded == ("kms.amazonaws.com",)
    assert any("records no KMS events" in each for each in trail_notes(clients, bucket))
    assert trail_notes(clients, "another") == (
        "no trail of this account delivers to another: what is recorded there is not known",
    )


def test_what_we_may_not_ask_is_not_known_and_said(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = on.clients()

    def denied(*_: object) -> object:
        raise Denied("no")

    monkeypatch.setattr(clients.trails, "described", lambda: (TRAIL,))
    monkeypatch.setattr(clients.trails, "selectors", denied)
    monkeypatch.setattr(clients.trails, "status", lambda _: ON)
    monkeypatch.setattr(clients.trails, "insights", denied)
    assert "what it records is not known (cloudtrail:GetEventSelectors denied)" in "; ".join(trail_notes(clients))
    monkeypatch.setattr(clients.trails, "described", denied)
    assert trail_notes(clients) == ("what the trails record is not known (cloudtrail:DescribeTrails denied)",)
