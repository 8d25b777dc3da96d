"""How much of a log GitHub takes (docs.github.com, "SARIF results exceed one or more limits", "SARIF file too large").

A log with more is refused as a whole, so the rest is left out, and said: the findings that are least sure and grave.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence

from irkit.counted import counted
from irkit.scan.finding import Finding
from irkit.scan.quick import NamedTuple

MOST_RESULTS = 25_000
"""Of a run."""
MOST_BYTES = 9_500_000
"""Of the results, compressed: of 10 MB, less what the rules and what was skipped take."""
MOST_SKIPPED = 10_000
"""So many notes of what was skipped are written, and how many more there are."""
MOST_PLACES = (1_000, 100, 10, 1)
"""Of a result: so many are taken, so many of these are shown, and fewer where that makes the log small enough."""


class Fitting(NamedTuple):
    """Results as they are written, in JSON."""

    texts: Sequence[str]
    left_out: str
    """What is not among them, and why; "" when all is."""


def fitting(findings: Sequence[Finding], told: Callable[[Finding, int], str]) -> Fitting:
    """As many results as are taken. ``told`` writes a finding as a result with at most so many places."""
    kept = findings[:MOST_RESULTS]
    most, texts = 0, []
    for most in MOST_PLACES:
        texts = list(_within(told(finding, most) for finding in kept))
        if len(texts) == len(kept):
            break
    lost = len(findings) - len(texts)
    said = [f"{counted(lost, 'finding')} of {len(findings):,}"] if lost else []
    is_cut = most != MOST_PLACES[0] and any(len(one.places) > most for one in kept)
    said += [f"places of a value beyond the first {most}"] if is_cut else []
    why = f": GitHub takes {MOST_RESULTS:,} results, and 10 MB compressed; --format json has all"
    return Fitting(texts, f"left out of the SARIF log: {' and '.join(said)}{why}" if said else "")


def _within(texts: Iterator[str]) -> Iterator[str]:
    """The first texts, up to the limit."""
    compressor, size = zlib.compressobj(), 0
    for text in texts:
        size += len(compressor.compress(text.encode()))
        if size > MOST_BYTES:
            return
        yield text
