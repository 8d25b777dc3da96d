"""AWS KMS: keys as they stand, their grants, and turning a key off and on. Nothing here can delete a key.

A key is named by its ARN, and asked in the region that the ARN names. Shapes: KMS API reference.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from irkit.clients.aws import Aws, Tries, aws_code
from irkit.errors import NotFound, OutsideError

_REGION = 3
"""The place of the region among the parts of an ARN."""


class KeyState(StrEnum):
    """What a KMS key can be used for (KMS developer guide, "Key states of AWS KMS keys")."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"
    OTHER = "other"
    """Waiting for deletion, for import, or not to be had: it decrypts nothing."""


@dataclass(frozen=True)
class KmsKey:
    """A KMS key as DescribeKey tells of it. ``says`` is AWS's own word for its state."""

    arn: str
    key_id: str
    state: KeyState
    says: str
    is_customers: bool
    """Managed by a customer; AWS's own keys can be neither disabled nor have grants revoked."""
    is_multi_region: bool
    description: str
    created_at: datetime | None

    @property
    def region(self) -> str:
        """The region it is in."""
        return self.arn.split(":")[_REGION]


@dataclass(frozen=True)
class Grant:
    """A grant on a key: whom it lets do what. ``constraints`` is canonical JSON, empty for none."""

    id: str
    key_arn: str
    grantee: str
    """An ARN; of a service, its name."""
    operations: tuple[str, ...]
    name: str
    retiring: str
    issuer: str
    """The account that made it, as an ARN of its root."""
    constraints: str
    created_at: datetime | None


@dataclass(frozen=True)
class SealedKey:
    """A data key that only its KMS key can open: made to try that key with, and sealing nothing."""

    ciphertext: str
    """Base64."""
    context: Mapping[str, str]


@dataclass(frozen=True)
class Rotations:
    """How often a key's material was rotated on demand."""

    completed: int
    is_under_way: bool
    """Another one was asked for, and is not completed yet."""

    @property
    def asked_for(self) -> int:
        """Completed or under way."""
        return self.completed + self.is_under_way


class Kms:
    """KMS as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def key(self, name: str, region: str = "") -> KmsKey:
        """The key of an id, an ARN or an alias (kms:DescribeKey). Raises ``NotFound``."""
        told = self._aws.call("kms", "describe_key", region=region or _region_of(name), KeyId=name)["KeyMetadata"]
        state = str(told.get("KeyState", ""))
        made = told.get("CreationDate")
        return KmsKey(
            arn=str(told["Arn"]),
            key_id=str(told["KeyId"]),
            state=KeyState(state) if state in set(KeyState) else KeyState.OTHER,
            says=state,
            is_customers=told.get("KeyManager", "CUSTOMER") == "CUSTOMER",
            is_multi_region=bool(told.get("MultiRegion")),
            description=str(told.get("Description", "")),
            created_at=made.astimezone(UTC) if isinstance(made, datetime) else None,
        )

    def aliases(self, arn: str) -> tuple[str, ...]:
        """The names of a key, each with ``alias/`` before it (kms:ListAliases)."""
        pages = self._aws.pages("kms", "list_aliases", region=_region_of(arn), KeyId=arn)
        return tuple(sorted(str(row["AliasName"]) for page in pages for row in page["Aliases"]))

    def keys(self, region: str) -> tuple[str, ...]:
        """The ARNs of all keys of a region (kms:ListKeys)."""
        return tuple(str(row["KeyArn"]) for page in self._aws.pages("kms", "list_keys", region=region)
                     for row in page["Keys"])  # fmt: skip

    def policy(self, arn: str) -> str:
        """A key's policy as JSON text (kms:GetKeyPolicy)."""
        answer = self._aws.call("kms", "get_key_policy", region=_region_of(arn), KeyId=arn, PolicyName="default")
        return str(answer["Policy"])

    def rotates(self, arn: str) -> bool:
        """Whether a key's material is renewed every year (kms:GetKeyRotationStatus)."""
        return bool(self._aws.call("kms", "get_key_rotation_status", region=_region_of(arn), KeyId=arn)
                    .get("KeyRotationEnabled"))  # fmt: skip

    def grants(self, arn: str) -> Iterator[Grant]:
        """Every grant on a key, also those to principals of other accounts (kms:ListGrants)."""
        for page in self._aws.pages("kms", "list_grants", region=_region_of(arn), KeyId=arn):
            yield from (_grant(row, arn) for row in page["Grants"])

    def revoke_grant(self, arn: str, grant_id: str) -> str:
        """Revoke a grant (kms:RevokeGrant); the request id. Raises ``NotFound``."""
        done = self._aws.call("kms", "revoke_grant", region=_region_of(arn), KeyId=arn, GrantId=grant_id)
        return _request_id(done)

    def create_grant(self, grant: Grant) -> tuple[str, str]:
        """Make a grant like this one (kms:CreateGrant); the new grant's id, and the request id."""
        given: dict[str, Any] = {"RetiringPrincipal": grant.retiring} if grant.retiring else {}
        given |= {"Name": grant.name} if grant.name else {}
        given |= {"Constraints": json.loads(grant.constraints)} if grant.constraints else {}
        done = self._aws.call(
            "kms",
            "create_grant",
            region=_region_of(grant.key_arn),
            tries=Tries.ONCE,
            KeyId=grant.key_arn,
            GranteePrincipal=grant.grantee,
            Operations=list(grant.operations),
            **given,
        )
        return str(done["GrantId"]), _request_id(done)

    def disable(self, arn: str) -> str:
        """Make a key unusable (kms:DisableKey); the request id."""
        return _request_id(self._aws.call("kms", "disable_key", region=_region_of(arn), KeyId=arn))

    def enable(self, arn: str) -> str:
        """Make a disabled key usable again (kms:EnableKey); the request id."""
        return _request_id(self._aws.call("kms", "enable_key", region=_region_of(arn), KeyId=arn))

    def rotations(self, arn: str) -> Rotations:
        """How often a key's material was rotated on demand (kms:GetKeyRotationStatus, kms:ListKeyRotations).

        AWS lists a rotation once it is completed; until then its status says since when it is under way. That is asked
        first, so that one that is completed in between is missed by neither and counted once.
        """
        region = _region_of(arn)
        since = self._aws.call("kms", "get_key_rotation_status", region=region, KeyId=arn).get(
            "OnDemandRotationStartDate"
        )
        pages = self._aws.pages("kms", "list_key_rotations", region=region, KeyId=arn)
        rows = [row for page in pages for row in page.get("Rotations", ()) if row.get("RotationType") == "ON_DEMAND"]
        is_listed = since is not None and any(row["RotationDate"] > since for row in rows)
        return Rotations(completed=len(rows), is_under_way=since is not None and not is_listed)

    def rotate(self, arn: str) -> str:
        """Give a key new material at once (kms:RotateKeyOnDemand), sent once; the request id. The old is kept."""
        return _request_id(
            self._aws.call("kms", "rotate_key_on_demand", region=_region_of(arn), tries=Tries.ONCE, KeyId=arn)
        )

    def sealed_key(self, arn: str, context: Mapping[str, str]) -> SealedKey:
        """A new data key, never seen in the clear (kms:GenerateDataKeyWithoutPlaintext)."""
        done = self._aws.call(
            "kms",
            "generate_data_key_without_plaintext",
            region=_region_of(arn),
            KeyId=arn,
            KeySpec="AES_256",
            EncryptionContext=dict(context),
        )
        return SealedKey(base64.b64encode(done["CiphertextBlob"]).decode(), dict(context))

    def tried(self, arn: str, sealed: SealedKey) -> str:
        """What KMS says to opening a data key of ours: empty when it opened it, else AWS's code (kms:Decrypt).

        The opened key is thrown away unseen. Raises ``Unreachable``, and ``Denied`` when we may not decrypt with it.
        """
        try:
            self._aws.call(
                "kms",
                "decrypt",
                region=_region_of(arn),
                KeyId=arn,
                CiphertextBlob=base64.b64decode(sealed.ciphertext),
                EncryptionContext=dict(sealed.context),
            )
        except NotFound:
            raise
        except OutsideError as error:
            if aws_code(error) not in {"DisabledException", "KMSInvalidStateException"}:
                raise
            return aws_code(error)
        return ""

    def tags(self, arn: str) -> dict[str, str]:
        """A key's tags (kms:ListResourceTags)."""
        pages = self._aws.pages("kms", "list_resource_tags", region=_region_of(arn), KeyId=arn)
        return {str(row["TagKey"]): str(row["TagValue"]) for page in pages for row in page["Tags"]}


def _grant(row: Mapping[str, Any], arn: str) -> Grant:
    made = row.get("CreationDate")
    held = row.get("Constraints")
    return Grant(
        id=str(row["GrantId"]),
        key_arn=arn,
        grantee=str(row.get("GranteePrincipal") or row.get("GranteeServicePrincipal") or ""),
        operations=tuple(str(each) for each in row.get("Operations", ())),
        name=str(row.get("Name") or ""),
        retiring=str(row.get("RetiringPrincipal") or ""),
        issuer=str(row.get("IssuingAccount") or ""),
        constraints=json.dumps(held, sort_keys=True) if held else "",
        created_at=made.astimezone(UTC) if isinstance(made, datetime) else None,
    )


def _region_of(name: str) -> str:
    """The region of an ARN; empty, for our own, of a mere id or alias."""
    parts = name.split(":")
    return parts[_REGION] if name.startswith("arn:") and len(parts) > _REGION else ""


def _request_id(done: Mapping[str, Any]) -> str:
    return str(done["ResponseMetadata"]["RequestId"])
