"""What an HTTP request to AWS asks for: service, operation, parameters, region and the key that signed it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

from irkit.drill.world.estate import REGION
from irkit.drill.world.json_shape import Json, JsonObject, mapping, parsed

_WITHOUT_SIGNATURE = "AssumeRoleWithWebIdentity"
_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_BUCKET_CALLS = {
    ("GET", ""): "ListObjects",
    ("PUT", ""): "CreateBucket",
    ("DELETE", ""): "DeleteBucket",
    ("HEAD", ""): "HeadBucket",
    ("GET", "policy"): "GetBucketPolicy",
    ("PUT", "policy"): "PutBucketPolicy",
    ("DELETE", "policy"): "DeleteBucketPolicy",
    ("GET", "acl"): "GetBucketAcl",
    ("PUT", "acl"): "PutBucketAcl",
    ("GET", "versioning"): "GetBucketVersioning",
    ("GET", "location"): "GetBucketLocation",
}


class Protocol(StrEnum):
    """How a service speaks."""

    JSON = "json"
    QUERY = "query"
    S3 = "s3"


@dataclass(frozen=True)
class AwsCall:
    """One call. ``params`` are as the service names them (``SecretId``); S3 has a bucket's name at most."""

    service: str
    operation: str
    params: JsonObject
    region: str
    key_id: str
    protocol: Protocol


def aws_call(method: str, target: str, headers: Mapping[str, str], body: bytes) -> AwsCall | None:
    """The call an HTTP request makes; ``None`` when it is unsigned or of a service that the rehearsal does not read.

    AssumeRoleWithWebIdentity is asked unsigned. ``headers`` has lower-case names.
    """
    found = _CREDENTIAL.search(headers.get("authorization", ""))
    if found is None:
        return _unsigned(target, body)
    key_id, region, service = found.groups()
    asked = headers.get("x-amz-target", "")
    if asked:
        return AwsCall(service, asked.rpartition(".")[2], mapping(parsed(body)), region, key_id, Protocol.JSON)
    if service == "s3":
        operation, params = _s3_operation(method, target)
        return AwsCall(service, operation, params, region, key_id, Protocol.S3)
    operation, flat = _query(target, body)
    return AwsCall(service, operation, nested(flat), region, key_id, Protocol.QUERY) if operation else None


def _unsigned(target: str, body: bytes) -> AwsCall | None:
    """A call that needs no signature: its token stands for one. It names no region; it is taken for the account's."""
    if _WITHOUT_SIGNATURE not in target and _WITHOUT_SIGNATURE.encode() not in body:
        return None
    operation, flat = _query(target, body)
    if operation != _WITHOUT_SIGNATURE:
        return None
    return AwsCall("sts", operation, nested(flat), REGION, "", Protocol.QUERY)


def _query(target: str, body: bytes) -> tuple[str, dict[str, str]]:
    flat = dict(parse_qsl(urlsplit(target).query) + parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    flat.pop("Version", "")
    return flat.pop("Action", ""), flat


def nested(flat: Mapping[str, str]) -> JsonObject:
    """Query parameters as a tree: ``Tags.member.1.Key`` becomes ``{"Tags": [{"Key": …}]}``."""
    tree: JsonObject = {}
    for name, value in sorted(flat.items()):
        place = tree
        parts = name.replace(".member.", ".#").split(".")
        for part in parts[:-1]:
            place = mapping(place.setdefault(part, {}))
        place[parts[-1]] = value
    return mapping(_with_lists(tree))


def _with_lists(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    if value and all(name.startswith("#") for name in value):
        order = sorted(value, key=lambda name: int(name[1:]) if name[1:].isdigit() else 0)
        return [_with_lists(value[name]) for name in order]
    return {name: _with_lists(member) for name, member in value.items()}


def _s3_operation(method: str, target: str) -> tuple[str, JsonObject]:
    parts = urlsplit(target)
    bucket, _, key = parts.path.lstrip("/").partition("/")
    if not bucket:
        return "ListBuckets", {}
    if key:
        return f"{method.title()}Object", {"bucketName": bucket, "key": key}
    aspect = parts.query.split("&")[0].split("=")[0]
    known = aspect if (method, aspect) in _BUCKET_CALLS else ""
    return _BUCKET_CALLS.get((method, known), f"{method.title()}Bucket"), {"bucketName": bucket}
