"""AWS CloudTrail's public keys, which its digests' signatures are checked with: ListPublicKeys, region by region."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from irkit.clients.aws import Aws


class KeyTold(NamedTuple):
    """One public key (``PublicKey`` of the CloudTrail API reference); ``der`` is its DER form, PKCS #1."""

    fingerprint: str
    der: bytes
    valid_from: datetime
    valid_until: datetime


class CloudTrailKeys:
    """CloudTrail's public keys as one step sees them."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def listed(self, region: str, since: datetime, until: datetime) -> tuple[KeyTold, ...]:
        """The keys that signed a region's digests in a span. Raises ``Denied``, ``Unreachable``."""
        pages = self._aws.pages("cloudtrail", "list_public_keys", region=region, StartTime=since, EndTime=until)
        return tuple(
            KeyTold(
                str(row["Fingerprint"]).lower(),
                bytes(row["Value"]),
                row["ValidityStartTime"].astimezone(UTC),
                row["ValidityEndTime"].astimezone(UTC),
            )
            for page in pages
            for row in page.get("PublicKeyList", ())
        )
