"""`irkit drill --matrix`: every runbook against every adversary on many seeds, unattended, as a table."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from os import SEEK_END
from pathlib import Path
from types import FrameType

from pydantic import ValidationError

from irkit.cli.arguments import config
from irkit.cli.dispatch import INTERRUPTED, talk
from irkit.drill.matrix import Fought, bouts, by_name, seeds, table
from irkit.drill.world.adversaries.cast import ADVERSARIES
from irkit.drill.world.scenarios.shelf import SCENARIOS
from irkit.errors import UsageError
from irkit.wiring.matrix import Matrix, matrix_folder

_JOBS = 2
_DELAY = timedelta(seconds=1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of a matrix."""
    one = parser.add_argument_group("matrix")
    one.add_argument("--matrix", action="store_true", help="all runbooks against all adversaries, as a table")
    one.add_argument("--runbooks", metavar="A,B", help="only these runbooks")
    one.add_argument("--adversaries", metavar="X,Y", help="only these adversaries")
    one.add_argument(
        "--seeds", default="5", metavar="N|A-B|A,B", help="how many seeds, from 1 on, or which (default: 5)"
    )
    one.add_argument("--jobs", type=int, default=_JOBS, metavar="N", help="how many bouts at once (default: 2)")
    one.add_argument(
        "--results", type=Path, metavar="FILE", help="one JSON line a bout; those in it are not fought again"
    )


def run(args: argparse.Namespace) -> int:
    """Fight, tell each bout on stderr and the table on stdout. 0 when all were won, 1 when one was lost."""
    asked = list(
        bouts(
            _chosen(args.runbooks, tuple(SCENARIOS), "runbook"),
            _chosen(args.adversaries, _CAST, "adversary"),
            _seeds(args),
            tuple(dict.fromkeys(args.inject)),
            args.organization,
        )
    )
    done = by_name(_kept(args.results))
    settings = config(args)
    matrix = Matrix(settings, matrix_folder(settings), max(1, args.jobs), delay(args, _DELAY))
    talk(f"{len(asked)} bouts, {sum(bout.name in done for bout in asked)} of them fought before")
    fought = [done[bout.name] for bout in asked if bout.name in done]
    interrupted = False
    try:
        with _ended_in_order(), closing(matrix.fight(bout for bout in asked if bout.name not in done)) as left:
            for one in left:
                fought.append(one)
                _keep(args.results, one)
                talk(f"{len(fought)}/{len(asked)} {_told(one, matrix.folder)}")
    except KeyboardInterrupt:
        interrupted = True
    order = {bout.name: place for place, bout in enumerate(asked)}
    print(table(sorted(fought, key=lambda one: order[one.bout.name])))
    if interrupted:
        talk(f"stopped: {len(fought)} of {len(asked)} bouts were fought")
        return INTERRUPTED
    return 0 if all(one.is_win for one in fought) else 1


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """While it lasts, being told to end or losing the terminal is as Ctrl-C: no bout and no cloud is left running."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {one: signal.signal(one, interrupt) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def delay(args: argparse.Namespace, usual: timedelta) -> timedelta:
    """What ``--iam-delay`` says, ``usual`` where it says nothing."""
    return usual if args.iam_delay is None else timedelta(seconds=max(0.0, args.iam_delay))


def _told(one: Fought, folder: Path) -> str:
    if one.is_win:
        return f"{one.bout.name}: won in {one.seconds:.0f} s"
    return f"{one.bout.name}: LOST in {one.seconds:.0f} s, {'; '.join(one.losses)}; left in {folder / one.bout.name}"


def _chosen(text: str | None, known: Sequence[str], what: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",")) if text else tuple(known)
    for name in names:
        if name not in known:
            raise UsageError(f"there is no {what} {name!r} to rehearse", hint=f"there are {', '.join(known)}")
    return names


def _seeds(args: argparse.Namespace) -> tuple[int, ...]:
    with suppress(ValueError):
        if named := seeds(args.seeds):
            return named
    raise UsageError(f"--seeds: {args.seeds!r} names no seeds", hint="20, 7-12 or 3,5,8")


def _kept(file: Path | None) -> list[Fought]:
    if file is None or not file.exists():
        return []
    known: list[Fought] = []
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        try:
            known.append(Fought.model_validate_json(line))
        except ValidationError:
            talk(f"{file}:{number} is no bout, or half of one: it is not counted")
    with file.open("rb+") as end:  # what a killed matrix left in the middle of a line
        if end.seek(0, SEEK_END) and end.seek(-1, SEEK_END) >= 0 and end.read(1) != b"\n":
            end.write(b"\n")
    return known


def _keep(file: Path | None, one: Fought) -> None:
    if file is not None:
        with file.open("a", encoding="utf-8") as out:
            out.write(one.model_dump_json() + "\n")


_CAST = tuple(name for name in ADVERSARIES if name)
