"""The same records in the many forms in which people have them, for tests."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

Body = dict[str, object]


def _dumped(value: object, separators: tuple[str, str] = (",", ":"), indent: int | None = None) -> str:
    return json.dumps(value, separators=separators, indent=indent, ensure_ascii=False)


def _wrapped(bodies: Sequence[Body]) -> str:
    return _dumped({"Records": bodies})


def _shuffled(bodies: Sequence[Body]) -> str:
    dice = random.Random(len(bodies))
    return _dumped({"Records": [dict(dice.sample(list(body.items()), len(body))) for body in bodies]})


def _lines(bodies: Sequence[Body]) -> str:
    return "\n".join(map(_dumped, bodies)) + "\n"


def _timed_by_logstash(bodies: Sequence[Body]) -> str:
    """The order is that of the keys in OTRF's Security-Datasets; ``eventTime`` became the time of Logstash's event."""
    told = [{"@version": "1", "@timestamp": body["eventTime"], **body} for body in bodies]
    return _lines([{name: value for name, value in each.items() if name != "eventTime"} for each in told])


def _lookup(bodies: Sequence[Body]) -> str:
    events = [{"EventId": body["eventID"], "CloudTrailEvent": _dumped(body)} for body in bodies]
    return json.dumps({"Events": events}, indent=4)


def _escaped(bodies: Sequence[Body]) -> str:
    return _wrapped(bodies).replace("/", "\\/")


def _hexed(bodies: Sequence[Body]) -> str:
    """Some letters and digits of the texts stand as ``\\u0041``."""
    text = _wrapped(bodies)
    for letter in ("A7", "s3"):
        text = text.replace(letter, f"\\u{ord(letter[0]):04x}{letter[1:]}")
    return text


FORMS: dict[str, Callable[[Sequence[Body]], str]] = {
    "as AWS writes it": _wrapped,
    "with blanks": lambda bodies: _dumped({"Records": bodies}, (", ", ": ")),
    "indented": lambda bodies: _dumped({"Records": bodies}, indent=2),
    "keys in another order": _shuffled,
    "sorted keys": lambda bodies: json.dumps({"Records": bodies}, sort_keys=True),
    "an array": _dumped,
    "an array with a line end after each": lambda bodies: "[" + ",\n".join(map(_dumped, bodies)) + "]\n",
    "one a line": _lines,
    "as Logstash's codec leaves them": _timed_by_logstash,
    "one behind the other": lambda bodies: "".join(map(_dumped, bodies)),
    "with a byte order mark": lambda bodies: "\ufeff" + _wrapped(bodies),
    "with slashes escaped": _escaped,
    "with letters escaped": _hexed,
    "all ASCII": lambda bodies: json.dumps({"Records": bodies}),
    "more beside the records": lambda bodies: _dumped({"Records": bodies, "more": {"Records": [1, {"a": [2]}]}}),
    "more before the records": lambda bodies: _dumped({"more": [1], "Records": bodies}),
    "what lookup-events prints": _lookup,
    "EventBridge, one a line": lambda bodies: _lines([{"version": "0", "detail": body} for body in bodies]),
    "CloudWatch Logs": lambda bodies: _dumped({"logEvents": [{"message": _dumped(body)} for body in bodies]}),
    "filtered log events": lambda bodies: _dumped({"events": [{"message": _dumped(body)} for body in bodies]}),
    "SNS in Records": lambda bodies: _dumped({"Records": [{"Sns": {"Message": _dumped(body)}} for body in bodies]}),
    "rows of CloudTrail Lake": lambda bodies: _dumped(
        {"QueryResultRows": [[{"eventJson": _dumped(body)}] for body in bodies]}
    ),
    "hits of a search index": lambda bodies: _dumped({"hits": {"hits": [{"_source": body} for body in bodies]}}),
    "each twice": lambda bodies: _wrapped([*bodies, *bodies]),
}
