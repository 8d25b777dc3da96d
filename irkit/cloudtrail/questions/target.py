"""What a call was done to, in words: the names among its parameters. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from irkit.cloudtrail.query import texts
from irkit.cloudtrail.record import Record, part, word

if TYPE_CHECKING:
    from pydantic import JsonValue

_NAMES = (
    *("userName", "roleName", "groupName", "instanceProfileName", "roleArn", "policyArn", "policyName"),
    *("secretId", "secretIdList", "names", "name", "path", "parameterName"),
    *("bucketName", "functionName", "layerName", "keyId", "aliasName", "targetKeyId", "accessKeyId"),
    *("trailName", "trailARN", "detectorId", "snapshotId", "imageId", "volumeId", "groupId", "instanceId", "keyName"),
    *("dBInstanceIdentifier", "dBSnapshotIdentifier", "dBClusterIdentifier", "tableName", "queueUrl", "topicArn"),
    *("clusterName", "repositoryName", "serviceName", "stackName", "documentName", "resourceArn", "arn", "resourceId"),
    *("modelId", "domainName", "hostedZoneId", "logGroupName", "targetId", "accountId", "serialNumber"),
)
_LISTS = ("instancesSet", "groupSet", "snapshotSet", "imagesSet", "volumeSet", "instanceIds", "targets", "filterSet")
_CONTEXT = ("SecretARN", "PARAMETER_ARN", "aws:s3:arn")
_MOST = 3


def target(one: Record) -> str:
    """``prod/payments/db``, ``user svc, policy arn:aws:iam::aws:policy/AdministratorAccess``, ``bucket/key``."""
    context = part(one.params, "encryptionContext")
    if isinstance(context, Mapping):
        named = [text for name in _CONTEXT if (text := word(context, name))]
        if named:
            return named[0]
    found = _once(_named(one.params)) or _once(_listed(one.params)) or _once(one.resources)
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return ", ".join(found[:_MOST]) + more


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(each for each in words if each))


def _named(params: Mapping[str, JsonValue]) -> Iterator[str]:
    bucket, key = word(params, "bucketName"), word(params, "key")
    if bucket and key:
        yield f"{bucket}/{key}"
        return
    for name in _NAMES:
        value = params.get(name)
        if isinstance(value, str) and value:
            yield value
        elif isinstance(value, list):
            yield from (each for each in value if isinstance(each, str))


def _listed(params: Mapping[str, JsonValue]) -> Iterator[str]:
    for name in _LISTS:
        yield from texts(params.get(name))
