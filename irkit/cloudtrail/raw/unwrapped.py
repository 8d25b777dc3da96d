"""The CloudTrail records within a JSON value, whatever has wrapped them.

A record may stand alone, in ``{"Records": [...]}``, in what ``aws cloudtrail lookup-events`` prints
(``Events[].CloudTrailEvent``, JSON in a text), in an event of EventBridge (``detail``), of CloudWatch Logs
(``logEvents[].message``), in rows of CloudTrail Lake (``eventJson``), in an SNS or SQS message, in a search index's
export (``_source``, ``_raw``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from irkit.cloudtrail.record import LOGSTASH_TIME, parsed
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from pydantic import JsonValue

INSIGHT = "AwsCloudTrailInsight"
"""The ``eventType`` of a record that tells of an unusual rate of calls: no call."""
_TEXTS = frozenset({
    "CloudTrailEvent", "Message", "_raw", "body", "detail", "eventJson", "eventjson", "event_json", "message", "raw",
})  # fmt: skip
_DEEPEST = 8


def records_in(value: JsonValue) -> Iterator[dict[str, JsonValue]]:
    """The records, in order. Nothing is looked for within a record: who called may have chosen what stands there."""
    yield from _within(value, _DEEPEST)


def is_record(value: JsonValue) -> bool:
    """Whether a value is an event of CloudTrail's: a call, or an insight."""
    if not isinstance(value, dict):
        return False
    if LOGSTASH_TIME in value and "eventID" in value and "eventVersion" in value:
        return True
    return "eventTime" in value and ("eventID" in value or "eventVersion" in value)


def is_digest(value: JsonValue) -> bool:
    """Whether it is a digest file's content: hashes of log files."""
    return isinstance(value, dict) and "digestS3Object" in value


def _within(value: JsonValue, deeper: int) -> Iterator[dict[str, JsonValue]]:
    if is_record(value) and isinstance(value, dict):
        yield value
    elif deeper and isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, dict | list):
                yield from _within(inner, deeper - 1)
            elif name in _TEXTS and isinstance(inner, str) and inner.lstrip()[:1] in {"{", "["}:
                yield from _within(_opened(inner), deeper - 1)
    elif deeper and isinstance(value, list):
        for inner in value:
            yield from _within(inner, deeper - 1)


def _opened(text: str) -> JsonValue:
    try:
        return parsed(text)
    except OutsideError:
        return None
