"""What is wrong with a runbook, and where: ``file:line:column: text (did you mean 'x'?)``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

_LONGEST_QUOTE = 60


@dataclass(frozen=True, order=True)
class Place:
    """A position in a file; both count from 1, the column in characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with the nearest right name when there is one."""

    path: str
    place: Place
    text: str
    instead: str = ""

    def __str__(self) -> str:
        hint = f" (did you mean '{self.instead}'?)" if self.instead else ""
        return f"{self.path}:{self.place.line}:{self.place.column}: {self.text}{hint}"


@dataclass
class Findings:
    """The findings of one file, gathered while reading it, so that an author sees all of them at once."""

    path: str
    found: list[Finding] = field(default_factory=list)

    def add(self, place: Place, text: str, instead: str = "") -> None:
        """Note one."""
        self.found.append(Finding(self.path, place, text, instead))

    def in_order(self) -> tuple[Finding, ...]:
        """All of them once, from the top of the file down."""
        return tuple(sorted(dict.fromkeys(self.found), key=lambda f: (f.place, f.text)))


def nearest(name: str, among: Iterable[str]) -> str:
    """The name most like ``name``, or an empty string when none is near."""
    close = difflib.get_close_matches(name, list(among), n=1, cutoff=0.6)
    return close[0] if close else ""


def quoted(text: str) -> str:
    """Text of a file made safe for a terminal: unprintable characters escaped, cut when long, in quotes."""
    shown = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown) + "'"
