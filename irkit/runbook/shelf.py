"""Where runbooks lie: those shipped with irkit, and a user's own folder, which wins by name, visibly.

Never the current directory. A runbook's name is its file's stem, so that a broken file can still be listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from irkit.errors import UsageError
from irkit.runbook.finding import nearest
from irkit.runbook.load import load
from irkit.runbook.model import Runbook, RunbookName

_PACKAGE = Path(__file__).resolve().parent.parent


class Origin(StrEnum):
    """Where a runbook comes from."""

    SHIPPED = "shipped"
    OWN = "your own"
    REPLACES = "your own, replaces the shipped one"


@dataclass(frozen=True)
class Shelved:
    """A runbook's file; nothing says yet that it can be read."""

    name: RunbookName
    path: Path
    origin: Origin


def shipped_folder() -> Path:
    """The folder of the shipped runbooks: inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE / "_runbooks"
    return inside if inside.is_dir() else _PACKAGE.parent / "runbooks"


def shelf(own: Path, shipped: Path | None = None) -> Mapping[RunbookName, Shelved]:
    """All runbooks by name, in the order of the alphabet. ``own`` need not exist."""
    ours, theirs = _files(shipped or shipped_folder()), _files(own)
    found = {name: Shelved(name, path, Origin.SHIPPED) for name, path in ours.items()}
    for name, path in theirs.items():
        found[name] = Shelved(name, path, Origin.REPLACES if name in ours else Origin.OWN)
    return dict(sorted(found.items()))


def find(name: str, own: Path, shipped: Path | None = None) -> Shelved:
    """The runbook of that name. Raises ``UsageError`` with the nearest name when there is none."""
    all_of_them = shelf(own, shipped)
    if RunbookName(name) in all_of_them:
        return all_of_them[RunbookName(name)]
    near = nearest(name, all_of_them)
    msg = f"there is no runbook {name!r}" + (f"; did you mean {near!r}?" if near else "")
    raise UsageError(msg, hint=f"irkit runbook list shows them; your own belong into {own}")


def taken(name: str, own: Path, shipped: Path | None = None) -> Runbook:
    """The runbook of that name, loaded. Raises ``UsageError`` or ``RunbookInvalid``."""
    return load(find(name, own, shipped).path)


def _files(folder: Path) -> dict[RunbookName, Path]:
    """The runbook files right in a folder; ``.yaml`` only, so that one name is one file."""
    if not folder.is_dir():
        return {}
    return {RunbookName(path.stem): path for path in sorted(folder.glob("*.yaml")) if path.is_file()}
