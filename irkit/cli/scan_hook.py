"""The hook: ``irkit scan --staged``. Its plain form is run from here without any parser: it has 60 ms.

Only what every run needs is imported at the top; a finding brings the rest.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from irkit.cli.scan_told import INCOMPLETE, advice, exit_code, fault, say, skipped, sums
from irkit.errors import IrkitError
from irkit.scan.hook import Hooked, scan_staged

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from irkit.scan.detect.detector import Detector
    from irkit.scan.finding import Finding

_INTERRUPTED = 130


def hook(names: Sequence[str]) -> int:
    """Scan what is staged (of these files); the exit code. What goes wrong is said, and is never 0."""
    try:
        return told(scan_staged(names, detector, key))
    except IrkitError as error:
        say(f"irkit: {error.message}" + (f"\n  hint: {error.hint}" if error.hint else ""))
        return INCOMPLETE
    except KeyboardInterrupt:
        say("irkit: interrupted; the scan is incomplete")
        return _INTERRUPTED
    except OSError as error:
        say(f"irkit: {error}; the scan is incomplete")
        return INCOMPLETE
    except Exception as error:  # noqa: BLE001 - Python would end with 1, which means findings
        return fault(error)


def hook_with(args: argparse.Namespace) -> int:
    """The same with options."""
    hooked = scan_staged(args.paths, lambda: detector(args.rules), key)
    if args.format == "human" and args.output is None:
        return told(hooked)
    from irkit.cli.scan_written import written

    return written(hooked.report, args, hooked.detector)


def detector(rules: Sequence[Path] = ()) -> Detector:
    """The detector of irkit's own rules and of these, from its cache."""
    from irkit.scan.detect.detector import load_detector
    from irkit.scan.folders import cache_folder

    return load_detector(rules, cache=cast("Path", cache_folder()))  # its text is all that is used: no pathlib


def key() -> bytes:
    """The user's key; where it cannot be kept, one of this run alone: a finding must be told in any case."""
    from irkit.scan.fingerprint_key import fingerprint_key
    from irkit.scan.folders import data_folder

    folder = data_folder()
    try:
        return fingerprint_key(folder)
    except OSError as error:
        say(f"irkit: fingerprints are good for this run only: {folder}: {error.strerror}")
        return os.urandom(32)


def told(hooked: Hooked) -> int:
    """Print the findings on stdout, the talk on stderr; the exit code."""
    report = hooked.report
    for finding in report.findings:
        for line in _lines(finding):
            sys.stdout.write(line)
    sys.stdout.flush()
    say("irkit scan: " + "; ".join(_sums(hooked)))
    for row in (*skipped(report.skipped), *advice(report.findings)):
        say(row)
    if report.is_incomplete:
        say("irkit: the scan is incomplete")
    return exit_code(report)


def _sums(hooked: Hooked) -> Sequence[str]:
    said = ["nothing is staged"] if hooked.is_empty else list(sums(hooked.report))
    if hooked.known:
        said.append(f"already in HEAD: {hooked.known}")
    if hooked.submodules:
        said.append(f"{len(hooked.submodules)} submodules not looked into")
    return said


def _lines(finding: Finding) -> Sequence[str]:
    from irkit.scan.output.shown import shown

    return [
        f"{shown(place.path)}:{place.line}: {finding.rule}  {finding.fingerprint}  {finding.last4}\n"
        for place in finding.places
    ]
