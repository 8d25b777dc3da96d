"""Builds the store of a source behind an answer: in a process of its own, of the lowest priority; it may be killed."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from irkit.cli.trail_source import Whence
from irkit.cli.trail_told import say
from irkit.cloudtrail.coverage import Counts
from irkit.errors import IrkitError
from irkit.wiring.trail import is_store, storable

ABOUT = "source.json"
"""In a store's folder: what it is a store of; its own time is when a build was begun last."""
LEAST_SIZE = 16_000_000
"""So many bytes of files are read raw in an instant: a store is of no use."""
LOOKED_EVERY_SECONDS = 600
"""How often it is looked whether there are files that a store does not have yet."""


def build_behind(args: argparse.Namespace, whence: Whence, counts: Counts) -> None:
    """Begin a build where it is of use, and say so. An answer never fails for it."""
    if whence.stores is None or counts.size < LEAST_SIZE:
        return
    try:
        folders = [folder for _, folder in storable(whence.texts, whence.reach) if _is_due(folder)]
        if not folders:
            return
        import subprocess  # 3 ms, that most answers do without

        for each in folders:
            begin(each, whence)
        child = subprocess.Popen(
            [sys.executable, "-m", "irkit.cli.main", "trail", "cache", "--build", "--behind", *_words(args, whence)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, IrkitError) as error:
        say(f"irkit trail: no store can be built: {error}")
        return
    say(
        f"irkit trail: a store for later questions is built behind this, at the lowest priority (process {child.pid}); "
        "--no-cache does without"
    )
    child.returncode = 0  # it is not waited for: it outlives this process


def begin(folder: Path, whence: Whence) -> None:
    """Make the folder of a store that is about to be built, and write down of what."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{ABOUT}.{os.getpid()}"
    draft.write_text(json.dumps({"source": list(whence.texts)}), encoding="utf-8")
    draft.replace(folder / ABOUT)


def _is_due(folder: Path) -> bool:
    """Whether there is no store, or nobody looked for new files of late."""
    begun = folder / ABOUT
    return not begun.is_file() or (time.time() - begun.stat().st_mtime > LOOKED_EVERY_SECONDS or not is_store(folder))


def _words(args: argparse.Namespace, whence: Whence) -> Iterator[str]:
    yield from ("--from", *whence.texts)
    for option in ("incident", "config", "data", "profile", "role"):
        if value := getattr(args, option):
            yield from (f"--{option}", str(value))
    if args.asked_accounts:
        yield from ("--accounts", *args.asked_accounts)
