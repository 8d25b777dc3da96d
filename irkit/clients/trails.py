"""AWS CloudTrail's trails as AWS describes them: what each records, where it puts it, whether it is on.

Shapes: CloudTrail API reference, DescribeTrails, GetTrailStatus, GetEventSelectors, GetInsightSelectors.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from irkit.clients.aws import Aws
from irkit.errors import NotFound, OutsideError


class _Told(BaseModel):
    """What AWS tells; fields that it adds later are let by."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class TrailTold(_Told):
    """One trail (``Trail`` of DescribeTrails)."""

    name: str = Field(alias="Name", default="")
    arn: str = Field(alias="TrailARN")
    home_region: str = Field(alias="HomeRegion", default="")
    bucket: str = Field(alias="S3BucketName", default="")
    prefix: str = Field(alias="S3KeyPrefix", default="")
    is_multi_region: bool = Field(alias="IsMultiRegionTrail", default=False)
    has_global_services: bool = Field(alias="IncludeGlobalServiceEvents", default=False)
    has_validation: bool = Field(alias="LogFileValidationEnabled", default=False)
    kms_key: str = Field(alias="KmsKeyId", default="")


class StatusTold(_Told):
    """Whether a trail is on (GetTrailStatus)."""

    is_logging: bool = Field(alias="IsLogging")
    started_at: datetime | None = Field(alias="StartLoggingTime", default=None)
    stopped_at: datetime | None = Field(alias="StopLoggingTime", default=None)
    delivered_at: datetime | None = Field(alias="LatestDeliveryTime", default=None)
    delivery_error: str = Field(alias="LatestDeliveryError", default="")
    digest_at: datetime | None = Field(alias="LatestDigestDeliveryTime", default=None)
    digest_error: str = Field(alias="LatestDigestDeliveryError", default="")


class DataResourceTold(_Told):
    """Resources whose data events a basic selector records."""

    kind: str = Field(alias="Type", default="")
    values: tuple[str, ...] = Field(alias="Values", default=())


class SelectorTold(_Told):
    """A basic event selector."""

    read_write: str = Field(alias="ReadWriteType", default="All")
    has_management: bool = Field(alias="IncludeManagementEvents", default=True)
    data: tuple[DataResourceTold, ...] = Field(alias="DataResources", default=())
    excluded: tuple[str, ...] = Field(alias="ExcludeManagementEventSources", default=())


class FieldTold(_Told):
    """One condition of an advanced selector; all its operators must hold."""

    field: str = Field(alias="Field")
    equals: tuple[str, ...] = Field(alias="Equals", default=())
    starts: tuple[str, ...] = Field(alias="StartsWith", default=())
    ends: tuple[str, ...] = Field(alias="EndsWith", default=())
    not_equals: tuple[str, ...] = Field(alias="NotEquals", default=())
    not_starts: tuple[str, ...] = Field(alias="NotStartsWith", default=())
    not_ends: tuple[str, ...] = Field(alias="NotEndsWith", default=())


class AdvancedTold(_Told):
    """An advanced event selector: an event that meets all its fields is recorded."""

    name: str = Field(alias="Name", default="")
    fields: tuple[FieldTold, ...] = Field(alias="FieldSelectors", default=())


class SelectorsTold(_Told):
    """A trail's selectors, of one kind or of the other (GetEventSelectors)."""

    basic: tuple[SelectorTold, ...] = Field(alias="EventSelectors", default=())
    advanced: tuple[AdvancedTold, ...] = Field(alias="AdvancedEventSelectors", default=())


class Trails:
    """CloudTrail's control plane as one step sees it. Reads alone."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def described(self) -> tuple[TrailTold, ...]:
        """Every trail that records in this account, those of its organization too, by ARN.

        Raises ``Denied`` (cloudtrail:DescribeTrails; without cloudtrail:ListTrails only our region is looked at).
        """
        found: dict[str, TrailTold] = {}
        for region in self._home_regions():
            answer = self._aws.call("cloudtrail", "describe_trails", region=region, includeShadowTrails=True)
            told = (TrailTold.model_validate(row) for row in answer.get("trailList", ()))
            found |= {one.arn: one for one in told}
        return tuple(found[arn] for arn in sorted(found))

    def status(self, trail: TrailTold) -> StatusTold:
        """Whether it is on. Raises ``Denied``."""
        answer = self._aws.call("cloudtrail", "get_trail_status", region=trail.home_region, Name=trail.arn)
        return StatusTold.model_validate(answer)

    def selectors(self, trail: TrailTold) -> SelectorsTold:
        """What it records. Raises ``Denied``."""
        answer = self._aws.call("cloudtrail", "get_event_selectors", region=trail.home_region, TrailName=trail.arn)
        return SelectorsTold.model_validate(answer)

    def insights(self, trail: TrailTold) -> tuple[str, ...]:
        """The kinds of insights it records; none for a trail without. Raises ``Denied``."""
        try:
            answer = self._aws.call(
                "cloudtrail", "get_insight_selectors", region=trail.home_region, TrailName=trail.arn
            )
        except NotFound:
            return ()
        return tuple(str(row["InsightType"]) for row in answer.get("InsightSelectors", ()))

    def _home_regions(self) -> tuple[str, ...]:
        """Our region first, then every other region that is the home of a trail."""
        here = self._aws.session.config.region
        try:
            rows = [row for page in self._aws.pages("cloudtrail", "list_trails") for row in page.get("Trails", ())]
        except OutsideError:
            return (here,)
        return tuple(dict.fromkeys((here, *(str(row["HomeRegion"]) for row in rows))))
