"""AWS S3's versions of an object: what a bucket with versioning still has of one that was deleted or overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from irkit.clients.aws import Aws, Noted


class Version(NamedTuple):
    """One version, or a delete marker (S3 API reference, ListObjectVersions)."""

    at: datetime
    version_id: str
    is_marker: bool
    is_latest: bool


class S3Versions:
    """S3's versions as one step sees them."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def of(self, bucket: str, key: str) -> tuple[Version, ...]:
        """The versions and delete markers of one object, newest first; one version where there is no versioning.

        Raises ``Denied``, ``Unreachable``.
        """
        page = self._aws.call("s3", "list_object_versions", noted=Noted.FAILURES, Bucket=bucket, Prefix=key)
        rows = [(row, False) for row in page.get("Versions", ())] + [
            (row, True) for row in page.get("DeleteMarkers", ())
        ]
        found = (
            Version(row["LastModified"].astimezone(UTC), str(row["VersionId"]), is_marker, bool(row["IsLatest"]))
            for row, is_marker in rows
            if row["Key"] == key
        )
        return tuple(sorted(found, key=lambda one: (one.is_latest, one.at), reverse=True))
