"""What the writers of a report are told beside the report itself."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from irkit.scan.finding import Finding
from irkit.scan.quick import NamedTuple
from irkit.scan.rule import Rule
from irkit.scan.sure import Unsure


class Reveal(StrEnum):
    """Whether values are written. Only human, JSON, JSON lines and CSV can; the other formats go to other people."""

    HIDDEN = "hidden"
    SHOWN = "shown"


class LeftOut(NamedTuple):
    """Findings that were left out of the report because someone accepted them."""

    reason: str
    """``baseline``, ``baseline, known to be real``, ``.gitleaksignore``."""
    findings: tuple[Finding, ...]


class About(NamedTuple):
    """The circumstances of a report."""

    version: str
    """irkit's."""
    rules: Sequence[Rule] = ()
    """All rules that were looked for."""
    repository: str = ""
    """Where it came from: an address without credentials; empty when not known."""
    revision: str = ""
    """The commit of HEAD, in hex."""
    branch: str = ""
    accepted: Sequence[LeftOut] = ()
    notes: Sequence[str] = ()
    """What else a reader should know: stale baseline entries, unused ignore lines."""
    unsure: Unsure = Unsure()
