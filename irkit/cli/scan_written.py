"""Write what a scan found: less what is accepted, in the format asked for, and say what to do next."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from irkit.cli.scan_accepted import Reach, less_accepted, updated
from irkit.cli.scan_told import Moment, advice, exit_code, say
from irkit.errors import UsageError
from irkit.scan.accepted.notes import notes
from irkit.scan.detect.detector import Detector
from irkit.scan.finding import Report
from irkit.scan.origin import Origin
from irkit.scan.output.about import About, Reveal
from irkit.scan.output.write import Format, write
from irkit.scan.quick import TYPE_CHECKING, NamedTuple
from irkit.scan.rule import Confidence, Rule
from irkit.scan.sure import sure

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

_WITH_SUMS = frozenset((Format.HUMAN, Format.JSON, Format.SARIF, Format.JUNIT))
"""Formats that say themselves how many findings were left out."""


class Scanned(NamedTuple):
    """What was scanned, and what came of it."""

    report: Report
    detector: Detector
    reach: Reach
    origin: Origin = Origin()


def written(scanned: Scanned, args: argparse.Namespace) -> int:
    """Write the report as the arguments say; the exit code."""
    from irkit import __version__

    rules = scanned.detector.rules
    is_new = args.update_baseline and not args.baseline.exists()
    outcome = less_accepted(scanned.report, rules, scanned.reach, None if is_new else args.baseline)
    report, unsure = sure(outcome.report, Confidence(args.confidence))
    if args.update_baseline:
        report = updated(report, rules, scanned.reach, args.baseline, outcome)
    if args.verify:
        from irkit.cli.scan_verify import verified

        report = verified(report, scanned.detector)
    told = tuple(notes(outcome, args.baseline.name if args.baseline else ""))
    about = About(__version__, rules, *scanned.origin, outcome.left_out, told, unsure)
    _write(report, about, args)
    moment = Moment.COMMIT if args.staged else Moment.PUSH if args.pre_push else Moment.SCAN
    baseline = str(args.baseline or "")
    for line in advice(report.findings, moment, args.paths, baseline) if args.format == Format.HUMAN else ():
        say(line)
    return exit_code(report)


def written_plainly(found: Report, rules: Sequence[Rule], args: argparse.Namespace) -> int:
    """The same for a report that no baseline goes with, as of many repositories; values are not shown."""
    from irkit import __version__

    report, unsure = sure(found, Confidence(args.confidence))
    _write(report, About(__version__, rules, unsure=unsure), args)
    for line in advice(report.findings, Moment.ORG) if args.format == Format.HUMAN else ():
        say(line)
    return exit_code(report)


def _write(report: Report, about: About, args: argparse.Namespace) -> None:
    reveal = Reveal.SHOWN if args.show_secrets else Reveal.HIDDEN
    if reveal is Reveal.SHOWN:
        say("irkit: the report shows the secrets themselves: keep it out of logs, tickets and chats")
    form = Format(args.format)
    with _opened(args.output, reveal) as out:
        if form is not Format.HUMAN or args.output is not None:
            left_out = write(report, out, form, about, reveal)
            if left_out:
                say(f"irkit scan: {left_out}")
            if str(about.unsure) and form not in _WITH_SUMS:
                say(f"irkit scan: {about.unsure}")
            return
        from irkit.scan.output.human import write_findings, write_summary

        write_findings(report, out, about, reveal)
        out.flush()
        write_summary(report, sys.stderr, about)


@contextmanager
def _opened(file: Path | None, reveal: Reveal) -> Iterator[TextIO]:
    """Where the report goes: stdout, or a file that is there only when it is whole. Raises ``UsageError``."""
    try:
        with _to(file, reveal) as out:
            yield out
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UsageError(f"cannot write {file or 'the report'}: {why}; the scan is incomplete") from None


@contextmanager
def _to(file: Path | None, reveal: Reveal) -> Iterator[TextIO]:
    if file is None:
        sys.stdout.reconfigure(errors="backslashreplace") if hasattr(sys.stdout, "reconfigure") else None
        try:
            yield sys.stdout
            sys.stdout.flush()
        except BrokenPipeError:  # who reads has enough, as `head`; the exit code still tells what was found
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    if file.exists() and not file.is_file():  # a device or a pipe is written to, never replaced
        with _made(file, os.O_WRONLY, reveal, file) as out:
            yield out
        return
    target = file.resolve()
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with _made(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, reveal, file) as out:
            yield out
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def _made(file: Path, flags: int, reveal: Reveal, asked: Path) -> TextIO:
    try:
        handle = os.open(file, flags, 0o600 if reveal is Reveal.SHOWN else 0o666)
    except OSError as error:
        raise UsageError(f"cannot write {asked}: {error.strerror}") from None
    return os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="")
