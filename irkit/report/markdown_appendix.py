"""The end of the postmortem: how to check it, and every event it rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from pydantic import JsonValue

from irkit.incident.events import Recorded
from irkit.report.postmortem import Postmortem
from irkit.report.safe_markdown import fence, safe
from irkit.report.spans import utc

_LONGEST = 4000


def integrity(report: Postmortem) -> Iterator[str]:
    """How to verify it."""
    yield "## Integrity"
    yield ""
    head, name = report.integrity.head, safe(report.header.incident)
    yield f"This report rests on the first {report.integrity.count} events of the journal. The last has the hash"
    yield f"`{safe(head)}`. Each event's hash covers its content and the hash of the one before,"
    yield "so a change to any of them changes this one."
    yield ""
    yield f"To check it: `irkit verify {name} --head {safe(head)}`"
    yield "says which event breaks, or that none does and that the journal still holds this event."
    yield "Only a hash that was kept elsewhere (this report, a message) shows a journal that was cut short."
    yield ""


def appendix(report: Postmortem) -> Iterator[str]:
    """One section an event."""
    yield "## Appendix: the events"
    yield ""
    yield "A text longer than 4,000 characters is given by its length and SHA-256; the journal holds it in full."
    yield ""
    for record in report.events:
        yield from _event(record)


def _event(record: Recorded) -> Iterator[str]:
    yield f"### Event {record.seq}"
    yield ""
    off = f", ±{record.at_uncertainty_ms} ms" if record.at_uncertainty_ms else ""
    who = f"{safe(record.actor.name)} ({record.actor.kind})"
    yield f"{safe(record.event.kind)} by {who}"
    yield ""
    yield f"{utc(record.at)} by the clock of {safe(record.at_source)}{off}, recorded {utc(record.recorded_at)}"
    yield ""
    yield f"hash `{safe(record.hash)}`, after `{safe(record.previous)}`"
    yield ""
    facts = _facts(_shortened(record.event.model_dump(mode="json")))
    yield fence(facts) + "json"
    yield facts
    yield fence(facts)
    yield ""


def _facts(value: JsonValue) -> str:
    """JSON with a line for each field, and one for each member of a field that is a list of things."""
    if not isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    rows = (f" {json.dumps(name)}: {_members(value[name])}" for name in sorted(value))
    return "{\n" + ",\n".join(rows) + "\n}"


def _members(value: JsonValue) -> str:
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return "[\n  " + ",\n  ".join(json.dumps(each, sort_keys=True) for each in value) + "\n ]"
    return json.dumps(value, sort_keys=True)


def _shortened(value: JsonValue) -> JsonValue:
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"({len(value)} characters, SHA-256 {hashlib.sha256(value.encode()).hexdigest()})"
    if isinstance(value, dict):
        return {name: _shortened(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shortened(each) for each in value]
    return value
