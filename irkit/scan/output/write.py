"""Write a report in one of the formats; only the module of that format is loaded."""

from __future__ import annotations

from enum import StrEnum

from irkit.errors import UsageError
from irkit.scan.finding import Report
from irkit.scan.output.about import About, Reveal
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


class Format(StrEnum):
    """The formats of ``irkit scan --format``."""

    HUMAN = "human"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"


def write(report: Report, out: TextIO, form: Format, about: About, reveal: Reveal = Reveal.HIDDEN) -> str:
    """Write the report. What the format has no room for is returned in words, "" when it takes all.

    Raises ``UsageError`` when values are to be shown in a format that is for other people.
    """
    if reveal is Reveal.SHOWN and form in {Format.SARIF, Format.JUNIT, Format.GITHUB}:
        raise UsageError(f"values are never written as {form}", hint="human, json, jsonl and csv can show them")
    match form:
        case Format.HUMAN:
            from irkit.scan.output import human

            human.write(report, out, about, reveal)
        case Format.JSON:
            from irkit.scan.output import json_document

            json_document.write(report, out, about, reveal)
        case Format.JSONL:
            from irkit.scan.output import json_lines

            json_lines.write(report, out, about, reveal)
        case Format.CSV:
            from irkit.scan.output import csv_rows

            csv_rows.write(report, out, about, reveal)
        case Format.SARIF:
            from irkit.scan.output import sarif

            return sarif.write(report, out, about)
        case Format.JUNIT:
            from irkit.scan.output import junit

            junit.write(report, out, about)
        case Format.GITHUB:
            from irkit.scan.output import github

            github.write(report, out, about)
    return ""
