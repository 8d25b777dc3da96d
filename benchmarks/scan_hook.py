"""How long ``irkit scan --staged`` takes on three staged files of a large work tree, beside other scanners' hooks.

Two commits are waiting: one with nothing to find, one with secrets in two of its files (the peers find those too).
The programs take turns; the fastest run of each is compared, which was disturbed the least. ``--repository`` names a
real one; else a work tree of 5,000 files is made. Peers that are installed in ``--peers`` take part (``scan.py``
installs them). The exit code is 1 above 60 ms, above half of betterleaks' time or a tenth of gitleaks'.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scanning import bars, histories
from scanning.measure import Command, Measured, Run, alternating
from scanning.peers import WHEELS, peers, programs
from scanning.subject import IRKIT, Home

from tests.scan import planted
from tests.scan.planted_repository import git

FILES, LINES, ROUNDS = 5_000, 90, 25
PYTHON = "python -c pass"


def made(folder: Path) -> Path:
    """A repository of many files."""
    folder.mkdir()
    git(folder, "init", "-q")
    for number in range(FILES):
        file = folder / f"part{number % 50}" / f"file{number}.c"
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(f"int value_{number}_{line} = {line};\n" for line in range(LINES)))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "many files")
    return folder


def leaking(tree: Path, to: Path) -> Path:
    """The same work tree with secrets in two of its staged files."""
    histories.staged(tree, to)
    names = git(to, "diff", "--cached", "--name-only", "-z").rstrip("\0").split("\0")
    for name, line in ((names[0], f'token = "{planted.GITHUB}"'), (names[1], f"slack = '{planted.SLACK}'")):
        with (to / name).open("a") as file:
            file.write(f"{line}\n")
    git(to, "add", "--", *names)
    return to


def measured(tree: Path, home: Home, found: dict[str, Path]) -> dict[str, Measured]:
    """All hooks in one work tree."""
    plain = Command(PYTHON, (sys.executable, "-c", "pass"), tree, home.environment)
    ours = Command(bars.FULL, (str(IRKIT), "scan", "--staged"), tree, home.environment)
    others = [Command(peer.name, peer.staged, tree, fine=peer.fine) for peer in peers(found)]
    return alternating([plain, ours, *others], ROUNDS)


def told(title: str, runs: dict[str, Measured]) -> bool:
    """Print the times and the bars; whether all are met."""
    print(f"\n{title}")
    for name, each in runs.items():
        ratio = each.fastest_s / runs[bars.FULL].fastest_s
        print(
            f"  {name:<26} fastest {each.fastest_s * 1000:7.1f} ms  median {each.wall_s * 1000:7.1f} ms  {ratio:6.2f}x"
        )
    best = {name: Measured(name, (Run(each.fastest_s, 0.0),), 0) for name, each in runs.items()}
    checked = list(bars.of_hook(title, best))
    for bar in checked:
        print(f"  {'met   ' if bar.is_met else 'MISSED'}  {bar.what:<50} {bar.got:>8}   bar {bar.wanted}")
    return all(bar.is_met for bar in checked)


def main() -> int:
    """Measure and print; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", type=Path, help="a real one, bare or with a work tree")
    installed = Path.home() / ".cache" / "irkit-benchmarks"
    parser.add_argument("--peers", type=Path, default=installed, help="where scan.py installed the other scanners")
    parser.add_argument("--no-bars", action="store_true", help="exit with 0 even when a bar is missed")
    given = parser.parse_args()
    there: dict[str, Path] = {}
    if all((given.peers / name).is_dir() for name in WHEELS):
        there, _ = programs(given.peers)
    with tempfile.TemporaryDirectory(prefix="irkit-benchmark-") as name:
        folder = Path(name).resolve()
        origin = given.repository.resolve() if given.repository else made(folder / "made")
        home = Home(folder / "home")
        clean = told("nothing to find", measured(histories.staged(origin, folder / "clean"), home, there))
        found = told("two secrets", measured(leaking(origin, folder / "leaking"), home, there))
    return 0 if given.no_bars or (clean and found) else 1


if __name__ == "__main__":
    sys.exit(main())
