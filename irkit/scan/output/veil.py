"""Takes values out of the names around them: an author, a ref or a file can be called by a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from irkit.scan.finding import Finding, PlaceKind, Report
from irkit.scan.output.about import About, Reveal

HIDDEN = "…"
_NAMING = frozenset(set(PlaceKind) - {PlaceKind.FILE, PlaceKind.BLOB, PlaceKind.STASH})
"""Where a value that stands there can be part of a name: headers, messages, refs, paths."""


class Veil:
    """Replaces every value that was found in a name, a header or a message, wherever such text is written."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        named = (one for one in findings if any(place.kind in _NAMING for place in one.places))
        spelt = {text for one in named for text in _spellings(one.secret.reveal())}
        self._values = sorted(spelt, key=len, reverse=True)
        self._known: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Veil({len(self._values)} values)"

    def __call__(self, text: str) -> str:
        """``text`` without them."""
        if not self._values:
            return text
        known = self._known.get(text)
        if known is None:
            known = text
            for value in self._values:
                known = known.replace(value, HIDDEN)
            self._known[text] = known
        return known


def _spellings(value: str) -> tuple[str, ...]:
    """How a value may stand in a name: a path has it in percent encoding, and it is told as it is meant."""
    quoted = quote(value, safe="")
    return value, quoted, re.sub("%..", lambda one: one[0].lower(), quoted)


def all_findings(report: Report, about: About) -> tuple[Finding, ...]:
    """Those of the report, those that were accepted and those that are not sure: no value of any is written."""
    accepted = (finding for each in about.accepted for finding in each.findings)
    return (*report.findings, *accepted, *about.unsure.findings)


def veil(report: Report, about: About, reveal: Reveal = Reveal.HIDDEN) -> Veil:
    """The veil of a report; one that hides nothing when values are to be shown."""
    return Veil(() if reveal is Reveal.SHOWN else all_findings(report, about))
