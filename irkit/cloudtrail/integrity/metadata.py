"""The metadata of a saved digest, in a small JSON file beside it.

A digest's signature is not in the digest: S3 keeps it as metadata, and a copied file has lost it. irkit writes, beside
``NAME.json.gz``, the file ``NAME.json.gz.meta.json``::

    {"bucket": "logs", "key": "AWSLogs/.../NAME.json.gz", "etag": "...", "last_modified": "2026-11-21T13:01:31+00:00",
     "metadata": {"signature": "3be472...", "signature-algorithm": "SHA256withRSA"}}

What ``aws s3api head-object`` or ``get-object`` prints (``{"Metadata": {...}}``) is read as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cloudtrail.record import parsed, part
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from pydantic import JsonValue

ENDINGS = (".meta.json", ".metadata.json", ".head.json")
"""How the file beside a digest may end; the first is what irkit writes."""
SIGNATURE = "signature"
ALGORITHM = "signature-algorithm"
BACKFILLED_AT = "backfill-generation-timestamp"
_MOST = 1 << 16
_PREFIX = "x-amz-meta-"


def sidecar(digest: Path) -> Path | None:
    """The file that holds a digest's metadata; None when there is none beside it."""
    stems = (digest.name, digest.name.removesuffix(".gz"), digest.name.removesuffix(".json.gz"))
    found = (digest.with_name(stem + ending) for stem in stems for ending in ENDINGS)
    return next((path for path in found if path.is_file()), None)


def is_sidecar(name: str) -> bool:
    """Whether a file's name is one for metadata."""
    return name.endswith(ENDINGS)


def read_metadata(path: Path) -> Mapping[str, str]:
    """What a sidecar says. Raises ``OutsideError`` when it says nothing that can be read."""
    try:
        with path.open("rb") as file:
            body = parsed(file.read(_MOST))
    except OSError as error:
        raise OutsideError(f"{path}: {error.strerror}", hint="is it readable?") from error
    return metadata(body)


def metadata(body: JsonValue) -> Mapping[str, str]:
    """The metadata in a JSON value, names in lower case and without S3's prefix."""
    found = part(body, "metadata") or part(body, "Metadata") or body
    if not isinstance(found, dict):
        raise OutsideError("there is no metadata in it", hint='it should hold {"metadata": {"signature": "..."}}')
    return {
        name.lower().removeprefix(_PREFIX): value.strip() for name, value in found.items() if isinstance(value, str)
    }


def sidecar_text(bucket: str, key: str, etag: str, last_modified: str, found: Mapping[str, str]) -> bytes:
    """What is written beside a kept digest."""
    body = {"bucket": bucket, "key": key, "etag": etag, "last_modified": last_modified, "metadata": dict(found)}
    return json.dumps(body, indent=1).encode() + b"\n"
