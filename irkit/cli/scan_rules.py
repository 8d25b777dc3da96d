"""The rules of irkit scan: what there is, and whether each does what its examples say.

irkit scan rules list [FILE...]: irkit's own, and those of these files. irkit scan rules test [FILE...]: the examples of
irkit's own rules, or of these files, through the real detector.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from irkit.counted import counted
from irkit.scan.rule import Rule
from irkit.scan.ruleset import load, shipped_files
from irkit.tui.printable import printable

_COLUMNS = ("id", "title", "severity", "confidence", "liveness", "file")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = "Exit codes of test: 0 all examples hold, 1 some do not, 2 a file of rules is invalid."
    kinds = parser.add_subparsers(dest="rules_command", required=True, metavar="COMMAND")
    listed = kinds.add_parser("list", help="all rules: irkit's own, and those of FILEs")
    listed.add_argument("files", nargs="*", type=Path, metavar="FILE", help="more rules, in TOML")
    listed.add_argument("--json", action="store_true", help="a line of JSON for each rule, with everything it says")
    tested = kinds.add_parser("test", help="try every example of irkit's own rules, or of FILEs")
    tested.add_argument("files", nargs="*", type=Path, metavar="FILE", help="rules in TOML")


def run(args: argparse.Namespace) -> int:
    """List or test; the exit code."""
    if args.rules_command == "list":
        return _list(args)
    return _test(args.files)


def _list(args: argparse.Namespace) -> int:
    rules = [(rule, file) for file in (*shipped_files(), *args.files) for rule in load(file)]
    if args.json:
        for rule, file in rules:
            print(json.dumps({**rule._asdict(), "file": file.name}))
        return 0
    rows = [_COLUMNS, *(_row(rule, file) for rule, file in rules)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    print(counted(len(rules), "rule"), file=sys.stderr)
    return 0


def _row(rule: Rule, file: Path) -> tuple[str, ...]:
    asked = "yes" if rule.liveness else "-"
    return (rule.id, printable(rule.title), rule.severity.value, rule.confidence.value, asked, printable(file.name))


def _test(files: Sequence[Path]) -> int:
    from irkit.scan.detect.detector import load_detector
    from irkit.scan.folders import cache_folder
    from irkit.scan.trial import failures

    rules = [rule for file in files or shipped_files() for rule in load(file)]
    detector = load_detector(files, cache=Path(cache_folder()))
    failed = list(failures(rules, detector))
    for one in failed:
        print(printable(f"{one.rule}: {one.wanted.value} {json.dumps(one.template, ensure_ascii=False)}: {one.why}"))
    examples = sum(len(rule.matches) + len(rule.misses) for rule in rules)
    told = f"{counted(len(rules), 'rule')}, {counted(examples, 'example')}, {len(failed)} failed"
    print(told, file=sys.stderr)
    return 1 if failed else 0
