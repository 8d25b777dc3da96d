"""Keep a trail's log files as evidence: objects, digests with their signatures, public keys, all by hash."""

from __future__ import annotations

import argparse
from pathlib import Path

from irkit.cli.trail_source import Whence
from irkit.cli.trail_told import say
from irkit.cli.trail_verify import UNSOUND, Told, add_place, add_reach, place_of, printed, window_of
from irkit.cloudtrail.integrity.bundle import Bundle
from irkit.cloudtrail.integrity.finding import Verdict
from irkit.cloudtrail.integrity.holding import holding
from irkit.cloudtrail.integrity.s3_objects import S3Objects
from irkit.cloudtrail.integrity.verify import verify
from irkit.cloudtrail.kept import Keep, keep
from irkit.errors import UsageError

_EPILOG = """\
The bundle is a folder that `irkit trail verify BUNDLE` proves without any network. Keeping that was stopped goes on
where it was; nothing is overwritten. With --incident it lies in the incident's evidence, and the journal holds the
SHA-256 of its manifest.

Exit codes: 0 kept and intact, 1 kept, and altered, incomplete or unproven (the first word says which), 2 usage."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add_place(parser)
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="the bundle's folder, when it is of no incident")
    parser.add_argument(
        "--reference",
        dest="what",
        action="store_const",
        const=Keep.REFERENCE,
        default=Keep.WHOLE,
        help="keep the log files' hashes and places, and not the files",
    )
    add_reach(parser)


def run(args: argparse.Namespace) -> int:
    """Keep, check what was kept, and print the report; the exit code."""
    if bool(args.to) == bool(args.incident):
        raise UsageError("say where to keep it", hint="--incident INC-0001, or --to FOLDER")
    whence = Whence(args)
    window = window_of(args)
    source = holding(place_of(args, whence), whence.clients, args.keys, window)
    if not isinstance(source, S3Objects):
        raise UsageError(f"{source.label} are files already", hint="irkit trail verify checks them; name a bucket")
    with Told() as told:
        if args.incident:
            from irkit.wiring.trail_evidence import keep_in_incident

            folder = keep_in_incident(whence.scope, source, args.what, told.hear)
        else:
            folder = keep(source, args.to, args.what, window, told.hear).folder
        report = verify(Bundle(folder), told=told.hear)
    say(f"irkit trail: kept in {folder}; irkit trail verify {folder} proves it again")
    printed(report, args)
    return 0 if report.verdict is Verdict.INTACT else UNSOUND
