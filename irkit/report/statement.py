"""A sentence of a report, and what stands behind it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from irkit.contract import Frozen


class Basis(StrEnum):
    """How a statement came to be known."""

    OBSERVED = "observed"
    """irkit, or a service's own record, saw it happen."""
    INFERRED = "inferred"
    """Concluded from what was observed; the text says from what."""
    REPORTED = "reported"
    """A person said so."""


class Statement(Frozen):
    """One sentence; ``events`` are the sequence numbers of the journal's events that back it, at least one."""

    text: str
    events: Annotated[tuple[int, ...], Field(min_length=1)]
    basis: Basis = Basis.OBSERVED
