"""SARIF 2.1.0 (OASIS, with errata 01): one result a finding, for code scanning services. ASCII only.

A result's location is the place that stands in the files of now, if there is one; all others are related locations.
``partialFingerprints`` holds the keyed fingerprint, which stays the same when lines or files move. Columns are left
out: SARIF counts characters, and a scan counts bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from irkit.scan.finding import Commit, Finding, Place, PlaceKind, Report
from irkit.scan.output.about import About
from irkit.scan.output.record import named, text
from irkit.scan.output.sarif_limits import MOST_SKIPPED, fitting
from irkit.scan.output.sentence import sentence
from irkit.scan.output.shown import as_bytes, shown
from irkit.scan.output.veil import Veil, veil
from irkit.scan.quick import TYPE_CHECKING
from irkit.scan.rule import Confidence, Rule, Severity

if TYPE_CHECKING:
    from typing import TextIO

    from pydantic import JsonValue

Object = dict[str, "JsonValue"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "irkitSecret/v1"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}
"""GitHub's ``security-severity``: over 9.0 critical, 7.0 high, 4.0 medium."""
_PRECISIONS = {Confidence.HIGH: "very-high", Confidence.MEDIUM: "high", Confidence.LOW: "medium"}
_RESULTS = '"results": []'
"""Stands in the log once: within a text each quote has a backslash before it."""
_SAFE = "/~!$&'()*+;=@"
"""Besides letters, digits and ``_.-``, what a path in a URI may hold as it is (RFC 3986); never a colon."""
_NEXT = (
    "Revoke the secret at its provider first: who read it once has it. Then take it out of the files, and out of the "
    "history if it was pushed. If it is no secret, say `pragma: allowlist secret` on its line, with the reason."
)


def write(report: Report, out: TextIO, about: About) -> str:
    """Write the log, with one run in it: as much as GitHub takes. What is left out for that, "" when nothing is."""
    cover = veil(report, about)
    rules = _used_rules(report.findings, about.rules)
    indexes = {rule.id: index for index, rule in enumerate(rules)}

    def told(finding: Finding, most_places: int) -> str:
        return json.dumps(_result(finding, indexes[finding.rule], cover, most_places), indent=1)

    results = fitting(report.findings, told)
    about = about._replace(notes=(*about.notes, results.left_out)) if results.left_out else about
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, about, rules, cover)]}
    before, empty, after = json.dumps(log, indent=1).partition(_RESULTS)
    out.write(f"{before}{empty[:-1]}")
    out.writelines(("," if number else "") + f"\n{text}" for number, text in enumerate(results.texts))
    out.write(f"]{after}\n")
    return results.left_out


def _run(report: Report, about: About, rules: Sequence[Rule], cover: Veil) -> Object:
    """The run without its results."""
    driver: Object = {
        "name": "irkit",
        "version": about.version,
        "rules": [_descriptor(rule) for rule in rules],
    }
    run: Object = {
        "tool": {"driver": driver},
        "invocations": [_invocation(report, about, cover)],
        "results": [],
    }
    if about.repository:
        run["versionControlProvenance"] = [_provenance(about)]
    return run


def _used_rules(findings: Sequence[Finding], rules: Sequence[Rule]) -> list[Rule]:
    """The rules that found something, in the order of the findings; one that is not listed is made up."""
    known = {rule.id: rule for rule in rules}
    used: dict[str, Rule] = {}
    for one in findings:
        made_up = Rule(one.rule, one.title, one.severity, one.confidence, pattern="", anchor="")
        used.setdefault(one.rule, known.get(one.rule, made_up))
    return list(used.values())


def _descriptor(rule: Rule) -> Object:
    help_text = f"{rule.title}. {_NEXT}"
    made: Object = {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.split("_")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"A text that looks like this kind of secret was found: {rule.title}."},
        "help": {"text": help_text, "markdown": f"**{rule.title}**\n\n{_NEXT}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", "secret"],
            "precision": _PRECISIONS[rule.confidence],
            "security-severity": _SCORES[rule.severity],
        },
    }
    if rule.source.startswith("https://"):
        made["helpUri"] = quote(rule.source, safe=_SAFE + ":?#%,[]")
    return made


def _result(finding: Finding, index: int, cover: Veil, most_places: int) -> Object:
    places = sorted(finding.places, key=lambda place: not _is_now(place))[:most_places]
    properties: Object = {
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "last4": finding.last4,
        "places": len(finding.places),
    }
    if finding.liveness is not None:
        properties |= {"liveness": finding.liveness.value, "livenessNote": text(cover(finding.liveness_note))}
    if finding.pushed is not None:
        properties["pushed"] = finding.pushed
    made: Object = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": sentence(finding, cover)},
        "locations": [_location(place, cover) for place in places[:1]],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": properties,
    }
    if places[1:]:
        made["relatedLocations"] = [{"id": at, **_location(each, cover)} for at, each in enumerate(places[1:], 1)]
    return made


def _is_now(place: Place) -> bool:
    return place.kind is PlaceKind.FILE or place.is_current


def _location(place: Place, cover: Veil) -> Object:
    properties: Object = {"kind": place.kind.value, "current": place.is_current, "reachable": place.is_reachable}
    if place.repository:
        properties["repository"] = text(cover(place.repository))
    if place.object_id:
        properties["object"] = place.object_id
    if place.via:
        properties["via"] = [text(cover(step)) for step in place.via]
    for name, commit in (("first", place.first), ("last", place.last)):
        if commit is not None:
            properties[name] = _commit(commit, cover)
    if place.refs:
        properties["refs"] = [text(cover(ref)) for ref in place.refs]
    if place.kind in {PlaceKind.FILE, PlaceKind.BLOB, PlaceKind.STASH, PlaceKind.NOTE} and place.path:
        properties |= named("path", cover(place.path))
        return {"physicalLocation": _physical(place, cover), "properties": properties}
    name = shown(cover(place.path)) or place.object_id or place.kind.value
    return {"logicalLocations": [{"name": name, "kind": place.kind.value}], "properties": properties}


def _physical(place: Place, cover: Veil) -> Object:
    made: Object = {"artifactLocation": {"uri": uri(cover(place.path))}}
    if place.line and not any(":" in step for step in place.via):  # in an archive, the line is of a member
        made["region"] = {"startLine": place.line}
    return made


def uri(path: str) -> str:
    """A path as a URI reference (RFC 3986): its bytes, percent-encoded; ``file://`` before an absolute one."""
    told = quote(as_bytes(path), safe=_SAFE)
    return f"file://{told}" if PurePosixPath(path).is_absolute() else told


def _commit(commit: Commit, cover: Veil) -> Object:
    return {
        "id": commit.id,
        "author": text(cover(commit.author)),
        "email": text(cover(commit.email)),
        "at": commit.at,
    }


def _provenance(about: About) -> Object:
    made: Object = {"repositoryUri": about.repository}
    if about.revision:
        made["revisionId"] = about.revision
    if about.branch:
        made["branch"] = text(about.branch)
    return made


def _invocation(report: Report, about: About, cover: Veil) -> Object:
    notes: list[JsonValue] = [
        {"level": "warning", "message": {"text": shown(f"skipped: {cover(each.what)}: {each.reason}")}}
        for each in report.skipped[:MOST_SKIPPED]
    ]
    if len(report.skipped) > MOST_SKIPPED:
        more = f"skipped: {len(report.skipped) - MOST_SKIPPED:,} more, told in the format json"
        notes.append({"level": "warning", "message": {"text": more}})
    notes += [{"level": "note", "message": {"text": shown(note)}} for note in about.notes]
    made: Object = {
        "executionSuccessful": not report.is_incomplete,
        "toolExecutionNotifications": notes,
        "properties": {
            "scanned": {**report.counts},
            "bytes": report.size,
            "dismissed": {**report.dismissed},
            "belowConfidence": len(about.unsure.findings),
        },
    }
    return made
