"""``irkit trail`` against inflating alone, zcat and jq, DuckDB and trailscraper, in one run, as ratios.

Sets of events are made of real records in AWS's layout (``trail/generate.py``), in ``--folder`` when it does not hold
them yet; without arguments, 100,000 events in a temporary one. The programs take turns; of each, the run with the least
CPU time counts, because others on the machine only add to it. The exit code is 1 when a bar is missed
(``--no-bars``: never).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scanning.bars import Bar
from scanning.measure import MB, Command, Measured, Run, alternating, run
from trail import bars, later
from trail.generate import RECORDS, make
from trail.programs import ASKED, FOLLOWED, GUNZIP, Programs, missing

LARGE = 5
"""The largest set is so many times the one before, as hard links in other folders."""
FIRST_ROUNDS = 5


class Bench:
    """One run of the benchmark; ``home`` is for caches."""

    def __init__(self, given: argparse.Namespace, home: Path) -> None:
        self.given = given
        self.home = home
        self.missing = missing(given.trailscraper)
        self.bars: list[Bar] = []
        self.measured: list[tuple[int, dict[str, Measured]]] = []

    def measure(self, logs: Path, key: str) -> None:
        """All programs over one set, in turns."""
        programs = Programs(logs, key, self.home / logs.name)
        commands = [programs.raw(), programs.asked(ASKED, "--no-cache", "--follow", "alone")]
        if "igzip" not in self.missing:
            commands.insert(0, programs.gunzip())
        runs = alternating(commands, self.given.rounds)
        runs |= self._once(programs)
        firsts = [first_row(programs.raw()) for _ in range(FIRST_ROUNDS)]
        files = sum(1 for _ in logs.rglob("*.gz"))
        self._tell(logs, files, runs, firsts)
        self.bars += bars.of_answer(logs.name, files, runs, firsts)
        self.measured.append((files, runs))
        if self.given.store:
            self._ask_later(logs, programs)

    def _once(self, programs: Programs) -> dict[str, Measured]:
        """What is measured once, because it takes long."""
        commands = [programs.asked(FOLLOWED, "--no-cache")]
        if self.given.peers:
            commands += programs.peers(self.given.trailscraper)
        if self.given.jq and "jq" not in self.missing and "zcat" not in self.missing:
            commands += programs.slow_peers()
        if self.given.store:
            commands.append(programs.ingest())
        return {command.name: _watched(command) for command in commands}

    def _ask_later(self, logs: Path, programs: Programs) -> None:
        """The questions to the store: all narrow ones together have one bar on time, and all of them one on memory."""
        narrow = alternating(list(programs.later(later.NARROW)), self.given.rounds)
        wide = alternating(list(programs.later(later.WIDE)), 1)
        print(f"{logs.name}: later questions, each a new process")
        for each in (*narrow.values(), *wide.values()):
            took = f"CPU {bars.cpu(each):5.2f} s   wall {each.fastest_s:5.2f} s   {each.peak / MB:4.0f} MB"
            print(f"  {each.name:<72} {took}", flush=True)
        self.bars += bars.of_later(logs.name, narrow, wide)

    def _tell(self, logs: Path, files: int, runs: dict[str, Measured], firsts: list[float]) -> None:
        size = sum(path.stat().st_size for path in logs.rglob("*.gz"))
        print(f"\n{logs.name}: {files:,} files, {size / MB:,.0f} MB")
        limit = bars.cpu(runs[GUNZIP]) if GUNZIP in runs else None
        for name, each in runs.items():
            ratio = f"{bars.cpu(each) / limit:8.2f} x {GUNZIP}" if limit else ""
            best: Run = bars.least(runs)[name]
            print(
                f"  {name:<28} CPU {best.cpu_s:7.2f} s   wall {each.fastest_s:7.2f} s   {each.peak / MB:5.0f} MB{ratio}"
            )
        print(f"  first row after {min(firsts):.3f} s (of {', '.join(f'{each:.2f}' for each in firsts)})", flush=True)


def _watched(command: Command) -> Measured:
    once = run(command, watched=[])
    return Measured(command.name, (once,), once.peak)


def first_row(command: Command) -> float:
    """Seconds from the start of a process to its first line."""
    begun = time.perf_counter()
    with subprocess.Popen(command.words, stdout=subprocess.PIPE, env=command.environment) as process:
        if process.stdout is None or not process.stdout.readline():
            raise RuntimeError(f"{command.name} found nothing")
        taken = time.perf_counter() - begun
        process.kill()
    return taken


def linked(folder: Path, source: Path, times: int) -> Path:
    """A set so many times as large: the same files in several folders."""
    if not folder.exists():
        for number in range(times):
            for path in source.rglob("*.gz"):
                link = folder / f"{number}" / path.relative_to(source)
                link.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, link)
    return folder


def sets(given: argparse.Namespace, folder: Path) -> Iterable[tuple[Path, str]]:
    """The sets and their leaked key; made when they are not there."""
    last = folder
    for events in given.events:
        last = folder / f"s{_short(events)}"
        if not last.exists():
            make(last, events, given.records)
        yield last, key_of(last)
    if given.large:
        yield linked(folder / f"{last.name}x{LARGE}", last, LARGE), key_of(last)


def key_of(logs: Path) -> str:
    """The leaked key of a set."""
    return str(json.loads(logs.with_name(f"{logs.name}.json").read_text())["leaked_key"])


def _short(events: int) -> str:
    return f"{events // 10**6}m" if events % 10**6 == 0 else f"{events // 1000}k"


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--folder", type=Path, help="where the sets lie, or are made")
    parser.add_argument(
        "--events",
        type=int,
        nargs="*",
        default=[100_000],
        help="2000000 is the one with bars of its own; 2000000 10000000: growth as well",
    )
    parser.add_argument("--large", action="store_true", help=f"the last set {LARGE} times over, too")
    parser.add_argument("--records", type=Path, default=RECORDS, help="real records, of which the sets are made")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help="measure DuckDB, and trailscraper where it is given")
    parser.add_argument("--jq", action="store_true", help="measure zcat | jq, which takes minutes")
    parser.add_argument("--store", action="store_true", help="build the store, and ask it")
    parser.add_argument("--trailscraper", type=Path, help="its program")
    parser.add_argument("--no-bars", action="store_true", help="exit with 0 in any case")
    return parser.parse_args()


def main() -> int:
    """Measure and print; 1 when a bar is missed."""
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="irkit-benchmark-") as home:
        bench = Bench(given, Path(home))
        for name, why in bench.missing.items():
            print(f"left out: {name}: {why}")
        for logs, key in sets(given, given.folder or Path(home) / "logs"):
            bench.measure(logs, key)
    if len(bench.measured) > 1:
        bench.bars += bars.of_growth(*bench.measured[-2:])
    for bar in bench.bars:
        print(f"{'met   ' if bar.is_met else 'MISSED'}  {bar.what:<58} {bar.got:>10}   bar {bar.wanted}")
    return 0 if given.no_bars or all(bar.is_met for bar in bench.bars) else 1


if __name__ == "__main__":
    sys.exit(main())
