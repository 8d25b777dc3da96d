"""A finding as a JSON value, the same in the document and in the lines; ``docs/scan-output.md`` tells each field."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from irkit.scan.finding import Commit, Finding, Place, Report
from irkit.scan.output.about import About, Reveal
from irkit.scan.output.context import Contexts
from irkit.scan.output.shown import as_bytes, is_utf8
from irkit.scan.output.veil import all_findings, veil
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

Record = dict[str, "JsonValue"]


class Recorder:
    """Makes the records of one report; it knows the values that must not show through in any of them."""

    def __init__(self, report: Report, about: About, reveal: Reveal) -> None:
        self._contexts = Contexts(all_findings(report, about))
        self.cover = veil(report, about, reveal)
        self._reveal = reveal

    def finding(self, finding: Finding) -> Record:
        """One finding, with all its places."""
        made: Record = {
            "rule": finding.rule,
            "title": finding.title,
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "fingerprint": finding.fingerprint,
            "last4": finding.last4,
            "context": self._contexts(finding),
            "liveness": finding.liveness.value if finding.liveness else None,
            "liveness_note": self.cover(finding.liveness_note),
            "pushed": finding.pushed,
            "places": [self.place(place) for place in finding.places],
        }
        if self._reveal is Reveal.SHOWN:
            made |= named("secret", finding.secret.reveal())
        return made

    def place(self, place: Place) -> Record:
        """One place."""
        return {
            "kind": place.kind.value,
            "repository": text(self.cover(place.repository)) or None,
            **named("path", self.cover(place.path)),
            "line": place.line or None,
            "column": place.column or None,
            "object": place.object_id or None,
            "span": [*place.span] if any(place.span) else None,
            "via": [text(self.cover(step)) for step in place.via],
            "first": self._commit(place.first),
            "last": self._commit(place.last),
            "refs": [text(self.cover(ref)) for ref in place.refs],
            "refs_count": max(place.refs_count, len(place.refs)),
            "reachable": place.is_reachable,
            "current": place.is_current,
        }

    def _commit(self, commit: Commit | None) -> JsonValue:
        if commit is None:
            return None
        author, email = text(self.cover(commit.author)), text(self.cover(commit.email))
        return {"id": commit.id, "author": author, "email": email, "at": commit.at}


def named(name: str, value: str) -> Record:
    """A text that may hold bytes that are no UTF-8: then its bytes stand beside it, in base64."""
    if is_utf8(value):
        return {name: value}
    return {name: text(value), f"{name}_base64": base64.b64encode(as_bytes(value)).decode("ascii")}


def text(value: str) -> str:
    """The text with U+FFFD for what is no UTF-8."""
    return value if is_utf8(value) else as_bytes(value).decode("utf-8", "replace")


def by_name(pairs: Iterable[tuple[str, int]]) -> Record:
    """Counts by name, the names that are there."""
    return {name: count for name, count in sorted(pairs) if count}
