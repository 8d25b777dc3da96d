"""KMS grants: whether one gives a caller an operation on a key. Pure.

A grant names its grantee (a user, a role, or one session), its key, operations, and possibly constraints on the
encryption context, which cryptographic operations must satisfy. It adds to what policies give and overrules no deny.
Source: KMS developer guide, "Grants in AWS KMS" and "Grant constraints".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from irkit.drill.world.json_shape import Json, JsonObject, items, mapping, text

_FREE = {"DescribeKey", "RetireGrant", "GetPublicKey"}
"""Operations without an encryption context: constraints do not apply to them."""


@dataclass(frozen=True)
class Wanted:
    """A call of KMS: the ARNs that the caller goes by, the operation, the key's ARN and the encryption context."""

    callers: frozenset[str]
    operation: str
    key: str
    context: JsonObject


def is_granted(grants: Iterable[JsonObject], wanted: Wanted) -> bool:
    """Whether one of the grants gives the call."""
    return any(
        text(grant.get("GranteePrincipal")) in wanted.callers
        and text(grant.get("KeyId")) == wanted.key
        and wanted.operation in items(grant.get("Operations"))
        and (wanted.operation in _FREE or _suits(mapping(grant.get("Constraints")), wanted.context))
        for grant in grants
    )


def context_keys(context: JsonObject) -> Mapping[str, object]:
    """An encryption context as the condition keys of policies."""
    named: dict[str, object] = {f"kms:EncryptionContext:{name}": value for name, value in context.items()}
    return named | ({"kms:EncryptionContextKeys": list(context)} if context else {})


def _suits(constraints: JsonObject, context: JsonObject) -> bool:
    subset, equal = mapping(constraints.get("EncryptionContextSubset")), constraints.get("EncryptionContextEquals")
    return _holds(subset, context) and (equal is None or mapping(equal) == context)


def _holds(subset: JsonObject, context: JsonObject) -> bool:
    missing: Json = None
    return all(context.get(name, missing) == value for name, value in subset.items())
