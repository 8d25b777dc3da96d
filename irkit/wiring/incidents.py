"""Find an incident by its id and build it, whatever its mode. A drill's incident brings its own configuration."""

from __future__ import annotations

import json
from pathlib import Path

from irkit.config import Config, load
from irkit.errors import IncidentUnknown, ModeMixed
from irkit.incident.events import Mode
from irkit.incident.folder import IncidentFolder, folders, found
from irkit.wiring.session import Session, incidents_root

WORLD = "drill.json"
"""In a drill's incident folder: where its rehearsal cloud lives."""


def session_of(config: Config, incident: str) -> Session:
    """The incident of that id.

    Raises:
        IncidentUnknown: there is none, or its rehearsal cloud is gone.
        ModeMixed: the journal's mode does not fit the folder it lies in.
    """
    mode = Mode.DRILL if incident.startswith("DRILL-") else Mode.LIVE
    folder = found(incidents_root(config, mode), incident)
    session = Session(_config_of(config, folder), folder)
    if (session.opened.mode is Mode.DRILL) != (mode is Mode.DRILL):
        raise ModeMixed(f"{incident} is a {session.opened.mode.value} journal in the wrong folder", hint="do not move journals")
    return session


def sessions(config: Config) -> list[Session]:
    """All incidents here, oldest first, drills after the others."""
    roots = (incidents_root(config, Mode.LIVE), incidents_root(config, Mode.DRILL))
    return [Session(_config_of(config, folder), folder) for root in roots for folder in folders(root)]


def world_of(folder: IncidentFolder) -> Path | None:
    """The folder of a drill's rehearsal cloud; None for an incident that is no drill."""
    file = folder.path / WORLD
    return Path(str(json.loads(file.read_text(encoding="utf-8"))["world"])) if file.is_file() else None


def _config_of(config: Config, folder: IncidentFolder) -> Config:
    world = world_of(folder)
    if world is None:
        return config
    file = world / "irkit.toml"
    if not file.is_file():
        raise IncidentUnknown(f"the rehearsal cloud of {folder.incident} is gone", hint="begin a new drill: irkit drill")
    return load(file, environment={})
