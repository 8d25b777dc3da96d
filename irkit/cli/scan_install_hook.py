"""Write git's pre-commit hook (and pre-push hook) of the repository here, so that every commit is scanned."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from irkit.cli.scan_told import say
from irkit.errors import UsageError
from irkit.scan.install_hook import Change, Foreign, Hook, Installed, hooks_folder, install, remove


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("repository", nargs="?", type=Path, default=Path(), help="default: the one here")
    parser.add_argument("--pre-push", action="store_true", help="the pre-push hook as well")
    parser.add_argument("--append", action="store_true", help="put irkit's lines at the top of a hook that is there")
    parser.add_argument("--remove", action="store_true", help="take irkit's lines out of both hooks")
    parser.epilog = "The hooks lie where git looks for them (core.hooksPath). A hook of others is never overwritten."


def run(args: argparse.Namespace) -> int:
    """Write or remove the hooks, and say what was done."""
    folder = hooks_folder(args.repository)
    try:
        done = list(_done(args, folder))
    except OSError as error:
        raise UsageError(f"cannot change the hooks in {folder}: {error.strerror}: {error.filename}") from None
    for file, change in done:
        print(f"{file}: {change}")
    if not args.remove and any(change is not Change.UNCHANGED for _, change in done):
        push = ", `git push` what it would bring" if args.pre_push else ""
        say(f"`git commit` now scans what is staged{push}. `--no-verify` goes past every hook.")
    return 0


def _done(args: argparse.Namespace, folder: Path) -> Iterator[Installed]:
    if args.remove:
        yield from (remove(hook, folder) for hook in Hook)
        return
    program = _program()
    foreign = Foreign.APPENDED if args.append else Foreign.REFUSED
    for hook in [Hook.PRE_COMMIT, Hook.PRE_PUSH] if args.pre_push else [Hook.PRE_COMMIT]:
        yield install(hook, folder, program, foreign)


def _program() -> Path:
    """The irkit that the hook is to run: the one beside this Python, else the one on the PATH."""
    beside = Path(sys.executable).with_name("irkit")
    found = str(beside) if beside.exists() else shutil.which("irkit")
    if found is None:
        raise UsageError("there is no `irkit` program beside this Python or on the PATH", hint="pip install irkit")
    return Path(found)
