"""What is kept of a scanned repository, so that it is not scanned again: its report, without a single value."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from irkit.scan.finding import Commit, Finding, Place, PlaceKind, Report, Skipped
from irkit.scan.rule import Confidence, Severity
from irkit.secret import Fingerprint, Secret

if TYPE_CHECKING:
    from pydantic import JsonValue

FORMAT = 1
NOT_KEPT = "[the value is not kept]"
"""What stands in place of the value in a finding that was read back."""
Json = dict[str, "JsonValue"]


class Record(NamedTuple):
    """One repository, as it was scanned."""

    name: str
    rules_hash: str
    """Of the rules, and of what else was asked for."""
    refs_hash: str
    """Of all refs and what they pointed at: the same again means that nothing new can be found."""
    report: Report


def save(record: Record, file: Path) -> None:
    """Write it, whole or not at all; readable by its user alone."""
    made = {"format": FORMAT, **record._asdict(), "report": _report(record.report)}
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        json.dump(made, out)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)


def load(file: Path) -> Record | None:
    """The record in a file; None when there is none, or one that this irkit does not know."""
    try:
        made = json.loads(file.read_text(encoding="ascii"))
        if made["format"] != FORMAT:
            return None
        return Record(made["name"], made["rules_hash"], made["refs_hash"], _read_report(made["report"]))
    except (OSError, ValueError, KeyError, TypeError):  # it is made anew by scanning again
        return None


def _report(report: Report) -> Json:
    made = cast("Json", report._asdict())
    return made | {"findings": [_finding(finding) for finding in report.findings]}


def _finding(finding: Finding) -> Json:
    made = finding._asdict() | {"places": [place._asdict() for place in finding.places]}
    for hidden in ("secret", "near", "liveness"):
        del made[hidden]
    return cast("Json", made)


def _read_report(made: Mapping[str, JsonValue]) -> Report:
    fields = cast("dict[str, list[Json]]", made)
    findings = tuple(map(_read_finding, fields["findings"]))
    skipped = tuple(Skipped(*map(str, each)) for each in fields["skipped"])
    return Report(**{**made, "findings": findings, "skipped": skipped})  # type: ignore[arg-type]


def _read_finding(made: Mapping[str, JsonValue]) -> Finding:
    places = tuple(_read_place(one) for one in cast("list[Json]", made["places"]))
    read = {
        **made,
        "severity": Severity(str(made["severity"])),
        "confidence": Confidence(str(made["confidence"])),
        "fingerprint": Fingerprint(str(made["fingerprint"])),
        "secret": Secret(NOT_KEPT),
        "places": places,
    }
    return Finding(**read)  # type: ignore[arg-type]


def _read_place(made: Mapping[str, JsonValue]) -> Place:
    read = {
        **made,
        "kind": PlaceKind(str(made["kind"])),
        "span": tuple(cast("list[int]", made["span"])),
        "via": tuple(cast("list[str]", made["via"])),
        "refs": tuple(cast("list[str]", made["refs"])),
        "first": made["first"] and Commit(*map(str, cast("list[str]", made["first"]))),
        "last": made["last"] and Commit(*map(str, cast("list[str]", made["last"]))),
    }
    return Place(**read)  # type: ignore[arg-type]
