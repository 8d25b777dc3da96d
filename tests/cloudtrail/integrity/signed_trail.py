"""Makes a trail with digests in AWS's own format, signed with a key of ours.

CloudTrail user guide: "CloudTrail digest file structure", "Custom implementations of CloudTrail log file integrity
validation". ``SignedTrail.objects`` is the bucket: bytes and metadata by key.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

START = datetime(2026, 11, 20, 0, 1, 31, tzinfo=UTC)
ACCOUNT = "111122223333"
BUCKET = "example-trail-logs"
HOUR = timedelta(hours=1)
FILES_AN_HOUR = 3


@dataclass
class Stored:
    """One object of the bucket."""

    body: bytes
    metadata: dict[str, str] = field(default_factory=dict)


@cache
def signing_key(name: str) -> RSAPrivateKey:
    """A key of ours, made once a process. 1024 bits would do; AWS's have 2048."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_der(name: str) -> bytes:
    return signing_key(name).public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


def fingerprint(name: str) -> str:
    """As AWS's: the MD5 of the DER form (so it is in the guide's sample answer of ListPublicKeys)."""
    return hashlib.md5(public_der(name), usedforsecurity=False).hexdigest()


def signature(name: str, to_sign: bytes) -> str:
    return signing_key(name).sign(to_sign, PKCS1v15(), SHA256()).hex()


def keys_document(*regions: str, until: datetime = START + timedelta(days=30)) -> bytes:
    """What ``aws cloudtrail list-public-keys`` prints."""
    rows = [
        {
            "Value": base64.b64encode(public_der(region)).decode(),
            "ValidityStartTime": (until - timedelta(days=60)).isoformat(),
            "ValidityEndTime": until.isoformat(),
            "Fingerprint": fingerprint(region),
        }
        for region in regions
    ]
    return json.dumps({"PublicKeyList": rows}).encode()


@dataclass
class SignedTrail:
    """A trail's bucket. ``digests`` and ``logs`` are keys, oldest first, by region."""

    objects: dict[str, Stored] = field(default_factory=dict)
    digests: dict[str, list[str]] = field(default_factory=dict)
    logs: dict[str, list[str]] = field(default_factory=dict)
    bucket: str = BUCKET

    def save(self, folder: Path, *, metadata: str = ".meta.json", keys: Sequence[str] | None = None) -> Path:
        """Write it to a folder as a copy of the bucket; ``metadata`` empty leaves the signatures out."""
        for key, one in self.objects.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.body)
            if metadata and one.metadata:
                path.with_name(path.name + metadata).write_text(json.dumps({"metadata": one.metadata}))
        (folder / "public-keys.json").write_bytes(keys_document(*(self.digests if keys is None else keys)))
        return folder

    def digest(self, key: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(gzip.decompress(self.objects[key].body))
        return found

    def put_digest(self, key: str, body: dict[str, object], signed_by: str = "") -> str:
        """Write a digest's JSON; signed with a key's name, else the old signature stays. Gives the signature."""
        text = json.dumps(body).encode()
        old = self.objects.get(key, Stored(b""))
        metadata = dict(old.metadata)
        if signed_by:
            metadata = {
                "signature": signature(signed_by, to_sign(body, text)),
                "signature-algorithm": "SHA256withRSA",
            }
        self.objects[key] = Stored(gzip.compress(text, mtime=0), metadata)
        return metadata.get("signature", "")


def to_sign(body: dict[str, object], text: bytes) -> bytes:
    """The string that is signed, as the guide has it."""
    before = body["previousDigestSignature"] or "null"
    sha256 = hashlib.sha256(text).hexdigest()
    return f"{body['digestEndTime']}\n{body['digestS3Bucket']}/{body['digestS3Object']}\n{sha256}\n{before}".encode()


def signed_trail(  # noqa: PLR0913 - a trail has so many sides
    hours: int = 4,
    regions: Sequence[str] = ("eu-west-1",),
    *,
    start: datetime = START,
    organization: str = "",
    prefix: str = "",
    account: str = ACCOUNT,
    trail: SignedTrail | None = None,
    files: int = FILES_AN_HOUR,
) -> SignedTrail:
    """A trail of so many hours. With ``trail``, a new chain is added to it: logging was stopped in between."""
    made = trail or SignedTrail()
    root = f"{prefix}AWSLogs/{organization + '/' if organization else ''}{account}"
    for region in regions:
        before: dict[str, object] | None = None
        for hour in range(hours):
            begin = start + hour * HOUR
            rows = [_log(made, root, account, region, begin + timedelta(minutes=4 + 10 * n), n) for n in range(files)]
            before = _digest(made, (root, region, begin), rows, before)
    return made


def _log(made: SignedTrail, root: str, account: str, region: str, at: datetime, number: int) -> dict[str, object]:
    unique = hashlib.sha256(f"{account}{region}{at}{number}".encode()).hexdigest()[:16]
    key = f"{root}/CloudTrail/{region}/{at:%Y/%m/%d}/{account}_CloudTrail_{region}_{at:%Y%m%dT%H%MZ}_{unique}.json.gz"
    event = {"eventVersion": "1.09", "eventID": unique, "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "eventName": "GetUser"}
    body = json.dumps({"Records": [event | {"awsRegion": region, "eventSource": "iam.amazonaws.com"}]}).encode()
    made.objects[key] = Stored(gzip.compress(body, mtime=0))
    made.logs.setdefault(region, []).append(key)
    return {
        "s3Bucket": made.bucket,
        "s3Object": key,
        "hashValue": hashlib.sha256(body).hexdigest(),
        "hashAlgorithm": "SHA-256",
        "newestEventTime": event["eventTime"],
        "oldestEventTime": event["eventTime"],
    }


def _digest(
    made: SignedTrail,
    at: tuple[str, str, datetime],
    rows: list[dict[str, object]],
    before: dict[str, object] | None,
    suffix: str = "",
) -> dict[str, object]:
    root, region, begin = at
    account = root.rpartition("/")[2]
    end = begin + HOUR
    key = (
        f"{root}/CloudTrail-Digest/{region}/{end:%Y/%m/%d}/"
        f"{account}_CloudTrail-Digest_{region}_main-trail_eu-west-1_{end:%Y%m%dT%H%M%SZ}{suffix}.json.gz"
    )
    body: dict[str, object] = {
        "awsAccountId": account,
        "digestStartTime": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
        "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "digestS3Bucket": made.bucket,
        "digestS3Object": key,
        "digestPublicKeyFingerprint": fingerprint(region),
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": rows[-1]["newestEventTime"] if rows else None,
        "oldestEventTime": rows[0]["oldestEventTime"] if rows else None,
        "previousDigestS3Bucket": before and before["bucket"],
        "previousDigestS3Object": before and before["key"],
        "previousDigestHashValue": before and before["sha256"],
        "previousDigestHashAlgorithm": "SHA-256" if before else None,
        "previousDigestSignature": before and before["signature"],
        "logFiles": rows,
    }
    text = json.dumps(body).encode()
    signed = made.put_digest(key, body, signed_by=region)
    made.digests.setdefault(region, []).append(key)
    return {"bucket": made.bucket, "key": key, "sha256": hashlib.sha256(text).hexdigest(), "signature": signed}


def backfill(made: SignedTrail, region: str, begin: datetime, number: int = 9) -> str:
    """Add a log file that came late, and the backfill digest that AWS then delivers. Gives the digest's key."""
    root = made.digests[region][0].partition("/CloudTrail-Digest/")[0]
    row = _log(made, root, ACCOUNT, region, begin + timedelta(minutes=30), number)
    said = _digest(made, (root, region, begin), [row], None, "_backfill")
    key = str(said["key"])
    made.digests[region].remove(key)
    made.objects[key].metadata["backfill-generation-timestamp"] = f"{begin + 5 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    return key
