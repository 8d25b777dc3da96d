"""Rows decoded straight from a file's bytes, with types declared: a third of what reading into dicts costs.

Only what is in AWS's own form is read here, and what is not is told, never guessed: a record whose fields have other
types than AWS documents, or whose texts are no Unicode, is left to ``irkit.cloudtrail.record``.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from irkit.cloudtrail.nesting import MOST, is_too_deep
from irkit.cloudtrail.raw.unwrapped import INSIGHT
from irkit.cloudtrail.record import SIGN_IN, failure, moment
from irkit.cloudtrail.store.columns import Row, microseconds

_NOTHING = Raw(b"null")


class _Issuer(Struct, gc=False):
    arn: str | None = None
    userName: str | None = None  # noqa: N815 AWS's name, as all of these


class _WebIdentity(Struct, gc=False):
    federatedProvider: str | None = None  # noqa: N815


class _Context(Struct, gc=False):
    sessionIssuer: _Issuer | None = None  # noqa: N815
    sourceIdentity: str | None = None  # noqa: N815
    webIdFederationData: _WebIdentity | None = None  # noqa: N815


class _Behalf(Struct, gc=False):
    userId: str | None = None  # noqa: N815


class _Who(Struct, gc=False):
    type: str | None = None
    arn: str | None = None
    userName: str | None = None  # noqa: N815
    accessKeyId: str | None = None  # noqa: N815
    invokedBy: str | None = None  # noqa: N815
    accountId: str | None = None  # noqa: N815
    principalId: str | None = None  # noqa: N815
    identityProvider: str | None = None  # noqa: N815
    sessionContext: _Context | None = None  # noqa: N815
    onBehalfOf: _Behalf | None = None  # noqa: N815


class _Resource(Struct, gc=False):
    ARN: str | None = None
    arn: str | None = None


class _Body(Struct, gc=False):
    eventID: str  # noqa: N815
    eventTime: str  # noqa: N815
    eventName: str  # noqa: N815
    eventSource: str | None = None  # noqa: N815
    awsRegion: str | None = None  # noqa: N815
    sourceIPAddress: str | None = None  # noqa: N815
    userAgent: str | None = None  # noqa: N815
    errorCode: str | None = None  # noqa: N815
    errorMessage: str | None = None  # noqa: N815
    userIdentity: _Who | None = None  # noqa: N815
    requestParameters: Raw = _NOTHING  # noqa: N815
    responseElements: Raw = _NOTHING  # noqa: N815
    additionalEventData: Raw = _NOTHING  # noqa: N815
    serviceEventDetails: Raw = _NOTHING  # noqa: N815
    resources: list[_Resource | None] | None = None
    requestID: str | None = None  # noqa: N815
    recipientAccountId: str | None = None  # noqa: N815
    sharedEventID: str | None = None  # noqa: N815
    eventVersion: str | None = None  # noqa: N815
    eventCategory: str | None = None  # noqa: N815
    vpcEndpointId: str | None = None  # noqa: N815
    eventType: str | None = None  # noqa: N815


_NOBODY = _Who()
_NO_CONTEXT = _Context()
_NO_ISSUER = _Issuer()
_NO_WEB_IDENTITY = _WebIdentity()
_NO_BEHALF = _Behalf()
_decoded = msgspec.json.Decoder(_Body).decode


def row(text: bytes, place: str, offset: int) -> Row | None:
    """The row of one record in AWS's own form; None when it is in another, which only a full reading can tell."""
    if b"\\u001" in text:  # the separator may be among such signs
        return None
    try:
        return _row(_decoded(text), place, offset, len(text))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _row(body: _Body, place: str, offset: int, length: int) -> Row | None:
    if not body.eventID or not body.eventName or body.eventType == INSIGHT:
        return None
    who = body.userIdentity or _NOBODY
    context = who.sessionContext or _NO_CONTEXT
    issuer = context.sessionIssuer or _NO_ISSUER
    provider = who.identityProvider or (context.webIdFederationData or _NO_WEB_IDENTITY).federatedProvider
    return (
        _time(body.eventTime),
        body.eventID,
        (body.eventSource or "").removesuffix(".amazonaws.com"),
        body.eventName,
        body.awsRegion or "",
        body.sourceIPAddress or "",
        body.userAgent or "",
        body.errorCode or _failure(body),
        body.errorMessage or "",
        who.type or "",
        who.arn or "",
        who.userName or issuer.userName or "",
        who.accessKeyId or "",
        who.invokedBy or "",
        issuer.arn or "",
        context.sourceIdentity or "",
        body.recipientAccountId or who.accountId or "",
        who.accountId or "",
        who.principalId or "",
        provider or "",
        (who.onBehalfOf or _NO_BEHALF).userId or "",
        body.sharedEventID or "",
        body.eventVersion or "",
        body.eventCategory or "",
        body.vpcEndpointId or "",
        body.requestID or "",
        _arns(body.resources) if body.resources else "",
        _object(body.requestParameters),
        _object(body.responseElements),
        _object(body.additionalEventData),
        place,
        offset,
        length,
        "",
    )


def _failure(body: _Body) -> str:
    """That a sign-in failed, as ``failure`` says."""
    if body.eventSource != SIGN_IN:
        return ""
    return failure(SIGN_IN, body.eventName, map(_object, (body.responseElements, body.serviceEventDetails)))


@lru_cache(maxsize=4096)
def _time(text: str) -> int:
    return microseconds(moment(text))


def _arns(resources: list[_Resource | None]) -> str:
    held = [arn for one in resources if one is not None and (arn := one.ARN or one.arn)]
    return msgspec.json.encode(held).decode() if held else ""


def _object(raw: Raw) -> str:
    """The text of a JSON object, also of one that is written as a text; empty for anything else.

    Raises ``ValueError`` for what makes its record be nested too deeply to be read.
    """
    text = bytes(raw)
    if is_too_deep(text, MOST - 1):
        raise ValueError("nested too deeply")
    if text[:1] == b"{":
        return "" if text == b"{}" else text.decode()
    if text[:1] == b'"':
        held = msgspec.json.decode(text, type=str)
        return held if held[:1] == "{" else ""
    return ""
