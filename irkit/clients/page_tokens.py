"""``PageTokens``: the tokens of a list's pages, each once. A list that points back to a page of its own has no end."""

from __future__ import annotations

from irkit.errors import OutsideError


class PageTokens:
    """One way through the pages of a list."""

    def __init__(self, what: str) -> None:
        """``what`` is the list, for people."""
        self._what = what
        self._seen: set[int] = set()

    def next(self, token: str) -> str:
        """The token, when it was not given before. Raises ``OutsideError`` when it was."""
        # The hash will do: tokens have up to 2,000 characters, and a list may have ten thousand pages.
        known = hash(token)
        if known in self._seen:
            msg = f"{self._what}: the answer points to a page that was given before, so the rest is not to be had"
            raise OutsideError(msg, hint="ask again, or for a shorter span of time")
        self._seen.add(known)
        return token
