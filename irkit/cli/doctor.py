"""Examine, before the night: may irkit do what its runbooks do, and would CloudTrail show what an intruder did.

Nothing is changed. Exit codes: 0 ready (perhaps with warnings), 1 a runbook would fail, 2 usage.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from irkit.actions import catalog
from irkit.cli.arguments import add_config, config
from irkit.cli.dispatch import talk
from irkit.clients.clients import Outside
from irkit.config import Config
from irkit.doctor.examination import examination, is_ready
from irkit.doctor.finding import Finding, Patient, Standing
from irkit.errors import IrkitError, RunbookInvalid, UsageError
from irkit.runbook.load import load as load_file
from irkit.runbook.model import Runbook
from irkit.runbook.shelf import shelf
from irkit.tui.printable import printable

_MARKS = {Standing.GOOD: "ok", Standing.WARNING: "warn", Standing.BAD: "BAD", Standing.UNKNOWN: "?"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--runbook", action="append", default=[], metavar="NAME", help="only this one's permissions")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Examine, tell, and say by the exit code whether the night may come."""
    settings = config(args)
    runbooks = _runbooks(settings, args.runbook)
    found: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="irkit-doctor-") as folder:
        outside = Outside(settings, "doctor", Path(folder), secrets.token_bytes(32), _NoPostmortem())
        patient = Patient(settings, outside.clients("examine"), runbooks, catalog)
        for finding in examination(patient):
            found.append(finding)
            if not args.json:
                _tell(finding, found)
    if args.json:
        print(json.dumps({"ready": is_ready(tuple(found)), "findings": [asdict(one) for one in found]}, indent=2))
    _sum_up(found)
    return 0 if is_ready(tuple(found)) else 1


def _runbooks(settings: Config, names: list[str]) -> tuple[Runbook, ...]:
    """Those that are named, else all there are; one that cannot be read is told, and left out."""
    there = {str(name): one for name, one in shelf(settings.runbooks_folder).items()}
    if missing := [name for name in names if name not in there]:
        raise UsageError(f"there is no runbook {missing[0]!r}", hint=f"there are {', '.join(there)}")
    found = []
    for name in names or list(there):
        try:
            found.append(load_file(there[name].path))
        except RunbookInvalid as error:
            talk(f"irkit: {name} cannot be read: {error.message}")
    return tuple(found)


def _tell(finding: Finding, told: list[Finding]) -> None:
    """One line, its hint below it; a heading where a new subject begins."""
    if len(told) == 1 or told[-2].about != finding.about:
        print(f"\n{finding.about}" if len(told) > 1 else finding.about)
    print(f"  {_MARKS[finding.standing]:<4}  {printable(finding.says)}")
    if finding.hint:
        print(f"        {printable(finding.hint)}")
    sys.stdout.flush()


def _sum_up(found: list[Finding]) -> None:
    counts = {standing: sum(one.standing is standing for one in found) for standing in Standing}
    told = [f"{counts[each]} {word}" for each, word in _WORDS.items() if counts[each]]
    talk(f"irkit doctor: {', '.join(told)}")


_WORDS = {
    Standing.GOOD: "ok",
    Standing.WARNING: "to mend before the night",
    Standing.BAD: "that a runbook would fail for",
    Standing.UNKNOWN: "not known",
}


class _NoPostmortem:
    """There is nothing to report without an incident."""

    def text(self) -> str:
        raise IrkitError("there is no incident to report on")
