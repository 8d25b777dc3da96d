"""What the proxy tells the emulator beside each call: that it came through, from where, and how slow writes are.

It is one header that only the proxy writes: what comes from outside with that name is dropped there. A call without it
is the world's own: no service control policy binds it, and what it writes binds at once.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from irkit.drill.world.json_shape import mapping, number, parsed, text, written

PASSAGE = "X-Rehearsal-Passage"
ORDERS = "/_rehearsal/"
"""Where the world gives the emulator orders: ``settle`` (everything written binds now) and ``issuer``."""
ORDER_TOKEN = "X-Rehearsal-Order"  # noqa: S105  a header's name


@dataclass(frozen=True)
class PassageNote:
    """One call's note. Delays in seconds."""

    source_ip: str
    iam_delay: float = 0
    scp_delay: float = 0

    def header(self) -> str:
        """The note as the header's value."""
        return written({"ip": self.source_ip, "iam": self.iam_delay, "scp": self.scp_delay}).decode()


def passage_note(header: str) -> PassageNote:
    """The note that a header's value holds."""
    told = mapping(parsed(header))
    return PassageNote(text(told.get("ip")), number(told.get("iam")), number(told.get("scp")))


current: ContextVar[PassageNote | None] = ContextVar("rehearsal_passage", default=None)
"""The note of the call that is being answered; ``None`` for the world's own."""
