"""What is checked by CloudTrail's digests: a folder, a kept bundle or a bucket, as its text says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cloudtrail.integrity.bundle import Bundle
from irkit.cloudtrail.integrity.folder import Folder
from irkit.cloudtrail.integrity.held import Holding
from irkit.cloudtrail.integrity.manifest import NAME
from irkit.cloudtrail.integrity.public_keys import read_keys
from irkit.cloudtrail.places import Kind, places
from irkit.cloudtrail.query import Window
from irkit.errors import UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


def holding(
    text: str, clients: Callable[[], Clients], keys: Sequence[Path] = (), window: Window | None = None
) -> Holding:
    """What a text names. ``clients`` is called for a bucket alone: a folder is checked without any network.

    Raises ``UsageError`` for a source that has no files, or keys that cannot be read.
    """
    where = places((text,))[0]
    match where.kind:
        case Kind.FILES:
            path = Path(where.name)
            return Bundle(path, keys) if (path / NAME).is_file() else Folder(path, keys)
        case Kind.BUCKET:
            from irkit.clients.cloudtrail_keys import CloudTrailKeys
            from irkit.clients.s3_versions import S3Versions
            from irkit.cloudtrail.integrity.s3_objects import BucketClients, S3Objects

            given = tuple(key for path in keys for key in read_keys(path))
            outside = clients()
            reached = BucketClients(outside.s3, CloudTrailKeys(outside.aws), S3Versions(outside.aws), outside.trails)
            return S3Objects(reached, where.name, where.below, window=window, keys=given)
        case _:
            raise UsageError(
                f"{text} has no log files to check",
                hint="digests prove files: name a folder, a kept bundle, or s3://bucket/prefix",
            )
