"""What a call was done to, in words: the names among its parameters. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from irkit.cloudtrail.json_map import JsonMap
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
    *("modelId", "domainName", "hostedZoneId", "logGroupName", "targetId", "accountId", "serialNumber", "target"),
)
_RANK = {name: rank for rank, name in enumerate(_NAMES)}
_IN_ORDER = ("instancesSet", "groupSet", "snapshotSet", "imagesSet", "volumeSet", "instanceIds", "targets")
_LISTS = frozenset(_IN_ORDER)
_CONTEXT = ("SecretARN", "PARAMETER_ARN", "aws:s3:arn")
_ON = re.compile(r"on resource: (\S+)")
_MOST = 3
_HOLDING = (dict, list)
_SUFFIX = 7
"""A secret's ARN ends in ``-`` and six signs that its name does not have."""


def targets(records: Iterable[Record]) -> Iterator[str]:
    """The target of each. Parameters that several records share (as a store's do) are looked into once."""
    held = list(records)  # while they are there, no two parameters have one number
    known: dict[int, _Told] = {}
    for one in held:
        told = known.get(id(one.params))
        if told is None:
            told = known[id(one.params)] = _told(one)
        yield told.first or _target(one, told)


def target(one: Record) -> str:
    """``prod/payments/db``, ``user svc, policy arn:aws:iam::aws:policy/AdministratorAccess``, ``bucket/key``."""
    told = _told(one)
    return told.first or _target(one, told)


class _Told(NamedTuple):
    """What a record's parameters tell: before its resources are asked, and after that."""

    first: str
    last: str = ""


def _told(one: Record) -> _Told:
    params = one.params.opened if isinstance(one.params, JsonMap) else one.params
    if "encryptionContext" in params and (named := _opening(params["encryptionContext"])):
        return _Told(plain(named))
    if found := _once(_named(params)) or ([] if _LISTS.isdisjoint(params) else _once(_listed(params))):
        return _Told(_in_words(found))
    if "filterSet" in params or "filters" in params:
        found = _once(_filtered(params))
    return _Told("", _in_words(found or _once(_deep(params))) if params else "")


def _target(one: Record, told: _Told) -> str:
    """Of a record whose parameters' names tell nothing."""
    if found := _once(one.resources):
        return _in_words(found)
    return told.last or _in_words(_refused(one) or _once([word(one.extra, "secretId")]) or _made(one))


def _in_words(found: list[str]) -> str:
    if len(found) == 1:
        return found[0]
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return ", ".join(found[:_MOST]) + more


def _opening(context: JsonValue) -> str:
    """What an encryption context tells of what is opened."""
    return next((text for name in _CONTEXT if (text := word(context, name))), "")


def plain(asked: str) -> str:
    """The name of a secret or parameter, of its ARN or what else it is asked for by."""
    if not asked.startswith("arn:"):
        return asked
    tail = asked.split(":", maxsplit=5)[-1]
    if tail.startswith("secret:"):
        name = tail.removeprefix("secret:")
        return name[:-_SUFFIX] if name[-_SUFFIX : -_SUFFIX + 1] == "-" else name
    return tail.removeprefix("parameter") if tail.startswith("parameter/") else tail


def _filtered(params: Mapping[str, JsonValue]) -> Iterator[str]:
    """What was looked for: ``state=available``. EC2 and the others write filters each in a way of their own."""
    for held in (part(params.get("filterSet"), "items"), params.get("filters")):
        for one in _list(held):
            name = word(one, "name") or word(one, "key")
            values = part(one, "values") or part(one, "valueSet", "items")
            given = [each if isinstance(each, str) else word(each, "value") for each in _list(values)]
            if name and any(given):
                more = f" and {len(given) - _MOST} more" if len(given) > _MOST else ""
                yield f"{name}={'|'.join(given[:_MOST])}{more}"


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _refused(one: Record) -> list[str]:
    """A denied call has no parameters, but the error's message names what it was on."""
    found = _ON.search(one.message) if one.message else None
    return [found[1].rstrip(".")] if found and found[1] != "*" else []


def _made(one: Record) -> list[str]:
    """What a call that names nothing has made: the first name in its answer."""
    return _once(_deep(one.answer))[:1] if one.name.startswith(("Create", "Allocate")) else []


def _deep(value: JsonValue | Mapping[str, JsonValue]) -> Iterator[str]:
    """Texts whose names say that they name something, however deep."""
    if isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101 most are plain dicts, five times as fast
        for name, inner in value.items():
            if name.lower().endswith(("id", "arn", "name", "identifier")) and name != "requestId":
                # Some of EC2's have ``{"tag": 1, "content": "fl-0123"}`` for a text.
                yield inner if isinstance(inner, str) else word(inner, "content")
            if isinstance(inner, _HOLDING):
                yield from _deep(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _deep(inner)


def _once(words: Iterable[str]) -> list[str]:
    several = [each for each in words if each and each != "/"]
    return several if len(several) < 2 else list(dict.fromkeys(several))  # noqa: PLR2004 - one is there once


def _named(params: Mapping[str, JsonValue]) -> list[str]:
    found = [each for each in params if each in _RANK]
    if "bucketName" in found and (bucket := word(params, "bucketName")) and (key := word(params, "key")):
        return [f"{bucket}/{key}"]
    if len(found) > 1:
        found.sort(key=_RANK.__getitem__)
    named: list[str] = []
    for name in found:
        value = params[name]
        if isinstance(value, str):
            named.append(value)
        elif isinstance(value, list):
            named += [each for each in value if isinstance(each, str)]
    return named


def _listed(params: Mapping[str, JsonValue]) -> Iterator[str]:
    for name in _IN_ORDER:
        if name in params:
            yield from texts(params[name])
