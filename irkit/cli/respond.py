"""Open an incident with a runbook and drive it. A dry run unless --live is given; that cannot change afterwards."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from irkit.cli.arguments import add_config, config, pairs
from irkit.cli.dispatch import talk
from irkit.cli.display import SHOWN, Display, Follow, chosen
from irkit.cli.drift import tell_origin
from irkit.cli.leaked_text import add_secret, secret_given
from irkit.cli.screen import open_screen
from irkit.cli.terminal_look import add_look
from irkit.engine.executor import Until
from irkit.errors import UsageError
from irkit.incident.events import Mode
from irkit.runbook.model import Runbook
from irkit.runbook.shelf import taken
from irkit.secret import Secret
from irkit.wiring.inputs import given
from irkit.wiring.session import opened_session

if TYPE_CHECKING:
    from irkit.wiring.from_scan import HandOver


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("runbook", help="its name, as irkit runbook list shows it")
    parser.add_argument(
        "--input", action="append", default=[], metavar="NAME=VALUE",
        help="an input, once for each; irkit runbook show RUNBOOK lists them",
    )  # fmt: skip
    add_secret(parser)
    scan = parser.add_argument_group("from a scan")
    scan.add_argument(
        "--from-scan", metavar="REPORT.json", help="take a finding over (irkit scan --format json; -: stdin)"
    )
    scan.add_argument("--finding", default="", metavar="fp_...", help="which one, where it has several AWS keys")
    scan.add_argument("--scanned", type=Path, default=Path(), metavar="FOLDER", help="what was scanned (default: here)")
    parser.add_argument(
        "--live", action="store_true", help="really act; without it plans are shown and nothing is done"
    )
    parser.add_argument("--title", default="", help="what the incident is called")
    parser.add_argument("--display", choices=[d.value for d in Display], help=SHOWN)
    add_look(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Open it and run it."""
    settings, display = config(args), chosen(args.display)
    tell_origin(settings, args.runbook)
    runbook = taken(args.runbook, settings.runbooks_folder)
    values: dict[str, JsonValue | Secret] = dict(pairs(args.input))
    values.update(secret_given(args, runbook))
    over = _from_scan(args, runbook, values)
    mode = Mode.LIVE if args.live else Mode.DRY_RUN
    session = opened_session(settings, runbook, given(runbook, over.inputs if over else values), mode, args.title)
    talk(f"{session.folder.incident} opened, {mode.value.upper()}")
    if over:
        session.orders.note(over.note)
    if display is Display.TUI:
        return open_screen(settings, args, session)
    return Follow(session, display).run(Until.NOTHING_READY)


def _from_scan(args: argparse.Namespace, runbook: Runbook, values: Mapping[str, JsonValue | Secret]) -> HandOver | None:
    """What the report of a scan gives, told; None without one."""
    if args.from_scan is None:
        if args.finding:
            raise UsageError("--finding goes with --from-scan", hint="irkit scan --format json --output REPORT.json")
        return None
    if args.from_scan == "-" and args.secret_stdin:
        raise UsageError("stdin can be the report or the credential, not both", hint="--ask-secret asks for it")
    from irkit.wiring.from_scan import Wanted, handed_over
    from irkit.wiring.scan_report import scan_report

    over = handed_over(scan_report(args.from_scan), Wanted(runbook, values, args.finding, args.scanned))
    for name, shown in over.filled.items():
        talk(f"from the scan: {name} {shown}")
    return over
