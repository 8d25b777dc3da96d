"""A finding in one sentence, for formats that have room for one: annotations, SARIF, JUnit."""

from __future__ import annotations

from irkit.counted import counted
from irkit.scan.finding import Finding, Liveness
from irkit.scan.output.shown import shown
from irkit.scan.output.veil import Veil

_SHORT = 12


def sentence(finding: Finding, cover: Veil) -> str:
    """What it is, how it is known, in how many places it stands, since when; one line."""
    known = " ".join(word for word in (finding.last4, finding.fingerprint) if word)
    words = [f"{finding.title} ({known}) in {counted(len(finding.places), 'place')}"]
    firsts = [place.first for place in finding.places if place.first is not None]
    if firsts:
        first = min(firsts, key=lambda commit: commit.at)
        words.append(f"since commit {first.id[:_SHORT]} of {first.at[:10]} by {cover(first.author)}")
    if finding.liveness is Liveness.ACTIVE:
        words.append("active: its provider accepts it")
    if finding.pushed:
        words.append("already pushed: revoke it")
    return shown("; ".join(words))
