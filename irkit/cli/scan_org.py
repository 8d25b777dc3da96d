"""Scan the histories of many repositories: all of a GitHub owner's, or those of a list. Goes on where it was left.

A source is github:OWNER, or a file (- for stdin) with one address, folder or github:OWNER a line. Each is mirrored,
scanned and deleted again; what was found is kept without the values, so that a second run scans only what has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cli.scan_told import failure, say
from irkit.errors import UsageError

if TYPE_CHECKING:
    from irkit.config import Config
    from irkit.scan.many.scan_many import Ended, Many
    from irkit.scan.many.targets import Target

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    from irkit.cli.scan_words import CONFIDENCES, FORMATS

    parser.epilog = (
        "Exit codes: 0 nothing found, 1 findings, 2 usage, or a repository that could not be scanned. "
        "The token is read from where github.token in the configuration says."
    )
    parser.set_defaults(show_secrets=False)
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="github:OWNER, a file with a list, or -")
    parser.add_argument("--no-forks", action="store_true", help="of an owner: leave forks out")
    parser.add_argument("--no-archived", action="store_true", help="of an owner: leave archived repositories out")
    parser.add_argument("--parallel", type=int, metavar="N", help="repositories at once (default: one a processor)")
    parser.add_argument("--disk", default="20G", metavar="SIZE", help="what all mirrors may take (default: 20G)")
    parser.add_argument("--state", type=Path, metavar="DIR", help="where what is done is kept")
    parser.add_argument("--fresh", action="store_true", help="forget what was done, scan all")
    parser.add_argument("--unreachable", action="store_true", help="show findings that no ref leads to as well")
    parser.add_argument("--rules", action="append", default=[], type=Path, metavar="FILE", help="more rules, in TOML")
    parser.add_argument("--confidence", choices=CONFIDENCES, default="medium", help="least to report (default: medium)")
    parser.add_argument("--format", choices=FORMATS, default="human")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report there instead of on stdout")


def run(args: argparse.Namespace) -> int:
    """Scan and report; the exit code."""
    try:
        return _run(args)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - Python would end with 1, which means findings
        return failure(error)


def _run(args: argparse.Namespace) -> int:
    from irkit.cli.scan_written import written_plainly
    from irkit.config import load
    from irkit.scan.many.scan_many import record_file, scan_many
    from irkit.scan.many.targets import targets

    config = load(None)
    found = targets(args.sources, lambda owner: _owned(owner, args, config))
    many = _many(args, config, len(found))
    if args.fresh:
        for target in found:
            record_file(many.state, target).unlink(missing_ok=True)
    return written_plainly(scan_many(found, many), many.detector.rules, args)


def _many(args: argparse.Namespace, config: Config, total: int) -> Many:
    from irkit.cli.scan_key import key
    from irkit.scan.detect.detector import load_detector
    from irkit.scan.folders import cache_folder
    from irkit.scan.history import Unreachable, Wants
    from irkit.scan.many.mirrored import Server, hosts_of
    from irkit.scan.many.scan_many import Many

    state = args.state or config.data_folder / "scans" / _name(args.sources)
    unreachable = Unreachable.SHOWN if args.unreachable else Unreachable.COUNTED
    key()  # made once, before there are several processes
    return Many(
        detector=load_detector(args.rules, cache=Path(cache_folder())),
        wants=Wants(jobs=1, key=key, unreachable=unreachable),
        server=Server(
            config.github.token.read() if config.github.token else None,
            hosts_of(config.github.base_url),
            state / "mirrors",
        ),
        state=state,
        parallel=max(1, args.parallel or os.cpu_count() or 1),
        disk=_bytes(args.disk),
        told=_Told(total),
    )


class _Told:
    """Says of each repository how it went."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.ended: Counter[Ended] = Counter()

    def __call__(self, target: Target, ended: Ended, why: str) -> None:
        self.ended[ended] += 1
        say(f"[{self.ended.total()}/{self.total}] {target.name}: {ended}" + (f": {why}" if why else ""))


def _owned(owner: str, args: argparse.Namespace, config: Config) -> Iterator[Target]:
    from irkit.clients.github import GitHubRest
    from irkit.scan.many.targets import Target

    if config.github.token is None:
        raise UsageError("GitHub is asked with a token", hint="say where it is: github.token in the configuration")
    for one in GitHubRest(config.github.base_url, config.github.token.read()).owned(owner):
        if not (one.is_fork and args.no_forks) and not (one.is_archived and args.no_archived):
            yield Target(one.full_name, url=one.clone_url, size=one.size)


def _name(sources: list[str]) -> str:
    """A folder's name for a list of sources: readable, and different for different lists."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", " ".join(Path(source).name for source in sources)).strip("-")[:40]
    whole = [source if source.startswith("github:") else str(Path(source).absolute()) for source in sources]
    return f"{readable}-{hashlib.sha256(repr(whole).encode()).hexdigest()[:8]}"


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+)([KMGT]?)i?B?", text, re.IGNORECASE)
    if found is None or not int(found[1]):
        raise UsageError(f"{text!r} is no size", hint="--disk 500M, --disk 20G")
    return int(found[1]) * _UNITS[found[2].upper()]
