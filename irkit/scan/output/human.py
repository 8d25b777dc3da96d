"""For people: findings with every place, then how much was looked at, what was not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from irkit.scan.finding import Commit, Finding, Place, PlaceKind, Report
from irkit.scan.output.about import About, Reveal
from irkit.scan.output.context import Contexts
from irkit.scan.output.shown import shown
from irkit.scan.output.summary import summary
from irkit.scan.output.veil import Veil, all_findings, veil
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_SHORT = 12
_REFS = 5
"""How many refs are named; JSON has more."""
_MESSAGES = {PlaceKind.COMMIT: "commit", PlaceKind.TAG: "tag"}
_WORDS = {
    PlaceKind.NOTE: "note ",
    PlaceKind.STASH: "stash ",
    PlaceKind.FILE_NAME: "name of a file: ",
    PlaceKind.REF_NAME: "name of a ref",
    PlaceKind.REFLOG: "reflog ",
    PlaceKind.CONFIG: "git config ",
}


def write(report: Report, out: TextIO, about: About, reveal: Reveal = Reveal.HIDDEN) -> None:
    """Write findings and summary, each line free of what a terminal obeys."""
    write_findings(report, out, about, reveal)
    write_summary(report, out, about)


def write_findings(report: Report, out: TextIO, about: About, reveal: Reveal = Reveal.HIDDEN) -> None:
    """Write the findings, an empty line after each."""
    cover = veil(report, about, reveal)
    contexts = Contexts(all_findings(report, about))
    for finding in report.findings:
        out.writelines(f"{line}\n" for line in _finding(finding, cover, contexts, reveal))
        out.write("\n")


def write_summary(report: Report, out: TextIO, about: About) -> None:
    """Write how much was looked at, and what was not, with reasons."""
    cover = veil(report, about)
    out.writelines(f"{shown(cover(line))}\n" for line in summary(report, about))


def _finding(finding: Finding, cover: Veil, contexts: Contexts, reveal: Reveal) -> Iterator[str]:
    words = [finding.severity.upper(), finding.title, f"({finding.rule})", finding.last4, finding.fingerprint]
    yield shown("  ".join(word for word in words if word))
    if reveal is Reveal.SHOWN:
        yield f"  value  {shown(finding.secret.reveal())}"
    facts = [f"confidence {finding.confidence}"]
    if finding.liveness is not None:
        why = f" ({cover(finding.liveness_note)})" if finding.liveness_note else ""
        facts.append(f"the provider says: {finding.liveness}{why}")
    if finding.pushed is not None:
        facts.append("already pushed" if finding.pushed else "not pushed yet")
    if before := contexts(finding):
        facts.append(f"after: {before}")
    yield shown("  " + " · ".join(facts))
    for (first, last, refs, more), places in groupby(finding.places, _history):
        for place in places:
            yield "  " + shown(cover(_place(place)))
        for line in _commits(first, last):
            yield "      " + shown(cover(line))
        if refs:
            yield "      refs   " + shown(cover(_refs(refs, more)))


def _history(place: Place) -> tuple[Commit | None, Commit | None, tuple[str, ...], int]:
    return place.first, place.last, place.refs, place.refs_count


def _place(place: Place) -> str:
    if place.kind in _MESSAGES:
        where = f"{_MESSAGES[place.kind]} {place.object_id[:_SHORT]}"
        where += f", {place.path}" if place.path else ""
        where += f", line {place.line}" if place.line else ""
    else:
        where = f"{_WORDS.get(place.kind, '')}{place.path or place.object_id[:_SHORT]}"
        where += f":{place.line}" if place.line else ""
        where += f":{place.column}" if place.line and place.column else ""
    where = f"{place.repository}: {where}" if place.repository else where
    where += "".join(f" > {step}" for step in place.via)
    return where + _standing(place)


def _standing(place: Place) -> str:
    if not place.is_reachable:
        return "  (unreachable: no ref leads there)"
    if place.kind is PlaceKind.BLOB:
        return "  (current)" if place.is_current else f"  (history, blob {place.object_id[:_SHORT]})"
    return ""


def _commits(first: Commit | None, last: Commit | None) -> Iterator[str]:
    if first is not None:
        yield f"{'first' if last != first else 'commit':<6} {_commit(first)}"
    if last is not None and last != first:
        yield f"last   {_commit(last)}"


def _refs(refs: Sequence[str], count: int) -> str:
    """The first few, as git shortens them."""
    names = [ref.removeprefix("refs/").removeprefix("heads/") for ref in refs[:_REFS]]
    others = max(count, len(refs)) - len(names)
    return ", ".join(names) + (f" and {others:,} more" if others else "")


def _commit(commit: Commit) -> str:
    who = f"{commit.author} <{commit.email}>" if commit.email else commit.author
    return f"{commit.id[:_SHORT]}  {commit.at}  {who}"
