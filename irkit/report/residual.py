"""What would still let the suspects in, as ``aws.find_residual_paths`` saw it last: each way, and what shuts it."""

from __future__ import annotations

from collections.abc import Iterator

from irkit.report.credentials import masked
from irkit.report.findings import Findings, Loose
from irkit.report.statement import Statement


class Way(Loose):
    """One path to a right: whose, by what, through which thing, what it lets do, what covers it (empty: nothing)."""

    principal: str
    how: str
    through: str = ""
    lets: str = ""
    covered_by: str = ""


class Residue(Loose):
    """Of ``aws.find_residual_paths``."""

    paths: tuple[Way, ...] = ()
    not_seen: tuple[str, ...] = ()


def residual(found: Findings) -> Iterator[Statement]:
    """A statement a way in, open ones first; what shuts the others can be lifted, and then they are open again."""
    for step in found.of("aws.find_residual_paths"):
        for told in step.read(Residue):
            for way in sorted(told.paths, key=lambda one: bool(one.covered_by)):
                yield Statement(text=masked(_text(way)), events=(step.seq,))
            for part in told.not_seen:
                yield Statement(text=masked(f"ways in NOT LOOKED FOR: {part}"), events=(step.seq,))
            if not told.paths:
                yield Statement(text="no way in is left, not even one that is shut", events=(step.seq,))


def _text(way: Way) -> str:
    state = f"way in, shut by {way.covered_by} and by nothing else" if way.covered_by else "WAY IN, OPEN"
    return f"{state}: {way.principal.rpartition(':')[2]} {way.lets} ({way.how} {way.through})"
