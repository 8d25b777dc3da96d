"""How the screens are drawn on this terminal: colours, glyphs, speed, remapped keys. No part of an incident."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path


class Colour(StrEnum):
    """How much colour the terminal gets. ``NONE`` is what NO_COLOR asks for (https://no-color.org)."""

    FULL = "full"
    NONE = "none"


class Terminal(StrEnum):
    """How fast the way to the terminal is. ``SLOW``: 10 frames a second, no animation, no blinking cursor."""

    FAST = "fast"
    SLOW = "slow"


class Glyphs(StrEnum):
    """Which characters draw the states and lanes."""

    UNICODE = "unicode"
    ASCII = "ascii"


def utc_now() -> datetime:
    """The time by this machine's clock, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Look:
    """The settings of the terminal UI. ``keymap`` maps an action's id to the keys it shall have instead."""

    screens_folder: Path
    """Where ``S`` writes the screen's text."""
    colour: Colour = Colour.FULL
    terminal: Terminal = Terminal.FAST
    glyphs: Glyphs = Glyphs.UNICODE
    keymap: Mapping[str, str] = field(default_factory=dict)
    now: Callable[[], datetime] = utc_now
    type_ahead: timedelta = timedelta(milliseconds=500)
    """How long the dialog of an irreversible effect drops keys, so that none typed for another screen reaches it."""
