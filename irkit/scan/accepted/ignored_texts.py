"""The texts of the lines that ``.gitleaksignore`` names by commit: the file as that commit had it, its line.

gitleaks numbers a line in the commit that brought it; by now the value may stand on another line. With the text it is
known again.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from irkit.scan.accepted.ignored import Line
from irkit.scan.repository import NotARepository, environment, repository

_MOST_FILES = 2_000
_LARGEST_BYTES = 4_000_000
_MOST_BYTES = 64_000_000
"""Of all files together; the lines of the rest are known by their place alone."""


def ignored_texts(lines: Sequence[Line], root: Path) -> dict[Line, str]:
    """By line; those whose commit or file is not there are left out. Two calls of git for all of them."""
    named = {f"{line.commit}:{line.path}": None for line in lines if line.commit and "\n" not in line.path}
    names = [name.encode("utf-8", "surrogateescape") for name in list(named)[:_MOST_FILES]]
    try:
        git = repository(root).git
    except NotARepository:
        return {}
    checked = _asked(git("cat-file", "--batch-check"), names).split(b"\n")
    blobs = {name: said.split()[0] for name, said in zip(names, checked, strict=False) if _size(said) >= 0}
    sizes = {said.split()[0]: _size(said) for said in checked if _size(said) >= 0}
    within = [blob for blob, total in zip(sizes, accumulate(sizes.values()), strict=True) if total <= _MOST_BYTES]
    contents = _contents(_asked(git("cat-file", "--batch"), within))
    made = {}
    for line in lines:
        blob = blobs.get(f"{line.commit}:{line.path}".encode("utf-8", "surrogateescape"))
        rows = contents.get(blob, b"").split(b"\n") if blob else []
        if 0 < line.line <= len(rows):
            made[line] = rows[line.line - 1].decode("utf-8", "replace")
    return made


def _asked(command: Sequence[str], names: Sequence[bytes]) -> bytes:
    given = b"".join(name + b"\n" for name in names)
    return subprocess.run(command, input=given, capture_output=True, check=False, env=environment()).stdout


def _size(said: bytes) -> int:
    """Of ``<id> blob <size>``, in bytes; -1 when it is none, or too large."""
    parts = said.split()
    is_blob = len(parts) == 3 and parts[1] == b"blob"  # noqa: PLR2004 - as git says it
    return int(parts[2]) if is_blob and int(parts[2]) <= _LARGEST_BYTES else -1


def _contents(said: bytes) -> dict[bytes, bytes]:
    made, at = {}, 0
    while (end := said.find(b"\n", at)) >= 0:
        parts = said[at:end].split()
        if len(parts) != 3:  # noqa: PLR2004 - as above; `<id> missing` otherwise
            at = end + 1
            continue
        size = int(parts[2])
        made[parts[0]] = said[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return made
