"""AWS S3: listing and reading objects of log buckets.

Ten thousands of objects are read at a time, so that only failures stand in the call log; ``tell`` writes one line of
many reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, NamedTuple

from irkit.clients.aws import Aws, Noted, aws_code
from irkit.errors import OutsideError, Unreachable

_CHUNK = 1 << 18
_TRIES = 4
"""How often the bytes of one object are asked for, when the connection breaks while they come."""
_VERSION = "?versionId="
ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Storage classes that must be restored before they can be read (S3 user guide, "Restoring an archived object")."""


class S3Object(NamedTuple):
    """One object as a listing tells of it. ``size`` is in bytes; ``etag`` has no quotes around it."""

    key: str
    size: int
    etag: str
    modified_at: datetime
    storage: str = "STANDARD"

    @property
    def is_archived(self) -> bool:
        """Whether it must be restored before it can be read."""
        return self.storage in ARCHIVED


class Versions(NamedTuple):
    """A page of a bucket's versions. ``earlier`` ones have ``?versionId=`` in their keys, and other bytes than now."""

    current: tuple[S3Object, ...]
    earlier: tuple[S3Object, ...]
    deleted: tuple[tuple[str, datetime], ...]
    """Keys that were deleted, each with when: a delete marker lies on them."""
    after: tuple[str, str] | None
    """Where the next page begins; None after the last one."""


class Fetched(NamedTuple):
    """An object's bytes as stored, its ETag, and its own metadata (names in lower case, without ``x-amz-meta-``)."""

    content: bytes
    etag: str
    metadata: Mapping[str, str]


_NOTHING = S3Object("", 0, "", datetime.min.replace(tzinfo=UTC))


class S3:
    """S3 as one step sees it. Safe to use from several threads."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def buckets(self) -> tuple[str, ...]:
        """The names of all buckets of the account (s3:ListAllMyBuckets)."""
        return tuple(str(row["Name"]) for row in self._aws.call("s3", "list_buckets").get("Buckets", ()))

    def default_key(self, bucket: str) -> str:
        """The KMS key that new objects of a bucket are encrypted with; empty when that is not KMS.

        Raises ``Denied`` (s3:GetEncryptionConfiguration), ``NotFound``.
        """
        try:
            answer = self._aws.call("s3", "get_bucket_encryption", Bucket=bucket)
        except OutsideError as error:
            if aws_code(error) == "ServerSideEncryptionConfigurationNotFoundError":
                return ""
            raise
        rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
        applied = [rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in rules]
        by_kms = [each for each in applied if str(each.get("SSEAlgorithm", "")).startswith("aws:kms")]
        return next((str(each.get("KMSMasterKeyID") or "alias/aws/s3") for each in by_kms), "")

    def bucket_tags(self, bucket: str) -> dict[str, str]:
        """A bucket's tags (s3:GetBucketTagging)."""
        try:
            answer = self._aws.call("s3", "get_bucket_tagging", Bucket=bucket)
        except OutsideError as error:
            if aws_code(error) == "NoSuchTagSet":
                return {}
            raise
        return {str(row["Key"]): str(row["Value"]) for row in answer.get("TagSet", ())}

    def listed(self, bucket: str, prefix: str = "", after: str = "") -> Iterator[tuple[S3Object, ...]]:
        """Pages of up to 1,000 objects below a prefix, by key; ``after`` leaves out keys up to it.

        Raises ``Denied``, ``NotFound`` for no such bucket, ``Unreachable``.
        """
        begin = {"StartAfter": after} if after else {}
        for page in self._aws.pages("s3", "list_objects_v2", Bucket=bucket, Prefix=prefix, **begin):
            yield tuple(_object(row) for row in page.get("Contents", ()))

    def page(self, bucket: str, prefix: str, after: str = "") -> tuple[tuple[S3Object, ...], bool]:
        """One page of up to 1,000 objects, by key, and whether there are more after its last one.

        Raises ``OutsideError`` for a page from which there is no way on, as ``listed``.
        """
        begin: dict[str, Any] = {"StartAfter": after} if after else {}
        answer = self._aws.call("s3", "list_objects_v2", noted=Noted.FAILURES, Bucket=bucket, Prefix=prefix, **begin)
        found, more = tuple(_object(row) for row in answer.get("Contents", ())), bool(answer.get("IsTruncated"))
        if more and (not found or found[-1].key <= after):
            raise _endless("s3:ListObjectsV2", bucket, prefix)
        return found, more

    def folders(self, bucket: str, prefix: str = "") -> tuple[str, ...]:
        """The prefixes one level down, each with its ``/`` at the end."""
        return self.level(bucket, prefix)[0]

    def level(self, bucket: str, prefix: str = "") -> tuple[tuple[str, ...], tuple[S3Object, ...]]:
        """What lies one level down: prefixes, each with its ``/`` at the end, and the objects beside them."""
        pages = list(self._aws.pages("s3", "list_objects_v2", Bucket=bucket, Prefix=prefix, Delimiter="/"))
        return (
            tuple(str(row["Prefix"]) for page in pages for row in page.get("CommonPrefixes", ())),
            tuple(_object(row) for page in pages for row in page.get("Contents", ())),
        )

    def folders_ever(self, bucket: str, prefix: str = "") -> tuple[str, ...]:
        """As ``folders``, also those in which nothing lies but versions of what was deleted.

        Raises ``Denied`` (s3:ListBucketVersions).
        """
        pages = self._aws.pages("s3", "list_object_versions", Bucket=bucket, Prefix=prefix, Delimiter="/")
        return tuple(str(row["Prefix"]) for page in pages for row in page.get("CommonPrefixes", ()))

    def is_versioned(self, bucket: str) -> bool:
        """Whether the bucket keeps, or kept once, what is deleted or replaced in it. Raises ``Denied``."""
        return bool(self._aws.call("s3", "get_bucket_versioning", Bucket=bucket).get("Status"))

    def versions(self, bucket: str, prefix: str, after: tuple[str, str] = ("", "")) -> Versions:
        """A page of up to 1,000 versions by key, from ``after`` on: a key, and one of its versions or none.

        Raises ``Denied`` (s3:ListBucketVersions), ``OutsideError`` for a page from which there is no way on.
        """
        begin: dict[str, Any] = {"KeyMarker": after[0]} if after[0] else {}
        begin |= {"VersionIdMarker": after[1]} if after[1] else {}
        answer = self._aws.call(
            "s3", "list_object_versions", noted=Noted.FAILURES, Bucket=bucket, Prefix=prefix, **begin
        )
        rows = answer.get("Versions", ())
        current = {str(row["Key"]): _object(row) for row in rows if row["IsLatest"]}
        earlier = [
            _object(row)._replace(key=f"{row['Key']}{_VERSION}{row['VersionId']}")
            for row in rows
            if not row["IsLatest"] and current.get(row["Key"], _NOTHING).etag != _bare(row["ETag"])
        ]
        gone = [row for row in answer.get("DeleteMarkers", ()) if row["IsLatest"]]
        more = (str(answer.get("NextKeyMarker", "")), str(answer.get("NextVersionIdMarker", "")))
        if answer.get("IsTruncated") and (more == after or more[0] < after[0]):
            raise _endless("s3:ListObjectVersions", bucket, prefix)
        return Versions(
            tuple(current.values()),
            tuple(earlier),
            tuple((str(row["Key"]), row["LastModified"].astimezone(UTC)) for row in gone),
            more if answer.get("IsTruncated") else None,
        )

    def read(self, bucket: str, key: str, etag: str = "") -> Fetched:
        """One object whole; with an ``etag`` only if it still has that one; of a key with ``?versionId=`` that version.

        Raises ``NotFound`` for one that is gone, ``Denied``, ``Unreachable``, ``OutsideError`` when it was replaced.
        """
        answer = self._opened(bucket, key, etag)
        content = b"".join(self._body(bucket, key, answer))
        return Fetched(content, _bare(answer.get("ETag")), dict(answer.get("Metadata", {})))

    def chunks(self, bucket: str, key: str, etag: str = "") -> Iterator[bytes]:
        """One object bit by bit, never much of it in memory. Raises as ``read`` does."""
        yield from self._body(bucket, key, self._opened(bucket, key, etag))

    def _body(self, bucket: str, key: str, answer: Mapping[str, Any]) -> Iterator[bytes]:
        """What an answer holds; where it breaks off, the rest is asked for from there, of the same object alone."""
        done, etag = 0, _bare(answer.get("ETag"))
        for tries_left in reversed(range(_TRIES)):
            try:
                for chunk in self._read(answer, f"s3:GetObject {bucket} {key}"):
                    done += len(chunk)
                    yield chunk
            except Unreachable:
                if not tries_left:
                    raise
                answer = self._opened(bucket, key, etag, done)
                if done and "ContentRange" not in answer:
                    raise
            else:
                return

    def _read(self, answer: Mapping[str, Any], text: str) -> Iterator[bytes]:
        with closing(answer["Body"]) as body:
            while True:
                with self._aws.understood(text):
                    chunk: bytes = body.read(_CHUNK)
                if not chunk:
                    return
                yield chunk

    def tell(self, bucket: str, lists: int, count: int, size: int) -> None:
        """Write down in two lines how often was listed, and that so many objects of so many bytes were read."""
        self._aws.note(f"s3:ListObjectsV2 {bucket}: {lists} pages")
        self._aws.note(f"s3:GetObject {bucket}: {count} objects, {size} bytes")

    def _opened(self, bucket: str, key: str, etag: str, begin: int = 0) -> Mapping[str, Any]:
        only: dict[str, Any] = {"IfMatch": f'"{etag}"'} if etag else {}
        plain, mark, version = key.partition(_VERSION)
        only |= {"VersionId": version} if mark else {}
        only |= {"Range": f"bytes={begin}-"} if begin else {}
        return self._aws.call("s3", "get_object", noted=Noted.FAILURES, Bucket=bucket, Key=plain, **only)


def _object(row: Mapping[str, Any]) -> S3Object:
    return S3Object(
        str(row["Key"]),
        int(row["Size"]),
        _bare(row.get("ETag")),
        row["LastModified"].astimezone(UTC),
        str(row.get("StorageClass") or "STANDARD"),
    )


def _bare(etag: object) -> str:
    return str(etag or "").strip('"')


def _endless(call: str, bucket: str, prefix: str) -> OutsideError:
    msg = f"{call} {bucket} {prefix}: there is more, and the answer leads to nothing that was not listed before"
    return OutsideError(msg, hint="what lies there was not listed to its end: ask again")
