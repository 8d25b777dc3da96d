"""``irkit scan`` against gitleaks, betterleaks and Kingfisher, in one run: time, memory, and what is found.

Without arguments it makes a planted repository (tests/scan/planted_repository.py) and compares what is found in it.
``--repositories`` names real histories, on which time and memory are measured too. The programs take turns (A B A B),
so that a busy machine slows them alike; medians of the wall time are compared as ratios. The peers come from wheels,
set up once in ``--peers``. The exit code is 1 when a bar is missed (``--no-bars``: never).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scanning import bars, histories, labelled, truth
from scanning.bars import AGAIN, FULL, GROWN, HITS, Bar
from scanning.measure import MB, Command, Measured, alternating, run
from scanning.peers import Peer, Row, peers, programs, read
from scanning.subject import IRKIT, Home, found, rows

from tests.scan.planted_repository import Planting, git, plant

PARTS = ("truth", "labels", "history", "again", "hook")
HOOK_ROUNDS = 11
SHOWN = 40


class Bench:
    """One run of the benchmark in a folder of its own."""

    def __init__(self, folder: Path, found: dict[str, Path], rounds: int) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self.found = found
        self.others = peers(found)
        self.rounds = rounds
        self.bars: list[Bar] = []

    def planted(self, upon: Path | None) -> None:
        """What is found of what is planted, in both forms."""
        planting = plant(self.folder / "planted", upon=upon)
        ours = {form: self._ours(planting, where) for form, where in (("work", planting.work), ("bare", planting.bare))}
        columns = {f"irkit {form}": each for form, each in ours.items()}
        for peer in self.others:
            columns[peer.name] = truth.coverage(
                planting, self._read(peer, peer.command(planting.bare, self._report(peer)))
            )
        _say("planted", "values found, by place", truth.table(planting, columns))
        _say("planted", "rows, decoys, accepted lines", (
            f"{name:<26} {each.rows:>5} rows, {len(each.decoys)} in {len(set(each.decoys))} decoys, "
            f"{len(each.accepted)} accepted" for name, each in columns.items()
        ))  # fmt: skip
        self.bars += bars.of_truth(planting, ours)

    def labels(self, where: Path) -> None:
        """Recall and false hits on labelled files."""
        folder = labelled.exported(where, self.folder / "labelled")
        shares = {FULL: labelled.shares(folder, (row.path for row in rows(self.home, folder, "--files")))}
        for peer in self.others:
            shares[peer.name] = labelled.shares(
                folder, (row.path for row in self._read(peer, peer.files(folder, self._report(peer))))
            )
        _say(where.name, "labelled files", (
            f"{name:<26} recall {recall:6.1%}   false hits {false:6.1%}" for name, (recall, false) in shares.items()
        ))  # fmt: skip
        self.bars += bars.of_labels(*shares[FULL])

    def history(self, where: Path) -> None:
        """A whole history, and the rows reported in it."""
        commands = [
            self.home.scan(FULL, where, "--no-cache", "--format", "json", "--output", str(self.folder / "ours.json")),
            self.home.scan(
                HITS,
                where,
                "--no-cache",
                "--no-locate",
                "--format",
                "json",
                "--output",
                str(self.folder / "report.json"),
            ),
            *(self._command(peer, where) for peer in self.others),
        ]
        runs = alternating(commands, self.rounds)
        _say(where.name, "whole history", _times(runs))
        self.bars += bars.of_history(where.name, histories.size(where), runs)
        theirs = {peer.name: len(read(peer, self._report(peer))) for peer in self.others}
        ours = found(self.folder / "ours.json")
        counts = {FULL: len(ours)} | theirs
        _say(where.name, "rows", (f"{name:<26} {count:>5}" for name, count in counts.items()))
        if ours:
            _say(where.name, f"what irkit found, the first {SHOWN}: real ones among them are no error", ours[:SHOWN])
        self.bars += bars.of_clean(where.name, len(ours), theirs)

    def again(self, where: Path) -> None:
        """A second scan, and one after a new commit, in a copy."""
        copy = histories.copied(where, self.folder / "copy.git")
        again = self.home.scan(AGAIN, copy, "--format", "json", "--output", str(self.folder / "report.json"))
        runs = alternating([again], self.rounds)  # its first round, which is not counted, fills the cache
        grown = []
        for _ in range(self.rounds):
            histories.grow(copy)
            grown.append(run(again))
        runs[GROWN] = Measured(GROWN, tuple(grown), 0)
        _say(where.name, "the same again", _times(runs))
        self.bars += bars.of_history(where.name, 0, runs)

    def hook(self, where: Path) -> None:
        """Three staged files in a work tree."""
        tree = histories.staged(where, self.folder / "tree")
        commands = [Command(FULL, (str(IRKIT), "scan", "--staged"), tree, self.home.environment)]
        plain = [peer for peer in self.others if not peer.name.endswith("--turbo")]
        commands += [Command(peer.name, peer.staged, tree, fine=peer.fine) for peer in plain]
        if "detect-secrets" in self.found:
            names = git(tree, "diff", "--cached", "--name-only", "-z").rstrip("\0").split("\0")
            words = (str(self.found["detect-secrets"]), "--no-verify", *names)
            commands.append(Command("detect-secrets-hook", words, tree))
        runs = alternating(commands, HOOK_ROUNDS)
        _say(where.name, "hook, three staged files", _times(runs))
        self.bars += bars.of_hook(where.name, runs)

    def _ours(self, planting: Planting, where: Path) -> truth.Coverage:
        return truth.coverage(planting, rows(self.home, where, "--history", "--unreachable", "--no-cache"))

    def _report(self, peer: Peer) -> Path:
        return self.folder / f"{peer.name.replace(' ', '_')}.json"

    def _command(self, peer: Peer, where: Path) -> Command:
        return Command(peer.name, tuple(peer.command(where, self._report(peer))), fine=peer.fine)

    def _read(self, peer: Peer, words: list[str]) -> list[Row]:
        run(Command(peer.name, tuple(words), fine=peer.fine))
        return read(peer, self._report(peer))


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--repositories", type=Path, nargs="*", default=[], help="histories to measure on")
    parser.add_argument("--upon", type=Path, help="plant on top of this repository's history")
    parser.add_argument("--fake-leaks", type=Path, help="a repository with folders named valid and invalid")
    parser.add_argument("--peers", type=Path, default=Path.home() / ".cache" / "irkit-benchmarks", help="their home")
    parser.add_argument("--without-peers", action="store_true", help="measure irkit alone")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--rounds", type=int, default=3, help="of each history, after a first one")
    parser.add_argument("--no-bars", action="store_true", help="exit with 0 in any case")
    return parser.parse_args()


def main() -> int:
    """Measure and print; 1 when a bar is missed."""
    given = arguments()
    there, missing = ({}, {}) if given.without_peers else programs(given.peers)
    for name, why in missing.items():
        print(f"left out: {name}: {why}")
    with tempfile.TemporaryDirectory(prefix="irkit-benchmark-") as folder:
        bench = Bench(Path(folder).resolve(), there, given.rounds)
        if "truth" in given.parts:
            bench.planted(given.upon and given.upon.resolve())
        if "labels" in given.parts and given.fake_leaks:
            bench.labels(given.fake_leaks.resolve())
        for where in given.repositories:
            for part in ("history", "again", "hook"):
                if part in given.parts:
                    getattr(bench, part)(where.resolve())
    for bar in bench.bars:
        print(f"{'met   ' if bar.is_met else 'MISSED'}  {bar.what:<58} {bar.got:>10}   bar {bar.wanted}")
    return 0 if given.no_bars or all(bar.is_met for bar in bench.bars) else 1


def _times(runs: dict[str, Measured]) -> Iterator[str]:
    """Lines: medians and the fastest, and how many times longer than irkit's."""
    ours = next(iter(runs.values()))
    yield f"{'':<26} {'median':>10} {'fastest':>10} {'CPU':>9} {'memory':>9}   against irkit: median, fastest"
    for name, each in runs.items():
        memory = f"{each.peak / MB:6.0f} MB" if each.peak else " " * 9
        times = f"{each.wall_s:8.3f} s {each.fastest_s:8.3f} s {each.cpu_s:7.2f} s {memory}"
        yield f"{name:<26} {times} {each.wall_s / ours.wall_s:17.2f} {each.fastest_s / ours.fastest_s:10.2f}"


def _say(what: str, title: str, lines: Iterable[str]) -> None:
    print(f"\n{what}: {title}")
    for line in lines:
        print(f"  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
