"""What looks for the anchors of all rules at once."""

from __future__ import annotations

from enum import StrEnum


class Engine(StrEnum):
    """An engine of the prefilter; the findings are the same."""

    BEST = "best"
    """Hyperscan where it is installed, else RE2."""
    HYPERSCAN = "hyperscan"
    RE2 = "re2"
