"""What a shallow or partial clone does not have: nobody can look into it here."""

from __future__ import annotations

import subprocess

from irkit.scan.finding import Skipped
from irkit.scan.repository import Repository, environment

_NAMED = 20


def absent(repository: Repository) -> tuple[Skipped, ...]:
    """The history before a shallow clone's edge, and what a partial clone left at its remote."""
    skipped: list[Skipped] = []
    if repository.is_shallow:
        edge = len((repository.common_dir / "shallow").read_bytes().split())
        skipped.append(Skipped("shallow clone", f"history before {edge} commit{'s' * (edge != 1)} is not here"))
    if repository.is_partial:
        missing = _promised(repository)
        skipped += [Skipped(f"object {id_}", "partial clone: left at the remote") for id_ in missing[:_NAMED]]
        if len(missing) > _NAMED:
            more = len(missing) - _NAMED
            skipped.append(Skipped(f"{more} more objects", "partial clone: left at the remote"))
    return tuple(skipped)


def _promised(repository: Repository) -> list[str]:
    program, *words = repository.git("rev-list", "--objects", "--all", "--missing=print", "--no-object-names")
    asked = [program, "-c", "protocol.allow=never", *words]
    ran = subprocess.run(asked, capture_output=True, check=False, env=environment())
    return [line[1:].decode() for line in ran.stdout.split(b"\n") if line.startswith(b"?")]
