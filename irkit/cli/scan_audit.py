"""Go through a baseline of detect-secrets, entry by entry: real secret, no secret, or undecided.

Without a terminal: --report tells how far the audit is.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.errors import UsageError
from irkit.scan.accepted.baseline import NAME, read
from irkit.scan.output.shown import shown

if TYPE_CHECKING:
    from irkit.scan.accepted.excerpt import Look


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    from irkit.cli.terminal_look import add_look

    parser.add_argument(
        "baseline", nargs="?", type=Path, metavar="BASELINE", help=f"default: {NAME}, here or at the root"
    )
    parser.add_argument("--report", action="store_true", help="print how far the audit is, and ask nothing")
    parser.add_argument("--rules", action="append", default=[], type=Path, metavar="FILE", help="more rules, in TOML")
    add_look(parser)


def run(args: argparse.Namespace) -> int:
    """Show the audit, or print its report; 0 when it went well."""
    from irkit.scan.accepted.audit import audit_report

    file = args.baseline or _default()
    if args.report:
        for line in audit_report(read(file).entries):
            print(shown(line))
        return 0
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    lacking = [name for name, stream in streams.items() if stream is None or not stream.isatty()]
    if lacking:
        at = ", ".join(lacking)
        raise UsageError(f"the audit needs a terminal, and there is none at {at}", hint="--report prints how far it is")
    return _show(file, args)


def _show(file: Path, args: argparse.Namespace) -> int:
    from irkit.cli.dispatch import talk
    from irkit.cli.terminal_look import look
    from irkit.config import load
    from irkit.scan.accepted.audit import Audit, root_of
    from irkit.tui.show_audit import show_audit

    folders = [*_work_tree(file.parent), file.resolve().parent, Path.cwd()]
    audit = Audit(file, root_of(file, read(file).entries, *folders), _look(args.rules))
    talk(show_audit(audit, look(load(None), args)))
    return 0


def _default() -> Path:
    """The baseline here, or at the top of the repository."""
    at_top = [top / NAME for top in _work_tree(Path()) if not Path(NAME).exists() and (top / NAME).exists()]
    return at_top[0] if at_top else Path(NAME)


def _work_tree(folder: Path) -> list[Path]:
    from irkit.scan.repository import NotARepository, repository

    try:
        found = repository(folder).work_tree
    except NotARepository:
        return []
    return [found] if found is not None else []


def _look(rules: list[Path]) -> Look:
    from irkit.scan.detect.detector import load_detector
    from irkit.scan.folders import cache_folder

    detector = load_detector(rules, cache=Path(cache_folder()))
    return lambda body: detector.look(body).sightings
