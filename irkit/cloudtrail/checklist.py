"""A claim about a list of things that somebody is to confirm, as a card shows it: the claim, and the things. Pure."""

from __future__ import annotations

from collections.abc import Sequence

_SHOWN = 20


def checklist(claim: str, things: Sequence[str], nothing: str) -> str:
    """The claim with a line for each thing, the first of them where there are many; ``nothing`` where there is none."""
    if not things:
        return nothing
    left = [f"and {len(things) - _SHOWN} more, in the report"] if len(things) > _SHOWN else []
    return "\n".join((claim, *(f"  {one}" for one in (*things[:_SHOWN], *left))))
