"""What a prefilter is: it finds what may be a secret, all expressions in one pass, and may find too much."""

from __future__ import annotations

from irkit.scan.quick import NamedTuple, Protocol

Hit = tuple[int, int]
"""An expression's number, and where its match ends."""


class Expression(NamedTuple):
    """One expression, and the number that its hits carry."""

    number: int
    text: str
    is_in_run: bool = False
    """Whether it matters only within a long run of a token's characters, whatever it matches itself."""


class Prefilter(Protocol):
    """Finds where expressions match: of every match, an end within reach of it."""

    def hits(self, buffer: bytes) -> list[Hit]:
        """The hits in a buffer, in the order of their ends."""


class ExpressionRefused(ValueError):
    """An engine cannot run an expression."""

    def __init__(self, expression: Expression, reason: str) -> None:
        super().__init__(f"{expression.text}: {reason}")
        self.number = expression.number
        self.reason = reason
