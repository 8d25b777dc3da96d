"""Find an incident by its id and build it, whatever its mode. A drill's incident brings its own configuration."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from irkit.config import Config, load
from irkit.drill.rehearsal import config_file
from irkit.drill.rehearsal import found as found_world
from irkit.errors import ModeMixed
from irkit.incident.events import Mode
from irkit.incident.folder import PREFIXES, IncidentFolder, folders, found
from irkit.wiring.session import Session, incidents_root

WORLD = "drill.json"
"""In a drill's incident folder: where its rehearsal cloud lives."""


def link_world(folder: IncidentFolder, world: Path) -> None:
    """Write down where the rehearsal cloud of a drill lives."""
    draft = folder.path / f".{WORLD}.part"
    draft.write_text(json.dumps({"world": str(world)}), encoding="utf-8")
    draft.replace(folder.path / WORLD)


def session_of(config: Config, incident: str) -> Session:
    """The incident of that id.

    Raises:
        IncidentUnknown: there is none.
        ModeMixed: the journal's mode does not fit the folder it lies in.
    """
    mode = Mode.DRILL if incident.startswith("DRILL-") else Mode.LIVE
    folder = found(incidents_root(config, mode), incident)
    session = _session(config, folder)
    if (session.opened.mode is Mode.DRILL) != (mode is Mode.DRILL):
        raise ModeMixed(
            f"{incident} is a {session.opened.mode.value} journal in the wrong folder", hint="do not move journals"
        )
    return session


def sessions(config: Config) -> list[Session]:
    """All incidents here, oldest first, drills after the others."""
    roots = (incidents_root(config, Mode.LIVE), incidents_root(config, Mode.DRILL))
    return [_session(config, folder) for root in roots for folder in folders(root)]


def _session(config: Config, folder: IncidentFolder) -> Session:
    return Session(_config_of(config, folder), folder, before_run=_before_run(folder))


def _before_run(folder: IncidentFolder) -> Callable[[], object]:
    """What must hold before irkit acts: a drill acts in its rehearsal cloud or not at all."""
    world = world_of(folder)
    if world is not None:
        return lambda: found_world(world)
    if not folder.incident.startswith(PREFIXES[Mode.DRILL]):
        return lambda: None

    def refuse() -> None:
        raise ModeMixed(
            f"{folder.incident} is a drill, and where its rehearsal cloud lives is not known",
            hint="begin a new one: irkit drill",
        )

    return refuse


def world_of(folder: IncidentFolder) -> Path | None:
    """The folder of a drill's rehearsal cloud; None for an incident that is no drill, or when it is not known."""
    file = folder.path / WORLD
    try:
        return Path(str(json.loads(file.read_text(encoding="utf-8"))["world"])) if file.is_file() else None
    except (ValueError, KeyError, TypeError):
        return None


def _config_of(config: Config, folder: IncidentFolder) -> Config:
    """The user's own configuration, or that of the drill's cloud; looking back needs no cloud that is still up."""
    world = world_of(folder)
    if world is None:
        return config
    flags = {"data_folder": str(config.data_folder), "identity": config.identity, "quorum": str(config.quorum)}
    file = config_file(world)
    return load(file, environment={}, flags=flags) if file.is_file() else config
