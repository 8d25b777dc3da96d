"""CSV (RFC 4180): one place a row, after a row of names. Each text is one line; none is a formula to a spreadsheet."""

from __future__ import annotations

import csv

from irkit.scan.finding import Commit, Finding, Place, Report
from irkit.scan.output.about import About, Reveal
from irkit.scan.output.shown import csv_cell
from irkit.scan.output.veil import Veil, veil
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

COLUMNS = (
    *("rule", "title", "severity", "confidence", "fingerprint", "last4", "liveness", "pushed"),
    *("kind", "path", "line", "column", "object", "via", "current", "reachable"),
    *("first_commit", "first_author", "first_email", "first_at"),
    *("last_commit", "last_author", "last_email", "last_at", "refs", "refs_count", "repository"),
)
_YES = {True: "yes", False: "no", None: ""}


def write(report: Report, out: TextIO, about: About, reveal: Reveal = Reveal.HIDDEN) -> None:
    """Write the rows; with ``Reveal.SHOWN`` there is a last column, ``secret``."""
    rows = csv.writer(out)
    is_shown = reveal is Reveal.SHOWN
    cover = veil(report, about, reveal)
    rows.writerow((*COLUMNS, "secret") if is_shown else COLUMNS)
    for finding in report.findings:
        for place in finding.places:
            last = [finding.secret.reveal()] if is_shown else []
            rows.writerow([csv_cell(each) for each in (*_row(finding, place, cover), *last)])


def _row(finding: Finding, place: Place, cover: Veil) -> list[str]:
    liveness = finding.liveness.value if finding.liveness else ""
    return [
        *(finding.rule, finding.title, finding.severity, finding.confidence, finding.fingerprint, finding.last4),
        *(liveness, _YES[finding.pushed]),
        *(place.kind, cover(place.path), str(place.line or ""), str(place.column or ""), place.object_id),
        *(cover(" > ".join(place.via)), _YES[place.is_current], _YES[place.is_reachable]),
        *_commit(place.first, cover),
        *_commit(place.last, cover),
        *(cover(" ".join(place.refs)), str(max(place.refs_count, len(place.refs)))),
        cover(place.repository),
    ]


def _commit(commit: Commit | None, cover: Veil) -> tuple[str, str, str, str]:
    return ("", "", "", "") if commit is None else (commit.id, cover(commit.author), cover(commit.email), commit.at)
