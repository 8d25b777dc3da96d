"""Digests of the trail's log files, hour by hour and chained, signed with a key of this world's own.

Sources: CloudTrail user guide, "CloudTrail digest file structure" and "Custom implementations of CloudTrail log file
integrity validation"; API reference, ListPublicKeys. As in AWS, files of an hour that has not ended have no digest yet.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.json_shape import Json, JsonObject, written

_HOUR = timedelta(hours=1)
_VALID = timedelta(days=30)


@dataclass
class _Chain:
    """One region's digests: when the next begins, what it will list, and what the last one was."""

    begins_at: datetime
    rows: list[tuple[datetime, JsonObject]] = field(default_factory=list)
    last: JsonObject = field(default_factory=dict)


class TrailDigests:
    """Lists what is delivered; ``trail`` is the trail's name and ``home`` its region."""

    def __init__(self, callers: Callable[[], AwsCaller], bucket: str, account: str, trail: str, home: str) -> None:
        self._callers = callers
        self._bucket = bucket
        self._account = account
        self._names = (trail, home)
        self._chains: dict[str, _Chain] = {}
        self._first: datetime | None = None
        self._made: RSAPrivateKey | None = None
        self._lock = threading.Lock()

    @property
    def _key(self) -> RSAPrivateKey:
        with self._lock:
            if self._made is None:
                self._made = generate_private_key(public_exponent=65537, key_size=2048)
            return self._made

    @property
    def _public(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)

    @property
    def _fingerprint(self) -> str:
        return hashlib.md5(self._public, usedforsecurity=False).hexdigest()

    def public_keys(self, now: datetime) -> JsonObject:
        """The answer of ListPublicKeys."""
        told: JsonObject = {
            "Value": base64.b64encode(self._public).decode(),
            "ValidityStartTime": (now - _VALID).timestamp(),
            "ValidityEndTime": (now + _VALID).timestamp(),
            "Fingerprint": self._fingerprint,
        }
        return {"PublicKeyList": [told]}

    def add(self, region: str, key: str, content: bytes, at: datetime) -> None:
        """One log file was delivered; ``content`` is what it inflates to, ``at`` the time in its name."""
        begin = at.replace(minute=0, second=0, microsecond=0)
        chain = self._chains.setdefault(region, _Chain(begin))
        self._first = min(self._first or begin, begin)
        moment = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        row: JsonObject = {
            "s3Bucket": self._bucket,
            "s3Object": key,
            "hashValue": hashlib.sha256(content).hexdigest(),
            "hashAlgorithm": "SHA-256",
            "newestEventTime": moment,
            "oldestEventTime": moment,
        }
        chain.rows.append((at, row))

    def deliver(self, now: datetime) -> None:
        """Write the digests of all hours that have ended. Raises AwsRefused or OSError."""
        for region, chain in self._chains.items():
            if not chain.last:
                chain.begins_at = self._first or chain.begins_at  # as in AWS, all regions' digests begin at once
            while chain.begins_at + _HOUR <= now:
                end = chain.begins_at + _HOUR
                rows = [row for at, row in chain.rows if at < end]
                chain.last = self._put(region, chain, rows)
                chain.rows = [(at, row) for at, row in chain.rows if at >= end]
                chain.begins_at = end

    def _put(self, region: str, chain: _Chain, rows: list[JsonObject]) -> JsonObject:
        end, last = chain.begins_at + _HOUR, chain.last
        trail, home = self._names
        name = f"{self._account}_CloudTrail-Digest_{region}_{trail}_{home}_{end:%Y%m%dT%H%M%SZ}.json.gz"
        key = f"AWSLogs/{self._account}/CloudTrail-Digest/{region}/{end:%Y/%m/%d}/{name}"
        times: list[Json] = [row["newestEventTime"] for row in rows]
        body: JsonObject = {
            "awsAccountId": self._account,
            "digestStartTime": f"{chain.begins_at:%Y-%m-%dT%H:%M:%SZ}",
            "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "digestS3Bucket": self._bucket,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": self._fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": times[-1] if times else None,
            "oldestEventTime": times[0] if times else None,
            "previousDigestS3Bucket": self._bucket if last else None,
            "previousDigestS3Object": last.get("key"),
            "previousDigestHashValue": last.get("sha256"),
            "previousDigestHashAlgorithm": "SHA-256" if last else None,
            "previousDigestSignature": last.get("signature"),
            "logFiles": [*rows],
        }
        content = written(body)
        sha256 = hashlib.sha256(content).hexdigest()
        before = last.get("signature") or "null"
        to_sign = f"{body['digestEndTime']}\n{self._bucket}/{key}\n{sha256}\n{before}".encode()
        signature = self._key.sign(to_sign, PKCS1v15(), SHA256()).hex()
        told = {"x-amz-meta-signature": signature, "x-amz-meta-signature-algorithm": "SHA256withRSA"}
        caller = self._callers()
        with_metadata = replace(caller, headers={**caller.headers, **told})
        with_metadata.put_object(self._bucket, key, gzip.compress(content, mtime=0))
        return {"key": key, "sha256": sha256, "signature": signature}
