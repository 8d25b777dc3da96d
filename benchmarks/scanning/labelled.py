"""Files that are labelled by their folder: what is below ``valid`` holds a secret, what is below ``invalid`` none."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

VALID, INVALID = "valid", "invalid"


def exported(where: Path, to: Path) -> Path:
    """The labelled files of a repository's HEAD, or of a folder, alone: no scanner's settings lie beside them."""
    shutil.rmtree(to, ignore_errors=True)
    source = to.with_name(f"{to.name}.all")
    shutil.rmtree(source, ignore_errors=True)
    cloned = subprocess.run(["git", "clone", "--quiet", str(where), str(source)], capture_output=True, check=False)
    folder = source if cloned.returncode == 0 else where
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and {VALID, INVALID} & set(inside.parts):
            (to / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to / inside)
    return to


def labelled(folder: Path, label: str) -> frozenset[str]:
    """The paths below the folder that have a label."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return frozenset(str(path) for path in paths if label in path.parts)


def shares(folder: Path, reported: Iterable[str]) -> tuple[float, float]:
    """Which share of the valid and of the invalid was reported, from the paths of a report."""
    hit = {path.removeprefix(f"{folder}/") for path in reported}
    valid, invalid = labelled(folder, VALID), labelled(folder, INVALID)
    return len(valid & hit) / max(1, len(valid)), len(invalid & hit) / max(1, len(invalid))
