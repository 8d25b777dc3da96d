"""What AWS's errors mean to irkit: denied, expired, throttled, not there, out; and what to do about each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from irkit.clients.call_record import CallLog
from irkit.clients.whole_answer import CUT_OFF
from irkit.errors import Denied, NotFound, OutsideError, Throttled, Unreachable

REFUSED_KEY = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"})
"""How AWS says that an access key is unknown or inactive (IAM user guide, "Troubleshoot access denied errors")."""

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"})
_PERMISSIONS = {"s3:ListObjectsV2": "s3:ListBucket", "s3:ListObjectVersions": "s3:ListBucketVersions"}
"""Permissions that are not named as their calls are."""
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "SignatureDoesNotMatch"})
_THROTTLED = frozenset({
    *("Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException"),
    *("RequestLimitExceeded", "RequestThrottled", "SlowDown"),
})  # fmt: skip
_MISSING = frozenset({
    *("NoSuchEntity", "ResourceNotFoundException", "NotFoundException", "TrailNotFoundException"),
    *("ClusterNotFoundException", "ServiceNotFoundException", "NoSuchKey", "NoSuchBucket"),
    *("InsightNotEnabledException", "EntityNotFoundException", "EventDataStoreNotFoundException"),
    *("AWSOrganizationsNotInUseException", "PolicyNotFoundException", "PolicyNotAttachedException"),
})  # fmt: skip
_OUT = frozenset({
    *("ServiceUnavailable", "ServiceUnavailableException", "ServiceFailure", "InternalFailure", "InternalError"),
    *("InternalServiceError", "InternalServerException", "RequestTimeout", "500", "502", "503", "504"),
})  # fmt: skip
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What comes of an answer that is not of the kind that it should be: botocore looks at it as if it were."""


@contextmanager
def understood(text: str, calls: CallLog) -> Iterator[None]:
    """Turns botocore's errors into irkit's, and writes the failed call down as ``text``. Raises ``OutsideError``."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        about = error.response.get("ResponseMetadata", {})
        told = error.response.get("Error", {})
        code = str(told.get("Code", ""))
        calls.note(text, request_id=str(about.get("RequestId", "")), error=code)
        raise _outside_error(text, code, str(told.get("Message", ""))) from error
    except NoCredentialsError as error:
        msg = "there are no AWS credentials to sign with"
        raise Denied(msg, hint="log in to AWS, or set aws.profile in irkit's configuration") from error
    except BotoCoreError as error:
        calls.note(text, error=type(error).__name__)
        msg = f"{text}: no answer ({type(error).__name__}: {error})"
        raise Unreachable(msg, hint="the state there is unknown; look at the network and retry") from error
    except (ResponseParserError, *_UNREADABLE) as error:
        calls.note(text, error=type(error).__name__)
        # Neither the error nor its text goes on: it may hold the answer, and so a secret.
        raise Unreachable(f"{text}: an answer that cannot be read ({type(error).__name__})", hint=CUT_OFF) from None


def _outside_error(text: str, code: str, message: str) -> OutsideError:
    told = f"{text}: {code}: {message}"
    if code in _DENIED:
        called = text.split(" ", maxsplit=1)[0]
        hint = f"the role irkit acts as needs {_PERMISSIONS.get(called, called)}; see `irkit runbook policy`"
        return Denied(told, hint=hint)
    if code in REFUSED_KEY:
        return Denied(told, hint="the key this call was signed with is not accepted")
    if code in _EXPIRED:
        return Denied(told, hint="the credentials have expired or the clock is off; log in to AWS again")
    if code in _THROTTLED:
        return Throttled(told, hint="AWS asks to slow down; retry in a minute")
    if code in _OUT:
        return Unreachable(told, hint="the service is out; the state there is unknown, so look again before acting")
    if code in _MISSING:
        return NotFound(told, hint="look at the account, the region and the name")
    return OutsideError(told, hint="AWS refused the call; its message says why")
