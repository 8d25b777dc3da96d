"""Prove by CloudTrail's digests that log files are whole and unaltered; name what is altered, missing or unproven."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Self

from irkit.cli.trail_cells import safe_json
from irkit.cli.trail_source import Whence
from irkit.cli.trail_told import say
from irkit.cloudtrail.integrity.finding import Verdict
from irkit.cloudtrail.integrity.report import Report
from irkit.cloudtrail.integrity.verify import verify
from irkit.cloudtrail.query import Window
from irkit.cloudtrail.source import Progress
from irkit.errors import UsageError

SCHEMA = "irkit.trail.integrity/1"
UNSOUND = 1
_MEGA = 1_000_000
_EVERY_SECONDS = 0.2
_EPILOG = """\
Exit codes: 0 intact, 1 altered, incomplete or unproven (the first word says which), 2 usage.

In a folder, a digest's signature is read from NAME.json.gz.meta.json beside it: {"metadata": {"signature": "..."}}, or
what `aws s3api head-object` prints. Without one, the digest after it tells the signature: all but the newest are proven
so. AWS's public keys are read from --keys, or from public-keys.json in the folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add_place(parser)
    add_reach(parser)


def add_place(parser: argparse.ArgumentParser) -> None:
    """What is checked, and what is printed of it."""
    parser.add_argument("where", nargs="?", metavar="PLACE", help="s3://bucket/prefix, a folder, or a kept bundle")
    parser.add_argument(
        "--from", dest="places", nargs="+", action="extend", default=[], metavar="PLACE", help="the same"
    )
    parser.add_argument(
        "--keys",
        nargs="+",
        action="extend",
        default=[],
        type=Path,
        metavar="FILE",
        help="AWS's public keys, as `aws cloudtrail list-public-keys` prints them",
    )
    parser.add_argument("--since", metavar="TIME", help="what was delivered from then on: 2026-11-21T03Z, 30h")
    parser.add_argument("--until", metavar="TIME", help="what was delivered before then")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--most", type=int, default=20, metavar="N", help="findings of a kind to print (default: 20)")


def add_reach(parser: argparse.ArgumentParser) -> None:
    """In whose name a bucket is read."""
    group = parser.add_argument_group("in whose name a bucket is read")
    group.add_argument("--incident", metavar="ID", help="an incident's settings; its calls carry the incident's id")
    group.add_argument("--profile", help="the profile of the AWS configuration (default: aws.profile)")
    group.add_argument("--config", type=Path, metavar="FILE", help="configuration file (default: the user's own)")
    group.add_argument("--data", metavar="FOLDER", help="where incidents are kept (default: the user's data folder)")
    group.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help="files to read at a time (default: 16 of a bucket)",
    )
    parser.set_defaults(asked_accounts=[], role=None, no_cache=True)


def run(args: argparse.Namespace) -> int:
    """Check, and print the report; the exit code."""
    from irkit.cloudtrail.integrity.holding import holding

    whence = Whence(args)
    with Told() as told:
        found = holding(place_of(args, whence), whence.clients, args.keys, window_of(args))
        report = verify(found, window_of(args), args.jobs, told.hear)
    printed(report, args)
    return 0 if report.verdict is Verdict.INTACT else UNSOUND


def printed(report: Report, args: argparse.Namespace) -> None:
    """Print a report as the arguments say."""
    if args.format == "json":
        print(safe_json({"schema": SCHEMA, **report.document}, indent=2))
        return
    from irkit.tui.printable import printable

    for line in report.lines(args.most):
        print(printable(line))


def place_of(args: argparse.Namespace, whence: Whence) -> str:
    """The one place that is named, or the one bucket that is configured. Raises ``UsageError``."""
    texts = ([args.where] if args.where else []) + list(args.places)
    if not texts:
        texts = [each for each in whence.texts if each.startswith("s3://")]
    if len(texts) != 1:
        hint = "irkit trail verify logs/, or irkit trail verify s3://bucket/prefix"
        raise UsageError("name the one place to check" if not texts else "one place at a time is checked", hint=hint)
    return str(texts[0])


def window_of(args: argparse.Namespace) -> Window | None:
    """The span that is asked for; None for all of it. Raises ``UsageError``."""
    from datetime import UTC, datetime

    from irkit.cli.trail_times import windows

    found = windows(args.since, args.until, datetime.now(UTC))
    return found[0] if found else None


class Told:
    """Says on stderr how far the check is: one line on a terminal, a line each ten seconds elsewhere."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._said_at = time.monotonic()
        self._is_drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def hear(self, progress: Progress) -> None:
        """How far it is."""
        now = time.monotonic()
        if now - self._said_at < (_EVERY_SECONDS if self._is_terminal else _EVERY_SECONDS * 50):
            return
        self._said_at = now
        size = f", {progress.size / _MEGA:,.1f} MB" if progress.size else ""
        left = f", {progress.seconds_left:.0f} s left" if progress.seconds_left is not None else ""
        text = f"irkit trail: {progress.done:,} of {progress.total:,} {progress.unit}{size}{left}"
        if self._is_terminal:
            self._is_drawn = True
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        else:
            say(text)
